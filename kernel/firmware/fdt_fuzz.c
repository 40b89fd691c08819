/* SPDX-License-Identifier: GPL-2.0-only */
/* A tree of the fuzzer's; a walk through it ends and gives nothing from outside. */
#include <stdlib.h>

#include "kernel/firmware/fdt.h"
#include "kernel/firmware/testing/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read every byte: the sanitizers see what is not there. */
static void touch(struct bytes b)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < b.size; i++)
        sum += b.data[i];
    if (sum > 255 * b.size)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memory_reset();
    memory_add_copy(0, data, size);

    struct fdt fdt;
    if (fdt_open(&fdt, memory_map, paddr(0))) {
        struct fdt_walk walk = {.fdt = &fdt};
        uint64_t before = 0;
        for (enum fdt_token token; (token = fdt_next(&walk)) != FDT_END; before = walk.offset) {
            if (walk.offset <= before || walk.offset > size + 4)
                abort();
            if (token != FDT_NODE_END)
                touch(walk.name);
            if (token == FDT_PROPERTY) {
                touch(walk.value);
                fdt_has_string(walk.value, "multiboot,module");
            }
        }
    }
    struct prange range;
    if (fdt_find_root_image(memory_map, paddr(0), &range) && range.start.raw >= range.end.raw)
        abort();
    memory_reset();
    return 0;
}
