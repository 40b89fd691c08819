/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking the machine over from UEFI boot services (UEFI Specification 2.10, "Services - Boot
 * Services", "EFI System Table"; PCI I/O Protocol).
 */
#pragma once

#include "arch/contract/boot.h"
#include "kernel/firmware/map.h"

/* A handover that did not happen: no map, no tables. */
static inline struct uefi_handover uefi_none(void)
{
    return (struct uefi_handover){.map = paddr_none(), .rsdp = paddr_none(), .fdt = paddr_none()};
}

/*
 * Disconnect the drivers of PCI devices behind bridges, stop bus mastering through bridges, fetch the
 * memory map, exit boot services and note the configuration tables. If the two tables are not what
 * they should be nothing is touched and the answer is uefi_none(). If the firmware will not let go
 * (three tries) the answer has no map.
 *
 * Context: boot CPU, before the kernel's page tables: in the environment of the firmware, which needs
 * its own mappings, 128 KiB of stack, and may take interrupts. Position independent; `system_table`
 * and `image_handle` are tags 12 and 20 of Multiboot2, both not 0.
 */
struct uefi_handover uefi_exit(uint64_t system_table, uint64_t image_handle);

/* Memory types the kernel cares for ("Memory Type Usage after ExitBootServices()"). */
enum uefi_memory : uint32_t { UEFI_RUNTIME_CODE = 5, UEFI_RUNTIME_DATA = 6 };

struct uefi_region {
    uint32_t type; /* enum uefi_memory, or another number */
    struct prange range;
};

/* A walk through a memory map. Start with {.map = kmap_window, .uefi = &entry->uefi}. */
struct uefi_walk {
    firmware_map_t map;
    const struct uefi_handover *uefi;
    uint32_t offset; /* of the next descriptor */
};

/*
 * The next region; false at the end. Regions that are empty, misaligned or wrap are passed over; a
 * descriptor size below the 40 bytes of version 1 ends the walk. Context: kernel's page tables.
 */
bool uefi_next(struct uefi_walk *walk, struct uefi_region *out);
