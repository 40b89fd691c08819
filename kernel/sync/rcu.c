/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/sync/rcu.h"

#include "arch/contract/cpu.h"
#include "arch/inline.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/remote.h"
#include "kernel/sync/spinlock.h"

enum : uint64_t { SEEN_IDLE = UINT64_MAX };
enum : uint64_t { DUE_NEVER = 0, DUE_NOW = UINT64_MAX }; /* between them: periods, from 1 on */

static struct {
    struct spinlock lock;
    struct kobject *next GUARDED_BY(&lock);    /* wait for the period after this one             */
    struct kobject *waiting GUARDED_BY(&lock); /* wait for the end of period `current`           */
    struct kobject *dying GUARDED_BY(&lock);   /* nobody can reach them                          */
    uint64_t period GUARDED_BY(&lock);         /* that `waiting` waits for                       */
    _Atomic uint64_t due;                      /* when there is something to do, see set_due     */
    _Atomic uint64_t current;                  /* periods started, of these and of rcu_await     */
    _Atomic uint64_t deferred, destroyed;      /* objects, since boot                            */
} rcu;

static struct cpu_shared *local(void)
{
    return &cpu_local()->shared;
}

/*
 * What this CPU looks at later, it does after others can see this. A fence, as rcu_pending is looked at
 * without an order, and as QEMU 10, on x86, lets a load of Arm's (LDAR) overtake a store (STLR).
 */
static void publish(uint64_t seen)
{
    atomic_store_explicit(&local()->rcu_seen, seen, memory_order_release);
    atomic_thread_fence(memory_order_seq_cst);
}

NOINLINE static void see(void)
{
    /*
     * Sequentially consistent, against a CPU that takes a capability away, starts a period and looks at
     * rcu_seen: either it finds this CPU quiescent before, or this CPU no longer finds the capability. If it
     * found this CPU at rest, it does not kick it: then the period is seen here, the second time.
     */
    uint64_t now;
    do {
        now = atomic_load_explicit(&rcu.current, memory_order_seq_cst);
        publish(now);
    } while (atomic_load_explicit(&rcu.current, memory_order_seq_cst) != now);
}

/* This CPU holds nothing, and no period waits for it, until it comes to see(). */
static void rest(void)
{
    publish(SEEN_IDLE);
}

void rcu_idle_leave(void)
{
    see();
}

bool rcu_is_waiting(void)
{
    return atomic_load_explicit(&local()->rcu_seen, memory_order_relaxed) <
           atomic_load_explicit(&rcu.current, memory_order_relaxed);
}

uint64_t rcu_pending(void)
{
    return atomic_load_explicit(&rcu.deferred, memory_order_relaxed) -
           atomic_load_explicit(&rcu.destroyed, memory_order_relaxed);
}

/*
 * So that who finds nothing to do does not take the lock, as many CPUs come by here: `due` is DUE_NOW if the
 * queues can be moved on at once, or else the period whose end they wait for, or DUE_NEVER.
 * In one order with rcu_seen and its fence: of CPUs that come to rest together, the last one finds what it is.
 */
NOINLINE static void set_due(void) REQUIRES(&rcu.lock)
{
    uint64_t due = DUE_NEVER;
    if (rcu.waiting != nullptr)
        due = rcu.period;
    if (rcu.dying != nullptr || (rcu.waiting == nullptr && rcu.next != nullptr))
        due = DUE_NOW;
    if (atomic_load_explicit(&rcu.due, memory_order_relaxed) != due)
        atomic_store_explicit(&rcu.due, due, memory_order_seq_cst);
}

void rcu_defer(struct kobject *obj)
{
    atomic_fetch_add_explicit(&rcu.deferred, 1, memory_order_relaxed);
    {
        SPIN_GUARD(&rcu.lock);
        obj->next = rcu.next;
        rcu.next = obj;
        set_due();
    }
    cpu_local()->sched.again = true; /* so that it comes by rcu_quiescent soon */
}

static uint64_t start_period(void)
{
    /* Pairs with see() and rest(). */
    atomic_thread_fence(memory_order_seq_cst);
    return atomic_fetch_add_explicit(&rcu.current, 1, memory_order_seq_cst) + 1;
}

NOINLINE static bool all_have_seen(uint64_t period)
{
    for (uint16_t id = 0; id < cpu_count; id++)
        if (atomic_load_explicit(&cpu_table[id]->shared.rcu_seen, memory_order_seq_cst) < period)
            return false;
    return true;
}

/* Move the queues on as far as they go; true if a period was started that others must hear of. */
static bool advance(void) REQUIRES(&rcu.lock)
{
    if (rcu.waiting != nullptr && rcu.dying == nullptr && all_have_seen(rcu.period)) {
        rcu.dying = rcu.waiting;
        rcu.waiting = nullptr;
    }
    if (rcu.waiting != nullptr || rcu.next == nullptr)
        return false;
    rcu.waiting = rcu.next;
    rcu.next = nullptr;
    rcu.period = start_period();
    return true;
}

/* Whether step() would find something to do. Before a period starts there is: nobody misses it. */
NOINLINE static bool can_step(void)
{
    const uint64_t due = atomic_load_explicit(&rcu.due, memory_order_seq_cst);
    return due == DUE_NOW || (due != DUE_NEVER && all_have_seen(due));
}

bool rcu_idle_enter(void)
{
    rest();
    /* A period may have started since this CPU looked last; then it may be the one that others wait for. */
    return LIKELY(rcu_pending() == 0) || !can_step();
}

static void kick_others(void)
{
    const uint64_t period = atomic_load_explicit(&rcu.current, memory_order_relaxed);
    for (uint16_t id = 0; id < cpu_count; id++) {
        struct cpu *const cpu = cpu_table[id];
        if (cpu != cpu_local() &&
            atomic_load_explicit(&cpu->shared.rcu_seen, memory_order_seq_cst) < period)
            arch_cpu_kick(cpu);
    }
}

enum : unsigned { SET_WORDS = CPU_MAX / 64 };

/* May CPU `id` be in the kernel, and is it another one? */
static bool is_other(unsigned id)
{
    const struct cpu *const cpu = cpu_table[id];
    return cpu != cpu_local() &&
           atomic_load_explicit(&cpu->shared.rcu_seen, memory_order_seq_cst) != SEEN_IDLE;
}

static void await(const struct cpu *cpu, uint64_t period)
{
    while (atomic_load_explicit(&cpu->shared.rcu_seen, memory_order_acquire) < period) {
        cpu_serve();
        arch_cpu_relax();
    }
}

/* Takes a copy, as whose set it is may go while this CPU rests: then who waits for it is not kept waiting. */
COLD static void await_all(uint64_t set[SET_WORDS])
{
    const uint64_t period = start_period();
    rest();
    for (unsigned i = 0; i < SET_WORDS; i++)
        for (uint64_t left = set[i]; left != 0; left &= left - 1)
            arch_cpu_kick(cpu_table[i * 64 + bit_lowest(left)]);
    for (unsigned i = 0; i < SET_WORDS; i++)
        for (; set[i] != 0; set[i] &= set[i] - 1)
            await(cpu_table[i * 64 + bit_lowest(set[i])], period);
    see();
    cpu_local()->sched.again = true; /* as at the end of rcu_drain */
}

void rcu_await(const _Atomic uint64_t *cpus)
{
    uint64_t set[SET_WORDS], any = 0;
    atomic_thread_fence(memory_order_seq_cst); /* as in start_period */
    for (unsigned i = 0; i < SET_WORDS; i++) {
        set[i] = 0;
        for (uint64_t left = atomic_load_explicit(&cpus[i], memory_order_relaxed); left != 0;
             left &= left - 1)
            if (is_other(i * 64 + bit_lowest(left)))
                any |= set[i] |= left & -left;
    }
    if (any != 0)
        await_all(set);
}

static struct kobject *take_dying(void) REQUIRES(&rcu.lock)
{
    struct kobject *const obj = rcu.dying;
    if (obj != nullptr)
        rcu.dying = obj->next;
    return obj;
}

/*
 * One step: destroy one object, or a part of it. False if there was nothing that could be done.
 * Context: between rest() and see().
 */
static bool step(void)
{
    bool started;
    struct kobject *obj;
    if (!can_step())
        return false;
    {
        SPIN_GUARD(&rcu.lock);
        started = advance();
        obj = take_dying();
        set_due();
    }
    if (started)
        kick_others();
    if (obj == nullptr)
        return started;
    if (!kobject_destroy(obj)) {
        SPIN_GUARD(&rcu.lock);
        obj->next = rcu.dying;
        rcu.dying = obj;
        set_due();
    }
    return true;
}

void rcu_object_gone(void)
{
    atomic_fetch_add_explicit(&rcu.destroyed, 1, memory_order_relaxed);
}

void rcu_quiescent(void)
{
    if (LIKELY(rcu_pending() == 0 && !rcu_is_waiting()))
        return;
    struct sched *const s = &cpu_local()->sched;
    bool is_urgent = s->is_behind;
    do {
        rest();
        while (!is_urgent && step()) {
            s->again = false; /* what destroying an object has set: it is looked at here */
            arch_interrupt_window();
            is_urgent = s->again || s->is_behind;
        }
        see();
    } while (!is_urgent && can_step()); /* a period may have waited for this CPU alone */
}

enum rcu_drained rcu_drain(void)
{
    const uint64_t target = atomic_load_explicit(&rcu.deferred, memory_order_relaxed);
    if (rcu_pending() == 0)
        return RCU_NONE;
    struct sched *const s = &cpu_local()->sched;
    enum rcu_drained drained = RCU_ALL;
    rest();
    while (drained == RCU_ALL &&
           atomic_load_explicit(&rcu.destroyed, memory_order_relaxed) < target) {
        if (!step())
            arch_cpu_relax();
        s->again = false; /* as in rcu_quiescent; at the end it is set */
        arch_interrupt_window();
        if (s->again)
            drained = RCU_SOME;
    }
    see();
    s->again = true; /* as at the end of rcu_quiescent */
    return drained;
}
