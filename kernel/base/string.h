/* SPDX-License-Identifier: GPL-2.0-only */
/* As ISO C says (7.26): what the compiler may call in a freestanding program. Context: any. */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
