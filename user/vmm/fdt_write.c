/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/vmm/fdt_write.h"

#include "kernel/base/string.h"

/* Devicetree specification, 5.2 to 5.4: header, (empty) memory reservations, structure, strings. */
enum : uint32_t { MAGIC = 0xd00d'feed, VERSION = 17, COMPATIBLE = 16 };
enum : uint32_t { BEGIN_NODE = 1, END_NODE = 2, PROP = 3, END = 9 };
enum : size_t { HEADER_SIZE = 40, RESERVED_SIZE = 16, STRUCTURE = HEADER_SIZE + RESERVED_SIZE };

static void put(struct fdt_writer *w, const void *bytes, size_t size)
{
    const size_t padded = (size + 3) & ~(size_t)3;
    if (w->is_full || padded > w->size - w->used) {
        w->is_full = true;
        return;
    }
    memcpy(w->data + w->used, bytes, size);
    memset(w->data + w->used + size, 0, padded - size);
    w->used += padded;
}

static void put_cell(struct fdt_writer *w, uint32_t value)
{
    const uint32_t cell = __builtin_bswap32(value);
    put(w, &cell, sizeof cell);
}

static size_t length(const char *text)
{
    size_t n = 0;
    while (text[n] != '\0')
        n++;
    return n;
}

void fdt_begin(struct fdt_writer *w, void *data, size_t size)
{
    static const uint8_t zeros[STRUCTURE];
    *w = (struct fdt_writer){.data = data, .size = size};
    put(w, zeros, sizeof zeros);
}

void fdt_node(struct fdt_writer *w, const char *name)
{
    put_cell(w, BEGIN_NODE);
    put(w, name, length(name) + 1);
}

void fdt_node_end(struct fdt_writer *w)
{
    put_cell(w, END_NODE);
}

/* The offset of a name among the strings, where it is put unless it is there. */
static uint32_t intern(struct fdt_writer *w, const char *name)
{
    const size_t size = length(name) + 1;
    for (size_t at = 0; at + size <= w->strings_used; at += length(w->strings + at) + 1)
        if (memcmp(w->strings + at, name, size) == 0)
            return (uint32_t)at;
    if (size > sizeof w->strings - w->strings_used) {
        w->is_full = true;
        return 0;
    }
    const size_t at = w->strings_used;
    memcpy(w->strings + at, name, size);
    w->strings_used += size;
    return (uint32_t)at;
}

void fdt_bytes(struct fdt_writer *w, const char *name, const void *value, size_t size)
{
    put_cell(w, PROP);
    put_cell(w, (uint32_t)size);
    put_cell(w, intern(w, name));
    put(w, value, size);
}

void fdt_text(struct fdt_writer *w, const char *name, const char *text)
{
    fdt_bytes(w, name, text, length(text) + 1);
}

void fdt_cells(struct fdt_writer *w, const char *name, const uint32_t *cells, size_t count)
{
    put_cell(w, PROP);
    put_cell(w, (uint32_t)(count * sizeof *cells));
    put_cell(w, intern(w, name));
    for (size_t i = 0; i < count; i++)
        put_cell(w, cells[i]);
}

size_t fdt_finish(struct fdt_writer *w)
{
    put_cell(w, END);
    const size_t strings = w->used;
    put(w, w->strings, w->strings_used);
    if (w->is_full)
        return 0;

    const size_t total = w->used;
    const uint32_t header[] = {
        MAGIC,
        (uint32_t)total,
        STRUCTURE,
        (uint32_t)strings,
        HEADER_SIZE,
        VERSION,
        COMPATIBLE,
        0,
        (uint32_t)w->strings_used,
        (uint32_t)(strings - STRUCTURE),
    };
    static_assert(sizeof header == HEADER_SIZE);
    w->used = 0;
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        put_cell(w, header[i]);
    w->used = total;
    return total;
}
