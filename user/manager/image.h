/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program in the form of a root task (interface specification, 6.2.2): an ELF file whose segments
 * have pages of their own and nothing that is not in the file. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum : size_t { IMAGE_SEGMENTS_MAX = 4 };

struct image_segment {
    uint64_t at;     /* virtual address, a multiple of 4096 */
    uint64_t offset; /* in the file, likewise               */
    uint64_t size;   /* bytes                               */
    bool is_writable, is_executable;
};

struct image {
    uint64_t entry;
    size_t count;
    struct image_segment segment[IMAGE_SEGMENTS_MAX];
};

/* False: the `size` bytes at `data` are no such file. */
bool image_parse(struct image *image, const void *data, size_t size);
