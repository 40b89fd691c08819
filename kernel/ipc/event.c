/* SPDX-License-Identifier: GPL-2.0-only */
/* Events: implicit calls. Helping, and the death of ECs. */

#include "arch/contract/cpu.h"
#include "arch/contract/ec.h"
#include "arch/types.h"
#include "kernel/cap/space_obj.h"
#include "kernel/device/console.h"
#include "kernel/ipc/link.h"
#include "kernel/sched/sched.h"
#include "kernel/sync/rcu.h"

/* Links followed at once to the end of a chain; then interrupts get their turn. */
enum : unsigned { HELP_STEP_MAX = 64 };

/* ECs that die at once, likewise. */
enum : unsigned { DEATH_STEP_MAX = 64 };

void ipc_help(struct ec *busy)
{
    struct sched *const s = &cpu_local()->sched;
    s->helped = busy; /* what runs now is not in the chain of the current SC */
    for (unsigned step = 0;; step++) {
        /* Each round lets interrupts in: a cycle of calls turns here, on its own budget. */
        if (step % HELP_STEP_MAX == 0) {
            arch_interrupt_window();
            if (s->again)
                sched_restart();
        }
        if (busy->callee == nullptr)
            break;
        busy = busy->callee;
    }
    TAIL_CALL busy->cont(busy);
}

void ec_cont_blocked(struct ec *ec)
{
    /* Any number of SCs may come here, one after the other. */
    if (UNLIKELY(!list_is_empty(&ec->parked))) {
        arch_interrupt_window();
        if (ec->cont != ec_cont_blocked)
            sched_restart();
    }
    sched_park(ec);
}

void ec_cont_dead([[maybe_unused]] struct ec *ec)
{
    arch_interrupt_window(); /* likewise */
    sched_drop();
}

void ec_cont_dying(struct ec *self)
{
    /* With it die those whose events it was handling; the first who made a call goes on. */
    for (unsigned step = 1;; step++) {
        const uintptr_t tagged = self->caller;
        struct ec *const caller = (struct ec *)(tagged & ~CALLER_TAGS); /* NOLINT: tagged */
        self->caller = 0;
        self->cont = ec_cont_dead;
        if (tagged & CALLER_ZOMBIE)
            rcu_defer(&self->obj);
        if (caller == nullptr)
            break;
        caller->callee = nullptr;
        if (!(tagged & CALLER_EVENT)) {
            arch_ec_set_slot(&caller->arch, 0, ABORTED);
            break;
        }
        self = caller;
        self->cont = ec_cont_dying; /* whoever runs it next goes on here */
        if (step % DEATH_STEP_MAX == 0) {
            arch_interrupt_window();
            if (cpu_local()->sched.again)
                break;
        }
    }
    sched_restart();
}

[[noreturn]] void ec_kill(struct ec *self, const char *why)
{
    console_print(CONSOLE_WARN, "killed EC on CPU %u at %#lx: %s", self->cpu,
                  arch_ec_ip(&self->arch), why);
    ec_cont_dying(self);
    unreachable();
}

/* Sends event self->event to its portal, or kills `self`. Does not return, and needs no stack that stays. */
void ec_cont_event(struct ec *self)
{
    struct kobject *const obj =
        cap_lookup(self->objects, self->event_base + self->event, KOBJ_PT, PERM_PT_EVENT);
    if (UNLIKELY(obj == nullptr))
        ec_kill(self, "no portal for its event");
    struct pt *const pt = CONTAINER_OF(obj, struct pt, obj);
    struct ec *const handler = pt->ec;
    if (UNLIKELY(handler->cpu != self->cpu))
        ec_kill(self, "its event portal is on another CPU");

    if (UNLIKELY(handler->caller != CALLER_NONE)) {
        if (handler->cont == ec_cont_dead)
            ec_kill(self, "its event handler is dead");
        self->cont = ec_cont_event;
        TAIL_CALL ipc_help(handler);
    }
    const uint32_t mtd = atomic_load_explicit(&pt->mtd, memory_order_relaxed);
    arch_ec_load_utcb(self, handler->utcb, mtd, (unsigned)self->event);
    self->cont = ec_resume;
    ipc_enter(self, CALLER_EVENT, handler, pt, mtd);
    if (ipc_is_clean(handler))
        arch_ec_resume(handler);
    sched_restart(); /* its own events first: the scheduler finds it, however long the chain gets */
}

void ec_cont_startup(struct ec *ec)
{
    ec->event = ec->kind == EC_GUEST ? ARCH_GUEST_STARTUP : ARCH_EVENT_STARTUP;
    TAIL_CALL ec_cont_event(ec);
}

[[noreturn]] void ec_event(struct ec *ec, unsigned event)
{
    ec->event = event;
    ec_cont_event(ec);
    unreachable();
}

static void deal_with_hazard(struct ec *ec)
{
    const uint32_t hazard = atomic_load_explicit(&ec->hazard, memory_order_relaxed);
    if (hazard & HAZARD_ILLEGAL)
        ec_kill(ec, "illegal state or nothing to wait for");
    const bool is_timer = hazard & HAZARD_TIMER;
    /* Acquire: the handler of RECALL sees what was stored before it was asked for. */
    atomic_fetch_and_explicit(&ec->hazard, ~(uint32_t)(is_timer ? HAZARD_TIMER : HAZARD_RECALL),
                              memory_order_acq_rel);
    if (is_timer)
        ec->event = ARCH_GUEST_TIMER;
    else
        ec->event = ec->kind == EC_GUEST ? ARCH_GUEST_RECALL : ARCH_EVENT_RECALL;
    TAIL_CALL ec_cont_event(ec);
}

void ec_resume(struct ec *ec)
{
    if (UNLIKELY(!ipc_is_clean(ec)))
        TAIL_CALL deal_with_hazard(ec);
    arch_ec_resume(ec);
}
