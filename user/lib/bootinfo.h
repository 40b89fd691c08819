/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What boot loader and firmware say about the machine: physical memory and boot modules.
 *
 * bootinfo_read() follows the boot registers and maps what they point to; the parsers below it are
 * pure functions over bytes that may be malformed in any way: they never read outside of what they
 * are given, and what does not fit or makes no sense is left out.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/abi/hip.h"

enum memory_kind : uint8_t {
    MEMORY_USABLE,
    MEMORY_RESERVED,
    MEMORY_FIRMWARE, /* run-time services, never to be touched           */
    MEMORY_ACPI,     /* tables; usable once they have been read          */
    MEMORY_NVS,      /* firmware keeps it across sleep                   */
    MEMORY_BAD,
    MEMORY_DEVICE, /* registers, as far as the map lists them            */
    MEMORY_KINDS,
};

struct memory_range {
    uint64_t start, end; /* physical, [start, end), start < end */
    enum memory_kind kind;
};

enum : size_t { BOOT_TEXT_SIZE = 160, BOOT_MODULES_MAX = 16, BOOT_RANGES_MAX = 256 };

enum : uint32_t { BOOT_SPI_NONE = UINT32_MAX };

struct boot_module {
    uint64_t start, end;       /* physical; end == start if its size is not known        */
    char text[BOOT_TEXT_SIZE]; /* its command line, cut to fit, always terminated        */
};

enum boot_source : uint8_t {
    BOOT_SOURCE_NONE,
    BOOT_SOURCE_MULTIBOOT1,
    BOOT_SOURCE_MULTIBOOT2,
    BOOT_SOURCE_FDT,
    BOOT_SOURCE_UEFI,
    BOOT_SOURCES,
};

struct bootinfo {
    enum boot_source launch; /* what the boot registers point to                         */
    enum boot_source memory; /* where the ranges are from                                */
    bool is_cut;             /* something did not fit or made no sense and was left out   */
    size_t range_count;
    size_t module_count;
    struct memory_range range[BOOT_RANGES_MAX];
    struct boot_module module[BOOT_MODULES_MAX];
    char text[BOOT_TEXT_SIZE]; /* command line of the kernel, or /chosen/bootargs        */
    uint64_t uart;             /* PL011 that the device tree names; 0: none              */
    uint32_t uart_spi;         /* its interrupt, a shared one; BOOT_SPI_NONE: not known   */
    uint64_t gicv;             /* GICv2's interface for guests (GICV); 0: none           */
    uint32_t timer_intid;      /* interrupt of EL1's virtual timer; 0: not known         */
};

/*
 * Read everything that the boot registers and the HIP lead to. Root only, after spaces_open().
 * The physical memory map is, by preference, that of UEFI, of Multiboot or of the device tree.
 * What cannot be mapped is left out. `info` is overwritten.
 */
void bootinfo_read(struct bootinfo *info, const struct hip *hip, uint64_t boot0, uint64_t boot1);

/*
 * The command line of this root task: the text of the first module; with the legacy launch, which
 * has none, /chosen/bootargs of the device tree. Never nullptr.
 */
const char *bootinfo_root_text(const struct bootinfo *info);

/* The module whose text begins with the word `name`; nullptr: there is none. */
const struct boot_module *bootinfo_module(const struct bootinfo *info, const char *name);

/* What follows the first word of a module's text. */
const char *bootinfo_module_words(const struct boot_module *module);

/* Append to the tables; sets is_cut if there is no room or the range is empty. */
void bootinfo_add_range(struct bootinfo *info, uint64_t start, uint64_t size,
                        enum memory_kind kind);
struct boot_module *bootinfo_add_module(struct bootinfo *info, uint64_t start, uint64_t end);

/* Copy a text of at most `size` bytes that may lack its terminator to `to`, cut to fit. */
void bootinfo_copy_text(char to[BOOT_TEXT_SIZE], const void *text, size_t size);

/* Words of a command line, as a list separated by blanks. */

/* Whether `word` is one of the words of `text`. */
bool text_has_word(const char *text, const char *word);

/* The number behind `name=`, decimal or 0x and hexadecimal; `otherwise` if there is none. */
uint64_t text_number(const char *text, const char *name, uint64_t otherwise);

/* Parsers. Each adds what it finds to `info`; false: not of that format at all. */

/* Multiboot2 information structure of `size` bytes (Multiboot2 specification, 3.6). */
bool multiboot2_parse(struct bootinfo *info, const void *data, size_t size);

/* Total size in bytes that its first 8 bytes announce. */
uint32_t multiboot2_size(const void *data);

/* Multiboot 1: the structure itself only says where the rest is (Multiboot specification, 3.3). */
enum : size_t { MULTIBOOT1_SIZE = 52, MULTIBOOT1_MODULE_SIZE = 16 };
struct multiboot1 {
    uint64_t text;                 /* physical address of the command line, 0: none         */
    uint64_t modules;              /* physical address of the module list                   */
    uint32_t module_count;         /* 0: none                                               */
    uint64_t map;                  /* physical address of the memory map                    */
    uint32_t map_size;             /* bytes, 0: none                                        */
    uint32_t lower_kib, upper_kib; /* RAM from 0 and from 1 MiB, if there is no map       */
};
struct multiboot1 multiboot1_parse(const uint8_t data[MULTIBOOT1_SIZE]);

/* One entry of the module list: adds the module, answers the physical address of its text. */
uint64_t multiboot1_parse_module(struct bootinfo *info, const uint8_t data[MULTIBOOT1_MODULE_SIZE]);
void multiboot1_parse_map(struct bootinfo *info, const void *data, size_t size);

/* UEFI memory map: descriptors of `desc_size` bytes each (UEFI specification, GetMemoryMap). */
bool uefi_parse(struct bootinfo *info, const void *data, size_t size, size_t desc_size);

/* Flattened device tree (Devicetree specification, chapter 5). */
bool fdt_parse(struct bootinfo *info, const void *data, size_t size);
