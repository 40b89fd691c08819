/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The form of root's image (interface specification, 6.2.2): ELF-64 Object File Format, version 1.5, "ELF Header" and
 * "Program Header Table". Little-endian.
 */
#pragma once

#include <stdint.h>

#include "kernel/abi/layout.h"

struct elf_header {
    uint8_t ident[16]; /* 0x7f "ELF", class, byte order, version */
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
ABI_FIELD(struct elf_header, entry, 24, 8);
ABI_FIELD(struct elf_header, phnum, 56, 2);
ABI_SIZE(struct elf_header, 64);

struct elf_phdr {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
ABI_FIELD(struct elf_phdr, memsz, 40, 8);
ABI_SIZE(struct elf_phdr, 56);

enum : uint8_t { ELFCLASS64 = 2, ELFDATA2LSB = 1, EV_CURRENT = 1 };
enum : uint16_t { ET_EXEC = 2, EM_X86_64 = 62, EM_AARCH64 = 183 };
enum : uint32_t { PT_LOAD = 1, PF_X = 1, PF_W = 2, PF_R = 4 };
