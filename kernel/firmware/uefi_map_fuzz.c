/* SPDX-License-Identifier: GPL-2.0-only */
/* The first two bytes are the descriptor size, the rest is the map. */
#include <stdlib.h>

#include "kernel/firmware/testing/memory.h"
#include "kernel/firmware/uefi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    memory_reset();
    memory_add_copy(0x1000, data + 2, size - 2);

    struct uefi_handover uefi = uefi_none();
    uefi.map = paddr(0x1000);
    uefi.map_size = (uint32_t)(size - 2);
    uefi.desc_size = (uint16_t)(data[0] | data[1] << 8);

    struct uefi_walk walk = {.map = memory_map, .uefi = &uefi};
    for (struct uefi_region region; uefi_next(&walk, &region);)
        if (region.range.start.raw >= region.range.end.raw)
            abort();
    memory_reset();
    return 0;
}
