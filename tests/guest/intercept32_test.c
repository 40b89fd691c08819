/* SPDX-License-Identifier: GPL-2.0-only */
/* AArch32 guests: what they do that their VMM is told, and the registers that only they have. */
#include "kernel/base/string.h"
#include "tests/guest/guest.h"

enum : uint64_t { SPSR_MASKED_32 = 0x1c0 };
enum : uint32_t { HVC = 0xe140'0472, CONDITION = 1 << 24 | 0xe << 20, ALL = ~0u };

/* A virtual CPU in supervisor mode; nullptr, and the test is skipped, where there is no such thing. */
static struct vcpu *new_vcpu32(const struct vm *vm, uint8_t flags)
{
    /* Reset, undefined, SVC, prefetch abort, data abort, -, IRQ, FIQ: HVC #0x100 to #0x107. */
    static const uint32_t vectors[] = {0xe141'0070, 0xe141'0071, 0xe141'0072, 0xe141'0073,
                                       0xe141'0074, 0xe141'0075, 0xe141'0076, 0xe141'0077};
    struct vcpu *const v =
        new_vcpu_plan(vm, &(struct vcpu_plan){.cpu = cpu_here(), .flags = flags});
    if (!has_aarch32()) {
        tap_skip("EL1 cannot be AArch32");
        return nullptr;
    }
    vm_write(vm, VECTORS, vectors, sizeof vectors);
    v->state.hcr_el2 = 0;
    vcpu_go_to(v, PROGRAM, SPSR_SVC | SPSR_MASKED_32);
    return v;
}

static void load32(struct vcpu *v, const uint32_t *code, size_t size)
{
    vm_write(v->vm, PROGRAM, code, size);
    vcpu_go_to(v, PROGRAM, SPSR_SVC | SPSR_MASKED_32);
}

struct intercept32 {
    const char *name;
    uint32_t code[4];
    uint8_t at;
    bool is_behind;
    uint8_t event;
    uint32_t iss, iss_mask;
    uint64_t hcr;
    uint32_t hstr;
};

/* Arm ARM, ESR_ELx: ISS of MCR and MRC. All use R5. */
#define ISS_MRC(opc2, crn, crm) (CONDITION | (opc2) << 17 | (crn) << 10 | 5 << 5 | (crm) << 1 | 1)

static const struct intercept32 table[] = {
    {"WFI", {0xe320'f003}, 0, false, EVENT_WFX, CONDITION, ALL, 0, 0},
    {"MRC p15, ID_PFR0", {0xee10'5f11}, 0, false, EVENT_MCR_CP15, ISS_MRC(0, 0, 1), ALL, 0, 0},
    {"MRRC p15, CNTPCT",
     {0xec56'5f0e},
     0,
     false,
     EVENT_MCRR_CP15,
     CONDITION | 6 << 10 | 5 << 5 | 14 << 1 | 1,
     ALL,
     0,
     0},
    {"MRC p14, DBGDSCRint", {0xee10'5e11}, 0, false, EVENT_MCR_CP14, ISS_MRC(0, 0, 1), ALL, 0, 0},
    {"SMC", {0xe160'0070}, 0, false, EVENT_SMC32, 0, 0, 0, 0},
    {"BKPT", {0xe120'0075}, 0, false, EVENT_BKPT32, 5, 0xffff, 0, 0},
    {"LDR",
     {0xe591'3000},
     0,
     false,
     EVENT_DABORT_LOWER,
     1 << 24 | 2 << 22 | 3 << 16 | 4,
     ALL & ~3u,
     0,
     0},
    {"STR",
     {0xe581'3000},
     0,
     false,
     EVENT_DABORT_LOWER,
     1 << 24 | 2 << 22 | 3 << 16 | 1 << 6 | 4,
     ALL & ~3u,
     0,
     0},
    {"VMOV without flag F",
     {0xee01'2f50, 0xf57f'f06f, 0xee00'0a10},
     2,
     false,
     EVENT_FPU,
     0,
     0,
     0,
     0},
    {"MCR p15, TTBR0, by TVM",
     {0xee02'5f10},
     0,
     false,
     EVENT_MCR_CP15,
     ISS_MRC(0, 2, 0) & ~1u,
     ALL,
     HCR_TVM,
     0},
    {"MRC p15, TTBR0, by HSTR",
     {0xee12'5f10},
     0,
     false,
     EVENT_MCR_CP15,
     ISS_MRC(0, 2, 0),
     ALL,
     0,
     1 << 2},
};

static void check(struct vcpu *v, const struct intercept32 *i)
{
    load32(v, i->code, sizeof i->code);
    vcpu_set_x(v, 1, GPA_NOTHING);
    vcpu_set_x(v, 2, 0xf0'0000); /* CPACR: FPU on */
    v->state.hcr_el2 = i->hcr;
    v->state.hstr = i->hstr;
    v->reply |= MTD_EL2_HCR | MTD_A32_DIH;
    vcpu_run(v);
    if (v->event != i->event || esr_class(v->state.esr_el2) != i->event ||
        (esr_iss(v->state.esr_el2) & i->iss_mask) != (i->iss & i->iss_mask))
        tap_fail(__FILE__, __LINE__, "%s: event %#x, ESR %#lx", i->name, v->event,
                 v->state.esr_el2);
    if (v->state.elr_el2 != GPA_RAM + PROGRAM + 4u * i->at + (i->is_behind ? 4 : 0))
        tap_fail(__FILE__, __LINE__, "%s: ELR %#lx", i->name, v->state.elr_el2);
    if (i->event == EVENT_DABORT_LOWER) {
        EXPECT_EQ(GPA_NOTHING, v->state.far_el2);
        EXPECT_EQ(GPA_NOTHING >> 8, v->state.hpfar_el2);
    }
    EXPECT_EQ(SPSR_SVC, v->state.spsr_el2 & SPSR_MODE);
}

TEST(intercept32, instructions)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu32(&vm, 0);
    for (size_t i = 0; v != nullptr && i < sizeof table / sizeof *table; i++)
        check(v, &table[i]);
}

TEST(intercept32, vmrs)
{
    static const struct intercept32 vmrs[] = {
        {"VMRS MVFR0", {0xee01'2f50, 0xf57f'f06f, 0xeef7'5a10}, 2, false, EVENT_VMRS, 0, 0, 0, 0},
        {"VMRS FPSID", {0xee01'2f50, 0xf57f'f06f, 0xeef0'5a10}, 2, false, EVENT_VMRS, 0, 0, 0, 0},
    };
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu32(&vm, CREATE_EC_FPU);
    for (size_t i = 0; v != nullptr && i < sizeof vmrs / sizeof *vmrs; i++)
        check(v, &vmrs[i]);
}

TEST(intercept32, jump_to_where_nothing_is)
{
    static const uint32_t code[] = {0xe12f'ff11}; /* BX R1 */
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu32(&vm, 0);
    if (v == nullptr)
        return;
    load32(v, code, sizeof code);
    vcpu_set_x(v, 1, GPA_NOTHING);
    EXPECT_EQ(EVENT_IABORT_LOWER, vcpu_run(v));
    EXPECT_EQ(GPA_NOTHING, v->state.far_el2);
    EXPECT_EQ(GPA_NOTHING >> 8, v->state.hpfar_el2);
}

/* ---- Registers ---- */

/* A register that the guest sees as R0 after `code`, and the word of the UTCB that it is. */
static const struct {
    const char *name;
    uint32_t code[2];
    uint16_t at;
    uint32_t mask;
} registers[] = {
    {"DACR", {0xee13'0f10}, 0x120, ALL},
    {"IFSR", {0xee15'0f30}, 0x124, ALL},
    {"SPSR_abt", {0xf102'0017, 0xe14f'0000}, 0x110, 0xf800'01ff},
    {"SPSR_fiq", {0xf102'0011, 0xe14f'0000}, 0x114, 0xf800'01ff},
    {"SPSR_irq", {0xf102'0012, 0xe14f'0000}, 0x118, 0xf800'01ff},
    {"SPSR_und", {0xf102'001b, 0xe14f'0000}, 0x11c, 0xf800'01ff},
    {"SP_svc", {0xe1a0'000d}, 0x098, ALL},
    {"LR_svc", {0xe1a0'000e}, 0x090, ALL},
    {"SP_irq", {0xf102'0012, 0xe1a0'000d}, 0x088, ALL},
    {"SP_abt", {0xf102'0017, 0xe1a0'000d}, 0x0a8, ALL},
    {"SP_und", {0xf102'001b, 0xe1a0'000d}, 0x0b8, ALL},
    {"R8_fiq", {0xf102'0011, 0xe1a0'0008}, 0x0c0, ALL},
    {"SP_fiq", {0xf102'0011, 0xe1a0'000d}, 0x0e8, ALL},
    {"SP_usr", {0xf102'001f, 0xe1a0'000d}, 0x068, ALL},
};

TEST(intercept32, registers_of_the_utcb_are_those_of_the_guest)
{
    uint64_t seed = 23;
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu32(&vm, 0);
    for (size_t i = 0; v != nullptr && i < sizeof registers / sizeof *registers; i++) {
        const uint32_t code[] = {registers[i].code[0],
                                 registers[i].code[1] != 0 ? registers[i].code[1] : 0xe320'f000,
                                 HVC};
        uint32_t *const word = (uint32_t *)((uint64_t)&v->state + registers[i].at);
        const uint32_t value = (uint32_t)random_next(&seed) & registers[i].mask;
        load32(v, code, sizeof code);
        *word = value;
        v->reply |= MTD_GPR | MTD_A32_SPSR | MTD_A32_DIH;
        v->state.hstr = 0;
        EXPECT_EQ(EVENT_HVC32, vcpu_run(v));
        if (((uint32_t)v->state.x[0] & registers[i].mask) != value)
            tap_fail(__FILE__, __LINE__, "%s: %#lx, not %#x", registers[i].name, v->state.x[0],
                     value);
        EXPECT_EQ(value, *word & registers[i].mask);
    }
}

/* Set by one, they are another's neither while both live nor later. */
TEST(intercept32, registers_are_each_guests_own)
{
    static const uint32_t code[] = {HVC, 0xeaff'fffd};
    enum : uint32_t { MTD_A32 = MTD_A32_SPSR | MTD_A32_DIH };
    const struct vm vm = new_vm(), other = new_vm();
    struct vcpu *const a = new_vcpu32(&vm, 0), *const b = new_vcpu32(&other, 0);
    if (a == nullptr || b == nullptr)
        return;
    load32(a, code, sizeof code);
    load32(b, code, sizeof code);
    a->state.dacr = 0x1111'1111;
    a->state.ifsr = 0x7;
    a->state.hstr = 1 << 3;
    a->state.spsr_abt = a->state.spsr_fiq = a->state.spsr_irq = a->state.spsr_und = 0x1d3;
    a->reply |= MTD_A32;
    EXPECT_EQ(EVENT_HVC32, vcpu_run(a));
    EXPECT_EQ(EVENT_HVC32, vcpu_run(b));
    EXPECT_EQ(0, b->state.dacr | b->state.ifsr | b->state.hstr);
    EXPECT_EQ(0, b->state.spsr_abt | b->state.spsr_fiq | b->state.spsr_irq | b->state.spsr_und);
    EXPECT_EQ(EVENT_HVC32, vcpu_run(a));
    EXPECT_EQ(0x1111'1111, a->state.dacr);
    EXPECT_EQ(0x7, a->state.ifsr);
    EXPECT_EQ(1 << 3, a->state.hstr);
    EXPECT_EQ(0x1d3, a->state.spsr_abt & a->state.spsr_fiq & a->state.spsr_irq & a->state.spsr_und);
}

/* EL0 in AArch32 below an EL1 in AArch64. */
TEST(intercept32, programs_of_an_aarch64_kernel)
{
    static const struct {
        uint32_t code;
        unsigned event;
    } el0[] = {
        {0xe120'0075, EVENT_BKPT32},
        {0xe591'3000, EVENT_DABORT_LOWER},
    };
    const struct vm vm = new_vm();
    struct vcpu *const v = create_vcpu(&vm, &(struct vcpu_plan){.cpu = cpu_here()});
    vcpu_start(v, MID);
    EXPECT_EQ(EVENT_STARTUP, vcpu_wait(v));
    if (id_field(v->state.x[0], 3, 0) != 2) {
        tap_skip("EL0 cannot be AArch32");
        return;
    }
    v->state.sel_gst = vm.gst;
    v->reply |= MTD_SPACES;
    for (size_t i = 0; i < sizeof el0 / sizeof *el0; i++) {
        vm_write(&vm, PROGRAM, &el0[i].code, sizeof el0[i].code);
        vcpu_go_to(v, PROGRAM, SPSR_USR);
        vcpu_set_x(v, 1, GPA_NOTHING);
        v->state.hcr_el2 = HCR_RW;
        v->reply |= MTD_EL2_HCR;
        EXPECT_EQ(el0[i].event, vcpu_run(v));
        EXPECT_EQ(SPSR_USR, v->state.spsr_el2 & SPSR_MODE);
    }
}

/* A program in AArch32 of a kernel in AArch64 reads TPIDRURO, of c13, and calls it. */
static void expect_no_trap(struct vcpu *v)
{
    static const uint32_t code[] = {0xee1d'0f70, 0xef00'0000}; /* MRC p15, 0, R0, c13, c0, 3; SVC */
    vm_write(v->vm, PROGRAM, code, sizeof code);
    vcpu_go_to(v, PROGRAM, SPSR_USR);
    v->state.hcr_el2 = HCR_RW;
    v->reply |= MTD_EL2_HCR;
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(HVC_VECTOR + VECTOR_LOWER32_SYNC, v->state.esr_el2 & 0xffff);
}

/* HSTR_EL2 is of AArch32, but means something to such programs, too. */
TEST(intercept32, traps_by_hstr_end_with_aarch32)
{
    static const uint32_t code[] = {0xee1d'0f70, HVC};
    const struct vm a_vm = new_vm(), b_vm = new_vm();
    struct vcpu *const a = new_vcpu32(&a_vm, 0), *const b = new_vcpu(&b_vm, cpu_here());
    if (a == nullptr)
        return;
    load32(a, code, sizeof code);
    a->state.hstr = 1 << 13;
    a->reply |= MTD_A32_DIH;
    EXPECT_EQ(EVENT_MCR_CP15, vcpu_run(a));
    expect_no_trap(b);
    EXPECT_EQ(EVENT_MCR_CP15, vcpu_run(a));
    expect_no_trap(a);
}

/* Its VMM sees nothing of the registers, and has it go on in AArch64 and come back, others between. */
TEST(intercept32, registers_stay_while_el1_is_aarch64)
{
    /* DACR := R5; SPSR_abt := R6. R0 := DACR; R1 := SPSR_abt. */
    static const uint32_t set[] = {0xee03'5f10, 0xf102'0017, 0xe16f'f006, 0xf102'0013, HVC},
                          get[] = {0xee13'0f10, 0xf102'0017, 0xe14f'1000, 0xf102'0013, HVC};
    const struct vm vm = new_vm(), other = new_vm();
    struct vcpu *const v[] = {new_vcpu32(&vm, 0), new_vcpu32(&other, 0)};
    for (unsigned i = 0; i < 2; i++) {
        if (v[i] == nullptr)
            return;
        vcpu_deliver(v[i], EVENT_HVC32, MTD_GPR);
        vcpu_deliver(v[i], EVENT_HVC64, MTD_GPR);
    }
    for (unsigned n = 0; n < 4; n++) { /* who goes on in AArch64 together with the other */
        for (unsigned i = 0; i < 2; i++) {
            load32(v[i], set, sizeof set);
            vcpu_set_x(v[i], 5, 0x1111'1111 * (2 * n + i + 1));
            vcpu_set_x(v[i], 6, i == 0 ? SPSR_SVC : SPSR_USR);
            v[i]->state.hcr_el2 = 0;
            v[i]->reply |= MTD_EL2_HCR;
            EXPECT_EQ(EVENT_HVC32, vcpu_run(v[i]));
            if (n >> i & 1)
                continue;
            vcpu_load(v[i], CODE(hvc));
            v[i]->state.hcr_el2 = HCR_RW;
            v[i]->reply |= MTD_EL2_HCR;
            EXPECT_EQ(EVENT_HVC64, vcpu_run(v[i]));
        }
        for (unsigned i = 0; i < 2; i++) {
            load32(v[i], get, sizeof get);
            v[i]->state.hcr_el2 = 0;
            v[i]->reply |= MTD_EL2_HCR;
            EXPECT_EQ(EVENT_HVC32, vcpu_run(v[i]));
            EXPECT_EQ(0x1111'1111 * (2 * n + i + 1), v[i]->state.x[0]);
            EXPECT_EQ(i == 0 ? SPSR_SVC : SPSR_USR, v[i]->state.x[1] & 0xff);
        }
    }
}

/* ---- All registers at once ---- */

/* As register_test.c: what can be read is found first, and then written and compared. */
enum : uint64_t { ENCODINGS = 0x8000, PART = 0x2000, VALUES = 0x4'8000, DUMP = 0x8'8000 };
enum : uint32_t { NOP = 0xe320'f000, TRAP_MARK = 0xfeed, UNDEFINED_MARK = 0xde };

static uint16_t found[2048];
static size_t found_count;

/* MCR or MRC, p15 or p14, encoding number `n`, with R0. */
static uint32_t code_mcr(uint64_t n, bool is_mrc)
{
    const uint32_t cp = n >> 14 & 1 ? 14 : 15;
    return 0xee00'0010 | (uint32_t)(n >> 11 & 7) << 21 | (uint32_t)is_mrc << 20 |
           (uint32_t)(n >> 7 & 15) << 16 | cp << 8 | (uint32_t)(n & 7) << 5 | (n >> 3 & 15);
}

/*
 * Those of p15 that a guest does not survive, that the sweep itself changes, or that change by themselves;
 * and FCSEIDR, which is RAZ/WI in Armv8, but a register in QEMU that no hypervisor can reach.
 */
static bool is_special(uint64_t n)
{
    const uint64_t crn = n >> 7 & 15, crm = n >> 3 & 15, opc1 = n >> 11 & 7, opc2 = n & 7;
    return n >> 14 == 0 && ((crn == 1 && crm == 0 && opc1 == 0 && opc2 == 0) /* SCTLR */
                            || (crn == 12 && crm == 0 && opc1 == 0)          /* VBAR */
                            || (crn == 13 && crm == 0 && opc2 == 0)          /* FCSEIDR */
                            || (crn == 14 && crm == 3));                     /* CNTV */
}

static bool step_over32(struct vcpu *v)
{
    if (v->event == EVENT_HVC32)
        return true;
    if (v->event < EVENTS_ARCH) {
        v->state.x[0] = TRAP_MARK;
        v->state.elr_el2 += 4;
        v->reply = MTD_GPR | MTD_EL2_ELR_SPSR;
    }
    return false;
}

static struct vcpu *sweeper32(const struct vm *vm)
{
    /* What is undefined is stepped over: B to the last two, MOV R0, #0xde; MOVS PC, LR. */
    static const uint32_t vectors[] = {0xe141'0070, 0xea00'0005, 0xe141'0072, 0xe141'0073,
                                       0xe141'0074, 0xe141'0075, 0xe141'0076, 0xe141'0077,
                                       0xe3a0'00de, 0xe1b0'f00e};
    struct vcpu *const v = new_vcpu32(vm, CREATE_EC_FPU);
    if (v == nullptr)
        return nullptr;
    vm_write(vm, VECTORS, vectors, sizeof vectors);
    for (unsigned event = 0; event < EVENTS_ARCH; event++)
        vcpu_deliver(v, event, MTD_GPR | MTD_EL2_ELR_SPSR | MTD_EL2_ESR_FAR);
    v->step = step_over32;
    return v;
}

/* Access `count` registers: the words at `offset` get what is read, or are written. */
static uint32_t *access_all(struct vcpu *v, const uint16_t *which, size_t count, bool is_mrc,
                            uint64_t offset)
{
    uint32_t *const code = (uint32_t *)(v->vm->ram + PROGRAM);
    for (size_t i = 0; i < count; i++) {
        const uint32_t access = code_mcr(which[i], is_mrc);
        code[2 * i] = is_mrc ? access : 0xe491'0004;     /* LDR R0, [R1], #4 */
        code[2 * i + 1] = is_mrc ? 0xe481'0004 : access; /* STR R0, [R1], #4 */
    }
    code[2 * count] = HVC;
    vm_clean(v->vm, PROGRAM, count * 8 + 4);
    vm_clean(v->vm, offset, count * 4);
    v->state.x[1] = GPA_RAM + offset;
    v->reply |= MTD_GPR;
    vcpu_go_to(v, PROGRAM, SPSR_SVC | SPSR_MASKED_32);
    EXPECT_EQ(EVENT_HVC32, vcpu_run(v));
    EXPECT_EQ(GPA_RAM + PROGRAM + count * 8 + 4, v->state.elr_el2);
    vm_clean(v->vm, offset, count * 4);
    return (uint32_t *)vm_word(v->vm, offset);
}

static void find_registers(struct vcpu *v)
{
    static uint16_t part[PART];
    for (uint64_t base = 0; base < ENCODINGS; base += PART) {
        for (uint64_t i = 0; i < PART; i++)
            part[i] = (uint16_t)(base + i);
        const uint32_t *const words = access_all(v, part, PART, true, DUMP);
        for (uint64_t i = 0; i < PART; i++)
            if (words[i] != TRAP_MARK && words[i] != UNDEFINED_MARK && !is_special(base + i) &&
                found_count < sizeof found / sizeof *found)
                found[found_count++] = part[i];
    }
    EXPECT(found_count > 30 && found_count < sizeof found / sizeof *found);
}

TEST(intercept32, no_coprocessor_register_is_in_another)
{
    static uint32_t fresh[sizeof found / sizeof *found];
    uint64_t seed = 9;
    const struct vm finder = new_vm(), a_vm = new_vm(), b_vm = new_vm();
    struct vcpu *const f = sweeper32(&finder), *const a = sweeper32(&a_vm),
                       *const b = sweeper32(&b_vm);
    if (a == nullptr || b == nullptr || f == nullptr)
        return;
    find_registers(f);
    memcpy(fresh, access_all(b, found, found_count, true, DUMP), found_count * 4);
    for (size_t i = 0; i < found_count; i++)
        ((uint32_t *)vm_word(&a_vm, VALUES))[i] = (uint32_t)random_next(&seed);
    (void)access_all(a, found, found_count, false, VALUES);
    const uint32_t *const now = access_all(b, found, found_count, true, DUMP);
    for (size_t i = 0; i < found_count; i++)
        if (fresh[i] != now[i])
            tap_fail(__FILE__, __LINE__, "%#x is %#x, not %#x", code_mcr(found[i], true), now[i],
                     fresh[i]);
}

static const struct tap_test tests[] = {
    TAP_TEST(intercept32, instructions),
    TAP_TEST(intercept32, vmrs),
    TAP_TEST(intercept32, jump_to_where_nothing_is),
    TAP_TEST(intercept32, registers_of_the_utcb_are_those_of_the_guest),
    TAP_TEST(intercept32, registers_are_each_guests_own),
    TAP_TEST(intercept32, programs_of_an_aarch64_kernel),
    TAP_TEST(intercept32, traps_by_hstr_end_with_aarch32),
    TAP_TEST(intercept32, registers_stay_while_el1_is_aarch64),
    TAP_TEST(intercept32, no_coprocessor_register_is_in_another),
};
const struct tap_suite intercept32_suite = GUEST_SUITE(tests);
