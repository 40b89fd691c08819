/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/fdt.h"

#include "kernel/base/bits.h"

/* "Header". All numbers are big-endian. */
enum : uint32_t { FDT_MAGIC = 0xd00d'feed, FDT_VERSION = 17, FDT_HEADER_SIZE = 40 };
enum fdt_header : unsigned {
    FDT_TOTAL_SIZE = 4,
    FDT_OFF_STRUCT = 8,
    FDT_OFF_STRINGS = 12,
    FDT_VERSION_OWN = 20,
    FDT_VERSION_COMPATIBLE = 24,
    FDT_SIZE_STRINGS = 32,
    FDT_SIZE_STRUCT = 36,
};

/* "Structure block", the tokens as they are stored. */
enum fdt_raw : uint32_t {
    FDT_RAW_BEGIN_NODE = 1,
    FDT_RAW_END_NODE = 2,
    FDT_RAW_PROP = 3,
    FDT_RAW_NOP = 4,
};

bool fdt_open(struct fdt *fdt, firmware_map_t map, paddr_t base)
{
    if (!is_aligned(base.raw, 8))
        return false;

    const struct bytes head = {map(base, FDT_HEADER_SIZE), FDT_HEADER_SIZE};
    if (head.data == nullptr || bytes_be32(head, 0) != FDT_MAGIC ||
        bytes_be32(head, FDT_VERSION_OWN) < FDT_VERSION ||
        bytes_be32(head, FDT_VERSION_COMPATIBLE) > FDT_VERSION)
        return false;

    const uint64_t size = bytes_be32(head, FDT_TOTAL_SIZE);
    if (size < FDT_HEADER_SIZE || size > FDT_SIZE_MAX)
        return false;
    const struct bytes all = {map(base, size), size};
    if (all.data == nullptr)
        return false;

    fdt->tree = bytes_part(all, bytes_be32(all, FDT_OFF_STRUCT), bytes_be32(all, FDT_SIZE_STRUCT));
    fdt->strings =
        bytes_part(all, bytes_be32(all, FDT_OFF_STRINGS), bytes_be32(all, FDT_SIZE_STRINGS));
    return fdt->tree.size != 0;
}

/* The string at `offset` without its terminator; no data if it has none. */
static struct bytes string_at(struct bytes b, uint64_t offset)
{
    for (uint64_t end = offset; end < b.size; end++)
        if (b.data[end] == 0)
            return (struct bytes){b.data + offset, end - offset};
    return (struct bytes){nullptr, 0};
}

/* The walk cannot go on: all further calls end here, too. */
static enum fdt_token stop(struct fdt_walk *walk)
{
    walk->offset = walk->fdt->tree.size;
    return FDT_END;
}

static enum fdt_token enter_node(struct fdt_walk *walk)
{
    walk->name = string_at(walk->fdt->tree, walk->offset);
    if (walk->name.data == nullptr)
        return stop(walk);
    walk->offset = align_up(walk->offset + walk->name.size + 1, 4);
    walk->depth++;
    return FDT_NODE;
}

static enum fdt_token read_property(struct fdt_walk *walk)
{
    const struct bytes tree = walk->fdt->tree;
    const uint32_t size = bytes_be32(tree, walk->offset);
    const uint64_t value = walk->offset + 8;

    if (walk->depth == 0 || !bytes_has(tree, value, size))
        return stop(walk);
    walk->name = string_at(walk->fdt->strings, bytes_be32(tree, walk->offset + 4));
    if (walk->name.data == nullptr)
        return stop(walk);
    walk->value = bytes_part(tree, value, size);
    walk->offset = align_up(value + size, 4);
    return FDT_PROPERTY;
}

enum fdt_token fdt_next(struct fdt_walk *walk)
{
    while (bytes_has(walk->fdt->tree, walk->offset, 4)) {
        const uint32_t token = bytes_be32(walk->fdt->tree, walk->offset);
        walk->offset += 4;
        switch (token) {
        case FDT_RAW_NOP:
            continue;
        case FDT_RAW_BEGIN_NODE:
            return enter_node(walk);
        case FDT_RAW_PROP:
            return read_property(walk);
        case FDT_RAW_END_NODE:
            if (walk->depth == 0)
                return stop(walk);
            walk->depth--;
            return FDT_NODE_END;
        default: /* FDT_END, or no token at all */
            return stop(walk);
        }
    }
    return stop(walk);
}

bool fdt_is(struct bytes b, const char *text)
{
    for (uint64_t i = 0; i < b.size; i++)
        if (text[i] == 0 || (uint8_t)text[i] != b.data[i])
            return false;
    return text[b.size] == 0;
}

bool fdt_has_string(struct bytes list, const char *text)
{
    for (uint64_t offset = 0; offset < list.size;) {
        const struct bytes entry = string_at(list, offset);
        if (entry.data == nullptr)
            return false;
        if (fdt_is(entry, text))
            return true;
        offset += entry.size + 1;
    }
    return false;
}
