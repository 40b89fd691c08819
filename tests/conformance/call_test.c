/* SPDX-License-Identifier: GPL-2.0-only */
/* What all hypercalls have in common: registers, ignored bits (interface specification, 5.1, 7.8, 8.8). */
#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"

static const size_t slot_register[] = {REG_P0, REG_P1, REG_P2, REG_P3, REG_P4};
enum : size_t { SLOTS = sizeof slot_register / sizeof *slot_register };

/* A call with all registers loaded, and what it does to them. */
struct call {
    const char *name;
    uint64_t slot[SLOTS];
    status_t status;
    size_t outputs; /* P1 and so many that follow it */
    uint64_t output[2];
};

enum : uint64_t { ANY = ~0ull }; /* of an output */

static uint32_t answer([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    return hc_mtd(3);
}

static void end_at_once([[maybe_unused]] uint64_t arg)
{
}

static void expect_registers(const struct call *call)
{
    static struct regs in, out;
    for (size_t i = 0; i < REGS; i++)
        in.r[i] = 0x5a5a'0000'0000'0000 | i << 8 | 1;
    in.r[REG_FLAGS] = flags_changeable & 0xa000'0095;
    for (size_t i = 0; i < SLOTS; i++)
        if (call->slot[i] != 0)
            in.r[slot_register[i]] = call->slot[i];
    provoke(&in, &out, hypercall_code);
    for (size_t i = 0; i < REGS; i++) {
        uint64_t want = i == REG_P0 ? call->status : behind_hypercall(&in, i);
        for (size_t o = 0; o < call->outputs; o++)
            if (i == slot_register[1 + o])
                want = call->output[o] == ANY ? out.r[i] : call->output[o];
        if (out.r[i] != want)
            tap_fail(__FILE__, __LINE__, "%s: register %zu is %#lx, not %#lx", call->name, i,
                     out.r[i], want);
    }
}

static sel_t interrupt(void)
{
    const sel_t sel = sel_alloc(0);
    MUST(spaces_fetch(SEL_NOVA_INT + hip->int_pin - 1, sel));
    return sel;
}

/* Slots that a call does not have hold anything: they are neither read nor written. */
TEST(call, changes_its_outputs_and_no_other_register)
{
    const struct thread local = new_local(cpu_here(), answer);
    const struct thread global =
        new_global_plan(&(struct thread_plan){.cpu = cpu_here()}, end_at_once, 0);
    const sel_t pt = new_pt(&local, 0), sm = new_sm(1), empty = sel_alloc(0), obj = SEL_ROOT_OBJ;
    const struct call calls[] = {
        {"ipc_call", {hc_p0(HYPERCALL_IPC_CALL, 0, pt), 1}, SUCCESS, 1, {hc_mtd(3)}},
        {"ipc_call", {hc_p0(HYPERCALL_IPC_CALL, 0, empty), 1}, BAD_CAP, 0, {}},
        {"create_pd",
         {hc_p0(HYPERCALL_CREATE_PD, CREATE_PD_PD, sel_alloc(0)), SEL_ROOT_PD},
         SUCCESS,
         0,
         {}},
        {"create_pd", {hc_p0(HYPERCALL_CREATE_PD, CREATE_PD_PD, sm), SEL_ROOT_PD}, BAD_CAP, 0, {}},
        {"create_ec",
         {hc_p0(HYPERCALL_CREATE_EC, 0, sel_alloc(0)), SEL_ROOT_PD, utcb_alloc() | cpu_here()},
         SUCCESS,
         0,
         {}},
        {"create_sc",
         {hc_p0(HYPERCALL_CREATE_SC, 0, sel_alloc(0)), SEL_ROOT_PD, global.ec, LOW << 16 | BUDGET},
         SUCCESS,
         0,
         {}},
        {"create_pt",
         {hc_p0(HYPERCALL_CREATE_PT, 0, sel_alloc(0)), SEL_ROOT_PD, local.ec},
         SUCCESS,
         0,
         {}},
        {"create_sm", {hc_p0(HYPERCALL_CREATE_SM, 0, sel_alloc(0)), SEL_ROOT_PD}, SUCCESS, 0, {}},
        {"ctrl_pd",
         {hc_p0(HYPERCALL_CTRL_PD, 0, obj), obj, sm << 12, sel_alloc(0) << 12 | PERM_SM_ALL},
         SUCCESS,
         0,
         {}},
        {"ctrl_pd", {hc_p0(HYPERCALL_CTRL_PD, 0, obj), obj, SELNUM << 12}, BAD_PAR, 0, {}},
        {"ctrl_ec", {hc_p0(HYPERCALL_CTRL_EC, 0, local.ec)}, SUCCESS, 0, {}},
        {"ctrl_sc", {hc_p0(HYPERCALL_CTRL_SC, 0, SEL_ROOT_SC)}, SUCCESS, 1, {ANY}},
        {"ctrl_sc", {hc_p0(HYPERCALL_CTRL_SC, 0, empty)}, BAD_CAP, 0, {}},
        {"ctrl_pt", {hc_p0(HYPERCALL_CTRL_PT, 0, pt)}, SUCCESS, 0, {}},
        {"ctrl_sm, up", {hc_p0(HYPERCALL_CTRL_SM, 0, sm)}, SUCCESS, 0, {}},
        {"ctrl_sm, down", {hc_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, sm)}, SUCCESS, 0, {}},
        {"ctrl_sm, time",
         {hc_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, new_sm(0)), time_after(hip, 500)},
         TIMEOUT,
         0,
         {}},
        {"ctrl_hw", {hc_p0(HYPERCALL_CTRL_HW, 1, 0)}, BAD_PAR, 0, {}},
        {"assign_int",
         {hc_p0(HYPERCALL_ASSIGN_INT, ASSIGN_INT_MASKED, interrupt()), 1ull << 63 | cpu_here()},
         SUCCESS,
         2,
         {0, 0}},
        {"assign_int",
         {hc_p0(HYPERCALL_ASSIGN_INT, 0, empty), 1ull << 63 | cpu_here()},
         BAD_CAP,
         0,
         {}},
        {"assign_dev", {hc_p0(HYPERCALL_ASSIGN_DEV, 0, empty)}, BAD_CAP, 0, {}},
        {"reserved", {0xff}, BAD_HYP, 0, {}},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        expect_registers(&calls[i]);
}

/* What is above the fields means nothing; ctrl_pd's: space_test.c. */
TEST(call, ignores_bits_above_its_fields)
{
    const struct thread local = new_local(cpu_here(), answer);
    const sel_t pt = new_pt(&local, 0);
    EXPECT_STATUS(SUCCESS, trap_3(hc_p0(HYPERCALL_CTRL_PT, 0, pt), 7, 0xffff'ffff'0000'0000));

    uint64_t p1 = 0xffff'ffff'ffff'0000 | cpu_here(), p2 = 0xffff'ffff'ffff'0000;
    const uint64_t p0 = hc_p0(HYPERCALL_ASSIGN_INT, ASSIGN_INT_MASKED, interrupt());
    EXPECT_STATUS(SUCCESS, trap_out_2(p0, &p1, &p2));
}

static const struct tap_test tests[] = {
    TAP_TEST(call, changes_its_outputs_and_no_other_register),
    TAP_TEST(call, ignores_bits_above_its_fields),
};
const struct tap_suite call_suite = CONF_SUITE(tests);
