/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each capability that a hypercall names has to be (interface specification, 4.1 and chapter 5):
 * of the right kind, with the one permission that the call needs. One test for each such capability.
 */
#include "tests/conformance/conf.h"

/* One capability of each kind, made anew for each test; 0 if this machine has none. */
enum kind : unsigned {
    OBJ,
    HST,
    GST,
    DMA,
    PIO,
    MSR,
    PD,
    LOCAL,
    GLOBAL,
    SC,
    PT,
    SM,
    INT,
    EMPTY,
    KINDS,
};
#define K(kind) (1u << (kind))

static sel_t zoo[KINDS];
static uint8_t all_perms(enum kind kind)
{
    static const uint8_t perms[KINDS] = {
        [OBJ] = PERM_OBJ_ALL,   [HST] = PERM_HST_ALL, [GST] = PERM_GST_ALL, [DMA] = PERM_DMA_ALL,
        [PIO] = PERM_PIO_ALL,   [MSR] = PERM_MSR_ALL, [PD] = PERM_PD_ALL,   [LOCAL] = PERM_EC_ALL,
        [GLOBAL] = PERM_EC_ALL, [SC] = PERM_SC_ALL,   [PT] = PERM_PT_ALL,   [SM] = PERM_SM_ALL,
        [INT] = PERM_SM_INT,
    };
    return perms[kind];
}

static uint32_t answer([[maybe_unused]] uint64_t pid, uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    return mtd;
}

static void end_at_once([[maybe_unused]] uint64_t arg)
{
}

static sel_t space(enum create_pd_op op)
{
    const sel_t sel = sel_alloc(0);
    const status_t status = hc_create_pd(sel, op, zoo[PD]);
    if (status == SUCCESS)
        return sel;
    EXPECT_STATUS(BAD_FTR, status);
    return 0;
}

static sel_t interrupt(void)
{
    const sel_t sel = sel_alloc(0);
    if (hip->int_pin == 0)
        return 0;
    MUST(spaces_fetch(SEL_NOVA_INT + hip->int_pin - 1, sel));
    return sel;
}

static void fill_zoo(void)
{
    const struct thread_plan here = {.cpu = cpu_here()};
    const struct thread local = new_local(cpu_here(), answer);
    const struct thread global = new_global_plan(&here, end_at_once, 0);

    zoo[PD] = sel_alloc(0);
    MUST(hc_create_pd(zoo[PD], CREATE_PD_PD, SEL_ROOT_PD));
    zoo[OBJ] = space(CREATE_PD_OBJ);
    zoo[HST] = space(CREATE_PD_HST);
    zoo[GST] = space(CREATE_PD_GST);
    zoo[DMA] = space(CREATE_PD_DMA);
    zoo[PIO] = space(CREATE_PD_PIO);
    zoo[MSR] = space(CREATE_PD_MSR);
    zoo[LOCAL] = local.ec;
    zoo[GLOBAL] = global.ec;
    zoo[SC] = copy_cap(SEL_ROOT_SC, PERM_SC_ALL);
    zoo[PT] = new_pt(&local, 0);
    zoo[SM] = new_sm(1000);
    zoo[INT] = interrupt();
    zoo[EMPTY] = sel_alloc(0);
}

/* The calls, with everything right but for the capability `cap`. */

static status_t ipc_call(sel_t cap)
{
    return hc_ipc_call(cap, 0, hc_mtd(1)).status;
}

static status_t create_pd(sel_t cap)
{
    return hc_create_pd(sel_alloc(0), CREATE_PD_PD, cap);
}

/* The PD of the zoo has an object space already: found out behind the permission. */
static status_t create_space(sel_t cap)
{
    return hc_create_pd(sel_alloc(0), CREATE_PD_OBJ, cap);
}

static status_t create_ec(sel_t cap)
{
    return hc_create_ec(sel_alloc(0), cap, (struct hc_ec){.cpu = cpu_here(), .page = utcb_alloc()});
}

static const struct hc_sc low = {.prio = LOW, .budget = BUDGET};

static status_t create_sc_pd(sel_t cap)
{
    return hc_create_sc(sel_alloc(0), cap, zoo[GLOBAL], low);
}

static status_t create_sc_ec(sel_t cap)
{
    return hc_create_sc(sel_alloc(0), SEL_ROOT_PD, cap, low);
}

static status_t create_pt_pd(sel_t cap)
{
    return hc_create_pt(sel_alloc(0), cap, zoo[LOCAL], 0);
}

static status_t create_pt_ec(sel_t cap)
{
    return hc_create_pt(sel_alloc(0), SEL_ROOT_PD, cap, 0);
}

static status_t create_sm(sel_t cap)
{
    return hc_create_sm(sel_alloc(0), cap, 0);
}

/* Slot, page, port and MSR 0x800 are empty everywhere. */
static status_t between(sel_t src, sel_t dst)
{
    return hc_ctrl_pd(src, dst, (struct hc_range){.from = 0x800, .to = 0x800});
}

static status_t take_objects(sel_t cap)
{
    return between(cap, zoo[OBJ]);
}

static status_t grant_objects(sel_t cap)
{
    return between(SEL_ROOT_OBJ, cap);
}

static status_t take_memory(sel_t cap)
{
    return between(cap, zoo[HST]);
}

static status_t grant_memory(sel_t cap)
{
    return between(SEL_LIB_ROOT_HST, cap);
}

static status_t take_ports(sel_t cap)
{
    return between(cap, zoo[PIO]);
}

static status_t grant_ports(sel_t cap)
{
    return between(SEL_LIB_ROOT_PIO, cap);
}

static status_t take_msrs(sel_t cap)
{
    return between(cap, zoo[MSR]);
}

static status_t grant_msrs(sel_t cap)
{
    return between(zoo[MSR], cap);
}

static status_t ctrl_ec(sel_t cap)
{
    return hc_ctrl_ec(cap, 0);
}

static status_t ctrl_sc(sel_t cap)
{
    return hc_ctrl_sc(cap).status;
}

static status_t ctrl_pt(sel_t cap)
{
    return hc_ctrl_pt(cap, 0, 0);
}

static status_t sm_up(sel_t cap)
{
    return hc_sm_up(cap);
}

static status_t sm_down(sel_t cap)
{
    return hc_sm_down(cap, 0, 1);
}

static status_t assign_int(sel_t cap)
{
    return hc_assign_int(cap, ASSIGN_INT_MASKED, 0, 0).status;
}

static status_t assign_dev(sel_t cap)
{
    return hc_assign_dev(cap, 0x1000, 0); /* there is no SMMU */
}

/* An interrupt semaphore has counted nothing yet, so a down of it times out. */
static bool is_good(status_t want, status_t got, enum kind kind)
{
    return got == want || (kind == INT && got == TIMEOUT);
}

static void check(status_t (*call)(sel_t), unsigned kinds, uint8_t need, status_t want)
{
    fill_zoo();
    for (unsigned kind = 0; kind < KINDS; kind++) {
        if (zoo[kind] == 0)
            continue;
        if (!(kinds & K(kind))) {
            EXPECT_STATUS(BAD_CAP, call(zoo[kind]));
            continue;
        }
        const uint8_t all = all_perms((enum kind)kind);
        if (!(all & need)) {
            EXPECT_STATUS(BAD_CAP, call(zoo[kind]));
            continue;
        }
        for (uint8_t bit = 1; bit < PERM_MASK; bit <<= 1)
            if (bit != need)
                EXPECT_STATUS(BAD_CAP, call(copy_cap(zoo[kind], bit)));
        EXPECT_STATUS(BAD_CAP, call(copy_cap(zoo[kind], PERM_MASK & ~need)));
        EXPECT(is_good(want, call(copy_cap(zoo[kind], need)), (enum kind)kind));
    }
    EXPECT_STATUS(BAD_CAP, call(SELNUM));
    EXPECT_STATUS(BAD_CAP, call(SELNUM + SEL_ROOT_OBJ));
    EXPECT_STATUS(BAD_CAP, call((1ull << 56) - 1));
}

/* A permission that a kind does not define is none: a capability that has no other is no capability. */
static bool is_empty(sel_t sel)
{
    const status_t status = hc_create_sm(sel, SEL_ROOT_PD, 0);
    EXPECT(status == SUCCESS || status == BAD_CAP);
    return status == SUCCESS;
}

/* In the interface's own numbers. */
static const uint8_t defined[KINDS] = {
    [OBJ] = 0x03, [HST] = 0x03, [GST] = 0x05,   [DMA] = 0x05,    [PIO] = 0x07,
    [MSR] = 0x07, [PD] = 0x1f,  [LOCAL] = 0x0d, [GLOBAL] = 0x0d, [SC] = 0x01,
    [PT] = 0x07,  [SM] = 0x03,  [INT] = 0x12,
};

TEST(perm, each_kind_has_the_permissions_of_the_interface)
{
    fill_zoo();
    for (unsigned kind = 0; kind < KINDS; kind++) {
        if (zoo[kind] == 0)
            continue;
        const uint8_t all = defined[kind];
        for (uint8_t bit = 1; bit <= PERM_MASK; bit <<= 1)
            if (is_empty(copy_cap(zoo[kind], bit)) != !(all & bit))
                tap_fail(__FILE__, __LINE__, "kind %u, permission %#x", kind, bit);
        EXPECT(is_empty(copy_cap(zoo[kind], PERM_MASK & ~all)));
        EXPECT_EQ(all == 0, is_empty(copy_cap(copy_cap(zoo[kind], PERM_MASK), all)));
    }
}

/* Name of the test, call, kinds it may be, permission it needs, what it answers then. */
#define ROWS(R)                                                                                    \
    R(ipc_call_needs_call, ipc_call, K(PT), PERM_PT_CALL, SUCCESS)                                 \
    R(create_pd_needs_pd, create_pd, K(PD), PERM_PD_PD, SUCCESS)                                   \
    R(create_pd_of_a_space_needs_pd, create_space, K(PD), PERM_PD_PD, ABORTED)                     \
    R(create_ec_needs_ec, create_ec, K(PD), PERM_PD_EC, SUCCESS)                                   \
    R(create_sc_needs_sc, create_sc_pd, K(PD), PERM_PD_SC, SUCCESS)                                \
    R(create_sc_needs_bind_sc, create_sc_ec, K(GLOBAL), PERM_EC_BIND_SC, SUCCESS)                  \
    R(create_pt_needs_pt, create_pt_pd, K(PD), PERM_PD_PT, SUCCESS)                                \
    R(create_pt_needs_bind_pt, create_pt_ec, K(LOCAL), PERM_EC_BIND_PT, SUCCESS)                   \
    R(create_sm_needs_sm, create_sm, K(PD), PERM_PD_SM, SUCCESS)                                   \
    R(ctrl_pd_takes_objects_with_take, take_objects, K(OBJ), PERM_SPC_TAKE, SUCCESS)               \
    R(ctrl_pd_grants_objects_with_grant, grant_objects, K(OBJ), PERM_SPC_GRANT, SUCCESS)           \
    R(ctrl_pd_takes_memory_with_take, take_memory, K(HST), PERM_SPC_TAKE, SUCCESS)                 \
    R(ctrl_pd_grants_memory_with_grant, grant_memory, K(HST) | K(GST) | K(DMA), PERM_SPC_GRANT,    \
      SUCCESS)                                                                                     \
    R(ctrl_ec_needs_ctrl, ctrl_ec, K(LOCAL) | K(GLOBAL), PERM_EC_CTRL, SUCCESS)                    \
    R(ctrl_sc_needs_ctrl, ctrl_sc, K(SC), PERM_SC_CTRL, SUCCESS)                                   \
    R(ctrl_pt_needs_ctrl, ctrl_pt, K(PT), PERM_PT_CTRL, SUCCESS)                                   \
    R(ctrl_sm_up_needs_up, sm_up, K(SM) | K(INT), PERM_SM_UP, SUCCESS)                             \
    R(ctrl_sm_down_needs_down, sm_down, K(SM) | K(INT), PERM_SM_DOWN, SUCCESS)                     \
    R(assign_int_needs_assign, assign_int, K(INT), PERM_SM_ASSIGN, SUCCESS)                        \
    R(assign_dev_needs_assign, assign_dev, K(DMA), PERM_SPC_ASSIGN, BAD_DEV)

#define PORT_ROWS(R)                                                                               \
    R(ctrl_pd_takes_ports_with_take, take_ports, K(PIO), PERM_SPC_TAKE, SUCCESS)                   \
    R(ctrl_pd_grants_ports_with_grant, grant_ports, K(PIO), PERM_SPC_GRANT, SUCCESS)               \
    R(ctrl_pd_takes_msrs_with_take, take_msrs, K(MSR), PERM_SPC_TAKE, SUCCESS)                     \
    R(ctrl_pd_grants_msrs_with_grant, grant_msrs, K(MSR), PERM_SPC_GRANT, SUCCESS)

#define ROW_TEST(name, call, kinds, need, want)                                                    \
    TEST(perm, name)                                                                               \
    {                                                                                              \
        check(call, kinds, need, want);                                                            \
    }
ROWS(ROW_TEST)

#define PORT_ROW_TEST(name, call, kinds, need, want)                                               \
    TEST(perm, name)                                                                               \
    {                                                                                              \
        if (cpu_has_ports())                                                                       \
            check(call, kinds, need, want);                                                        \
        else                                                                                       \
            tap_skip("no port and MSR spaces");                                                    \
    }
PORT_ROWS(PORT_ROW_TEST)

#define ROW_ENTRY(name, call, kinds, need, want) TAP_TEST(perm, name),
static const struct tap_test tests[] = {
    TAP_TEST(perm, each_kind_has_the_permissions_of_the_interface),
    ROWS(ROW_ENTRY) PORT_ROWS(ROW_ENTRY)};
const struct tap_suite perm_suite = CONF_SUITE(tests);
