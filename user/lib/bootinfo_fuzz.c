/* SPDX-License-Identifier: GPL-2.0-only */
/* Fuzz target: the boot-information parsers on arbitrary bytes. */
#include <stddef.h>
#include <stdint.h>

#include "user/lib/bootinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bootinfo info;
    if (size == 0)
        return 0;

    info = (struct bootinfo){};
    switch (data[0] % 4) {
    case 0:
        (void)multiboot2_parse(&info, data + 1, size - 1);
        break;
    case 1:
        multiboot1_parse_map(&info, data + 1, size - 1);
        break;
    case 2:
        (void)uefi_parse(&info, data + 1, size - 1, data[0]);
        break;
    default:
        (void)fdt_parse(&info, data + 1, size - 1);
        break;
    }
    for (size_t i = 0; i < info.range_count; i++)
        if (info.range[i].start >= info.range[i].end || info.range[i].kind >= MEMORY_KINDS)
            __builtin_trap();
    return 0;
}
