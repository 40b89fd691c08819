/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flattened device tree (Devicetree Specification 0.4, "Flattened Devicetree (DTB) Format"),
 * versions compatible with 17.
 */
#pragma once

#include "kernel/firmware/bytes.h"
#include "kernel/firmware/map.h"

/* A tree in the window of `map`: good until the next call of `map`. */
struct fdt {
    struct bytes tree;    /* structure block */
    struct bytes strings; /* strings block   */
};

enum fdt_token : uint8_t { FDT_END, FDT_NODE, FDT_NODE_END, FDT_PROPERTY };

/* A walk through all nodes in their order. Start with {.fdt = &fdt}. */
struct fdt_walk {
    const struct fdt *fdt;
    uint64_t offset;   /* of the next token in fdt->tree                                          */
    unsigned depth;    /* nodes around the current token: 1 in the root node                      */
    struct bytes name; /* of the node just entered or of the property, without terminator         */
    struct bytes
        value; /* of the property                                                         */
};

/*
 * Map the tree at `base` and check its header: alignment to 8, magic, version, and that both blocks
 * lie inside the total size, itself at most FDT_SIZE_MAX. Answers false if there is no such tree.
 */
enum : uint64_t { FDT_SIZE_MAX = UINT64_C(4) << 20 };
bool fdt_open(struct fdt *fdt, firmware_map_t map, paddr_t base);

/*
 * Advance to the next token. FDT_NODE: `depth` already counts the node, `name` is its name with unit
 * address. FDT_NODE_END: `depth` no longer counts it. FDT_END also where the tree is broken.
 */
enum fdt_token fdt_next(struct fdt_walk *walk);

/* Is `text` the whole of `b`? */
bool fdt_is(struct bytes b, const char *text);

/* Is `text` one of the terminated strings in `list` (as in "compatible")? */
bool fdt_has_string(struct bytes list, const char *text);

/*
 * Where is root's image? /chosen's linux,initrd-start and -end (one or two cells each), otherwise the
 * `reg` of the first child of /chosen that is compatible with multiboot,module, in the cells that
 * /chosen says (2 and 1 if it is silent). Answers false if the tree names neither or says nonsense.
 */
bool fdt_find_root_image(firmware_map_t map, paddr_t base, struct prange *out);
