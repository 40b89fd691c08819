/* SPDX-License-Identifier: GPL-2.0-only */
/* What the control and assignment calls answer beside BAD_CAP (interface specification, 5.4, 5.5). */
#include <stdatomic.h>

#include "kernel/abi/console.h"
#include "tests/conformance/conf.h"

static uint32_t answer([[maybe_unused]] uint64_t pid, uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    return mtd;
}

/* Platform control is for the root PD. */

static uint64_t ctrl_hw_from_here(uint64_t op)
{
    return trap_1(hc_p0(HYPERCALL_CTRL_HW, (uint8_t)op, 0));
}

static uint64_t assign_dev_from_here(uint64_t sel)
{
    return hc_assign_dev(sel, 0, 0);
}

TEST(control, ctrl_hw_is_for_root_only)
{
    const struct peer peer = new_peer();
    for (uint64_t op = 0; op < 16; op++)
        EXPECT_STATUS(BAD_HYP, (status_t)peer_run(&peer, ctrl_hw_from_here, op));
    EXPECT_STATUS(BAD_PAR, (status_t)ctrl_hw_from_here(1));
}

TEST(control, assign_dev_is_for_root_only)
{
    const struct peer peer = new_peer();
    EXPECT_STATUS(BAD_HYP, (status_t)peer_run(&peer, assign_dev_from_here, 0));
    EXPECT_STATUS(BAD_CAP, (status_t)assign_dev_from_here(sel_alloc(0)));
}

TEST(control, class_of_service_needs_a_cpu_that_has_it)
{
    for (uint8_t op = CTRL_HW_QOS; op <= CTRL_HW_MBA; op++)
        EXPECT_STATUS(BAD_FTR, trap_1(hc_p0(HYPERCALL_CTRL_HW, op, 0)));
}

TEST(control, reserved_number_answers_bad_hyp)
{
    for (uint8_t flags = 0; flags < 16; flags++)
        EXPECT_STATUS(BAD_HYP, trap_1((uint64_t)flags << P0_FLAGS_SHIFT | 0xf));
}

/* Interrupts. */

static sel_t interrupt(void)
{
    const sel_t sel = sel_alloc(0);
    MUST(spaces_fetch(SEL_NOVA_INT + hip->int_pin - 1, sel));
    return sel;
}

TEST(control, interrupt_goes_to_each_cpu_that_exists)
{
    const sel_t sm = interrupt();
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++)
        EXPECT_STATUS(SUCCESS, hc_assign_int(sm, ASSIGN_INT_MASKED, cpu, 0).status);
    EXPECT_STATUS(BAD_CPU, hc_assign_int(sm, ASSIGN_INT_MASKED, hip->cpu_num, 0).status);
    EXPECT_STATUS(BAD_CPU, hc_assign_int(sm, ASSIGN_INT_MASKED, 0xffff, 0).status);
    EXPECT_STATUS(BAD_CPU, hc_assign_int(sel_alloc(0), 0, 0xffff, 0).status); /* comes first */
    EXPECT_STATUS(SUCCESS, hc_assign_int(sm, ASSIGN_INT_MASKED, 0, 0).status);
}

TEST(control, pin_has_no_message)
{
    const struct hc_msi msi = hc_assign_int(interrupt(), ASSIGN_INT_MASKED, 0, 0x1234);
    EXPECT_STATUS(SUCCESS, msi.status);
    EXPECT_EQ(0, msi.address);
    EXPECT_EQ(0, msi.data);
}

TEST(control, refused_assignment_changes_no_register)
{
    uint64_t p1 = hip->cpu_num, p2 = 0x1'2345;
    EXPECT_STATUS(BAD_CPU, trap_out_2(hc_p0(HYPERCALL_ASSIGN_INT, 0, interrupt()), &p1, &p2));
    EXPECT_EQ(hip->cpu_num, p1);
    EXPECT_EQ(0x1'2345, p2);
    p1 = 0;
    EXPECT_STATUS(BAD_CAP, trap_out_2(hc_p0(HYPERCALL_ASSIGN_INT, 0, sel_alloc(0)), &p1, &p2));
    EXPECT_EQ(0, p1);
    EXPECT_EQ(0x1'2345, p2);
}

TEST(control, interrupt_is_waited_for_on_its_cpu_only)
{
    const sel_t sm = interrupt();
    MUST(hc_assign_int(sm, ASSIGN_INT_MASKED, cpu_here(), 0).status);
    EXPECT_STATUS(TIMEOUT, hc_sm_down(sm, 0, 1));
    if (cpu_there() == cpu_here()) {
        tap_skip("one CPU");
        return;
    }
    MUST(hc_assign_int(sm, ASSIGN_INT_MASKED, cpu_there(), 0).status);
    EXPECT_STATUS(BAD_CPU, hc_sm_down(sm, 0, 1));
    MUST(hc_assign_int(sm, ASSIGN_INT_MASKED, cpu_here(), 0).status);
}

TEST(control, interrupts_are_where_the_hip_says)
{
    const sel_t sm = sel_alloc(0);
    const uint64_t count = (uint64_t)hip->int_pin + hip->int_msi;
    MUST(spaces_fetch(SEL_NOVA_INT + count - 1, sm));
    EXPECT_STATUS(SUCCESS, hc_assign_int(sm, ASSIGN_INT_MASKED, 0, 0).status);
    MUST(spaces_fetch(SEL_NOVA_INT + count, sm));
    EXPECT_STATUS(BAD_CAP, hc_assign_int(sm, ASSIGN_INT_MASKED, 0, 0).status);
}

/* Reserved flags, outputs. */

TEST(control, refused_time_changes_no_register)
{
    uint64_t p1 = 0x1234'5678'9abc'def0;
    EXPECT_STATUS(BAD_CAP, trap_out_1(hc_p0(HYPERCALL_CTRL_SC, 0, sel_alloc(0)), &p1));
    EXPECT_EQ(0x1234'5678'9abc'def0, p1);
}

TEST(control, reserved_flags_change_nothing)
{
    const struct thread t = new_local(cpu_here(), answer);
    const sel_t pt = new_pt(&t, 0);
    uint64_t p1 = 0;
    EXPECT_STATUS(SUCCESS, hc_ctrl_ec(t.ec, 0xe));
    EXPECT_STATUS(SUCCESS, trap_out_1(hc_p0(HYPERCALL_CTRL_SC, 0xf, SEL_ROOT_SC), &p1));
    EXPECT(p1 > 0);
    EXPECT_STATUS(SUCCESS, trap_3(hc_p0(HYPERCALL_CTRL_PT, 0xf, pt), 1, 0));
}

TEST(control, console_semaphore_counts_lines)
{
    (void)drain(SEL_LIB_CONSOLE);
    EXPECT_STATUS(SUCCESS, hc_sm_up(SEL_LIB_CONSOLE));
    EXPECT_EQ(1, drain(SEL_LIB_CONSOLE));
}

/* The kernel says a line about each thread that it kills. */
static uint32_t fall([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                     [[maybe_unused]] struct utcb *utcb)
{
    __builtin_trap();
}

enum : unsigned { SPEAKERS = 4, DEATHS = 8 };
static sel_t doomed[SPEAKERS][DEATHS], done;
static _Atomic uint64_t silent; /* threads that have not begun */

static void kill_all(uint64_t speaker)
{
    atomic_fetch_sub(&silent, 1);
    while (atomic_load(&silent) > 0) /* all at once */
        cpu_relax();
    for (unsigned i = 0; i < DEATHS; i++)
        EXPECT_STATUS(ABORTED, hc_ipc_call(doomed[speaker][i], 0, 0).status);
    up(done);
}

/* Starts threads on up to four CPUs, each of which has the kernel say lines. How many there are in all. */
static uint64_t speak(void)
{
    const unsigned speakers = hip->cpu_num < SPEAKERS ? hip->cpu_num : SPEAKERS;
    done = new_sm(0);
    for (uint16_t cpu = 0; cpu < speakers; cpu++)
        for (unsigned i = 0; i < DEATHS; i++) {
            struct thread t;
            MUST(thread_create_local(&t, &(struct thread_plan){.cpu = cpu, .events = sel_alloc(7)},
                                     fall));
            doomed[cpu][i] = new_pt(&t, 0);
        }
    (void)drain(SEL_LIB_CONSOLE);
    atomic_store(&silent, speakers);
    for (uint16_t cpu = 0; cpu < speakers; cpu++)
        new_global(cpu, LOW, kill_all, cpu);
    for (unsigned i = 0; i < speakers; i++)
        EXPECT(down(done));
    return speakers * DEATHS;
}

/* As many lines as ups, each of them whole: CPUs do not speak at once. */
TEST(control, console_has_a_line_for_each_up)
{
    static const char begin[] = "killed EC on CPU ";
    const uint64_t page = HVA_FREE / 0x1000;
    const struct mbuf *const mbuf = (const struct mbuf *)HVA_FREE;
    MUST(hc_ctrl_pd(
        SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST,
        (struct hc_range){
            .from = hip->mbuf_start / 0x1000, .to = page, .perm = PERM_MEM_R, .mad = MAD_MEMORY}));
    uint32_t at = mbuf->write % MBUF_CHARS;
    const uint64_t count = speak();
    EXPECT_EQ(count, drain(SEL_LIB_CONSOLE));
    const uint32_t end = mbuf->write % MBUF_CHARS;
    uint64_t lines = 0, column = 0;
    char last = 0;
    for (; at != end; at = (at + 1) % MBUF_CHARS, column++) {
        const char c = mbuf->text[at];
        if (column < sizeof begin - 1)
            EXPECT_EQ(begin[column], c);
        if (c == '\n') {
            EXPECT_EQ('\r', last);
            lines++;
            column = UINT64_MAX; /* 0 for the next */
        }
        last = c;
    }
    EXPECT_EQ(count, lines);
    EXPECT_EQ('\n', last);
    MUST(hc_ctrl_pd(SEL_LIB_ROOT_HST, SEL_LIB_ROOT_HST,
                    (struct hc_range){.from = page, .to = page}));
}

static const struct tap_test tests[] = {
    TAP_TEST(control, ctrl_hw_is_for_root_only),
    TAP_TEST(control, assign_dev_is_for_root_only),
    TAP_TEST(control, class_of_service_needs_a_cpu_that_has_it),
    TAP_TEST(control, reserved_number_answers_bad_hyp),
    TAP_TEST(control, interrupt_goes_to_each_cpu_that_exists),
    TAP_TEST(control, pin_has_no_message),
    TAP_TEST(control, refused_assignment_changes_no_register),
    TAP_TEST(control, interrupt_is_waited_for_on_its_cpu_only),
    TAP_TEST(control, interrupts_are_where_the_hip_says),
    TAP_TEST(control, refused_time_changes_no_register),
    TAP_TEST(control, reserved_flags_change_nothing),
    TAP_TEST(control, console_semaphore_counts_lines),
    TAP_TEST(control, console_has_a_line_for_each_up),
};
const struct tap_suite control_suite = CONF_SUITE(tests);
