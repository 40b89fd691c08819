/* SPDX-License-Identifier: GPL-2.0-only */

#include "tests/model/actions.h"

#include "arch/sim/machine.h"
#include "tests/model/lockstep.h"

/*
 * Root's slots. Events of CPU n are at 2n (exceptions 0 and 1) and 32 + 2n (STARTUP, RECALL); root and its
 * threads share one object space, and the child's begins as a copy of some of it.
 */
enum : uint64_t {
    HANDLERS = 8,
    THREADS = 12, /* EC and SC, two for each CPU         */
    SMS = 28,
    SERVERS = 40, /* EC and portal, two for each CPU     */
    SLEEP = 56,
    MAKE = 57, /* up to the end of the window: free   */
    CHILD = 512,
    CHILD_OBJ,
    CHILD_HST,
    CHILD_PIO,
    CHILD_MSR,
    ROOT_HST,
    ROOT_PIO,
    NOVA_HST,
    NOVA_PIO,
    NOVA_MSR,
    CHILD_EC,
    CHILD_SC,
    EVENTS = 32,
};

static choose_t choose;
static const struct model *m;
static unsigned cpus; /* where something happens */

static uint64_t p0(enum hypercall number, unsigned flags, uint64_t param)
{
    return param << P0_PARAM_SHIFT | flags << P0_FLAGS_SHIFT | number;
}

static bool call(unsigned cpu, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    const uint64_t p[5] = {a, b, c, d, e};
    return lockstep_hypercall(cpu, p);
}

/* Making a world: nothing fails, nobody is in the way. */
static void must(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    const uint64_t p[5] = {a, b, c, d, e};
    CHECK(lockstep_prepare(p));
    CHECK_EQ(m->object[m->root].ec.slot[0], SUCCESS);
}

static uint64_t utcb(uint64_t n)
{
    return (FIRST_PAGE + n) << 12;
}

static void make_thread(uint64_t sel, uint64_t pd, unsigned cpu, unsigned prio, uint64_t base)
{
    must(p0(HYPERCALL_CREATE_EC, CREATE_EC_GLOBAL, sel), pd, utcb(sel % 512) | cpu, sel, base);
    must(p0(HYPERCALL_CREATE_SC, 0, sel + 1), SEL_ROOT_PD, sel, prio << 16 | (1 + choose(3)), 0);
}

static void make_local(uint64_t sel, unsigned cpu)
{
    must(p0(HYPERCALL_CREATE_EC, 0, sel), SEL_ROOT_PD, utcb(sel) | cpu, sel, 2 * cpu);
}

static void make_portal(uint64_t sel, uint64_t ec, uint32_t mtd)
{
    must(p0(HYPERCALL_CREATE_PT, 0, sel), SEL_ROOT_PD, ec, 0x1000 + sel, 0);
    must(p0(HYPERCALL_CTRL_PT, 0, sel), sel, mtd, 0, 0);
}

static void make_cpu(unsigned cpu)
{
    static const uint8_t events[] = {0, 1, EVENTS, EVENTS + 1};
    make_local(HANDLERS + cpu, cpu);
    for (unsigned i = 0; i < 4; i++)
        make_portal(events[i] + 2 * cpu, HANDLERS + cpu, choose(16));
    for (unsigned i = 0; i < 2; i++) {
        const uint64_t server = SERVERS + 4 * cpu + 2 * i;
        make_local(server, cpu);
        make_portal(server + 1, server, 0);
        make_thread(THREADS + 4 * cpu + 2 * i, SEL_ROOT_PD, cpu, 1 + choose(4), 2 * cpu);
    }
}

static void take(uint64_t from, uint64_t to)
{
    must(p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_NOVA_OBJ), SEL_ROOT_OBJ, from << 12,
         to << 12 | PERM_MASK, 0);
}

static void make_child(void)
{
    must(p0(HYPERCALL_CREATE_PD, CREATE_PD_PD, CHILD), SEL_ROOT_PD, 0, 0, 0);
    must(p0(HYPERCALL_CREATE_PD, CREATE_PD_OBJ, CHILD_OBJ), CHILD, 0, 0, 0);
    must(p0(HYPERCALL_CREATE_PD, CREATE_PD_HST, CHILD_HST), CHILD, 0, 0, 0);
    must(p0(HYPERCALL_CREATE_PD, CREATE_PD_PIO, CHILD_PIO), CHILD, 0, 0, 0);
    must(p0(HYPERCALL_CREATE_PD, CREATE_PD_MSR, CHILD_MSR), CHILD, 0, 0, 0);
    take(SEL_NOVA_ROOT_HST, ROOT_HST);
    take(SEL_NOVA_ROOT_PIO, ROOT_PIO);
    take(SEL_NOVA_HST, NOVA_HST);
    take(SEL_NOVA_PIO, NOVA_PIO);
    take(SEL_NOVA_MSR, NOVA_MSR);
    for (uint64_t i = 0; i < PAGES; i += PAGES_SEEN) /* something to be taken away */
        must(p0(HYPERCALL_CTRL_PD, 0, NOVA_HST), ROOT_HST,
             (m->first_frame + m->frames_protected) << 12, (FIRST_PAGE + i) << 12 | PERM_MASK, 0);
    /* All that root has in these windows, with any permissions. */
    must(p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), CHILD_OBJ, 6, 0 | choose(32), 0);
    must(p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), CHILD_OBJ, EVENTS << 12 | 5,
         EVENTS << 12 | PERM_MASK, 0);
    must(p0(HYPERCALL_CTRL_PD, 0, SEL_ROOT_OBJ), CHILD_OBJ, CHILD << 12 | 4,
         CHILD << 12 | PERM_MASK, 0);
    make_thread(CHILD_EC, CHILD, choose(cpus), 1 + choose(4), 0);
}

static void root_sleeps(void)
{
    (void)call(0, p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, SLEEP), m->now + 1 + choose(8000), 0, 0, 0);
}

static void make_world(void)
{
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        make_cpu(cpu);
    for (unsigned i = 0; i < 4; i++)
        must(p0(HYPERCALL_CREATE_SM, 0, SMS + i), SEL_ROOT_PD, choose(3), 0, 0);
    must(p0(HYPERCALL_CREATE_SM, 0, SLEEP), SEL_ROOT_PD, 0, 0, 0);
    make_child();
    root_sleeps();
}

/* Choosing arguments. */

static uint64_t slot_number(uint32_t n)
{
    n %= WINDOWS * SLOTS;
    return model_windows[n / SLOTS] + n % SLOTS;
}

static uint64_t any_slot(void)
{
    return slot_number(choose(WINDOWS * SLOTS));
}

/* No window has it; some do not exist. */
static uint64_t odd_slot(void)
{
    static const uint64_t odd[] = {SELNUM, SELNUM + 5, UINT64_C(1) << 32, (UINT64_C(1) << 56) - 1,
                                   100};
    return odd[choose(sizeof odd / sizeof odd[0])];
}

/* Mostly a slot where `self` has an object of `kind`, if there is one. */
static uint64_t slot_of(ref_t self, enum kind kind)
{
    const ref_t objects = m->object[self].ec.objects;
    const uint32_t luck = choose(64), from = choose(WINDOWS * SLOTS);
    if (luck == 0)
        return odd_slot();
    uint32_t i = 0, others = luck < 4 ? 0 : 1 + choose(6);
    for (; others != 0 && i < 4 * WINDOWS * SLOTS; i++)
        others -= m->object[model_slot(m, objects, slot_number(from + i + 1)).object].kind == kind;
    return slot_number(from + i);
}

/* Mostly a free one. */
static uint64_t slot_to_make(void)
{
    const uint32_t luck = choose(32);
    if (luck == 0)
        return odd_slot();
    return luck < 4    ? any_slot()
           : luck < 18 ? MAKE + choose(SLOTS - MAKE)
                       : CHILD + 16 + choose(16);
}

static uint64_t some_deadline(void)
{
    const uint32_t luck = choose(8);
    if (luck == 0)
        return 0;
    uint64_t deadline = m->now + choose(4000) - (luck == 1 ? 2000 : 0);
    for (unsigned i = 1; i < OBJECTS; i++) /* no two at once: their order is nobody's promise */
        if (m->object[i].kind == EC && m->object[i].ec.deadline == deadline) {
            deadline++;
            i = 0;
        }
    return deadline;
}

static bool do_call(unsigned cpu, ref_t self)
{
    const uint64_t pt = slot_of(self, PT);
    return call(cpu, p0(HYPERCALL_IPC_CALL, choose(4) == 0, pt), choose(WORDS), choose(9), 3, 4);
}

static bool do_reply(unsigned cpu)
{
    const uint64_t mtd = choose(24) == 0 ? SIM_MTD_POISON : choose(8);
    return call(cpu, p0(HYPERCALL_IPC_REPLY, 0, 0), mtd, choose(9), 3, 4);
}

static bool do_create_pd(unsigned cpu, ref_t self)
{
    const unsigned op = choose(9);
    return call(cpu, p0(HYPERCALL_CREATE_PD, op, slot_to_make()), slot_of(self, PD), 0, 0, 0);
}

static bool do_create_ec(unsigned cpu, ref_t self)
{
    static const uint8_t flags[] = {0, CREATE_EC_GLOBAL, CREATE_EC_FPU, CREATE_EC_GLOBAL | 8};
    const uint64_t at = choose(32) == 0 ? UINT64_C(1) << (47 + choose(17)) : utcb(choose(PAGES));
    const unsigned on = choose(16) == 0 ? m->cpus + choose(4) : choose(cpus);
    const uint64_t base = choose(8) == 0 ? SELNUM - choose(40) : 2 * on;
    return call(cpu, p0(HYPERCALL_CREATE_EC, flags[choose(4)], slot_to_make()), slot_of(self, PD),
                at | on, choose(1 << 16), base);
}

static bool do_create_sc(unsigned cpu, ref_t self)
{
    const uint64_t prio = choose(6), ms = choose(4), cos = choose(16) == 0;
    return call(cpu, p0(HYPERCALL_CREATE_SC, 0, slot_to_make()), slot_of(self, PD),
                slot_of(self, EC), cos << 23 | prio << 16 | ms, 0);
}

static bool do_create_pt(unsigned cpu, ref_t self)
{
    return call(cpu, p0(HYPERCALL_CREATE_PT, 0, slot_to_make()), slot_of(self, PD),
                slot_of(self, EC), choose(1 << 16), 0);
}

static bool do_create_sm(unsigned cpu, ref_t self)
{
    const uint64_t count = choose(4) == 0 ? UINT64_MAX - choose(2) : choose(3);
    return call(cpu, p0(HYPERCALL_CREATE_SM, 0, slot_to_make()), slot_of(self, PD), count, 0, 0);
}

static uint64_t aligned(uint64_t sel, unsigned ord)
{
    return choose(32) == 0 ? sel : sel & ~((UINT64_C(1) << ord) - 1);
}

static uint64_t some_mask(void)
{
    const uint32_t luck = choose(8);
    return luck == 0 ? 0 : luck < 4 ? choose(32) : PERM_MASK;
}

static bool do_delegate_objects(unsigned cpu, ref_t self)
{
    const unsigned ord = choose(4) != 0 ? choose(4) : choose(19);
    const uint64_t from = aligned(any_slot(), ord);
    const uint64_t to = ord > 6 ? from : aligned(choose(2) == 0 ? slot_to_make() : any_slot(), ord);
    return call(cpu, p0(HYPERCALL_CTRL_PD, 0, slot_of(self, OBJ)), slot_of(self, OBJ),
                from << 12 | ord, to << 12 | some_mask(), 0);
}

/* Mostly near to what programs look at. */
static uint64_t some_index(unsigned count, unsigned seen)
{
    return choose(4) == 0 ? choose(count) : choose(count / seen) * seen + choose(2);
}

static bool do_delegate_memory(unsigned cpu, ref_t self)
{
    const unsigned ord = choose(2) == 0 ? choose(4) : choose(11);
    const uint64_t src = slot_of(self, HST);
    const struct model_cap cap = model_slot(m, m->object[self].ec.objects, src);
    const bool is_nova = m->object[cap.object].kind == HST && m->object[cap.object].space.is_nova;
    uint64_t ssb =
        aligned((is_nova ? m->first_frame : FIRST_PAGE) + some_index(PAGES, PAGES_SEEN), ord);
    if (choose(32) == 0)
        ssb = aligned(UINT64_MAX >> choose(52) >> 12, ord);
    const uint64_t dst = choose(8) == 0 ? slot_of(self, GST) : slot_of(self, HST);
    return call(cpu, p0(HYPERCALL_CTRL_PD, 0, src), dst, ssb << 12 | ord,
                aligned(FIRST_PAGE + some_index(PAGES, PAGES_SEEN), ord) << 12 | some_mask(),
                choose(128));
}

static bool do_delegate_bits(unsigned cpu, ref_t self)
{
    const bool is_pio = choose(2) == 0;
    const enum kind kind = is_pio ? PIO : MSR;
    const unsigned ord = choose(4) == 0 ? choose(18) : choose(7);
    const uint64_t first = is_pio ? FIRST_PORT : choose(2) == 0 ? MSRS_LOW : MSRS_HIGH;
    const uint64_t sel = aligned(choose(16) == 0 ? UINT64_MAX >> 12 >> choose(52)
                                                 : first + some_index(BITS, PORTS_SEEN),
                                 ord);
    const uint64_t other = choose(16) == 0 ? sel + (UINT64_C(1) << ord) : sel;
    return call(cpu, p0(HYPERCALL_CTRL_PD, 0, slot_of(self, kind)), slot_of(self, kind),
                sel << 12 | ord, other << 12 | some_mask(), 0);
}

static bool do_delegate(unsigned cpu, ref_t self)
{
    switch (choose(3)) {
    case 0:
        return do_delegate_memory(cpu, self);
    case 1:
        return do_delegate_bits(cpu, self);
    default:
        return do_delegate_objects(cpu, self);
    }
}

static bool do_control(unsigned cpu, ref_t self)
{
    switch (choose(6)) {
    case 0:
        return call(cpu, p0(HYPERCALL_CTRL_SC, 0, slot_of(self, SC)), 1, 2, 3, 4);
    case 1:
        return call(cpu, p0(HYPERCALL_CTRL_PT, 0, slot_of(self, PT)), choose(1 << 16), choose(16),
                    3, 4);
    case 2:
        return call(cpu, p0(HYPERCALL_CTRL_HW, choose(16), choose(8)), 1, 2, 3, 4);
    case 3:
        return call(cpu, p0(HYPERCALL_ASSIGN_INT, choose(16), slot_of(self, SM)), choose(5), 2, 3,
                    4);
    case 4:
        return call(cpu, p0(HYPERCALL_ASSIGN_DEV, 0, any_slot()), 1, 2, 3, 4);
    default:
        return call(cpu, p0(HYPERCALL_CTRL_EC, choose(2), slot_of(self, EC)), 1, 2, 3, 4);
    }
}

static bool do_down(unsigned cpu, ref_t self)
{
    const unsigned flags = CTRL_SM_DOWN | (choose(4) == 0 ? CTRL_SM_ZERO : 0);
    return call(cpu, p0(HYPERCALL_CTRL_SM, flags, slot_of(self, SM)), some_deadline(), 2, 3, 4);
}

static bool any_hypercall(unsigned cpu)
{
    const ref_t self = m->cpu[cpu].user;
    if (m->object[self].ec.caller != 0 && choose(3) == 0)
        return do_reply(cpu);
    switch (choose(18)) {
    case 0:
    case 1:
    case 2:
    case 3:
        return do_call(cpu, self);
    case 4:
        return do_create_pd(cpu, self);
    case 5:
        return do_create_ec(cpu, self);
    case 6:
        return do_create_sc(cpu, self);
    case 7:
        return do_create_pt(cpu, self);
    case 8:
        return do_create_sm(cpu, self);
    case 9:
    case 10:
    case 11:
    case 12:
        return do_delegate(cpu, self);
    case 13:
        return do_control(cpu, self);
    case 14:
        return do_down(cpu, self);
    case 15:
    case 16:
        return call(cpu, p0(HYPERCALL_CTRL_SM, choose(2) << 1, slot_of(self, SM)), 1, 2, 3, 4);
    default:
        return choose(8) == 0 ? do_reply(cpu) : call(cpu, choose(1 << 16), 1, 2, 3, 4);
    }
}

static void run_user(unsigned cpu)
{
    if (m->cpu[cpu].user == m->root && choose(4) != 0) {
        root_sleeps();
        return;
    }
    if (choose(3) == 0)
        lockstep_write(cpu, choose(WORDS), choose(1 << 16));
    if (choose(24) == 0)
        (void)lockstep_event(cpu, choose(3));
    else
        (void)any_hypercall(cpu);
}

/* False: there is nothing that both the core and the model can do any more. */
static bool act(void)
{
    const unsigned cpu = choose(cpus);
    if (choose(4) == 0)
        lockstep_advance(choose(500));
    if (choose(32) == 0)
        lockstep_raise(choose(INTERRUPTS));
    if (model_is_pending(m, cpu) && choose(2) == 0)
        return lockstep_interrupt(cpu);
    if (!m->cpu[cpu].is_idle)
        run_user(cpu);
    return true;
}

void actions_run(unsigned on_cpus, choose_t chooser, more_t more)
{
    cpus = on_cpus;
    choose = chooser;
    m = lockstep_model();
    make_world();
    while (more() && act())
        continue;
    lockstep_end();
}
