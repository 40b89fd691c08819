/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of a report: a name of up to 18 characters, then what there is to say; 80 columns. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A line of its own, with an empty one above it. */
void text_heading(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

void text_row(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The physical range [start, end), its size and a remark. */
void text_range(const char *name, uint64_t start, uint64_t end, const char *remark);

/* `bytes` in the largest unit that it reaches, with one decimal: "1.5 GiB". Cut, not rounded. */
enum : size_t { TEXT_SIZE_MAX = 16 };
const char *text_size(char to[TEXT_SIZE_MAX], uint64_t bytes);
