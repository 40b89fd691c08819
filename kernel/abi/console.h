/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory-buffer console: one page shared with its consumer (interface specification, C.1). */
#pragma once

#include "kernel/abi/layout.h"

enum : uint32_t { MBUF_SIZE = 4096, MBUF_CHARS = MBUF_SIZE - 8 };

/*
 * read == write means empty; the kernel writes `write`, the consumer `read` (and the kernel, when
 * the buffer is full: it drops the oldest character by compare-and-exchange). Reduce both modulo
 * MBUF_CHARS: their topmost bits are ignored.
 */
struct mbuf {
    _Atomic uint32_t read;
    _Atomic uint32_t write;
    char text[MBUF_CHARS];
};
ABI_FIELD(struct mbuf, text, 8, MBUF_CHARS);
ABI_SIZE(struct mbuf, MBUF_SIZE);
