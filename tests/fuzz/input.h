/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes of a fuzzer, one after the other; behind them those of a generator that they have seeded. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct input {
    const uint8_t *next, *end;
    uint64_t state;
};

/* FNV-1a. */
static inline struct input input_begin(const uint8_t *data, size_t size)
{
    struct input in = {.next = data, .end = data + size, .state = 0xcbf2'9ce4'8422'2325};
    for (size_t i = 0; i < size; i++)
        in.state = (in.state ^ data[i]) * 0x100'0000'01b3;
    return in;
}

static inline uint8_t input_byte(struct input *in)
{
    if (in->next < in->end)
        return *in->next++;
    in->state = in->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint8_t)(in->state >> 56);
}

static inline void input_fill(struct input *in, void *to, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)to)[i] = input_byte(in);
}

static inline uint64_t input_word(struct input *in)
{
    uint64_t word;
    input_fill(in, &word, sizeof word);
    return word;
}

static inline void require(bool good)
{
    if (!good)
        abort();
}
