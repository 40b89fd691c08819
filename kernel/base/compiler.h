/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words for the compiler: thread-safety analysis (clang, "Thread Safety Analysis"), hints and the
 * few attributes the kernel uses.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CAPABILITY(name) __attribute__((capability(name)))
#define GUARDED_BY(...) __attribute__((guarded_by(__VA_ARGS__)))
#define REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define REQUIRES_SHARED(...) __attribute__((requires_shared_capability(__VA_ARGS__)))
#define ACQUIRE(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define RELEASE(...) __attribute__((release_capability(__VA_ARGS__)))
#define ACQUIRE_SHARED(...) __attribute__((acquire_shared_capability(__VA_ARGS__)))
#define RELEASE_SHARED(...) __attribute__((release_shared_capability(__VA_ARGS__)))
#define NO_THREAD_SAFETY_ANALYSIS __attribute__((no_thread_safety_analysis))

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))
/* Call as the last thing, without using stack: `return f(x)` for functions that do not return. */
#define TAIL_CALL [[clang::musttail]] return
/* Runs once, or seldom: small rather than fast. */
#define COLD __attribute__((cold, noinline, minsize))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The struct that holds `ptr` as its member. */
#define CONTAINER_OF(ptr, type, member)                                                            \
    ((type *)(void *)((char *)(typeof_unqual(*(ptr)) *)(ptr) - offsetof(type, member)))
