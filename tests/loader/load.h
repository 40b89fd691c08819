/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all loaders share: put the hypervisor's ELF file where it belongs and tell it about the machine.
 *
 * A loader is told what to do in words:
 *
 *   kernel=ADDRESS    where the hypervisor's ELF file is in memory
 *   root=ADDRESS      where the root task's ELF file is, if the loader is not handed modules
 *   protocol=1|2      Multiboot or Multiboot2 (default); 0: legacy, aarch64 only
 *   shift=SIZE        displacement of the image, may be negative
 *   kmem=SIZE         bytes that tag KMEM offers behind the image
 *   fill=BYTE         what memory holds behind each segment's part of the file, instead of 0
 *   move_root=ADDRESS copy the root task there, after the kernel is loaded
 *   ram=START,SIZE    RAM, if the loader is not handed a map; may be repeated
 *   magic=NUMBER      other than the protocol's
 *   pending           have all interrupts pend that CPUs can get before the kernel starts
 *   -- ...            the rest is the kernel's command line
 *
 * Addresses are physical, and the loaders see memory at its physical addresses.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum : uint32_t { MULTIBOOT1_MAGIC = 0x2bad'b002, MULTIBOOT2_MAGIC = 0x36d7'6289 };
enum : size_t { LOAD_MODULES_MAX = 4, LOAD_RAM_MAX = 64 };

struct load_module {
    uint64_t start, end;
    const char *text; /* below 4 GiB */
};

struct load_ram {
    uint64_t start, size;
    uint32_t type; /* as in Multiboot's memory maps; 1 is RAM */
};

struct load_request {
    const char *words;
    size_t module_count; /* module 0 is the root task */
    size_t ram_count;
    struct load_module module[LOAD_MODULES_MAX];
    struct load_ram ram[LOAD_RAM_MAX];
    uint64_t efi_system_table, efi_image_handle; /* both 0: no UEFI */
};

struct load_result {
    uint64_t entry;
    uint32_t magic;
    alignas(8) uint64_t info; /* Multiboot information; not for protocol 0 */
    uint64_t root;            /* the root task's ELF file; 0: none         */
    uint64_t start, end;      /* what the image occupies                   */
};

/* What the words say. */
bool word_find(const char *words, const char *word);
uint64_t word_number(const char *words, const char *name, uint64_t otherwise);

/* Behind "--", "" without one. */
const char *word_kernel_text(const char *words);

/* Bytes of an ELF file, by its headers; a page if it is none. */
uint64_t elf_file_size(uint64_t elf);

/* What the image at `elf` occupies where it was linked. False: not an ELF file for this CPU. */
bool elf_extent(uint64_t elf, uint64_t *start, uint64_t *end);

/* Do it. Answers nullptr, or why not. The request's modules and RAM are completed from its words. */
const char *load(struct load_request *request, struct load_result *result);

/* Each loader has its own way to say that it cannot go on. */
[[noreturn]] void load_fail(const char *why);
