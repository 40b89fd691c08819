/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/sim/fiber.h"

#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <stdint.h>
#include <stdlib.h>

/* Who entered. */
static void *outside_sp;
static void *outside_fake;
static const void *outside_stack;
static size_t outside_size;

static struct fiber *entered;

/* System V ABI, x86-64: what a function preserves, pushed below its return address. */
struct saved {
    uint64_t r15, r14, r13, r12, rbx, rbp;
    void (*ip)(void);
    uint64_t caller; /* return address of `ip`, if it is entered: none */
};

/* Leave this stack, with *from its top, for the one whose top is `to`. As swapcontext, without its system calls. */
[[gnu::naked, gnu::noinline]] static void swap([[maybe_unused]] void **from,
                                               [[maybe_unused]] void *to)
{
    __asm__("push %rbp\n\t"
            "push %rbx\n\t"
            "push %r12\n\t"
            "push %r13\n\t"
            "push %r14\n\t"
            "push %r15\n\t"
            "mov %rsp, (%rdi)\n\t"
            "mov %rsi, %rsp\n\t"
            "pop %r15\n\t"
            "pop %r14\n\t"
            "pop %r13\n\t"
            "pop %r12\n\t"
            "pop %rbx\n\t"
            "pop %rbp\n\t"
            "ret");
}

static void begin(void)
{
    __sanitizer_finish_switch_fiber(nullptr, &outside_stack, &outside_size);
    entered->run();
    abort(); /* nothing that runs here returns */
}

void fiber_start(struct fiber *fiber, void (*run)(void))
{
    __asan_unpoison_memory_region(fiber->stack, fiber->size); /* frames that were abandoned */
    struct saved *const top = (struct saved *)(void *)(fiber->stack + fiber->size) - 1;
    *top = (struct saved){.ip = begin};
    fiber->sp = top;
    fiber->run = run;
}

void fiber_enter(struct fiber *fiber)
{
    entered = fiber;
    __sanitizer_start_switch_fiber(&outside_fake, fiber->stack, fiber->size);
    swap(&outside_sp, fiber->sp);
    __sanitizer_finish_switch_fiber(outside_fake, nullptr, nullptr);
}

void fiber_leave(struct fiber *fiber)
{
    __sanitizer_start_switch_fiber(&fiber->fake, outside_stack, outside_size);
    swap(&fiber->sp, outside_sp);
    __sanitizer_finish_switch_fiber(fiber->fake, &outside_stack, &outside_size);
}

[[noreturn]] void fiber_end(void)
{
    void *abandoned;
    __sanitizer_start_switch_fiber(nullptr, outside_stack, outside_size);
    swap(&abandoned, outside_sp);
    abort();
}
