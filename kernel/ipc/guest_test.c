/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual CPUs under the whole core: their birth, their events, their spaces, their time and their end. */

#include <string.h>

#include "arch/inline.h"
#include "kernel/abi/utcb.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"

/* Selectors. V is a virtual CPU with its SC behind it, H handles its events, which are at EVENTS. */
enum : uint64_t {
    V = 0x20,
    W = 0x22,
    THERE = 0x24,
    H = 0x30,
    SM = 0x32,
    OTHER_PD = 0x38,
    SPACE = 0x40,
    SPACE2 = 0x41,
    WEAK = 0x42,
    OTHERS = 0x43,
    EMPTY = 0x44,
    EVENTS = 0x100,
};
enum : unsigned { EXIT = 3 };
enum : uint64_t { TICKS = SIM_FREQUENCY / 1000, PAGE = 7, AT = PAGE << PAGE_BITS };
enum : uint32_t { MTD_ALL = SIM_MTD_SLOTS | SIM_MTD_IP | SIM_MTD_SP | SIM_MTD_EVENT };

static struct ec *v, *h;

static void handle(unsigned event)
{
    CHECK_EQ(call_create_pt(0, EVENTS + event, SEL_ROOT_PD, H, event), SUCCESS);
    CHECK_EQ(call_ctrl_pt(0, EVENTS + event, event, MTD_ALL), SUCCESS);
}

static struct ec *make(uint64_t sel, unsigned flags, unsigned prio)
{
    CHECK_EQ(call_create_ec(0, CREATE_EC_GUEST | flags, sel, SEL_ROOT_PD, 0, 0, EVENTS), SUCCESS);
    CHECK_EQ(call_create_sc(0, sel + 1, SEL_ROOT_PD, sel, prio, 10), SUCCESS);
    return call_ec(sel);
}

/* Root makes a virtual CPU with `flags` and what it needs. */
static void make_all(unsigned flags)
{
    CHECK_EQ(call_create_pd(0, CREATE_PD_GST, SPACE, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_GST, SPACE2, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, OTHER_PD, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_GST, OTHERS, OTHER_PD), SUCCESS);
    call_weaken(SPACE, WEAK, PERM_SPC_GRANT);
    h = call_server(H, 0);
    handle(EXIT);
    handle(ARCH_GUEST_STARTUP);
    handle(ARCH_GUEST_RECALL);
    handle(ARCH_GUEST_TIMER);
    v = make(V, flags, 10);
}

/* Then it sleeps: STARTUP is at the handler. */
static void start_until(unsigned flags, uint64_t deadline)
{
    call_boot(2, 1024);
    make_all(flags);
    CHECK(call_root_sleeps(deadline) == h);
}

static void start(unsigned flags)
{
    start_until(flags, 0);
}

static struct ec *reply_with(uint64_t space, uint32_t mtd)
{
    h->utcb->word[8] = space;
    return call_reply(0, mtd);
}

/* And it runs, in SPACE. */
static void run(unsigned flags)
{
    start(flags);
    CHECK(reply_with(SPACE, SIM_MTD_SPACES) == v);
}

static bool is_dead(const struct ec *ec)
{
    return ec->cont == ec_cont_dead && strstr(sim_console(), "killed EC") != nullptr;
}

static void it_starts_with_the_startup_of_guests(void)
{
    start(0);
    CHECK_EQ(h->utcb->word[7], ARCH_GUEST_STARTUP);
    CHECK_EQ(arch_ec_slot(&h->arch, 0), ARCH_GUEST_STARTUP);
    CHECK_EQ(v->kind, EC_GUEST);
    CHECK(v->guest == nullptr);
}

static void it_runs_in_the_space_that_its_handler_assigns(void)
{
    run(0);
    CHECK(&v->guest->obj == call_object(SPACE));
    CHECK(sim_event(0, EXIT) == h);
    CHECK_EQ(h->utcb->word[7], EXIT);
    CHECK(reply_with(EMPTY, 0) == v); /* without SPACES the selector is not looked at */
    CHECK(sim_event(0, EXIT) == h);
    CHECK(reply_with(SPACE2, SIM_MTD_SPACES) == v);
    CHECK(&v->guest->obj == call_object(SPACE2));
}

static void it_dies_without_a_space(void)
{
    start(0);
    CHECK(reply_with(SPACE, 0) != v);
    CHECK(is_dead(v));
}

static void dies_with(uint64_t sel)
{
    start(0);
    CHECK(reply_with(sel, SIM_MTD_SPACES) != v);
    CHECK(is_dead(v));
    CHECK(v->guest == nullptr);
}

static void it_dies_with_a_space_without_assign(void)
{
    dies_with(WEAK);
}

static void it_dies_with_a_space_of_another_domain(void)
{
    dies_with(OTHERS);
}

static void it_dies_with_an_empty_slot(void)
{
    dies_with(EMPTY);
}

static void it_dies_with_another_kind_of_object(void)
{
    dies_with(SEL_ROOT_PD);
}

static void a_refused_space_kills_later_too(void)
{
    run(0);
    CHECK(sim_event(0, EXIT) == h);
    CHECK(reply_with(EMPTY, SIM_MTD_SPACES) != v);
    CHECK(is_dead(v));
}

static void poison_kills(void)
{
    run(0);
    CHECK(sim_event(0, EXIT) == h);
    CHECK(reply_with(SPACE, SIM_MTD_SPACES | SIM_MTD_POISON) != v);
    CHECK(is_dead(v));
}

static void for_a_host_thread_spaces_mean_nothing(void)
{
    call_boot(2, 1024);
    make_all(0);
    struct ec *const a = call_thread(W, 0, 20, 10);
    a->event_base = EVENTS;
    CHECK(call_root_sleeps(0) == a);
    CHECK(sim_event(0, EXIT) == h);
    CHECK(reply_with(EMPTY, SIM_MTD_SPACES) == a);
}

static void a_recall_is_that_of_guests(void)
{
    run(0);
    atomic_fetch_or(&v->hazard, HAZARD_RECALL);
    CHECK(sim_event(0, EXIT) == h);
    CHECK_EQ(h->utcb->word[7], EXIT);
    CHECK(reply_with(0, 0) == h);
    CHECK_EQ(h->utcb->word[7], ARCH_GUEST_RECALL);
    CHECK(reply_with(0, 0) == v);
}

static void its_timer_comes_before_a_recall_and_both_come(void)
{
    run(0);
    atomic_fetch_or(&v->hazard, HAZARD_RECALL | HAZARD_TIMER);
    CHECK(sim_interrupt(0, SIM_ALL) == h);
    CHECK_EQ(h->utcb->word[7], ARCH_GUEST_TIMER);
    CHECK(reply_with(0, 0) == h);
    CHECK_EQ(h->utcb->word[7], ARCH_GUEST_RECALL);
    CHECK(reply_with(0, 0) == v);
    CHECK_EQ(v->hazard, 0);
}

/* Its memory is what was delegated to the space, and nothing of its PD's. */
static void it_sees_the_memory_of_its_space(void)
{
    run(0);
    CHECK(!sim_may_access(0, AT, PERM_MEM_R));
    struct space_hst *const space = v->guest;
    CHECK_EQ(space_hst_map_owned(space, uaddr(AT), paddr(AT), PERM_MEM_R), SUCCESS);
    CHECK(sim_may_access(0, AT, PERM_MEM_R));
    CHECK(!sim_may_access(0, AT, PERM_MEM_W));
    CHECK(sim_event(0, EXIT) == h);
    CHECK(!sim_may_access(0, AT, PERM_MEM_R));
    CHECK(reply_with(SPACE2, SIM_MTD_SPACES) == v);
    CHECK(!sim_may_access(0, AT, PERM_MEM_R));
}

static bool is_crowded(uint64_t sel)
{
    return atomic_load(&CONTAINER_OF(call_object(sel), struct space_hst, obj)->is_crowded);
}

/* Then the CPU's translations for the space may be those of either. */
static void a_space_knows_that_two_virtual_cpus_of_a_cpu_use_it(void)
{
    call_boot(2, 1024);
    make_all(0);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GUEST, W, SEL_ROOT_PD, 0, 0, EVENTS), SUCCESS);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GUEST, THERE, SEL_ROOT_PD, 0, 1, EVENTS), SUCCESS);
    CHECK(ec_assign_guest(v, h, SPACE));
    CHECK(ec_assign_guest(v, h, SPACE));
    CHECK(ec_assign_guest(call_ec(THERE), h, SPACE));
    CHECK(!is_crowded(SPACE));
    CHECK(ec_assign_guest(call_ec(W), h, SPACE));
    CHECK(is_crowded(SPACE));
    CHECK(!is_crowded(SPACE2));
}

/* Root wakes up while it runs, works for 7 ms and sleeps; then its handler sleeps for 9 ms. */
static uint64_t hidden(unsigned flags)
{
    start_until(flags, sim_stc + 5 * TICKS);
    CHECK(reply_with(SPACE, SIM_MTD_SPACES) == v);
    const uint64_t before = v->arch.hidden;
    sim_advance(5 * TICKS);
    CHECK(sim_interrupt(0, SIM_ALL) == call_ec(SEL_ROOT_EC));
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
    sim_advance(7 * TICKS);
    CHECK(call_root_sleeps(0) == v);
    const uint64_t waited = v->arch.hidden - before;
    CHECK(sim_event(0, EXIT) == h);
    CHECK_EQ(call_down(0, SM, sim_stc + 9 * TICKS), CALL_WAITS);
    sim_advance(9 * TICKS);
    CHECK(sim_interrupt(0, SIM_ALL) == h);
    CHECK(reply_with(0, 0) == v);
    CHECK_EQ(v->arch.hidden - before, waited);
    return waited;
}

static void with_t_it_does_not_see_how_long_it_waits_for_the_cpu(void)
{
    CHECK_EQ(hidden(CREATE_EC_GLOBAL), 7 * TICKS);
}

static void without_t_it_does(void)
{
    CHECK_EQ(hidden(0), 0);
}

/* It is made, runs, is poisoned, and all that was made for it goes. */
static void live_and_die(uint64_t wake)
{
    make_all(0);
    CHECK(call_root_sleeps(wake) == h);
    CHECK(reply_with(SPACE, SIM_MTD_SPACES) == v);
    CHECK(sim_event(0, EXIT) == h);
    CHECK(reply_with(SPACE2, SIM_MTD_SPACES) == v);
    CHECK(sim_event(0, EXIT) == h);
    CHECK(reply_with(0, SIM_MTD_POISON) == nullptr);
    sim_advance(TICKS);
    CHECK(sim_interrupt(0, SIM_ALL) == call_ec(SEL_ROOT_EC));
    call_revoke(0, 0x10, 4);
    call_revoke(0, 0x20, 5);
    call_revoke(0, 0x40, 6);
    call_revoke(0, EVENTS, 8);
}

static void all_that_it_took_comes_back(void)
{
    call_boot(2, 1024);
    live_and_die(sim_stc + TICKS);
    const size_t pages = call_settle();
    for (unsigned i = 0; i < 3; i++)
        live_and_die(sim_stc + TICKS);
    CHECK_EQ(call_settle(), pages);
}

int main(void)
{
    SIM_RUN(it_starts_with_the_startup_of_guests);
    SIM_RUN(it_runs_in_the_space_that_its_handler_assigns);
    SIM_RUN(it_dies_without_a_space);
    SIM_RUN(it_dies_with_a_space_without_assign);
    SIM_RUN(it_dies_with_a_space_of_another_domain);
    SIM_RUN(it_dies_with_an_empty_slot);
    SIM_RUN(it_dies_with_another_kind_of_object);
    SIM_RUN(a_refused_space_kills_later_too);
    SIM_RUN(poison_kills);
    SIM_RUN(for_a_host_thread_spaces_mean_nothing);
    SIM_RUN(a_recall_is_that_of_guests);
    SIM_RUN(its_timer_comes_before_a_recall_and_both_come);
    SIM_RUN(it_sees_the_memory_of_its_space);
    SIM_RUN(a_space_knows_that_two_virtual_cpus_of_a_cpu_use_it);
    SIM_RUN(with_t_it_does_not_see_how_long_it_waits_for_the_cpu);
    SIM_RUN(without_t_it_does);
    SIM_RUN(all_that_it_took_comes_back);
}
