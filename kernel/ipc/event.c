/* SPDX-License-Identifier: GPL-2.0-only */
/* Events: implicit calls. Helping, and the death of ECs. */

#include "arch/contract/ec.h"
#include "arch/contract/timer.h"
#include "arch/inline.h"
#include "kernel/cap/space_obj.h"
#include "kernel/device/console.h"
#include "kernel/ipc/ipc.h"
#include "kernel/ipc/link.h"

enum : unsigned { HELP_STEP_MAX = 64 };

[[noreturn]] void ipc_help(struct ec *busy)
{
    struct sched *const s = &cpu_local()->sched;
    unsigned steps = 0;
    /* Each round lets interrupts in: a cycle of calls spins here, on its own budget. */
    arch_interrupt_window();
    if (s->again)
        sched_restart();
    s->depth = 0;
    for (; busy->callee != nullptr; busy = busy->callee)
        if (++steps % HELP_STEP_MAX == 0 && arch_interrupt_window() && s->again)
            sched_restart();
    busy->cont(busy);
}

[[noreturn]] void ec_cont_blocked(struct ec *ec)
{
    sched_park(ec);
}

[[noreturn]] void ec_cont_dead([[maybe_unused]] struct ec *ec)
{
    sched_drop();
}

/*
 * `self` and everybody whose event it handles dies; the first who called it by ipc_call goes on with
 * ABORTED.
 */
[[noreturn]] void ec_kill(struct ec *self, const char *why)
{
    console_print(CONSOLE_WARN, "killed EC on CPU %u at %#lx: %s", self->cpu,
                  arch_ec_ip(&self->arch), why);
    for (;;) {
        const uintptr_t tagged = self->caller;
        struct ec *const caller = (struct ec *)(tagged & ~CALLER_TAGS); /* NOLINT: tagged */
        self->caller = tagged & CALLER_ZOMBIE;
        self->cont = ec_cont_dead;
        if (caller == nullptr)
            break;
        caller->callee = nullptr;
        if (!(tagged & CALLER_EVENT)) {
            arch_ec_set_slot(&caller->arch, 0, ABORTED);
            break;
        }
        self = caller;
    }
    sched_restart();
}

[[noreturn]] void ipc_event(struct ec *self, unsigned event)
{
    struct kobject *const obj =
        cap_lookup(self->objects, self->event_base + event, KOBJ_PT, PERM_PT_EVENT);
    if (obj == nullptr)
        ec_kill(self, "no portal for its event");
    struct pt *const pt = CONTAINER_OF(obj, struct pt, obj);
    struct ec *const handler = pt->ec;
    if (handler->cpu != self->cpu)
        ec_kill(self, "its event portal is on another CPU");
    if (handler->cont != nullptr) {
        if (handler->cont == ec_cont_dead)
            ec_kill(self, "its event handler is dead");
        self->event = event;
        self->cont = ec_cont_event;
        ipc_help(handler);
    }
    const uint32_t mtd = atomic_load_explicit(&pt->mtd, memory_order_relaxed);
    arch_ec_load_utcb(self, handler->utcb, mtd, event);
    self->cont = ec_resume;
    ipc_link(self, handler, CALLER_EVENT);
    ipc_enter(handler, pt, mtd);
}

[[noreturn]] void ec_cont_event(struct ec *ec)
{
    ipc_event(ec, ec->event);
}

[[noreturn]] void ec_cont_startup(struct ec *ec)
{
    ipc_event(ec, ARCH_EVENT_STARTUP);
}

[[noreturn]] void ec_event(struct ec *ec, unsigned event)
{
    ipc_event(ec, event);
}

[[noreturn]] static void deal_with_hazard(struct ec *ec)
{
    const uint32_t hazard =
        atomic_fetch_and_explicit(&ec->hazard, ~(uint32_t)HAZARD_RECALL, memory_order_acq_rel);
    if (hazard & HAZARD_ILLEGAL)
        ec_kill(ec, "illegal state in its handler's reply");
    ipc_event(ec, ARCH_EVENT_RECALL);
}

[[noreturn]] void ec_resume(struct ec *ec)
{
    if (UNLIKELY(atomic_load_explicit(&ec->hazard, memory_order_relaxed) != 0))
        deal_with_hazard(ec);
    arch_ec_resume(ec);
}

[[noreturn]] void ipc_reply_slow(struct ec *self)
{
    const uintptr_t tagged = self->caller;
    struct ec *const caller = (struct ec *)(tagged & ~CALLER_TAGS); /* NOLINT: tagged */
    self->caller = 0;
    self->cont = nullptr;
    if (caller == nullptr)
        /* A global thread has nobody to reply to: it waits for a message that never comes. */
        sched_sleep(self);

    const uint32_t mtd = (uint32_t)arch_ec_slot(&self->arch, 1);
    caller->callee = nullptr;
    if (tagged & CALLER_EVENT) {
        if (!arch_ec_store_utcb(caller, self->utcb, mtd))
            atomic_fetch_or_explicit(&caller->hazard, HAZARD_ILLEGAL, memory_order_relaxed);
    } else {
        arch_words_copy(caller->utcb, self->utcb, (mtd & 0x1ff) + 1);
        arch_ec_set_slot(&caller->arch, 0, SUCCESS);
        arch_ec_set_slot(&caller->arch, 1, mtd);
    }
    if (tagged & CALLER_ZOMBIE)
        rcu_defer(&self->obj);
    ipc_back(caller);
}
