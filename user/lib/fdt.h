/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A flattened device tree as a sequence of items (Devicetree specification, chapter 5). Pure: reads
 * only inside the bytes it was given, keeps no state, accepts any nonsense.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct fdt {
    const uint8_t *tokens; /* structure block         */
    size_t tokens_size;
    const char *strings; /* names of properties     */
    size_t strings_size;
    const uint8_t *reserved; /* memory reservation block, pairs of address and size */
    size_t reserved_size;
};

enum fdt_kind : uint8_t { FDT_NODE, FDT_NODE_END, FDT_PROPERTY, FDT_END };

struct fdt_item {
    enum fdt_kind kind;
    const char *name;     /* of a node (with unit address) or property; terminated */
    const uint8_t *value; /* of a property                                         */
    size_t size;          /* of the value in bytes                                 */
};

/* Total size that the first 8 bytes announce; 0 if they are not those of a device tree. */
uint32_t fdt_size(const void *data);

/* Find the blocks; false if this is no device tree or a block lies outside of its `size` bytes. */
bool fdt_open(struct fdt *fdt, const void *data, size_t size);

/*
 * The item at offset `*at`, which starts at 0 and is advanced to the next. The end of the tree, or
 * anything malformed, is FDT_END, again and again.
 */
struct fdt_item fdt_next(const struct fdt *fdt, size_t *at);

/* Whether two terminated names are equal. */
bool fdt_name_is(const char *name, const char *other);
