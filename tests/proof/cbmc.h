/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before each file that is proved: C23 and clang in the words that CBMC's C front end knows, and
 * what a claim is made of.
 */
#pragma once

#define constexpr const
#define nullptr ((void *)0)
#define typeof_unqual __typeof__

/* Where the compiler is told that it cannot come, CBMC has to show that it does not. */
#define __builtin_unreachable() CLAIM(0, "unreachable")

#define __builtin_memcpy memcpy
void *memcpy(void *to, const void *from, unsigned long size);

/* Proofs have one CPU, so what is atomic is so by itself. The order of memory accesses is not proved. */
#define __c11_atomic_init(at, value) (*(at) = (value))
#define __c11_atomic_load __atomic_load_n
#define __c11_atomic_store __atomic_store_n
#define __c11_atomic_exchange __atomic_exchange_n
#define __c11_atomic_fetch_add __atomic_fetch_add
#define __c11_atomic_fetch_sub __atomic_fetch_sub
#define __c11_atomic_compare_exchange_strong(at, expected, desired, success, failure)              \
    __atomic_compare_exchange_n(at, expected, desired, 0, success, failure)
#define __c11_atomic_compare_exchange_weak __c11_atomic_compare_exchange_strong

/* CBMC ignores the attribute that ends a guard; that locks are released is what the compiler checks. */
#include "kernel/sync/spinlock.h"
#undef SPIN_GUARD
#define SPIN_GUARD(l) (void)(l)

#define PROOF(name) void name(void)
/* What has to hold; what is known from elsewhere; any value of a type. */
#define CLAIM(cond, what) __CPROVER_assert(cond, what)
#define GIVEN(cond) __CPROVER_assume(cond)
#define ANY(type) nondet_##type()
unsigned ANY(unsigned);
uint8_t ANY(uint8_t);
uint16_t ANY(uint16_t);
uint32_t ANY(uint32_t);
uint64_t ANY(uint64_t);
bool ANY(bool);
