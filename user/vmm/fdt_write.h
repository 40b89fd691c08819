/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes a flattened device tree (Devicetree specification, chapter 5) into a buffer. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum : size_t { FDT_STRINGS_MAX = 1024, FDT_SPACE_MIN = 2048 };

struct fdt_writer {
    uint8_t *data;
    size_t size, used;
    char strings[FDT_STRINGS_MAX]; /* names of properties */
    size_t strings_used;
    bool is_full;
};

/* Start in `size` bytes at `data`, which are overwritten. */
void fdt_begin(struct fdt_writer *w, void *data, size_t size);

void fdt_node(struct fdt_writer *w, const char *name);
void fdt_node_end(struct fdt_writer *w);

/* Properties: bytes; a text; `count` cells of 32 bits. */
void fdt_bytes(struct fdt_writer *w, const char *name, const void *value, size_t size);
void fdt_text(struct fdt_writer *w, const char *name, const char *text);
void fdt_cells(struct fdt_writer *w, const char *name, const uint32_t *cells, size_t count);

/* The size of the whole, or 0 if it did not fit. */
size_t fdt_finish(struct fdt_writer *w);
