/* SPDX-License-Identifier: GPL-2.0-only */
/* Many objects of each kind are made and dropped, by all CPUs at once, and nothing is lost. */
#include "tests/stress/stress.h"

/* CHURN_OBJECTS: of each kind. A whole PD is some 100 objects. */
enum : uint64_t { OBJECTS = CHURN_OBJECTS, PDS = CHURN_OBJECTS / 100 };

/* Work slots of a CPU: what its objects belong to. */
enum : sel_t { PD, OBJ, HST, PIO, EC_LOCAL, EC_GLOBAL, EMPTY_PD, OBJECT, WHOLE = 0x10 };
enum : uint8_t { WHOLE_ORDER = 4 };
enum : unsigned { TRIES_MAX = 1'000'000 };

static uint64_t utcb_at[64];

static sel_t mine(uint16_t cpu, sel_t sel)
{
    return work_sel(cpu) + sel;
}

static status_t create_ec(uint16_t cpu, sel_t sel, uint8_t flags)
{
    return hc_create_ec(sel, mine(cpu, PD),
                        (struct hc_ec){.flags = flags, .cpu = cpu, .page = utcb_at[cpu]});
}

static void open(void)
{
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++) {
        utcb_at[cpu] = UTCB_START + UTCB_SIZE * cpu;
        MUST(hc_create_pd(mine(cpu, PD), CREATE_PD_PD, SEL_ROOT_PD));
        MUST(hc_create_pd(mine(cpu, EMPTY_PD), CREATE_PD_PD, SEL_ROOT_PD));
        MUST(hc_create_pd(mine(cpu, OBJ), CREATE_PD_OBJ, mine(cpu, PD)));
        MUST(hc_create_pd(mine(cpu, HST), CREATE_PD_HST, mine(cpu, PD)));
        const status_t ports = hc_create_pd(mine(cpu, PIO), CREATE_PD_PIO, mine(cpu, PD));
        EXPECT(ports == SUCCESS || ports == BAD_FTR);
        MUST(create_ec(cpu, mine(cpu, EC_LOCAL), 0));
        MUST(create_ec(cpu, mine(cpu, EC_GLOBAL), CREATE_EC_GLOBAL));
    }
}

static void close(void)
{
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++)
        revoke_range(work_sel(cpu), WHOLE_ORDER + 1);
}

/* How one object is made at `sel`. */
static status_t make_pd(uint16_t cpu, sel_t sel)
{
    return hc_create_pd(sel, CREATE_PD_PD, mine(cpu, PD));
}

static status_t make_obj(uint16_t cpu, sel_t sel)
{
    return hc_create_pd(sel, CREATE_PD_OBJ, mine(cpu, EMPTY_PD));
}

static status_t make_hst(uint16_t cpu, sel_t sel)
{
    return hc_create_pd(sel, CREATE_PD_HST, mine(cpu, EMPTY_PD));
}

static status_t make_gst(uint16_t cpu, sel_t sel)
{
    return hc_create_pd(sel, CREATE_PD_GST, mine(cpu, PD));
}

static status_t make_pio(uint16_t cpu, sel_t sel)
{
    return hc_create_pd(sel, CREATE_PD_PIO, mine(cpu, PD));
}

static status_t make_msr(uint16_t cpu, sel_t sel)
{
    return hc_create_pd(sel, CREATE_PD_MSR, mine(cpu, PD));
}

static status_t make_local(uint16_t cpu, sel_t sel)
{
    return create_ec(cpu, sel, 0);
}

static status_t make_local_fpu(uint16_t cpu, sel_t sel)
{
    return create_ec(cpu, sel, CREATE_EC_FPU);
}

static status_t make_global(uint16_t cpu, sel_t sel)
{
    return create_ec(cpu, sel, CREATE_EC_GLOBAL);
}

static status_t make_global_fpu(uint16_t cpu, sel_t sel)
{
    return create_ec(cpu, sel, CREATE_EC_GLOBAL | CREATE_EC_FPU);
}

/* An EC of another CPU, which has to give it back. */
static status_t make_remote(uint16_t cpu, sel_t sel)
{
    return hc_create_ec(sel, mine(cpu, PD),
                        (struct hc_ec){.flags = CREATE_EC_GLOBAL,
                                       .cpu = (uint16_t)((cpu + 1) % hip->cpu_num),
                                       .page = utcb_at[cpu]});
}

/* More urgent than who makes it: it runs at once, finds its EC dead, and is never scheduled again. */
static status_t make_sc(uint16_t cpu, sel_t sel)
{
    return hc_create_sc(sel, mine(cpu, PD), mine(cpu, EC_GLOBAL),
                        (struct hc_sc){.prio = PRIO_ABOVE, .budget = 1});
}

/*
 * It lives until its CPU has seen that there is nothing to do. Where CPUs take turns, more can be made in a turn
 * than there is memory for: then it is the other's turn.
 */
static status_t make_remote_sc(uint16_t cpu, sel_t sel)
{
    const uint16_t other = (uint16_t)((cpu + 1) % hip->cpu_num);
    status_t status;
    unsigned tries = 0;
    do
        status = hc_create_sc(sel, mine(cpu, PD), mine(other, EC_GLOBAL),
                              (struct hc_sc){.prio = PRIO_ABOVE, .budget = 1});
    while (status == MEM_OBJ && ++tries < TRIES_MAX);
    return status;
}

static status_t make_pt(uint16_t cpu, sel_t sel)
{
    return hc_create_pt(sel, mine(cpu, PD), mine(cpu, EC_LOCAL), 0);
}

static status_t make_sm(uint16_t cpu, sel_t sel)
{
    return hc_create_sm(sel, mine(cpu, PD), 0);
}

/* A PD with threads and filled spaces. */
static status_t make_whole(uint16_t cpu, sel_t sel)
{
    static const uint8_t flags[] = {0, CREATE_EC_GLOBAL, CREATE_EC_GLOBAL | CREATE_EC_FPU};
    const sel_t pd = mine(cpu, WHOLE);
    (void)sel;
    status_t status = hc_create_pd(pd + PD, CREATE_PD_PD, SEL_ROOT_PD);
    if (status == SUCCESS)
        status = hc_create_pd(pd + OBJ, CREATE_PD_OBJ, pd + PD);
    if (status == SUCCESS)
        status = hc_create_pd(pd + HST, CREATE_PD_HST, pd + PD);
    if (status == SUCCESS)
        status = hc_create_pd(pd + PIO, CREATE_PD_PIO, pd + PD);
    if (status == BAD_FTR)
        status = SUCCESS;
    for (uint8_t i = 0; status == SUCCESS && i < 3; i++)
        status = hc_create_ec(pd + EC_LOCAL + i, pd + PD,
                              (struct hc_ec){.flags = flags[i],
                                             .cpu = (uint16_t)((cpu + i) % hip->cpu_num),
                                             .page = utcb_at[cpu] + ((uint64_t)i << 30)});
    /* All of them, and the space itself, in places that are far apart. */
    for (sel_t i = 1; status == SUCCESS && i <= 8; i++)
        status = hc_ctrl_pd(
            SEL_ROOT_OBJ, pd + OBJ,
            (struct hc_range){.from = pd, .to = i << 14, .order = WHOLE_ORDER, .perm = PERM_MASK});
    for (uint64_t i = 1; status == SUCCESS && i <= 8; i++)
        status = hc_ctrl_pd(SEL_LIB_ROOT_HST, pd + HST,
                            (struct hc_range){.from = PAGES_START / PAGE_SIZE,
                                              .to = i << (8 + 2 * i),
                                              .order = (uint8_t)(i & 3),
                                              .perm = PERM_MEM_R | PERM_MEM_W});
    return status;
}

/* The loop. */

static status_t (*make)(uint16_t cpu, sel_t sel);
static uint64_t rounds;

static void churn(uint16_t cpu)
{
    const sel_t sel = mine(cpu, OBJECT);
    for (uint64_t i = 0; i < rounds; i++) {
        CHECK_STATUS(SUCCESS, make(cpu, sel));
        revoke(sel);
    }
}

static void churn_whole(uint16_t cpu)
{
    for (uint64_t i = 0; i < rounds; i++) {
        CHECK_STATUS(SUCCESS, make_whole(cpu, 0));
        /* The space holds itself: only emptying it lets go. */
        CHECK_STATUS(SUCCESS, hc_ctrl_pd(SEL_ROOT_OBJ, mine(cpu, WHOLE + OBJ),
                                         (struct hc_range){.order = 18}));
        revoke_range(mine(cpu, WHOLE), WHOLE_ORDER);
    }
}

static void churn_all(void (*loop)(uint16_t cpu), uint64_t count)
{
    rounds = 16; /* tables that grow once, and stay */
    crew_run(loop);
    const uint64_t before = meter_pages(hip);
    rounds = count / hip->cpu_num;
    crew_run(loop);
    meter_expect(hip, before);
}

static void churn_kind(status_t (*how)(uint16_t cpu, sel_t sel))
{
    open();
    make = how;
    churn_all(churn, OBJECTS);
    close();
}

/* The same for a kind that not every machine has. */
static void churn_option(status_t (*how)(uint16_t cpu, sel_t sel))
{
    open();
    const status_t status = how(0, mine(0, OBJECT));
    close();
    if (status != BAD_FTR)
        churn_kind(how);
}

TEST(churn, pds)
{
    churn_kind(make_pd);
}

TEST(churn, object_spaces)
{
    churn_kind(make_obj);
}

TEST(churn, host_spaces)
{
    churn_kind(make_hst);
}

TEST(churn, guest_spaces)
{
    churn_option(make_gst);
}

TEST(churn, port_spaces)
{
    churn_option(make_pio);
}

TEST(churn, msr_spaces)
{
    churn_option(make_msr);
}

TEST(churn, local_threads)
{
    churn_kind(make_local);
}

TEST(churn, local_threads_with_fpu)
{
    churn_kind(make_local_fpu);
}

TEST(churn, global_threads)
{
    churn_kind(make_global);
}

TEST(churn, global_threads_with_fpu)
{
    churn_kind(make_global_fpu);
}

TEST(churn, threads_of_another_cpu)
{
    churn_kind(make_remote);
}

TEST(churn, scheduling_contexts)
{
    churn_kind(make_sc);
}

TEST(churn, scheduling_contexts_of_another_cpu)
{
    churn_kind(make_remote_sc);
}

TEST(churn, portals)
{
    churn_kind(make_pt);
}

TEST(churn, semaphores)
{
    churn_kind(make_sm);
}

TEST(churn, whole_pds_with_threads_and_filled_spaces)
{
    open();
    churn_all(churn_whole, PDS);
    close();
}

static const struct tap_test tests[] = {
    TAP_TEST(churn, whole_pds_with_threads_and_filled_spaces),
    TAP_TEST(churn, pds),
    TAP_TEST(churn, object_spaces),
    TAP_TEST(churn, host_spaces),
    TAP_TEST(churn, guest_spaces),
    TAP_TEST(churn, port_spaces),
    TAP_TEST(churn, msr_spaces),
    TAP_TEST(churn, local_threads),
    TAP_TEST(churn, local_threads_with_fpu),
    TAP_TEST(churn, global_threads),
    TAP_TEST(churn, global_threads_with_fpu),
    TAP_TEST(churn, threads_of_another_cpu),
    TAP_TEST(churn, scheduling_contexts),
    TAP_TEST(churn, scheduling_contexts_of_another_cpu),
    TAP_TEST(churn, portals),
    TAP_TEST(churn, semaphores),
};
static const struct tap_suite churn_suite = TAP_SUITE(tests);

const struct tap_suite *const stress_suites[] = {&churn_suite};
const size_t stress_suite_count = 1;
