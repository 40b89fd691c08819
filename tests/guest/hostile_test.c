/* SPDX-License-Identifier: GPL-2.0-only */
/* Guests at their worst: others go on, and the VMM stays in charge. */
#include "tests/guest/vgic.h"

static _Atomic uint64_t rounds, stop;
static sel_t done;

static void count_rounds([[maybe_unused]] uint64_t arg)
{
    while (atomic_load(&stop) == 0)
        atomic_fetch_add(&rounds, 1);
    up(done);
}

/* While v runs, a thread beside it and one on another CPU do, too; then it can be recalled and ended. */
static void expect_harmless(struct vcpu *v)
{
    done = new_sm(0);
    atomic_store(&stop, 0);
    atomic_store(&rounds, 0);
    new_global(v->cpu, MID, count_rounds, 0);
    vcpu_resume(v);
    EXPECT(wait_until(&rounds, 10'000));
    atomic_store(&stop, 1);
    EXPECT(down(done));
    MUST(hc_ctrl_ec(v->ec, CTRL_EC_STRONG));
    unsigned event;
    do
        event = vcpu_wait(v);
    while (event != EVENT_RECALL && event < EVENTS && (vcpu_resume(v), true));
    EXPECT_EQ(EVENT_RECALL, event);
    v->reply = MTD_POISON;
    vcpu_resume(v);
    EXPECT(vcpu_is_dead(v));
}

/* A program of a few words at PROGRAM of a new guest of its own on another CPU. */
static struct vcpu *villain(const uint32_t *code, size_t size)
{
    static struct vm vm;
    vm = new_child_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_there());
    vcpu_load(v, code, size);
    return v;
}
#define VILLAIN(...)                                                                               \
    villain((const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}))

/* Replies to whatever comes, and steps over it. */
static bool step_over(struct vcpu *v)
{
    if (v->event == EVENT_RECALL)
        return true;
    if (v->event != EVENT_HVC64)
        vcpu_skip(v);
    return false;
}

/* Replies to whatever comes, and tries it again. */
static bool again(struct vcpu *v)
{
    return v->event == EVENT_RECALL;
}

TEST(hostile, never_leaves)
{
    expect_harmless(VILLAIN(0x1400'0000));
}

TEST(hostile, masks_everything_and_never_leaves)
{
    expect_harmless(VILLAIN(0xd503'4fdf, 0x1400'0000)); /* MSR DAIFSet, #15 */
}

/* Its vectors are an undefined instruction: an exception for ever, within EL1. */
TEST(hostile, faults_in_its_own_vectors)
{
    static const uint32_t zeros[512];
    struct vcpu *const v = VILLAIN(0);
    vm_write(v->vm, VECTORS, zeros, sizeof zeros);
    expect_harmless(v);
}

TEST(hostile, has_vectors_where_nothing_is)
{
    struct vcpu *const v = VILLAIN(0);
    v->state.vbar_el1 = GPA_NOTHING;
    v->reply |= MTD_EL1_VBAR;
    v->step = again;
    expect_harmless(v);
}

/* Switches its MMU on over tables of zeros: nothing can be fetched, not even the vectors. */
TEST(hostile, wipes_its_page_tables)
{
    struct vcpu *const v = VILLAIN(0xd518'1000, 0xd503'3fdf); /* MSR SCTLR_EL1, X0; ISB */
    vcpu_set_x(v, 0, 1);
    v->state.ttbr0_el1 = v->state.ttbr1_el1 = GPA_RAM + DATA;
    v->state.tcr_el1 = 25 | 25 << 16;
    v->reply |= MTD_EL1_TTBR | MTD_EL1_TCR;
    expect_harmless(v);
}

/* Tables that lead to themselves and to where nothing is. */
TEST(hostile, has_page_tables_of_nonsense)
{
    uint64_t seed = 31;
    for (int i = 0; i < 20; i++) {
        struct vcpu *const v = VILLAIN(0xd518'1000, 0xd503'3fdf);
        for (uint64_t at = DATA; at < DATA + 0x8000; at += 8)
            *vm_word(v->vm, at) = (random_next(&seed) & 0xfff) | GPA_RAM |
                                  (random_next(&seed) & (RAM_SIZE - PAGE_SIZE));
        vcpu_set_x(v, 0, 1);
        v->state.ttbr0_el1 = v->state.ttbr1_el1 = GPA_RAM + DATA;
        v->state.tcr_el1 = random_next(&seed);
        v->reply |= MTD_EL1_TTBR | MTD_EL1_TCR;
        v->step = again;
        expect_harmless(v);
        guest_after();
    }
}

TEST(hostile, calls_without_end)
{
    struct vcpu *const v = VILLAIN(0xd400'0002, 0x17ff'ffff);
    v->step = step_over;
    expect_harmless(v);
}

TEST(hostile, waits_without_end)
{
    struct vcpu *const v = VILLAIN(0xd503'207f, 0x17ff'ffff); /* WFI */
    v->step = step_over;
    expect_harmless(v);
    guest_after();
    struct vcpu *const w = VILLAIN(0xd503'205f, 0x17ff'ffff); /* WFE */
    w->step = step_over;
    expect_harmless(w);
}

/* GICv3: ICC_SGI1R, ICC_ASGI1R, ICC_SGI0R; elsewhere they are undefined. */
TEST(hostile, floods_with_sgis)
{
    struct vcpu *const v = VILLAIN(0xd518'cba0, 0xd518'cbc0, 0xd518'cbe0, 0x9100'0400, 0x17ff'fffc);
    vm_write(v->vm, VECTORS, CODE(skip_vectors));
    vcpu_set_x(v, 0, ~0ull << 24);
    v->step = step_over;
    expect_harmless(v);
}

/* Its timer is always due, and it never ends the interrupt; or the VMM says so each time. */
TEST(hostile, lets_its_timer_fire_for_ever)
{
    struct vcpu *const v = VILLAIN(0x1400'0000);
    v->state.cntv_ctl_el0 = 1;
    v->reply |= MTD_TMR;
    v->step = again;
    expect_harmless(v);
}

/* Loads and stores where nothing is; where devices and the kernel are; and beyond all addresses. */
TEST(hostile, looks_for_others)
{
    struct vcpu *const v = VILLAIN(0xf940'0001, 0xf900'0001, 0x8b02'0000, 0x17ff'fffd);
    vcpu_set_x(v, 2, 0x1234'5678);
    v->step = step_over;
    expect_harmless(v);
}

TEST(hostile, invalidates_without_end)
{
    /* TLBI VMALLE1IS; DSB SY; IC IALLUIS; DSB SY; ISB; B */
    expect_harmless(
        VILLAIN(0xd508'831f, 0xd503'3f9f, 0xd508'711f, 0xd503'3f9f, 0xd503'3fdf, 0x17ff'fffb));
}

static const struct tap_test tests[] = {
    TAP_TEST(hostile, never_leaves),
    TAP_TEST(hostile, masks_everything_and_never_leaves),
    TAP_TEST(hostile, faults_in_its_own_vectors),
    TAP_TEST(hostile, has_vectors_where_nothing_is),
    TAP_TEST(hostile, wipes_its_page_tables),
    TAP_TEST(hostile, has_page_tables_of_nonsense),
    TAP_TEST(hostile, calls_without_end),
    TAP_TEST(hostile, waits_without_end),
    TAP_TEST(hostile, floods_with_sgis),
    TAP_TEST(hostile, lets_its_timer_fire_for_ever),
    TAP_TEST(hostile, looks_for_others),
    TAP_TEST(hostile, invalidates_without_end),
};
const struct tap_suite hostile_suite = GUEST_SUITE(tests);
