/* SPDX-License-Identifier: GPL-2.0-only */
/* UEFI memory map (UEFI specification, "EFI_MEMORY_DESCRIPTOR" and its memory types). */
#include "user/lib/bootinfo.h"
#include "user/lib/bytes.h"

enum : size_t { DESC_SIZE_MIN = 40 };

/* By EFI_MEMORY_TYPE, as it is after boot services have been exited. */
static const enum memory_kind kinds[] = {
    MEMORY_RESERVED, /*  0 reserved                */
    MEMORY_USABLE,   /*  1 loader code             */
    MEMORY_USABLE,   /*  2 loader data             */
    MEMORY_USABLE,   /*  3 boot services code      */
    MEMORY_USABLE,   /*  4 boot services data      */
    MEMORY_FIRMWARE, /*  5 run-time services code  */
    MEMORY_FIRMWARE, /*  6 run-time services data  */
    MEMORY_USABLE,   /*  7 conventional memory     */
    MEMORY_BAD,      /*  8 unusable                */
    MEMORY_ACPI,     /*  9 ACPI, to be reclaimed   */
    MEMORY_NVS,      /* 10 ACPI NVS                */
    MEMORY_DEVICE,   /* 11 memory-mapped I/O       */
    MEMORY_DEVICE,   /* 12 memory-mapped ports     */
    MEMORY_FIRMWARE, /* 13 PAL code                */
    MEMORY_RESERVED, /* 14 persistent memory       */
};

bool uefi_parse(struct bootinfo *info, const void *data, size_t size, size_t desc_size)
{
    const uint8_t *const bytes = data;
    if (desc_size < DESC_SIZE_MIN)
        return false;

    for (size_t at = 0; desc_size <= size - at; at += desc_size) {
        const uint32_t type = le32(bytes + at);
        const uint64_t pages = le64(bytes + at + 24);
        if (pages > UINT64_MAX >> 12) {
            info->is_cut = true;
            continue;
        }
        bootinfo_add_range(info, le64(bytes + at + 8), pages << 12,
                           type < sizeof kinds / sizeof *kinds ? kinds[type] : MEMORY_RESERVED);
    }
    return true;
}
