/* SPDX-License-Identifier: GPL-2.0-only */
/* What a VMM may set in HCR_EL2, HCRX_EL2 and the mode, and what the kernel makes of it. */
#include "tests/guest/guest.h"

/* ID registers as STARTUP gives them: X0 is ID_AA64PFR0_EL1, and so on. */
enum id_register : uint8_t {
    PFR0 = 0,
    PFR1 = 1,
    ISAR0 = 4,
    ISAR1 = 5,
    ISAR2 = 6,
    MMFR0 = 7,
    MMFR1 = 8,
    MMFR2 = 9,
};

/* Bits of HCR_EL2 that the interface forces. Arm ARM, HCR_EL2. */
#define BIT(n) (1ull << (n))
enum : uint64_t {
    FORCED_1 = BIT(58) | BIT(36) | BIT(35) | BIT(22) | BIT(21) | BIT(20) | BIT(19) | BIT(18) |
               BIT(16) | BIT(15) | BIT(14) | BIT(13) | BIT(10) | BIT(9) | BIT(5) | BIT(4) | BIT(3) |
               BIT(2) | BIT(1) | BIT(0),
    FORCED_0 = BIT(56) | BIT(53) | BIT(47) | BIT(45) | BIT(43) | BIT(42) | BIT(40) | BIT(34) |
               BIT(33) | BIT(32) | BIT(27) | BIT(12),
};

/* Bits that mean nothing where a field of an ID register is below a level. */
struct feature {
    uint64_t bits;
    enum id_register id;
    uint8_t low; /* of a field of four bits */
    uint8_t level;
};
static const struct feature hcr_features[] = {
    {BIT(63) | BIT(62) | BIT(61) | BIT(60) | BIT(59), MMFR1, 32, 1}, /* TWED   */
    {BIT(58) | BIT(57) | BIT(56), PFR1, 8, 2},                       /* MTE2   */
    {BIT(55) | BIT(54), MMFR2, 56, 2},                               /* EVT    */
    {BIT(52) | BIT(50) | BIT(49), MMFR2, 56, 1},                     /* EVT    */
    {BIT(51), PFR0, 44, 2},                                          /* AMUv1p1 */
    {BIT(48), PFR0, 52, 1},                                          /* RME    */
    {BIT(46), MMFR2, 40, 1},                                         /* S2FWB  */
    {BIT(44), MMFR2, 24, 1},                                         /* NV     */
    {BIT(39), ISAR0, 24, 1},                                         /* TME    */
    {BIT(37) | BIT(36), PFR0, 28, 1},                                /* RAS    */
    {BIT(35), MMFR1, 16, 1},                                         /* LOR    */
    {BIT(15), PFR0, 0, 2},                                           /* AArch32 */
};
static const struct feature hcrx_features[] = {
    {BIT(11) | BIT(10), ISAR2, 16, 1},       /* MOPS */
    {BIT(9), MMFR1, 56, 1},                  /* CMOW */
    {BIT(8) | BIT(7) | BIT(6), PFR1, 36, 1}, /* NMI  */
    {BIT(5), PFR1, 24, 1},                   /* SME  */
    {BIT(4) | BIT(3), ISAR1, 56, 1},         /* XS   */
    {BIT(1), ISAR1, 60, 1},                  /* LS64 */
    {BIT(2), ISAR1, 60, 2},
    {BIT(0), ISAR1, 60, 3},
};

static uint64_t missing(const struct feature *f, size_t count, const uint64_t *id)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++)
        if (id_field(id[f[i].id], f[i].low + 3u, f[i].low) < f[i].level)
            bits |= f[i].bits;
    return bits;
}

static uint64_t hcr_missing(const uint64_t *id)
{
    uint64_t bits = missing(hcr_features, sizeof hcr_features / sizeof *hcr_features, id);
    if (id_field(id[PFR0], 15, 12) != 0) /* EL3 */
        bits |= HCR_HCD;
    if (id_field(id[ISAR1], 7, 4) == 0 && id_field(id[ISAR1], 11, 8) == 0)
        bits |= HCR_API;
    return bits;
}

/* A virtual CPU and the ID registers that it was told. */
static struct vcpu *with_ids(const struct vm *vm, uint64_t id[31])
{
    struct vcpu *const v = create_vcpu(vm, &(struct vcpu_plan){.cpu = cpu_here()});
    vcpu_start(v, MID);
    EXPECT_EQ(EVENT_STARTUP, vcpu_wait(v));
    for (size_t i = 0; i < 31; i++)
        id[i] = v->state.x[i];
    v->state.sel_gst = vm->gst;
    v->reply = MTD_SPACES;
    return v;
}

/* HCR_EL2 after a reply with `hcr`, asked for by an SMC, as it may switch HVC off. */
static uint64_t hcr_becomes(struct vcpu *v, uint64_t hcr)
{
    v->state.hcr_el2 = hcr;
    v->reply |= MTD_EL2_HCR;
    vcpu_go_to(v, PROGRAM, SPSR_EL1H | SPSR_MASKED);
    EXPECT_EQ(EVENT_SMC64, vcpu_run(v));
    return v->state.hcr_el2;
}

TEST(state, hcr_starts_as_the_forced_bits)
{
    uint64_t id[31];
    const struct vm vm = new_vm();
    const struct vcpu *const v = with_ids(&vm, id);
    EXPECT_EQ(FORCED_1 & ~hcr_missing(id), v->state.hcr_el2);
    EXPECT_EQ(0, v->state.hcrx_el2);
}

TEST(state, hcr_takes_what_is_free_and_nothing_else)
{
    uint64_t id[31], seed = 1;
    const struct vm vm = new_vm();
    struct vcpu *const v = with_ids(&vm, id);
    vcpu_load(v, CODE(smc));
    /* A kernel that signs its own addresses may keep API to itself (registers.*). */
    const uint64_t kept = HCR_API & ~hcr_becomes(v, HCR_RW | HCR_API);
    const uint64_t never = FORCED_0 | hcr_missing(id) | kept;
    EXPECT_EQ((HCR_RW | FORCED_1) & ~never, hcr_becomes(v, HCR_RW));
    EXPECT_EQ(~never, hcr_becomes(v, ~0ull));
    for (unsigned n = 0; n < 64; n++)
        EXPECT_EQ((HCR_RW | BIT(n) | FORCED_1) & ~never, hcr_becomes(v, HCR_RW | BIT(n)));
    for (unsigned i = 0; i < 100; i++) {
        const uint64_t hcr = random_next(&seed) | HCR_RW;
        EXPECT_EQ((hcr | FORCED_1) & ~never, hcr_becomes(v, hcr));
    }
}

TEST(state, hcrx_takes_what_the_cpu_has_and_nothing_else)
{
    uint64_t id[31];
    const struct vm vm = new_vm();
    struct vcpu *const v = with_ids(&vm, id);
    const uint64_t lacks = missing(hcrx_features, sizeof hcrx_features / sizeof *hcrx_features, id);
    const uint64_t mops = (BIT(11) | BIT(10)) & ~lacks;
    vcpu_load(v, CODE(smc));
    for (unsigned n = 0; n < 64; n++) {
        v->state.hcrx_el2 = BIT(n);
        (void)hcr_becomes(v, HCR_RW);
        EXPECT_EQ(0, v->state.hcrx_el2 & (lacks | ~0xfffull));
        EXPECT_EQ(BIT(n) & mops, v->state.hcrx_el2 & mops);
    }
}

/* Of the HVC that it has last done. */
static unsigned immediate(const struct vcpu *v)
{
    return v->state.esr_el2 & 0xffff;
}

/* What is trapped for one is not trapped in another, whose VMM has never set HCRX_EL2. */
TEST(state, hcrx_of_one_vm_is_not_anothers)
{
    enum : uint64_t { HCRX_TALLINT = BIT(6) };
    const uint32_t mask_all[] = {code_msr((struct sysreg){3, 0, 4, 3, 0}, 0), /* MSR ALLINT, X0 */
                                 0xd400'0842};
    const struct vm a_vm = new_vm(), b_vm = new_vm();
    struct vcpu *const a = new_vcpu(&a_vm, cpu_here()), *const b = new_vcpu(&b_vm, cpu_here());
    vcpu_load(a, CODE(hvc));
    a->state.hcrx_el2 = HCRX_TALLINT;
    EXPECT_EQ(EVENT_HVC64, vcpu_run(a));
    if (a->state.hcrx_el2 != HCRX_TALLINT) {
        tap_skip("the CPU knows no ALLINT");
        return;
    }
    for (int i = 0; i < 3; i++) {
        vcpu_load(a, mask_all, sizeof mask_all);
        EXPECT_EQ(EVENT_SYSREG, vcpu_run(a));
        vcpu_load(b, mask_all, sizeof mask_all);
        EXPECT_EQ(EVENT_HVC64, vcpu_run(b));
        EXPECT_EQ(0x42, immediate(b));
    }
}

/* A virtual SError pends until the guest lets it in, which takes it once. */
TEST(state, a_virtual_error_is_gone_when_it_was_taken)
{
    enum : uint64_t { SPSR_A = 1 << 8 };
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    vcpu_load(v, CODE(hvc));
    v->state.hcr_el2 = HCR_RW | HCR_VSE;
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(EVENT_HVC64, vcpu_run(v)); /* masked */
        EXPECT_EQ(0x42, immediate(v));
        EXPECT(v->state.hcr_el2 & HCR_VSE);
    }
    vcpu_go_to(v, PROGRAM, SPSR_EL1H | (SPSR_MASKED & ~SPSR_A));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(HVC_VECTOR + VECTOR_SERROR, immediate(v));
    EXPECT(!(v->state.hcr_el2 & HCR_VSE));
    vcpu_go_to(v, PROGRAM, SPSR_EL1H | (SPSR_MASKED & ~SPSR_A));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(0x42, immediate(v));
}

/* ---- Modes ---- */

/* Modes of SPSR_EL2[4:0] that a reply may select, bit by bit. */
enum : uint32_t {
    MODES_64 = 1u << 0x00 | 1u << 0x04 | 1u << 0x05 | 1u << 0x10,
    MODES_32 =
        1u << 0x10 | 1u << 0x11 | 1u << 0x12 | 1u << 0x13 | 1u << 0x17 | 1u << 0x1b | 1u << 0x1f,
};

/*
 * A reply with that mode. Whoever goes on raises an event at once: program and vectors are HVCs, and what
 * AArch32 makes of those of AArch64 is a store, if Z is set, to where nothing is.
 */
static struct vcpu *reply_mode(const struct vm *vm, uint64_t hcr, uint64_t mode, uint32_t mtd)
{
    struct vcpu *const v = new_vcpu(vm, cpu_here());
    v->state.hcr_el2 = hcr;
    v->state.spsr_el2 = SPSR_MASKED | 1 << 30 | mode; /* Z */
    v->reply &= ~(MTD_EL2_HCR | MTD_EL2_ELR_SPSR);
    v->reply |= mtd;
    vcpu_resume(v);
    return v;
}

static void fill(const struct vm *vm, uint32_t instruction)
{
    uint32_t words[PAGE_SIZE / 4];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        words[i] = instruction;
    vm_write(vm, VECTORS, words, sizeof words);
    vm_write(vm, PROGRAM, words, sizeof words);
}

static void check_modes(uint64_t hcr, uint32_t modes, uint32_t instruction)
{
    for (uint64_t mode = 0; mode < 32; mode++) {
        const struct vm vm = new_vm();
        fill(&vm, instruction);
        struct vcpu *const v = reply_mode(&vm, hcr, mode, MTD_EL2_HCR | MTD_EL2_ELR_SPSR);
        const bool is_dead = vcpu_is_dead(v);
        if (is_dead == (modes >> mode & 1))
            tap_fail(__FILE__, __LINE__, "mode %#lx: %s", mode, is_dead ? "dead" : "not refused");
        guest_after();
    }
}

enum : uint32_t { A64_HVC = 0xd400'0002, A32_HVC = 0xe140'0070 };

TEST(state, aarch64_has_four_modes)
{
    uint64_t id[31];
    const struct vm vm = new_vm();
    (void)with_ids(&vm, id);
    const bool has_a32_el0 = id_field(id[PFR0], 3, 0) == 2;
    guest_after();
    check_modes(HCR_RW, has_a32_el0 ? MODES_64 : MODES_64 & ~(1u << 0x10), A64_HVC);
}

TEST(state, aarch32_has_seven_modes)
{
    const struct vm vm = new_vm();
    (void)new_vcpu(&vm, cpu_here());
    guest_after();
    if (!has_aarch32()) {
        tap_skip("EL1 cannot be AArch32");
        return;
    }
    check_modes(0, MODES_32, A32_HVC);
}

/* Nobody knows what comes of it, but for the host: nothing. */
TEST(state, aarch32_without_hardware_hurts_nobody)
{
    for (uint64_t mode = 0; mode < 32; mode++) {
        const struct vm vm = new_vm();
        fill(&vm, A64_HVC);
        struct vcpu *const v = reply_mode(&vm, 0, mode, MTD_EL2_HCR | MTD_EL2_ELR_SPSR);
        if (has_aarch32()) {
            tap_skip("EL1 can be AArch32");
            guest_after();
            return;
        }
        (void)vcpu_is_dead(v);
        guest_after();
    }
}

TEST(state, the_mode_is_checked_with_hcr_and_with_spsr)
{
    const struct vm vm = new_vm();
    fill(&vm, A64_HVC);
    /* RW = 0 as it is from birth, SPSR is that of AArch64, and the other way round. */
    if (new_vcpu(&vm, cpu_here()) != nullptr && has_aarch32())
        EXPECT(vcpu_is_dead(reply_mode(&vm, 0, SPSR_EL1H, MTD_EL2_ELR_SPSR)));
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    v->state.hcr_el2 = 0;
    v->reply = MTD_EL2_HCR;
    vcpu_resume(v);
    if (has_aarch32())
        EXPECT(vcpu_is_dead(v));
}

static const struct tap_test tests[] = {
    TAP_TEST(state, hcr_starts_as_the_forced_bits),
    TAP_TEST(state, hcr_takes_what_is_free_and_nothing_else),
    TAP_TEST(state, hcrx_takes_what_the_cpu_has_and_nothing_else),
    TAP_TEST(state, hcrx_of_one_vm_is_not_anothers),
    TAP_TEST(state, a_virtual_error_is_gone_when_it_was_taken),
    TAP_TEST(state, aarch64_has_four_modes),
    TAP_TEST(state, aarch32_has_seven_modes),
    TAP_TEST(state, aarch32_without_hardware_hurts_nobody),
    TAP_TEST(state, the_mode_is_checked_with_hcr_and_with_spsr),
};
const struct tap_suite state_suite = GUEST_SUITE(tests);
