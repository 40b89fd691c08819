/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each access of the kernel to memory, told before it is made: for programs that are built with the feature
 * "watched" (toolchains/config.bzl). The compiler's instrumentation for data races calls what is here; it is
 * not the library that usually comes with it.
 */
#pragma once

#include <stdint.h>

enum watch_kind : uint8_t {
    WATCH_LOAD,
    WATCH_STORE,
    WATCH_UPDATE, /* read-modify-write, also one that finds another value than it wants */
    WATCH_FENCE,  /* no access */
};

struct watch_access {
    uintptr_t at;
    uintptr_t pc; /* who does it: a return address */
    uint32_t size;
    enum watch_kind kind;
    uint8_t order; /* of an atomic: __ATOMIC_RELAXED... */
};

/*
 * Called on the CPU that is about to do it; nullptr: nobody cares. Both are called outside of the kernel,
 * too, then sim_cpu_current is nullptr. It must not access what is watched, but may stop the CPU (sim_pause).
 */
extern void (*watch_atomic)(const struct watch_access *access);
extern void (*watch_plain)(const struct watch_access *access);
