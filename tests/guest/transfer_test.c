/* SPDX-License-Identifier: GPL-2.0-only */
/* Each register of each MTD bit, to the guest and back (interface specification, 7.7.3 and 7.7.4). */
#include "kernel/base/string.h"
#include "tests/guest/guest.h"

enum : uint8_t { CANARY = 0xa5 };
enum : uint64_t { SAFE_SPSR = SPSR_EL1H | SPSR_MASKED };

/*
 * A 64-bit field. `mask`: the bits that must survive in a guest without MMU whose interrupts are masked;
 * what else a CPU keeps is its affair. `base`: bits that have to be there.
 */
struct field {
    uint32_t mtd;
    uint16_t at;
    uint64_t mask, base;
    struct sysreg reg; /* op0 0: the guest cannot name it */
};
#define X(n)                                                                                       \
    {                                                                                              \
        MTD_GPR, 8 * (n), ~0ull, 0,                                                                \
        {                                                                                          \
        }                                                                                          \
    }
static const struct field fields[] = {
    X(0),
    X(1),
    X(2),
    X(3),
    X(4),
    X(5),
    X(6),
    X(7),
    X(8),
    X(9),
    X(10),
    X(11),
    X(12),
    X(13),
    X(14),
    X(15),
    X(16),
    X(17),
    X(18),
    X(19),
    X(20),
    X(21),
    X(22),
    X(23),
    X(24),
    X(25),
    X(26),
    X(27),
    X(28),
    X(29),
    X(30),
    {MTD_EL0_SP, 0x0f8, ~0ull, 0, {3, 0, 4, 1, 0}},
    {MTD_EL0_IDR, 0x100, ~0ull, 0, {3, 3, 13, 0, 2}},
    {MTD_EL0_IDR, 0x108, ~0ull, 0, {3, 3, 13, 0, 3}},
    {MTD_EL1_SP, 0x130, ~0ull, 0, {}},
    {MTD_EL1_IDR, 0x138, ~0ull, 0, {3, 0, 13, 0, 4}},
    {MTD_EL1_IDR, 0x140, 0xffff'ffff, 0, {3, 0, 13, 0, 1}},
    {MTD_EL1_ELR_SPSR, 0x148, ~0ull, 0, {3, 0, 4, 0, 1}},
    {MTD_EL1_ELR_SPSR, 0x150, 0xf020'03df, 0, {3, 0, 4, 0, 0}},
    {MTD_EL1_ESR_FAR, 0x158, 0xffff'ffff, 0, {3, 0, 5, 2, 0}},
    {MTD_EL1_ESR_FAR, 0x160, ~0ull, 0, {3, 0, 6, 0, 0}},
    {MTD_EL1_AFSR, 0x168, 0, 0, {}}, /* implementation defined: may not be there */
    {MTD_EL1_AFSR, 0x170, 0, 0, {}},
    {MTD_EL1_TTBR, 0x178, ~1ull, 0, {3, 0, 2, 0, 0}},
    {MTD_EL1_TTBR, 0x180, ~1ull, 0, {3, 0, 2, 0, 1}},
    {MTD_EL1_TCR, 0x188, 0x0000'0037'ffbf'ffbf, 0, {3, 0, 2, 0, 2}},
    {MTD_EL1_MAIR, 0x190, ~0ull, 0, {3, 0, 10, 2, 0}},
    {MTD_EL1_MAIR, 0x198, 0, 0, {}}, /* AMAIR_EL1: as AFSR */
    {MTD_EL1_VBAR, 0x1a0, ~0x7ffull, 0, {3, 0, 12, 0, 0}},
    {MTD_EL1_SCTLR, 0x1a8, 0x0405'd200, 0x30c0'0800, {3, 0, 1, 0, 0}},
    {MTD_EL1_MDSCR, 0x1b0, 0x9000, 0, {}}, /* MDE, TDCC */
    {MTD_EL2_HCR, 0x1c0, HCR_TVM | HCR_TTLB | HCR_TPU, HCR_RW, {}},
    {MTD_EL2_HCR, 0x1c8, 0, 0, {}},
    {MTD_EL2_IDR, 0x1d0, 0xffff'ffff, 0, {3, 0, 0, 0, 0}},
    {MTD_EL2_IDR, 0x1d8, 0xff'41ff'ffff, 1ull << 31, {3, 0, 0, 0, 5}},
    {MTD_EL2_ELR_SPSR, 0x1e0, 0, GPA_RAM + PROGRAM, {}},
    {MTD_EL2_ELR_SPSR, 0x1e8, 0xf000'0000, SAFE_SPSR, {}},
    {MTD_TMR, 0x210, ~0ull, 0, {3, 3, 14, 3, 2}},
    {MTD_TMR, 0x218, 1, 2, {3, 3, 14, 3, 1}}, /* IMASK, or it comes */
    {MTD_TMR, 0x220, 0x3ff, 0, {3, 0, 14, 1, 0}},
    {MTD_TMR, 0x228, ~0ull, 0, {}},
};
enum : size_t { FIELDS = sizeof fields / sizeof *fields };

/* List register, GICv3's format: state, group, priority, virtual INTID; not backed by hardware. */
enum : uint64_t { LR_MASK = 3ull << 62 | 1ull << 60 | 0x1full << 51 | 0x3ff };

static uint64_t *word(struct utcb_arch *state, size_t at)
{
    return (uint64_t *)((uint64_t)state + at);
}

static uint64_t value(const struct field *f, uint64_t *seed)
{
    return (random_next(seed) & f->mask) | f->base;
}

static unsigned lr_count(const struct utcb_arch *s)
{
    return (unsigned)__builtin_popcount(s->elrsr);
}

/* All of the page, within what a guest survives; nothing of it is to be taken without its bit. */
static void randomise(struct utcb_arch *s, uint64_t *seed)
{
    memset(s, CANARY, sizeof *s);
    for (size_t i = 0; i < FIELDS; i++)
        *word(s, fields[i].at) = value(&fields[i], seed);
    for (unsigned i = 0; i < 16; i++)
        s->lr[i] = random_next(seed) & LR_MASK;
    for (unsigned i = 0; i < 4; i++) {
        s->ap0r[i] = (uint32_t)random_next(seed);
        s->ap1r[i] = (uint32_t)random_next(seed);
    }
}

/* The state `after` a reply of `sent` with `mtd`: that bit's fields are the reply's, others as `before`. */
static void expect_fields(struct utcb_arch *before, struct utcb_arch *sent, struct utcb_arch *after,
                          uint32_t mtd)
{
    for (size_t i = 0; i < FIELDS; i++) {
        const struct field *const f = &fields[i];
        const uint64_t mask = f->mask | f->base;
        const uint64_t want = *word(mtd & f->mtd ? sent : before, f->at), got = *word(after, f->at);
        if (f->at == 0x1e0) /* ELR: the program is where it was */
            continue;
        if ((want & mask) != (got & mask))
            tap_fail(__FILE__, __LINE__, "MTD %#x: %#x is %#lx, not %#lx", mtd, f->at, got, want);
        if (mask == 0 && mtd & f->mtd && got != want && got != 0 && f->at != 0x1c8)
            tap_fail(__FILE__, __LINE__, "MTD %#x: %#x is %#lx, not %#lx or 0", mtd, f->at, got,
                     want);
    }
    for (unsigned i = 0; i < lr_count(before); i++)
        EXPECT_EQ((mtd & MTD_GIC ? sent : before)->lr[i] & LR_MASK, after->lr[i] & LR_MASK);
    EXPECT_EQ((mtd & MTD_GIC ? sent : before)->ap1r[0], after->ap1r[0]);
    EXPECT_EQ((mtd & MTD_GIC ? sent : before)->ap0r[0], after->ap0r[0]);
}

static struct vcpu *hvc_caller(const struct vm *vm)
{
    struct vcpu *const v = new_vcpu(vm, cpu_here());
    vcpu_load(v, CODE(hvc));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    return v;
}

TEST(transfer, each_bit_takes_its_fields_and_no_others)
{
    uint64_t seed = 7;
    struct utcb_arch before, sent;
    const struct vm vm = new_vm();
    struct vcpu *const v = hvc_caller(&vm);
    const uint32_t elrsr = v->state.elrsr;
    for (unsigned round = 0; round < 4; round++) {
        for (unsigned bit = 0; bit < 32; bit++) {
            if (!(MTD_RW >> bit & 1))
                continue;
            before = v->state;
            before.elrsr = elrsr;
            randomise(&v->state, &seed);
            sent = v->state;
            v->reply = 1u << bit;
            EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
            expect_fields(&before, &sent, &v->state, 1u << bit);
        }
    }
}

TEST(transfer, all_bits_at_once)
{
    uint64_t seed = 11;
    struct utcb_arch before, sent;
    const struct vm vm = new_vm();
    struct vcpu *const v = hvc_caller(&vm);
    const uint32_t elrsr = v->state.elrsr;
    for (unsigned round = 0; round < 32; round++) {
        const uint32_t mtd = MTD_RW & ~(round % 2 == 0 ? 0u : (uint32_t)random_next(&seed));
        before = v->state;
        before.elrsr = elrsr;
        randomise(&v->state, &seed);
        sent = v->state;
        v->reply = mtd;
        EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
        expect_fields(&before, &sent, &v->state, mtd);
    }
}

TEST(transfer, no_bit_takes_nothing)
{
    uint64_t seed = 13;
    struct utcb_arch before;
    const struct vm vm = new_vm();
    struct vcpu *const v = hvc_caller(&vm);
    before = v->state;
    randomise(&v->state, &seed);
    /* Those that are ignored, and those that only go the other way. */
    v->reply = MTD_FPR | 1u << 6 | 1u << 9 | 3u << 21 | 1u << 28 | MTD_EL2_ESR_FAR | MTD_EL2_HPFAR |
               MTD_ICI;
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    expect_fields(&before, &before, &v->state, 0);
}

/* ---- To the handler ---- */

static const struct {
    uint32_t mtd;
    uint16_t from, to;
} delivered[] = {
    {MTD_GPR, 0x000, 0x0f8},          {MTD_EL0_SP, 0x0f8, 0x100},
    {MTD_EL0_IDR, 0x100, 0x110},      {MTD_A32_SPSR, 0x110, 0x120},
    {MTD_A32_DIH, 0x120, 0x12c},      {MTD_EL1_SP, 0x130, 0x138},
    {MTD_EL1_IDR, 0x138, 0x148},      {MTD_EL1_ELR_SPSR, 0x148, 0x158},
    {MTD_EL1_ESR_FAR, 0x158, 0x168},  {MTD_EL1_AFSR, 0x168, 0x178},
    {MTD_EL1_TTBR, 0x178, 0x188},     {MTD_EL1_TCR, 0x188, 0x190},
    {MTD_EL1_MAIR, 0x190, 0x1a0},     {MTD_EL1_VBAR, 0x1a0, 0x1a8},
    {MTD_EL1_SCTLR, 0x1a8, 0x1b0},    {MTD_EL1_MDSCR, 0x1b0, 0x1b8},
    {MTD_EL2_HCR, 0x1c0, 0x1d0},      {MTD_EL2_IDR, 0x1d0, 0x1e0},
    {MTD_EL2_ELR_SPSR, 0x1e0, 0x1f0}, {MTD_EL2_ESR_FAR, 0x1f0, 0x200},
    {MTD_EL2_HPFAR, 0x200, 0x208},    {MTD_TMR, 0x210, 0x230},
    {MTD_GIC, 0x230, 0x2d8},
};

/* Deliver with one MTD into a page of canaries: bytes outside of [from, to) stay. */
static void deliver(struct vcpu *v, uint32_t mtd, size_t from, size_t to)
{
    vcpu_deliver(v, EVENT_HVC64, mtd);
    memset(&v->state, CANARY, sizeof v->state);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(mtd, v->mtd);
    const uint8_t *const bytes = (const uint8_t *)&v->state;
    size_t changed = 0;
    for (size_t i = 0; i < sizeof v->state; i++) {
        const bool is_inside = i >= from && i < to;
        if (!is_inside && bytes[i] != CANARY) {
            tap_fail(__FILE__, __LINE__, "MTD %#x writes %#zx", mtd, i);
            return;
        }
        changed += is_inside && bytes[i] != CANARY;
    }
    if (from < to && changed == 0)
        tap_fail(__FILE__, __LINE__, "MTD %#x writes nothing", mtd);
}

TEST(transfer, each_bit_gives_its_fields_and_no_others)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = hvc_caller(&vm);
    for (size_t i = 0; i < sizeof delivered / sizeof *delivered; i++)
        deliver(v, delivered[i].mtd, delivered[i].from, delivered[i].to);
    deliver(v, 0, 0, 0);
    deliver(v,
            MTD_POISON | MTD_ICI | MTD_FPR | 1u << 6 | 1u << 9 | 3u << 21 | 1u << 28 | MTD_SPACES,
            0, 0);
}

/* ---- The guest's view ---- */

/* Guest: X1 := register, register := X0. */
static void exchange(struct vcpu *v, const struct field *f, uint64_t *seed)
{
    const bool is_read_only = f->mtd == MTD_EL2_IDR;
    const uint32_t code[] = {code_mrs(f->reg, 1), is_read_only ? 0xd503'201f : code_msr(f->reg, 0),
                             0xd503'3fdf, 0xd400'0002};
    const uint64_t given = value(f, seed), returned = value(f, seed);
    const uint64_t mask = f->mask | f->base;
    vcpu_load(v, code, sizeof code);
    vcpu_set_x(v, 0, returned);
    *word(&v->state, f->at) = given;
    v->reply |= f->mtd;
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    if ((v->state.x[1] & mask) != (given & mask))
        tap_fail(__FILE__, __LINE__, "%#x: the guest reads %#lx, not %#lx", f->at, v->state.x[1],
                 given);
    const uint64_t got = *word(&v->state, f->at), want = is_read_only ? given : returned;
    if ((got & mask) != (want & mask))
        tap_fail(__FILE__, __LINE__, "%#x: the VMM reads %#lx, not %#lx", f->at, got, want);
}

TEST(transfer, a_guest_sees_what_its_vmm_set_and_the_other_way_round)
{
    uint64_t seed = 17;
    const struct vm vm = new_vm();
    struct vcpu *const v = hvc_caller(&vm);
    for (unsigned round = 0; round < 4; round++)
        for (size_t i = 0; i < FIELDS; i++)
            if (fields[i].reg.op0 != 0)
                exchange(v, &fields[i], &seed);
}

/* Both stack pointers, by name: MOV X2, SP; MOV SP, X0; MSR SPSel, #0; MOV X3, SP; MOV SP, X1. */
TEST(transfer, stack_pointers_are_two)
{
    static const uint32_t code[] = {0x9100'03e2, 0x9100'001f, 0xd500'40bf,
                                    0x9100'03e3, 0x9100'003f, 0xd400'0002};
    const struct vm vm = new_vm();
    struct vcpu *const v = hvc_caller(&vm);
    vcpu_load(v, code, sizeof code);
    vcpu_set_x(v, 0, 0x1111);
    vcpu_set_x(v, 1, 0x2222);
    v->state.sp_el1 = 0x3333;
    v->state.sp_el0 = 0x4444;
    v->reply |= MTD_EL1_SP | MTD_EL0_SP;
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(0x3333, v->state.x[2]);
    EXPECT_EQ(0x4444, v->state.x[3]);
    EXPECT_EQ(0x1111, v->state.sp_el1);
    EXPECT_EQ(0x2222, v->state.sp_el0);
    EXPECT_EQ(SPSR_EL1T, v->state.spsr_el2 & SPSR_MODE);
}

static const struct tap_test tests[] = {
    TAP_TEST(transfer, each_bit_takes_its_fields_and_no_others),
    TAP_TEST(transfer, all_bits_at_once),
    TAP_TEST(transfer, no_bit_takes_nothing),
    TAP_TEST(transfer, each_bit_gives_its_fields_and_no_others),
    TAP_TEST(transfer, a_guest_sees_what_its_vmm_set_and_the_other_way_round),
    TAP_TEST(transfer, stack_pointers_are_two),
};
const struct tap_suite transfer_suite = GUEST_SUITE(tests);
