/* SPDX-License-Identifier: GPL-2.0-only */
/* The four functions that a freestanding compiler may call on its own account; as in C. */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *left, const void *right, size_t size);
