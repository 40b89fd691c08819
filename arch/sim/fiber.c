/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/sim/fiber.h"

#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <stdlib.h>

/* Who entered. */
static ucontext_t outside;
static void *outside_fake;
static const void *outside_stack;
static size_t outside_size;

static struct fiber *entered;

static void trampoline(void)
{
    __sanitizer_finish_switch_fiber(nullptr, &outside_stack, &outside_size);
    entered->run();
    abort(); /* nothing that runs here returns */
}

void fiber_start(struct fiber *fiber, void (*run)(void))
{
    __asan_unpoison_memory_region(fiber->stack, fiber->size); /* frames that were abandoned */
    getcontext(&fiber->context);
    fiber->context.uc_stack.ss_sp = fiber->stack;
    fiber->context.uc_stack.ss_size = fiber->size;
    makecontext(&fiber->context, trampoline, 0);
    fiber->run = run;
}

/* As swapcontext, of which the sanitizer thinks that it was not told what is done here. */
[[gnu::noinline]] static void swap(ucontext_t *from, const ucontext_t *to)
{
    volatile bool is_back = false;
    getcontext(from);
    if (is_back)
        return;
    is_back = true;
    setcontext(to);
}

void fiber_enter(struct fiber *fiber)
{
    entered = fiber;
    __sanitizer_start_switch_fiber(&outside_fake, fiber->stack, fiber->size);
    swap(&outside, &fiber->context);
    __sanitizer_finish_switch_fiber(outside_fake, nullptr, nullptr);
}

void fiber_leave(struct fiber *fiber)
{
    __sanitizer_start_switch_fiber(&fiber->fake, outside_stack, outside_size);
    swap(&fiber->context, &outside);
    __sanitizer_finish_switch_fiber(fiber->fake, &outside_stack, &outside_size);
}

[[noreturn]] void fiber_end(void)
{
    __sanitizer_start_switch_fiber(nullptr, outside_stack, outside_size);
    setcontext(&outside);
    abort();
}
