/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every EC has vector registers of its own (interface specification, 2.2 and 5.3.2). Threads of many
 * ECs hold random patterns in them across everything that makes another EC run.
 */
#include <stdatomic.h>

#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"
#include "tests/lib/random.h"

enum : size_t { THREADS = 24 };
enum : uint64_t { ROUNDS = 40 };

/* In and out of fpu_across(), per thread. */
alignas(32) static uint8_t before[THREADS][VECTORS_SIZE], behind[THREADS][VECTORS_SIZE];
static sel_t turn[THREADS], done;
static size_t width;
static _Atomic uint64_t wrong;

static void fill(uint8_t *bytes, uint64_t *state)
{
    for (size_t i = 0; i < VECTORS_SIZE; i++)
        bytes[i] = (uint8_t)(random_next(state) >> 24);
}

static bool is_kept(const uint8_t *a, const uint8_t *b)
{
    for (size_t v = 0; v < VECTORS; v++)
        for (size_t i = 0; i < width; i++)
            if (a[v * VECTOR_STRIDE + i] != b[v * VECTOR_STRIDE + i])
                return false;
    return true;
}

static void prepare(void)
{
    width = fpu_width();
    done = new_sm(0);
    atomic_store(&wrong, 0);
}

/* Threads on two CPUs, three at a time, hand on their turns and count what was not kept. */
static void take_turns(thread_fn *fn)
{
    prepare();
    for (size_t i = 0; i < THREADS; i++)
        turn[i] = new_sm(0);
    for (size_t i = 0; i < THREADS; i++)
        new_global((uint16_t)(i % 2 ? cpu_there() : cpu_here()), LOW, fn, i);
    up(turn[0]);
    up(turn[THREADS / 3]);
    up(turn[THREADS * 2 / 3]);
    for (size_t i = 0; i < THREADS; i++)
        EXPECT(down(done));
    EXPECT_EQ(0, atomic_load(&wrong));
}

/* Keep a pattern while waiting for a turn, then hand the turn on. */
static void hold_until_turn(uint64_t me)
{
    uint64_t state = 0x1234'5678 + me;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        fill(before[me], &state);
        const status_t status =
            fpu_across(before[me], behind[me], hc_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, turn[me]), 0);
        if (status != SUCCESS || !is_kept(before[me], behind[me]))
            atomic_fetch_add(&wrong, 1);
        up(turn[(me + 1) % THREADS]);
    }
    up(done);
}

TEST(fpu, patterns_are_kept_while_other_threads_run)
{
    take_turns(hold_until_turn);
}

/* Preempted at any place by others that do the same, on budgets of a millisecond. */
static void hold_while_preempted(uint64_t me)
{
    uint64_t state = 0xabcd'ef01 + me;
    for (uint64_t end = time_after(hip, 40'000); stc_now() < end;) {
        fill(before[me], &state);
        const status_t status =
            fpu_across(before[me], behind[me], hc_p0(HYPERCALL_CTRL_SC, 0, SEL_ROOT_SC), 0);
        if (status != SUCCESS || !is_kept(before[me], behind[me]))
            atomic_fetch_add(&wrong, 1);
    }
    up(done);
}

TEST(fpu, patterns_are_kept_across_preemption)
{
    prepare();
    for (size_t i = 0; i < 4; i++) {
        const struct thread t =
            new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, hold_while_preempted, i);
        new_sc(&t, LOW, 1);
    }
    for (size_t i = 0; i < 4; i++)
        EXPECT(down(done));
    EXPECT_EQ(0, atomic_load(&wrong));
}

static uint32_t use_fpu([[maybe_unused]] uint64_t pid, uint32_t mtd,
                        [[maybe_unused]] struct utcb *utcb)
{
    uint64_t state = 0x7777;
    fill(before[1], &state);
    (void)fpu_across(before[1], behind[1], hc_p0(HYPERCALL_CTRL_SC, 0, SEL_ROOT_SC), 0);
    if (!is_kept(before[1], behind[1]))
        atomic_fetch_add(&wrong, 1);
    return mtd;
}

TEST(fpu, callee_does_not_change_its_caller_s)
{
    prepare();
    const struct thread t = new_local(cpu_here(), use_fpu);
    const sel_t pt = new_pt(&t, 0);
    uint64_t state = 0x2222;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        fill(before[0], &state);
        EXPECT_STATUS(SUCCESS,
                      fpu_across(before[0], behind[0], hc_p0(HYPERCALL_IPC_CALL, 0, pt), 0));
        EXPECT(is_kept(before[0], behind[0]));
    }
    EXPECT_EQ(0, atomic_load(&wrong));
}

/* A new EC finds zeros, whoever used the registers before. */
static void store_at_once(uint64_t me)
{
    fpu_store(behind[me]);
    up(done);
}

TEST(fpu, new_thread_sees_nothing_of_others)
{
    alignas(32) static const uint8_t zeros[VECTORS_SIZE];
    prepare();
    for (size_t i = 0; i < 8; i++) {
        uint64_t state = 0x3333 + i;
        fill(before[0], &state);
        MUST(fpu_across(before[0], behind[0], hc_p0(HYPERCALL_CTRL_SC, 0, SEL_ROOT_SC), 0));
        new_global(cpu_here(), LOW, store_at_once, 1);
        EXPECT(down(done));
        EXPECT(is_kept(zeros, behind[1]));
    }
}

/* The same with all that is no vector. The first that each sees is what a new thread has. */
static void hold_rest_until_turn(uint64_t me)
{
    uint64_t state = 0x8765'4321 + me;
    struct fpu_rest mine = fpu_rest_initial;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        MUST(hc_sm_down(turn[me], 0, 0));
        const struct fpu_rest now = fpu_rest_store();
        if (!fpu_rest_equals(&mine, &now))
            atomic_fetch_add(&wrong, 1);
        mine = fpu_rest_random(&state);
        fpu_rest_load(&mine);
        up(turn[(me + 1) % THREADS]);
    }
    up(done);
}

TEST(fpu, control_and_status_are_kept_while_other_threads_run)
{
    take_turns(hold_rest_until_turn);
}

static const struct tap_test tests[] = {
    TAP_TEST(fpu, patterns_are_kept_while_other_threads_run),
    TAP_TEST(fpu, patterns_are_kept_across_preemption),
    TAP_TEST(fpu, control_and_status_are_kept_while_other_threads_run),
    TAP_TEST(fpu, callee_does_not_change_its_caller_s),
    TAP_TEST(fpu, new_thread_sees_nothing_of_others),
};
const struct tap_suite fpu_suite = CONF_SUITE(tests);
