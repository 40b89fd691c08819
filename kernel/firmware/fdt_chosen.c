/* SPDX-License-Identifier: GPL-2.0-only */
/* What a loader says about root's image in /chosen. */
#include <stdckdint.h>

#include "kernel/firmware/fdt.h"

enum : unsigned { DEPTH_CHOSEN = 2, DEPTH_MODULE = 3 };

struct chosen {
    struct bytes initrd_start, initrd_end;
    unsigned address_cells, size_cells;
    struct bytes module_reg; /* of the first module; no data before it is found */
};

/* A child of /chosen, property by property. */
struct child {
    bool is_module;
    struct bytes reg;
};

static void read_chosen(struct chosen *chosen, const struct fdt_walk *walk)
{
    if (fdt_is(walk->name, "linux,initrd-start"))
        chosen->initrd_start = walk->value;
    else if (fdt_is(walk->name, "linux,initrd-end"))
        chosen->initrd_end = walk->value;
    else if (fdt_is(walk->name, "#address-cells"))
        chosen->address_cells = bytes_be32(walk->value, 0);
    else if (fdt_is(walk->name, "#size-cells"))
        chosen->size_cells = bytes_be32(walk->value, 0);
}

static void read_child(struct child *child, const struct fdt_walk *walk)
{
    if (fdt_is(walk->name, "compatible"))
        child->is_module = fdt_has_string(walk->value, "multiboot,module");
    else if (fdt_is(walk->name, "reg"))
        child->reg = walk->value;
}

/* Go through the whole tree and keep what is in /chosen. */
static struct chosen find_chosen(const struct fdt *fdt)
{
    struct chosen chosen = {.address_cells = 2, .size_cells = 1};
    struct child child = {0};
    bool inside = false;
    struct fdt_walk walk = {.fdt = fdt};

    for (enum fdt_token token; (token = fdt_next(&walk)) != FDT_END;) {
        if (token == FDT_NODE && walk.depth == DEPTH_CHOSEN) {
            inside = fdt_is(walk.name, "chosen");
        } else if (!inside) {
            continue;
        } else if (token == FDT_NODE && walk.depth == DEPTH_MODULE) {
            child = (struct child){0};
        } else if (token == FDT_NODE_END && walk.depth == DEPTH_CHOSEN) { /* a child ends */
            if (child.is_module && chosen.module_reg.data == nullptr)
                chosen.module_reg = child.reg;
        } else if (token == FDT_NODE_END && walk.depth < DEPTH_CHOSEN) {
            break;
        } else if (token == FDT_PROPERTY && walk.depth == DEPTH_CHOSEN) {
            read_chosen(&chosen, &walk);
        } else if (token == FDT_PROPERTY && walk.depth == DEPTH_MODULE) {
            read_child(&child, &walk);
        }
    }
    return chosen;
}

static bool is_number(struct bytes value)
{
    return value.size == 4 || value.size == 8;
}

static bool initrd_range(const struct chosen *chosen, struct prange *out)
{
    if (!is_number(chosen->initrd_start) || !is_number(chosen->initrd_end))
        return false;
    out->start = paddr(bytes_be(chosen->initrd_start, 0, (unsigned)chosen->initrd_start.size));
    out->end = paddr(bytes_be(chosen->initrd_end, 0, (unsigned)chosen->initrd_end.size));
    return out->start.raw < out->end.raw;
}

static bool module_range(const struct chosen *chosen, struct prange *out)
{
    const unsigned address_cells = chosen->address_cells, size_cells = chosen->size_cells;
    if (address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2)
        return false;

    const uint64_t start = bytes_be(chosen->module_reg, 0, 4 * address_cells);
    const uint64_t size = bytes_be(chosen->module_reg, 4 * address_cells, 4 * size_cells);
    out->start = paddr(start);
    return size != 0 && !ckd_add(&out->end.raw, start, size);
}

bool fdt_find_root_image(firmware_map_t map, paddr_t base, struct prange *out)
{
    struct fdt fdt;
    if (!fdt_open(&fdt, map, base))
        return false;

    const struct chosen chosen = find_chosen(&fdt);
    return initrd_range(&chosen, out) || module_range(&chosen, out);
}
