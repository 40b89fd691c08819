/* SPDX-License-Identifier: GPL-2.0-only */
/* The turns of the CPUs: who can move, and where one has to stop for another. */

#include <stdio.h>

#include "arch/inline.h"
#include "arch/sim/watch.h"
#include "kernel/cpu/cpu.h"
#include "tests/explore/engine.h"
#include "tests/explore/explore.h"
#include "tests/explore/race.h"

enum : unsigned {
    PROGRAM_MAX = 16,
    MOVE_MAX = 2 * SIM_CPU_MAX + 2,
    WORLD = SIM_CPU_MAX,  /* the CPU number of who is none */
    ACCESS_MAX = 200'000, /* of all CPUs: more is without an end */
    LOCK_MAX = 64,
};

static struct program {
    struct ec *ec;
    const struct act *acts;
    size_t count, done;
    bool again;
} programs[PROGRAM_MAX];
static size_t program_count;

/* A way to go on. */
struct move {
    unsigned cpu;
    bool interrupt; /* takes its interrupts, else goes on with what it does */
};

static struct run {
    bool on, finds_races;
    unsigned cpus;
    uint64_t accesses;            /* atomic ones, so far                              */
    uint64_t written;             /* those that write                                */
    uint64_t looked[SIM_CPU_MAX]; /* `written` when the CPU looked again if it has to wait */
    const struct cpu *user;       /* in user mode, whose MMU looks at tables */
    unsigned last;                /* who moved last                                  */
    struct move next;             /* who comes next, chosen in the kernel            */
    bool is_next;
    struct held { /* a CPU that was stopped before it did this */
        struct watch_access access;
        bool is_idle; /* nobody has done anything since to which its place matters */
    } held[SIM_CPU_MAX];
    uintptr_t tickets[SIM_CPU_MAX]; /* that the CPU took just now        */
    uintptr_t locks[LOCK_MAX];      /* `owner` of each lock that was taken */
    unsigned lock_count;
} run;

void explore_program(struct ec *ec, const struct act *acts, size_t count, bool again)
{
    CHECK(program_count < PROGRAM_MAX);
    programs[program_count++] =
        (struct program){.ec = ec, .acts = acts, .count = count, .again = again};
}

void explore_forget(void)
{
    program_count = 0;
}

static struct program *program_of(const struct ec *ec)
{
    for (size_t i = 0; i < program_count; i++)
        if (programs[i].ec == ec && (programs[i].again || programs[i].done < programs[i].count))
            return &programs[i];
    return nullptr;
}

status_t explore_status(unsigned cpu)
{
    return call_status(sim_user(cpu));
}

static bool has_moves(unsigned cpu, bool interrupt)
{
    if (cpu == WORLD)
        return program_of(nullptr) != nullptr;
    switch (sim_state_of(cpu)) {
    case SIM_OFF:
        return false;
    case SIM_USER:
        return interrupt ? sim_pending(cpu) != 0 : program_of(sim_user(cpu)) != nullptr;
    case SIM_IDLE:
        return interrupt && sim_pending(cpu) != 0;
    case SIM_ENTERED:
    case SIM_WINDOW:
    case SIM_ACCESS:
        return !interrupt;
    case SIM_SPIN: /* until somebody has written something */
        return !interrupt && run.looked[cpu] != run.written;
    }
    return false;
}

/* The ways to go on, of all but `except`: first what each CPU would do, then what it could do instead. */
static unsigned moves_of_others(unsigned except, struct move *moves, unsigned *usual)
{
    unsigned count = 0;
    for (unsigned i = 1; i <= run.cpus; i++) {
        const unsigned cpu = (except + i) % run.cpus;
        if (cpu != except && (has_moves(cpu, true) || has_moves(cpu, false)))
            moves[count++] = (struct move){cpu, has_moves(cpu, true)};
    }
    *usual = count;
    for (unsigned cpu = 0; cpu < run.cpus; cpu++)
        if (cpu != except && has_moves(cpu, true) && has_moves(cpu, false))
            moves[count++] = (struct move){cpu, false};
    return count;
}

/*
 * A ticket lock: who has a ticket and finds that it is not his turn yet waits (arch_cpu_relax); between that
 * and taking the ticket, or when he gives it back, there is nothing that an other order could change.
 */
static bool is_lock_owner(const struct watch_access *access, unsigned cpu)
{
    const uintptr_t ticket = run.tickets[cpu];
    run.tickets[cpu] = access->kind == WATCH_UPDATE && access->order == __ATOMIC_RELAXED &&
                               access->size == sizeof(uint32_t)
                           ? access->at
                           : 0;
    for (unsigned i = 0; i < run.lock_count; i++)
        if (run.locks[i] == access->at)
            return true;
    if (ticket + sizeof(uint32_t) != access->at || access->kind != WATCH_LOAD ||
        access->order != __ATOMIC_ACQUIRE)
        return false;
    CHECK(run.lock_count < LOCK_MAX);
    run.locks[run.lock_count++] = access->at;
    return true;
}

static bool is_conflict(const struct watch_access *a, const struct watch_access *b)
{
    return a->at >> 3 == b->at >> 3 && (a->kind != WATCH_LOAD || b->kind != WATCH_LOAD);
}

/* Before `access` of `cpu` others may come. */
static void offer(unsigned cpu, const struct watch_access *access)
{
    struct move moves[MOVE_MAX] = {{cpu, false}};
    unsigned usual;
    run.on = false; /* it asks for what is pending */
    const unsigned count = moves_of_others(cpu, moves + 1, &usual);
    run.on = true;
    const unsigned chosen = explore_choose(1, 1 + count);
    if (chosen == 0)
        return;
    run.next = moves[chosen];
    run.is_next = true;
    run.held[cpu] = (struct held){*access, true};
    sim_pause();
}

static void on_atomic(const struct watch_access *access)
{
    const struct cpu *const kernel = sim_cpu_current, *const actor =
                                                          kernel != nullptr ? kernel : run.user;
    if (!run.on || actor == nullptr)
        return;
    const unsigned cpu = actor->id;
    CHECK(++run.accesses < ACCESS_MAX);
    if (run.finds_races && access->kind == WATCH_FENCE)
        race_atomic(access, cpu);
    if (access->kind == WATCH_FENCE)
        return;
    if (!is_lock_owner(access, cpu) && explore_is_point(access, cpu) && kernel != nullptr)
        offer(cpu, access);
    if (run.finds_races)
        race_atomic(access, cpu);
    for (unsigned other = 0; other < run.cpus; other++)
        if (other != cpu && is_conflict(access, &run.held[other].access))
            run.held[other].is_idle = false;
    if (access->kind != WATCH_LOAD)
        run.written++;
}

static void on_plain(const struct watch_access *access)
{
    if (run.on && sim_cpu_current != nullptr)
        race_plain(access, sim_cpu_current->id);
}

/* What `cpu`, which is in user mode, does next of its own will. */
static void act(unsigned cpu)
{
    struct program *const program = program_of(cpu == WORLD ? nullptr : sim_user(cpu));
    const struct act *const next = &program->acts[program->done % program->count];
    program->done++;
    switch (next->kind) {
    case ACT_CALL:
        sim_begin(cpu, next->p[0], next->p[1], next->p[2], next->p[3], next->p[4]);
        return;
    case ACT_EVENT:
        sim_begin_event(cpu, (unsigned)next->p[0]);
        return;
    case ACT_DO:
        run.user = cpu == WORLD ? nullptr : cpu_table[cpu];
        next->run(cpu);
        run.user = nullptr;
        run.written++;
        return;
    }
}

/* For people: a turn, and where it ended. */
static void tell(struct move move)
{
    static const char *const names[] = {
        [SIM_OFF] = "off",         [SIM_USER] = "user mode",
        [SIM_IDLE] = "idle",       [SIM_ENTERED] = "in the kernel",
        [SIM_WINDOW] = "a window", [SIM_SPIN] = "waits for others",
        [SIM_ACCESS] = "before",
    };
    const enum sim_state state = move.cpu == WORLD ? SIM_OFF : sim_state_of(move.cpu);
    printf("%6lu  CPU %u%s: %s", explore_point(), move.cpu, move.interrupt ? ", interrupt" : "",
           names[state]);
    if (state == SIM_ACCESS)
        printf(" %#lx", run.held[move.cpu].access.pc);
    printf("\n");
}

static void perform(struct move move)
{
    const unsigned cpu = move.cpu;
    run.last = cpu;
    if (cpu == WORLD || (sim_state_of(cpu) == SIM_USER && !move.interrupt))
        act(cpu);
    else if (move.interrupt)
        sim_begin_interrupt(cpu, SIM_ALL);
    if (cpu == WORLD || sim_state_of(cpu) < SIM_ENTERED)
        return;
    if (sim_state_of(cpu) == SIM_SPIN)
        run.looked[cpu] = run.written;
    sim_step(cpu);
}

/*
 * `move` goes on with a CPU that was stopped before an access that none of the others who came then had to do with:
 * stopped behind it, it does the same.
 */
static bool is_in_vain(struct move move)
{
    return explore_is_exhaustive() && move.cpu != WORLD && sim_state_of(move.cpu) == SIM_ACCESS &&
           run.held[move.cpu].is_idle;
}

/*
 * Who comes next; false when nobody has anything to do any more. Who moved last goes on if he can. When he has left
 * the kernel it is open who else does; but interrupts come first, and time passes last.
 */
static bool choose(void)
{
    struct move moves[MOVE_MAX];
    unsigned count = 0, usual;
    if (run.is_next) {
        run.is_next = false;
        return true;
    }
    if (run.last != WORLD && (has_moves(run.last, true) || has_moves(run.last, false)))
        moves[count++] = (struct move){run.last, has_moves(run.last, true)};
    /* In the middle of an entry it is the next CPU's turn. */
    const bool is_open = count == 0 && (run.last == WORLD || sim_state_of(run.last) < SIM_ENTERED);
    if (run.last != WORLD && has_moves(run.last, true) && has_moves(run.last, false))
        moves[count++] = (struct move){run.last, false};
    count += moves_of_others(run.last, moves + count, &usual);
    if (has_moves(WORLD, false))
        moves[count++] = (struct move){WORLD, false};
    if (count == 0)
        return false;
    explore_turn();
    run.next = moves[explore_choose(is_open && usual != 0 ? usual : 1, count)];
    return true;
}

bool explore_run(unsigned cpus)
{
    run = (struct run){.on = true, .cpus = cpus, .finds_races = explore_has_time()};
    watch_atomic = on_atomic;
    watch_plain = run.finds_races ? on_plain : nullptr;
    if (run.finds_races)
        race_begin();
    bool in_vain = false;
    while (choose()) {
        in_vain = is_in_vain(run.next);
        if (in_vain)
            break;
        const struct move move = run.next;
        perform(move);
        if (explore_is_told())
            tell(move);
    }
    run.on = false;
    watch_atomic = nullptr;
    watch_plain = nullptr;
    for (unsigned cpu = 0; cpu < cpus && !in_vain; cpu++)
        CHECK(sim_state_of(cpu) < SIM_ENTERED); /* else it waits for ever */
    return !in_vain;
}
