/* SPDX-License-Identifier: GPL-2.0-only */
/* All of memory, from address 0, is the fuzzer's; the information structure is at 0. */
#include <stdlib.h>
#include <string.h>

#include "kernel/firmware/cmdline.h"
#include "kernel/firmware/multiboot.h"
#include "kernel/firmware/testing/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct boot_info *info)
{
    if (memchr(info->cmdline, 0, sizeof info->cmdline) == nullptr ||
        info->module.end.raw < info->module.start.raw)
        abort();
    cmdline_options(info->cmdline);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct boot_info info;
    memory_reset();
    memory_add_copy(0, data, size);
    multiboot1_parse(memory_map, paddr(0), &info);
    check(&info);
    multiboot2_parse(memory_map, paddr(0), &info);
    check(&info);
    memory_reset();
    return 0;
}
