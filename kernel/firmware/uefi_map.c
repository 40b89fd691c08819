/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdckdint.h>

#include "kernel/base/bits.h"
#include "kernel/firmware/bytes.h"
#include "kernel/firmware/uefi.h"

/* EFI_MEMORY_DESCRIPTOR */
enum : unsigned {
    DESCRIPTOR_TYPE = 0,
    DESCRIPTOR_START = 8,
    DESCRIPTOR_PAGES = 24,
    DESCRIPTOR_SIZE_MIN = 40,
};

static bool read_region(struct bytes b, struct uefi_region *out)
{
    const uint64_t start = bytes_le64(b, DESCRIPTOR_START);
    uint64_t size, end;
    if (!is_aligned(start, PAGE_SIZE) ||
        ckd_mul(&size, bytes_le64(b, DESCRIPTOR_PAGES), (uint64_t)PAGE_SIZE) || size == 0 ||
        ckd_add(&end, start, size))
        return false;
    *out = (struct uefi_region){
        .type = bytes_le32(b, DESCRIPTOR_TYPE),
        .range = {paddr(start), paddr(end)},
    };
    return true;
}

bool uefi_next(struct uefi_walk *walk, struct uefi_region *out)
{
    const struct uefi_handover *const uefi = walk->uefi;
    if (paddr_is_none(uefi->map) || uefi->desc_size < DESCRIPTOR_SIZE_MIN)
        return false;

    const void *const data = walk->map(uefi->map, uefi->map_size);
    const struct bytes all = {data, data == nullptr ? 0 : uefi->map_size};
    while (bytes_has(all, walk->offset, uefi->desc_size)) {
        const struct bytes b = bytes_part(all, walk->offset, uefi->desc_size);
        walk->offset += uefi->desc_size;
        if (read_region(b, out))
            return true;
    }
    return false;
}
