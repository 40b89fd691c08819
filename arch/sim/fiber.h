/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks to switch between, known to the address sanitizer: one for each simulated CPU. */
#pragma once

#include <stddef.h>

struct fiber {
    void *sp; /* while it does not run: what fiber.c needs to go on is there */
    char *stack;
    size_t size;
    void *fake; /* the sanitizer's part of the stack */
    void (*run)(void);
};

/* Let `fiber`, whose stack and size are set, begin with `run` when it is entered; its stack is empty. */
void fiber_start(struct fiber *fiber, void (*run)(void));

/* Run `fiber` until it leaves. Context: outside of all. */
void fiber_enter(struct fiber *fiber);

/* Go back to who entered; returns when entered again. Context: `fiber`. */
void fiber_leave(struct fiber *fiber);

/* The same, for good: only fiber_start brings it back. Context: any fiber. */
[[noreturn]] void fiber_end(void);
