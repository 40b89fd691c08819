/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/sched/sched.h"

#include "arch/contract/cpu.h"
#include "arch/contract/timer.h"
#include "arch/inline.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/ec.h"
#include "kernel/obj/sc.h"

/* Links followed at once from an SC to the EC it runs; then interrupts get their turn. */
enum : unsigned { CHAIN_STEP_MAX = 64 };

static struct sched *local(void)
{
    return &cpu_local()->sched;
}

void sched_init(struct sched *s, struct sc *idle)
{
    for (unsigned prio = 0; prio < SCHED_PRIO_COUNT; prio++)
        list_init(&s->queue[prio]);
    s->current = s->idle = idle;
    s->armed = UINT64_MAX;
    s->since = arch_stc_read();
}

static void enqueue(struct sched *s, struct sc *sc)
{
    struct list *const level = &s->queue[sc->prio];
    if (sc->left == 0) {
        sc->left = sc->budget;
        list_add_tail(&sc->link, level);
    } else {
        list_add(&sc->link, level);
    }
    s->occupied[sc->prio / 64] |= bit(sc->prio % 64);
}

void sched_ready(struct sc *sc)
{
    struct sched *const s = local();
    enqueue(s, sc);
    if (sc->prio > s->current->prio)
        s->again = true;
}

static struct sc *take_best(struct sched *s)
{
    const unsigned word = s->occupied[1] != 0 ? 1 : 0;
    if (s->occupied[word] == 0)
        return s->idle;
    const unsigned prio = word * 64 + bit_highest(s->occupied[word]);
    struct sc *const sc = CONTAINER_OF(s->queue[prio].next, struct sc, link);
    list_del(&sc->link);
    if (list_is_empty(&s->queue[prio]))
        s->occupied[word] &= ~bit(prio % 64);
    return sc;
}

/* Charge the current SC for the time since it was dispatched. */
static void account(struct sched *s, uint64_t now)
{
    struct sc *const sc = s->current;
    const uint64_t used = now - s->since;
    sc->used += used;
    sc->left = used < sc->left ? sc->left - used : 0;
    s->since = now;
}

/* The timer may fire early, never late: it is set anew only for an earlier time. */
static void arm(struct sched *s, uint64_t deadline)
{
    if (deadline >= s->armed)
        return;
    s->armed = deadline;
    arch_timer_set(deadline);
}

static uint64_t first_timeout(const struct sched *s)
{
    return s->timeouts.first != nullptr ? s->timeouts.first->deadline : UINT64_MAX;
}

[[noreturn]] static void run_idle(struct sched *s)
{
    arm(s, first_timeout(s));
    while (!s->again)
        arch_cpu_idle();
    sched_restart();
}

/* Run the current SC: its EC, or who works for it at the end of the chain of calls. */
[[noreturn]] static void run(struct sched *s)
{
    struct sc *const sc = s->current;
    s->again = false;
    if (sc == s->idle)
        run_idle(s);
    uint64_t end;
    if (__builtin_add_overflow(s->since, sc->left, &end))
        end = UINT64_MAX;
    arm(s, min_u64(end, first_timeout(s)));

    struct ec *ec = sc->ec;
    s->depth = 0;
    while (ec->callee != nullptr) {
        ec = ec->callee;
        s->depth++;
        if (s->depth % CHAIN_STEP_MAX == 0 && arch_interrupt_window() && s->again)
            sched_restart();
    }
    ec->cont(ec);
}

[[noreturn]] static void dispatch(struct sched *s)
{
    s->current = take_best(s);
    run(s);
}

[[noreturn]] void sched_restart(void)
{
    struct sched *const s = local();
    account(s, arch_stc_read());
    if (s->current != s->idle)
        enqueue(s, s->current);
    dispatch(s);
}

[[noreturn]] void sched_leave(struct ec *ec)
{
    if (UNLIKELY(local()->again))
        sched_restart();
    ec_resume(ec);
}

[[noreturn]] void sched_park(struct ec *ec)
{
    struct sched *const s = local();
    account(s, arch_stc_read());
    list_add_tail(&s->current->link, &ec->parked);
    dispatch(s);
}

[[noreturn]] void sched_drop(void)
{
    struct sched *const s = local();
    struct sc *const sc = s->current;
    account(s, arch_stc_read());
    s->current = s->idle; /* whoever looks now does not find an object that may be gone */
    kobject_put(&sc->obj);
    dispatch(s);
}

void sched_unpark(struct ec *ec)
{
    while (!list_is_empty(&ec->parked)) {
        struct sc *const sc = CONTAINER_OF(ec->parked.next, struct sc, link);
        list_del(&sc->link);
        sched_ready(sc);
    }
}

void sched_timer(void)
{
    struct sched *const s = local();
    const uint64_t now = arch_stc_read();
    s->armed = UINT64_MAX;
    while (s->timeouts.first != nullptr && s->timeouts.first->deadline <= now) {
        struct timeout *const t = s->timeouts.first;
        timeout_remove(&s->timeouts, t);
        ec_timeout(t);
    }
    if (s->current == s->idle || now - s->since >= s->current->left)
        s->again = true;
    else
        arm(s, min_u64(s->since + s->current->left, first_timeout(s)));
}

void sched_timeout_set(struct timeout *t)
{
    struct sched *const s = local();
    timeout_insert(&s->timeouts, t);
    arm(s, t->deadline);
}

void sched_timeout_clear(struct timeout *t)
{
    if (timeout_is_set(t))
        timeout_remove(&local()->timeouts, t);
}
