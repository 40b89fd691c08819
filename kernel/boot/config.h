/* SPDX-License-Identifier: GPL-2.0-only */
/* What the boot loader told us, in our own words: filled by kernel/firmware from untrusted bytes. */
#pragma once

#include <stdint.h>

#include "kernel/base/types.h"

enum boot_option : uint32_t {
    BOOT_INSECURE = 1 << 0,
    BOOT_NOCCST = 1 << 1,
    BOOT_NOCPST = 1 << 2,
    BOOT_NODL = 1 << 3,
    BOOT_NOMKTME = 1 << 4,
    BOOT_NOPCID = 1 << 5,
    BOOT_NOSMMU = 1 << 6,
    BOOT_NOUART = 1 << 7,
    BOOT_NOVPID = 1 << 8,
};

struct boot_entry; /* arch/contract/boot.h */

struct boot_config {
    uint32_t options;    /* enum boot_option                                               */
    paddr_t root_image;  /* 0: none given                                                  */
    uint64_t root_size;  /* bytes; 0: not told                                             */
    paddr_t fdt;         /* flattened device tree; UINT64_MAX: none                        */
    paddr_t rsdp;        /* ACPI root pointer; UINT64_MAX: none                            */
    uint64_t pool_extra; /* bytes the loader wants added to the kernel's pool (KMEM tag)   */
};

/*
 * Read what the boot loader left: Multiboot information, device tree, command line. Never fails: what
 * is missing or malformed counts as not given, with a line on the console.
 * Context: boot CPU, after frame_init.
 */
void config_read(const struct boot_entry *entry, struct boot_config *config);

/* Keep what the UEFI map reserves for firmware run-time services from being delegated. */
void config_protect_firmware(const struct boot_entry *entry);
