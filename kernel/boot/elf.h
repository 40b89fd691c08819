/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The root image: an ELF file (ELF-64 Object File Format, version 1.5) that is mapped in place, page by
 * page. This parser turns its untrusted bytes into a list of segments, or says in words what is wrong.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/base/types.h"

enum : unsigned { ELF_SEGMENT_MAX = 32 };
enum : uint64_t { ELF_IMAGE_MAX = UINT64_C(1) << 32 }; /* bytes, where the loader tells no size */

/* What can be wrong with an image; the text goes to the console. */
#define ELF_ERROR_TABLE(E)                                                                         \
    E(ELF_OK, "valid")                                                                             \
    E(ELF_UNREADABLE, "its memory cannot be read")                                                 \
    E(ELF_TRUNCATED, "the file ends before its headers or segments do")                            \
    E(ELF_NO_MAGIC, "not an ELF file")                                                             \
    E(ELF_CLASS, "not a 64-bit little-endian ELF file of version 1")                               \
    E(ELF_TYPE, "not an executable (ET_EXEC); link it statically, not as PIE")                     \
    E(ELF_MACHINE, "built for another machine")                                                    \
    E(ELF_HEADERS, "program headers of a size other than 56 bytes")                                \
    E(ELF_MEMSZ, "a segment has p_memsz other than p_filesz; put .bss into the file")              \
    E(ELF_ALIGN, "p_vaddr and file position of a segment differ modulo the page size")             \
    E(ELF_RANGE, "a segment lies outside of user memory")                                          \
    E(ELF_OVERLAP, "two segments overlap")                                                         \
    E(ELF_MANY, "too many segments")                                                               \
    E(ELF_EMPTY, "no loadable segment")                                                            \
    E(ELF_ENTRY, "the entry point is in no executable segment")

#define ELF_ERROR_ENUM_(name, text) name,
typedef enum [[nodiscard]] elf_error : uint8_t { ELF_ERROR_TABLE(ELF_ERROR_ENUM_) } elf_error_t;
#undef ELF_ERROR_ENUM_

/* A segment that is to be mapped. */
struct elf_segment {
    uint64_t vaddr; /* bytes; congruent to `phys` modulo the page size */
    uint64_t size;  /* bytes                                           */
    paddr_t phys;   /* where it lies in the file, in physical memory   */
    uint8_t perm;   /* PERM_MEM_R, _W, _XU                             */
};

struct elf_image {
    uint64_t entry;
    unsigned segment_count;
    struct elf_segment segment[ELF_SEGMENT_MAX];
};

/* Answers a view of [base, base + size) that is good until the next call, or nullptr. */
typedef const void *elf_map_fn(paddr_t base, uint64_t size);

/* What an image must fit. */
struct elf_limits {
    uint16_t machine;    /* e_machine                                             */
    uint64_t user_end;   /* segments end at or below this address                 */
    uint64_t image_size; /* bytes of the file; 0: not known, ELF_IMAGE_MAX counts */
};

/*
 * Read the image at physical address `base`. Program headers of a type other than PT_LOAD, of file size
 * 0 or without flags are skipped. Segments may share a page; in the order of the headers the later one
 * wins. Looks at each byte once, through `map`, and keeps no pointer.
 */
elf_error_t elf_read(elf_map_fn *map, paddr_t base, const struct elf_limits *limits,
                     struct elf_image *image);

/* The text for people. */
const char *elf_error_text(elf_error_t error);
