/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a Multiboot loader hands over (Multiboot Specification 0.6.96, "Boot information format";
 * Multiboot2 Specification 2.0, "Boot information").
 *
 * Both parsers are position independent and call nothing but `map`, memset and memcpy: the start code
 * uses them before the kernel's page tables, with a `map` that answers the address itself.
 */
#pragma once

#include "kernel/firmware/map.h"

enum : unsigned { BOOT_CMDLINE_SIZE = 1024 };

struct boot_info {
    struct prange module;            /* first module: root's ELF image; start 0: there is none  */
    uint64_t efi_system_table;       /* physical address; 0: none                               */
    uint64_t efi_image_handle;       /* 0: none                                                 */
    uint64_t pool_extra;             /* bytes wanted behind the image (tag KMEM); not checked   */
    char cmdline[BOOT_CMDLINE_SIZE]; /* terminated; words that do not fit are left out */
};

/*
 * Read the Multiboot (v1) information structure at `info`: flags 2 and 3. Answers false, and an empty
 * *out, if it cannot be mapped; a part of it that cannot be is left out.
 * A module that ends before it starts is taken to end where it starts: size not told.
 */
bool multiboot1_parse(firmware_map_t map, paddr_t info, struct boot_info *out);

/*
 * Read the Multiboot2 information structure at `info`: tags 1 (the last one counts), 3 (the first one
 * counts), 12, 20 and the private KMEM. Answers false, and an empty *out, if it cannot be mapped or is
 * shorter than its header. The walk stops at tag 0, at the end (or 1 MiB), and at a tag that is broken:
 * shorter than its header or longer than the structure. What came before it stays in *out.
 */
bool multiboot2_parse(firmware_map_t map, paddr_t info, struct boot_info *out);
