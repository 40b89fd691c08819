/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/sched/sched.h"

#include "arch/contract/cpu.h"
#include "arch/contract/ec.h"
#include "arch/contract/timer.h"
#include "arch/inline.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/remote.h"
#include "kernel/ipc/ipc.h"
#include "kernel/obj/sc.h"
#include "kernel/sync/rcu.h"

/* Links followed at once from an SC to the EC it runs; then interrupts get their turn. */
enum : uint32_t { CHAIN_STEP_MAX = 64 };

static struct sched *local(void)
{
    return &cpu_local()->sched;
}

uint64_t sched_budget(uint16_t ms)
{
    return arch_stc_frequency() * ms / 1000;
}

void sched_init(struct sc *idle)
{
    struct sched *const s = local();
    for (unsigned prio = 0; prio < SCHED_PRIO_COUNT; prio++)
        list_init(&s->queue[prio]);
    list_init(&s->woken);
    s->current = s->idle = idle;
    s->armed = UINT64_MAX;
    s->since = arch_stc_read();
}

static void enqueue(struct sched *s, struct sc *sc)
{
    struct list *const level = &s->queue[sc->prio];
    if (UNLIKELY(sc->hides_waiting))
        sc->ready_since = arch_stc_read();
    if (sc->left == 0) {
        sc->left = sc->budget;
        list_add(&sc->link, level->prev);
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

/* The highest priority that is ready; SCHED_PRIO_COUNT: none. */
static unsigned best_prio(const struct sched *s)
{
    const unsigned word = s->occupied[1] != 0 ? 1 : 0;
    return s->occupied[word] != 0 ? word * 64 + bit_highest(s->occupied[word]) : SCHED_PRIO_COUNT;
}

static struct sc *take_best(struct sched *s)
{
    const unsigned prio = best_prio(s);
    if (prio == SCHED_PRIO_COUNT)
        return s->idle;
    struct list *const level = &s->queue[prio];
    struct sc *const sc = CONTAINER_OF(level->next, struct sc, link);
    list_del(&sc->link);
    if (list_is_empty(level))
        s->occupied[prio / 64] &= ~bit(prio % 64);
    return sc;
}

/* Charge the current SC for the time since it was dispatched. */
static void account(struct sched *s)
{
    struct sc *const sc = s->current;
    const uint64_t now = arch_stc_read();
    const uint64_t used = now - s->since;
    /* One writer: no read-modify-write. */
    atomic_store_explicit(&sc->used, atomic_load_explicit(&sc->used, memory_order_relaxed) + used,
                          memory_order_relaxed);
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

static uint64_t budget_end(const struct sched *s)
{
    uint64_t end;
    return __builtin_add_overflow(s->since, s->current->left, &end) ? UINT64_MAX : end;
}

[[noreturn]] static void run_idle(struct sched *s)
{
    arm(s, first_timeout(s));
    s->again = !rcu_idle_enter();
    while (!s->again)
        arch_cpu_idle();
    rcu_idle_leave();
    sched_restart();
}

/* Run the current SC: its EC, or who works for it at the end of the chain of calls. */
[[noreturn]] static void run(struct sched *s)
{
    s->again = false;
    if (s->current == s->idle)
        run_idle(s);
    arm(s, min_u64(budget_end(s), first_timeout(s)));

    struct ec *ec = s->current->ec;
    s->helped = nullptr;
    for (uint32_t step = 1; ec->callee != nullptr; step++) {
        ec = ec->callee;
        if (step % CHAIN_STEP_MAX == 0) {
            arch_interrupt_window();
            if (s->again)
                sched_restart();
        }
    }
    ec->cont(ec);
    unreachable();
}

/* Timeouts that have passed by `now`; false if there are more. */
static bool release_due(struct sched *s, uint64_t now)
{
    for (unsigned n = 0; first_timeout(s) <= now; n++) {
        if (n == SCHED_STEP_MAX) {
            sched_fall_behind(s);
            return false;
        }
        struct timeout *const t = s->timeouts.first;
        timeout_remove(&s->timeouts, t);
        ec_timeout(t);
    }
    return true;
}

static void enqueue_woken(struct sched *s)
{
    for (unsigned n = 0; !list_is_empty(&s->woken); n++) {
        if (n == SCHED_STEP_MAX) {
            sched_fall_behind(s);
            return;
        }
        struct sc *const sc = CONTAINER_OF(s->woken.next, struct sc, link);
        list_del(&sc->link);
        enqueue(s, sc);
    }
}

/* A step of what interrupts have left. Before it they get their turn, and may leave more. */
COLD static void catch_up(struct sched *s)
{
    arch_interrupt_window();
    s->is_behind = false;
    (void)release_due(s, arch_stc_read());
    cpu_receive();
    enqueue_woken(s);
}

/* Is somebody ready before whom the current SC has to go? Not if that has gone already. */
static bool has_better(const struct sched *s)
{
    const unsigned prio = best_prio(s);
    return prio != SCHED_PRIO_COUNT && prio > s->current->prio && s->current != s->idle;
}

[[noreturn]] static void dispatch(void)
{
    struct sched *const s = local();
    do {
        rcu_quiescent(); /* destroys nothing as long as there is something to catch up with */
        if (LIKELY(!s->is_behind))
            break;
        catch_up(s); /* who becomes ready by that does not wait for destruction */
    } while (s->is_behind || !has_better(s));
    struct sc *const sc = take_best(s);
    s->current = sc;
    if (UNLIKELY(sc->hides_waiting))
        arch_ec_hide_time(sc->ec, arch_stc_read() - sc->ready_since);
    run(s);
}

[[noreturn]] void sched_restart(void)
{
    struct sched *const s = local();
    account(s);
    if (s->current != s->idle)
        enqueue(s, s->current);
    /* Continuations come here again and again: not on top of what was before. */
    arch_cpu_restart(dispatch);
}

[[noreturn]] void sched_leave(struct ec *ec)
{
    if (UNLIKELY(local()->again))
        sched_restart();
    ec_resume(ec);
    unreachable();
}

[[noreturn]] void sched_park(struct ec *ec)
{
    struct sched *const s = local();
    account(s);
    list_add(&s->current->link, ec->parked.prev);
    arch_cpu_restart(dispatch);
}

[[noreturn]] void sched_drop(void)
{
    struct sched *const s = local();
    struct sc *const sc = s->current;
    account(s);
    s->current = s->idle; /* nobody finds an object here that may be gone */
    kobject_put(&sc->obj);
    arch_cpu_restart(dispatch);
}

void sched_unpark(struct ec *ec)
{
    if (list_is_empty(&ec->parked))
        return;
    struct sc *const sc = CONTAINER_OF(ec->parked.next, struct sc, link);
    list_del(&sc->link);
    sched_ready(sc);
    if (LIKELY(list_is_empty(&ec->parked)))
        return;
    struct sched *const s = local();
    list_move_all(&ec->parked, s->woken.prev);
    sched_fall_behind(s);
}

void sched_timer(void)
{
    struct sched *const s = local();
    const uint64_t now = arch_stc_read();
    s->armed = UINT64_MAX;
    if (UNLIKELY(!release_due(s, now)))
        return; /* the scheduler arms it: now it would come again at once, and devices never */
    const uint64_t end = s->current == s->idle ? UINT64_MAX : budget_end(s);
    if (now >= end)
        s->again = true;
    else
        arm(s, min_u64(end, first_timeout(s)));
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
