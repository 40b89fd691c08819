/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/testing/memory.h"

#include <stdlib.h>
#include <string.h>

enum : unsigned { RANGES_MAX = 16 };

static struct range {
    uint64_t base;
    size_t size;
    uint8_t *data;
} ranges[RANGES_MAX];
static unsigned range_count;
static uint8_t *window;

void memory_reset(void)
{
    for (unsigned i = 0; i < range_count; i++)
        free(ranges[i].data);
    range_count = 0;
    free(window);
    window = nullptr;
}

uint8_t *memory_add(uint64_t base, size_t size)
{
    if (range_count == RANGES_MAX)
        abort();
    uint8_t *const data = calloc(1, size + 1);
    ranges[range_count++] = (struct range){base, size, data};
    return data;
}

uint8_t *memory_add_copy(uint64_t base, const void *data, size_t size)
{
    uint8_t *const to = memory_add(base, size);
    if (size != 0)
        memcpy(to, data, size);
    return to;
}

const void *memory_map(paddr_t base, uint64_t size)
{
    free(window);
    window = nullptr;
    for (unsigned i = 0; i < range_count; i++) {
        const struct range *const r = &ranges[i];
        if (size == 0 || base.raw < r->base || size > r->size ||
            base.raw - r->base > r->size - size)
            continue;
        window = malloc(size + 1);
        if (window == nullptr)
            abort();
        return memcpy(window + 1, r->data + (base.raw - r->base), size);
    }
    return nullptr;
}

void put_le(uint8_t *at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

void put_be(uint8_t *at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}
