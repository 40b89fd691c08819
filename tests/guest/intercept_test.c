/* SPDX-License-Identifier: GPL-2.0-only */
/* What AArch64 guests do that their VMM is told (interface specification, 7.6.1), with syndrome and IP. */
#include "tests/guest/guest.h"

/* Arm ARM, ESR_ELx: ISS of a data abort. */
enum : uint32_t {
    ISS_ISV = 1 << 24,
    ISS_SIZE_SHIFT = 22,
    ISS_SIGN = 1 << 21,
    ISS_REG_SHIFT = 16,
    ISS_64BIT = 1 << 15,
    ISS_S1PTW = 1 << 7,
    ISS_WRITE = 1 << 6,
    ISS_CM = 1 << 8,
    FSC_KIND = 0x3c, /* fault status without its level */
    FSC_TRANSLATION = 0x04,
    FSC_PERMISSION = 0x0c,
};

static bool always(void)
{
    return true;
}

/* ID registers as the last STARTUP has told them. */
static uint64_t id_pfr0, id_pfr1, id_isar1, id_isar2;

static struct vcpu *fresh(const struct vm *vm, uint8_t flags)
{
    struct vcpu *const v = create_vcpu(vm, &(struct vcpu_plan){.cpu = cpu_here(), .flags = flags});
    vcpu_start(v, MID);
    EXPECT_EQ(EVENT_STARTUP, vcpu_wait(v));
    id_pfr0 = v->state.x[0];
    id_pfr1 = v->state.x[1];
    id_isar1 = v->state.x[5];
    id_isar2 = v->state.x[6];
    v->state.sel_gst = vm->gst;
    v->state.hcr_el2 = HCR_RW;
    v->state.vbar_el1 = GPA_RAM + VECTORS;
    v->reply = MTD_SPACES | MTD_EL2_HCR | MTD_EL1_VBAR;
    vcpu_go_to(v, PROGRAM, SPSR_EL1H | SPSR_MASKED);
    return v;
}

static bool has_sve(void)
{
    return id_field(id_pfr0, 35, 32) != 0;
}

static bool has_sme(void)
{
    return id_field(id_pfr1, 27, 24) != 0;
}

static bool has_pauth(void)
{
    return id_field(id_isar1, 11, 4) != 0 || id_field(id_isar2, 15, 12) != 0;
}

static bool has_mops(void)
{
    return id_field(id_isar2, 19, 16) != 0;
}

/* One program; the instruction at `at` raises `event`. X1 is GPA_NOTHING, X2 the value `x2`. */
struct intercept {
    const char *name;
    uint32_t code[4];
    uint8_t at;
    bool is_behind; /* ELR is that of the next instruction */
    uint8_t event;
    uint32_t iss, iss_mask;
    uint64_t hcr, x2;
    bool (*is_there)(void);
};

enum : uint64_t { CPACR_ALL = 3 << 24 | 3 << 20 | 3 << 16 }; /* SME, FPU, SVE without traps */
enum : uint32_t {
    MSR_CPACR_X2 = 0xd518'1042,
    ISB = 0xd503'3fdf,
    ALL = ~0u,
};

static const struct intercept table[] = {
    {"WFI", {0xd503'207f}, 0, false, EVENT_WFX, 0, 3, 0, 0, always},
    {"HVC", {0xd402'4682}, 0, true, EVENT_HVC64, 0x1234, 0xffff, 0, 0, always},
    {"HVC, largest", {0xd41f'ffe2}, 0, true, EVENT_HVC64, 0xffff, 0xffff, 0, 0, always},
    {"SMC", {0xd402'4683}, 0, false, EVENT_SMC64, 0x1234, 0xffff, 0, 0, always},
    {"BRK", {0xd422'4680}, 0, false, EVENT_BRK64, 0x1234, 0xffff, 0, 0, always},
    {"FPU without flag F",
     {MSR_CPACR_X2, ISB, 0x9e67'03e0},
     2,
     false,
     EVENT_FPU,
     0,
     0,
     0,
     CPACR_ALL,
     always},
    {"PACGA", {0x9ac2'3020}, 0, false, EVENT_PAUTH, 0, 0, 0, 0, has_pauth},
    {"LDRB W3",
     {0x3940'0023},
     0,
     false,
     EVENT_DABORT_LOWER,
     ISS_ISV | 0 << ISS_SIZE_SHIFT | 3 << ISS_REG_SHIFT | FSC_TRANSLATION,
     ALL & ~3u,
     0,
     0,
     always},
    {"LDRSH W3",
     {0x79c0'0023},
     0,
     false,
     EVENT_DABORT_LOWER,
     ISS_ISV | 1 << ISS_SIZE_SHIFT | ISS_SIGN | 3 << ISS_REG_SHIFT | FSC_TRANSLATION,
     ALL & ~3u,
     0,
     0,
     always},
    {"LDR W30",
     {0xb940'003e},
     0,
     false,
     EVENT_DABORT_LOWER,
     ISS_ISV | 2 << ISS_SIZE_SHIFT | 30 << ISS_REG_SHIFT | FSC_TRANSLATION,
     ALL & ~3u,
     0,
     0,
     always},
    {"LDR X3",
     {0xf940'0023},
     0,
     false,
     EVENT_DABORT_LOWER,
     ISS_ISV | 3 << ISS_SIZE_SHIFT | 3 << ISS_REG_SHIFT | ISS_64BIT | FSC_TRANSLATION,
     ALL & ~3u,
     0,
     0,
     always},
    {"STR X3",
     {0xf900'0023},
     0,
     false,
     EVENT_DABORT_LOWER,
     ISS_ISV | 3 << ISS_SIZE_SHIFT | 3 << ISS_REG_SHIFT | ISS_64BIT | ISS_WRITE | FSC_TRANSLATION,
     ALL & ~3u,
     0,
     0,
     always},
    {"STR WZR",
     {0xb900'003f},
     0,
     false,
     EVENT_DABORT_LOWER,
     ISS_ISV | 2 << ISS_SIZE_SHIFT | 31 << ISS_REG_SHIFT | ISS_WRITE | FSC_TRANSLATION,
     ALL & ~3u,
     0,
     0,
     always},
    {"LDP",
     {0xa940'1023},
     0,
     false,
     EVENT_DABORT_LOWER,
     FSC_TRANSLATION,
     ISS_ISV | FSC_KIND,
     0,
     0,
     always},
    /* SETM with the flags of the other option than the CPU's: PSTATE.C = 1 first. */
    {"SETM", {0xd51b'4202, 0x19c3'4440}, 1, false, EVENT_MOPS, 0, 0, 0, 1 << 29, has_mops},
};

static void check(struct vcpu *v, const struct intercept *i)
{
    const uint64_t ip = GPA_RAM + PROGRAM + 4u * i->at;
    if (v->event != i->event) {
        tap_fail(__FILE__, __LINE__, "%s raises %#x at %#lx, ESR %#lx, ESR_EL1 %#lx", i->name,
                 v->event, v->state.elr_el2, v->state.esr_el2, v->state.esr_el1);
        return;
    }
    if (esr_class(v->state.esr_el2) != i->event || v->state.esr_el2 >> 32 != 0 ||
        (esr_iss(v->state.esr_el2) & i->iss_mask) != (i->iss & i->iss_mask))
        tap_fail(__FILE__, __LINE__, "%s: ESR %#lx", i->name, v->state.esr_el2);
    if (v->state.elr_el2 != ip + (i->is_behind ? 4 : 0))
        tap_fail(__FILE__, __LINE__, "%s: ELR %#lx", i->name, v->state.elr_el2);
    const bool is_abort = i->event == EVENT_DABORT_LOWER;
    if (v->state.far_el2 != (is_abort ? GPA_NOTHING : 0) ||
        v->state.hpfar_el2 != (is_abort ? GPA_NOTHING >> 8 : 0))
        tap_fail(__FILE__, __LINE__, "%s: FAR %#lx, HPFAR %#lx", i->name, v->state.far_el2,
                 v->state.hpfar_el2);
}

TEST(intercept, instructions)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = fresh(&vm, 0);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!table[i].is_there())
            continue;
        vcpu_load(v, table[i].code, sizeof table[i].code);
        vcpu_set_x(v, 1, GPA_NOTHING);
        vcpu_set_x(v, 2, table[i].x2);
        v->state.hcr_el2 = HCR_RW | table[i].hcr;
        v->state.hcrx_el2 = 1 << 11 | 1 << 10; /* MSCEn, MCE2 */
        v->reply |= MTD_EL2_HCR;
        vcpu_run(v);
        check(v, &table[i]);
    }
}

/* Vectors other than the FPU's are never a guest's. */
TEST(intercept, sve_and_sme)
{
    static const struct intercept sve[] = {
        {"PTRUE",
         {MSR_CPACR_X2, ISB, 0x2518'e3e0},
         2,
         false,
         EVENT_SVE,
         0,
         0,
         0,
         CPACR_ALL,
         has_sve},
        {"SMSTART",
         {MSR_CPACR_X2, ISB, 0xd503'477f},
         2,
         false,
         EVENT_SME,
         0,
         0,
         0,
         CPACR_ALL,
         has_sme},
    };
    const struct vm vm = new_vm();
    struct vcpu *const v = fresh(&vm, CREATE_EC_FPU);
    for (size_t i = 0; i < sizeof sve / sizeof *sve; i++) {
        if (!sve[i].is_there())
            continue;
        vcpu_load(v, sve[i].code, sizeof sve[i].code);
        vcpu_set_x(v, 2, sve[i].x2);
        vcpu_run(v);
        check(v, &sve[i]);
    }
}

/* ---- System registers and instructions ---- */

enum trap_how : uint8_t { READ = 1, WRITE = 2, BOTH = 3 };
struct trapped {
    const char *name;
    struct sysreg reg;
    enum trap_how how;
    uint64_t hcr;
};
static const struct trapped trapped[] = {
    {"REVIDR_EL1", {3, 0, 0, 0, 6}, READ, 0},
    {"AIDR_EL1", {3, 1, 0, 0, 7}, READ, 0},
    {"ACTLR_EL1", {3, 0, 1, 0, 1}, BOTH, 0},
    {"DC ISW", {1, 0, 7, 6, 2}, WRITE, 0},
    {"DC CSW", {1, 0, 7, 10, 2}, WRITE, 0},
    {"DC CISW", {1, 0, 7, 14, 2}, WRITE, 0},
    {"CNTPCT_EL0", {3, 3, 14, 0, 1}, READ, 0},
    {"CNTP_TVAL_EL0", {3, 3, 14, 2, 0}, BOTH, 0},
    {"CNTP_CTL_EL0", {3, 3, 14, 2, 1}, BOTH, 0},
    {"CNTP_CVAL_EL0", {3, 3, 14, 2, 2}, BOTH, 0},
    {"MDSCR_EL1", {2, 0, 0, 2, 2}, BOTH, 0},
    {"DBGBVR0_EL1", {2, 0, 0, 0, 4}, BOTH, 0},
    {"DBGBCR0_EL1", {2, 0, 0, 0, 5}, BOTH, 0},
    {"DBGWVR0_EL1", {2, 0, 0, 0, 6}, BOTH, 0},
    {"DBGWCR0_EL1", {2, 0, 0, 0, 7}, BOTH, 0},
    {"MDRAR_EL1", {2, 0, 1, 0, 0}, READ, 0},
    {"OSLAR_EL1", {2, 0, 1, 0, 4}, WRITE, 0},
    {"OSLSR_EL1", {2, 0, 1, 1, 4}, READ, 0},
    {"OSDLR_EL1", {2, 0, 1, 3, 4}, BOTH, 0},
    {"PMCR_EL0", {3, 3, 9, 12, 0}, BOTH, 0},
    {"PMCNTENSET_EL0", {3, 3, 9, 12, 1}, BOTH, 0},
    {"PMCCNTR_EL0", {3, 3, 9, 13, 0}, BOTH, 0},
    {"PMUSERENR_EL0", {3, 3, 9, 14, 0}, BOTH, 0},
    {"PMINTENSET_EL1", {3, 0, 9, 14, 1}, BOTH, 0},
    {"S3_0_C11_C0_0", {3, 0, 11, 0, 0}, BOTH, 0},
    {"S3_1_C15_C2_1", {3, 1, 15, 2, 1}, BOTH, 0},
    /* By choice of the VMM. */
    {"SCTLR_EL1, TVM", {3, 0, 1, 0, 0}, WRITE, HCR_TVM},
    {"TTBR0_EL1, TVM", {3, 0, 2, 0, 0}, WRITE, HCR_TVM},
    {"TTBR1_EL1, TVM", {3, 0, 2, 0, 1}, WRITE, HCR_TVM},
    {"TCR_EL1, TVM", {3, 0, 2, 0, 2}, WRITE, HCR_TVM},
    {"ESR_EL1, TVM", {3, 0, 5, 2, 0}, WRITE, HCR_TVM},
    {"FAR_EL1, TVM", {3, 0, 6, 0, 0}, WRITE, HCR_TVM},
    {"AFSR0_EL1, TVM", {3, 0, 5, 1, 0}, WRITE, HCR_TVM},
    {"MAIR_EL1, TVM", {3, 0, 10, 2, 0}, WRITE, HCR_TVM},
    {"AMAIR_EL1, TVM", {3, 0, 10, 3, 0}, WRITE, HCR_TVM},
    {"CONTEXTIDR_EL1, TVM", {3, 0, 13, 0, 1}, WRITE, HCR_TVM},
    {"SCTLR_EL1, TRVM", {3, 0, 1, 0, 0}, READ, HCR_TRVM},
    {"TTBR0_EL1, TRVM", {3, 0, 2, 0, 0}, READ, HCR_TRVM},
    {"CONTEXTIDR_EL1, TRVM", {3, 0, 13, 0, 1}, READ, HCR_TRVM},
    {"TLBI VMALLE1, TTLB", {1, 0, 8, 7, 0}, WRITE, HCR_TTLB},
    {"TLBI VAE1IS, TTLB", {1, 0, 8, 3, 1}, WRITE, HCR_TTLB},
    {"IC IALLU, TPU", {1, 0, 7, 5, 0}, WRITE, HCR_TPU},
    {"DC CIVAC, TPC", {1, 3, 7, 14, 1}, WRITE, HCR_TPC},
    {"DC IVAC, TPC", {1, 0, 7, 6, 1}, WRITE, HCR_TPC},
    {"DC ZVA, TDZ", {1, 3, 7, 4, 1}, WRITE, HCR_TDZ},
    {"CTR_EL0, TID2", {3, 3, 0, 0, 1}, READ, HCR_TID2},
    {"CCSIDR_EL1, TID2", {3, 1, 0, 0, 0}, READ, HCR_TID2},
    {"CLIDR_EL1, TID2", {3, 1, 0, 0, 1}, READ, HCR_TID2},
    {"CSSELR_EL1, TID2", {3, 2, 0, 0, 0}, BOTH, HCR_TID2},
};

/* Arm ARM, ESR_ELx: ISS of a trapped MSR, MRS or system instruction. */
static uint32_t iss_sysreg(struct sysreg r, unsigned rt, bool is_read)
{
    return (uint32_t)r.op0 << 20 | (uint32_t)r.op2 << 17 | (uint32_t)r.op1 << 14 |
           (uint32_t)r.crn << 10 | rt << 5 | (uint32_t)r.crm << 1 | is_read;
}

static void expect_trap(struct vcpu *v, const struct trapped *t, unsigned rt, bool is_read)
{
    const uint32_t code[] = {is_read ? code_mrs(t->reg, rt) : code_msr(t->reg, rt)};
    const struct intercept want = {.name = t->name,
                                   .event = EVENT_SYSREG,
                                   .iss = iss_sysreg(t->reg, rt, is_read),
                                   .iss_mask = ALL};
    vcpu_load(v, code, sizeof code);
    vcpu_set_x(v, rt, GPA_RAM + DATA);
    v->state.hcr_el2 = HCR_RW | t->hcr;
    v->reply |= MTD_EL2_HCR;
    vcpu_run(v);
    check(v, &want);
}

TEST(intercept, system_registers)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = fresh(&vm, 0);
    for (size_t i = 0; i < sizeof trapped / sizeof *trapped; i++) {
        const unsigned rt = i % 31;
        if (trapped[i].how & READ)
            expect_trap(v, &trapped[i], rt, true);
        if (trapped[i].how & WRITE)
            expect_trap(v, &trapped[i], rt, false);
    }
}

/* TID3: what the CPU is, the VMM says. */
TEST(intercept, id_registers)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = fresh(&vm, 0);
    for (uint8_t crm = 1; crm < 8; crm++)
        for (uint8_t op2 = 0; op2 < 8; op2++)
            expect_trap(v, &(struct trapped){.name = "ID register", .reg = {3, 0, 0, crm, op2}},
                        op2 + crm, true);
}

TEST(intercept, midr_and_mpidr_are_those_of_the_vmm)
{
    static const uint32_t code[] = {
        0xd538'0000, /* MRS X0, MIDR_EL1  */
        0xd538'00a1, /* MRS X1, MPIDR_EL1 */
        0xd400'0002,
    };
    const struct vm vm = new_vm();
    struct vcpu *const v = fresh(&vm, 0);
    vcpu_load(v, code, sizeof code);
    v->state.vpidr_el2 = 0x1234'5678;
    v->state.vmpidr_el2 = 0x80'8765'4321;
    v->reply |= MTD_EL2_IDR;
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(0x1234'5678, v->state.x[0]);
    EXPECT_EQ(0x80'8765'4321, v->state.x[1]);
}

/* ---- Aborts ---- */

TEST(intercept, fetching_where_nothing_is)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = fresh(&vm, 0);
    v->state.elr_el2 = GPA_NOTHING + 0x124;
    EXPECT_EQ(EVENT_IABORT_LOWER, vcpu_run(v));
    EXPECT_EQ(GPA_NOTHING + 0x124, v->state.elr_el2);
    EXPECT_EQ(GPA_NOTHING + 0x124, v->state.far_el2);
    EXPECT_EQ(GPA_NOTHING >> 8, v->state.hpfar_el2);
    EXPECT_EQ(FSC_TRANSLATION, v->state.esr_el2 & FSC_KIND);
}

/* A page of RAM with other permissions. */
static unsigned touch(struct vcpu *v, uint8_t perm, uint32_t instruction)
{
    const uint32_t code[] = {instruction, 0xd400'0002};
    MUST(gst_map(v->vm->gst, v->vm->phys + DATA, GPA_RAM + DATA, 1, perm, MAD_MEMORY));
    vcpu_load(v, code, sizeof code);
    vcpu_set_x(v, 1, GPA_RAM + DATA + 8);
    return vcpu_run(v);
}

TEST(intercept, permissions_of_memory)
{
    enum : uint32_t { LOAD = 0xf940'0023, STORE = 0xf900'0023, BRANCH = 0xd61f'0020 };
    static const uint32_t hvc[] = {0xd400'0002, 0xd400'0002, 0xd400'0002};
    const uint8_t x = PERM_MEM_XS | PERM_MEM_XU;
    const struct vm vm = new_vm();
    struct vcpu *const v = fresh(&vm, 0);
    vm_write(&vm, DATA, hvc, sizeof hvc);
    EXPECT_EQ(EVENT_HVC64, touch(v, PERM_MEM_R, LOAD));
    EXPECT_EQ(EVENT_DABORT_LOWER, touch(v, PERM_MEM_R, STORE));
    EXPECT_EQ(FSC_PERMISSION, v->state.esr_el2 & FSC_KIND);
    EXPECT_EQ(GPA_RAM + DATA + 8, v->state.far_el2);
    EXPECT_EQ((GPA_RAM + DATA) >> 8, v->state.hpfar_el2 & ~0xfull);
    EXPECT_EQ(EVENT_IABORT_LOWER, touch(v, PERM_MEM_R | PERM_MEM_W, BRANCH));
    EXPECT_EQ(FSC_PERMISSION, v->state.esr_el2 & FSC_KIND);
    EXPECT_EQ(EVENT_HVC64, touch(v, PERM_MEM_R | PERM_MEM_W, STORE));
    EXPECT_EQ(EVENT_HVC64, touch(v, PERM_MEM_R | x, BRANCH));
    EXPECT_EQ(GPA_RAM + DATA + 12, v->state.elr_el2);
    EXPECT_EQ(EVENT_DABORT_LOWER, touch(v, PERM_MEM_R | x, STORE));
    EXPECT_EQ(EVENT_DABORT_LOWER, touch(v, PERM_NONE, LOAD));
    EXPECT_EQ(FSC_TRANSLATION, v->state.esr_el2 & FSC_KIND);
}

TEST(intercept, page_tables_where_nothing_is)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = fresh(&vm, 0);
    vcpu_load(v, CODE(hvc));
    v->state.ttbr0_el1 = GPA_NOTHING;
    v->state.tcr_el1 = 25 | 1 << 23; /* 39 bits, TTBR0 alone */
    v->state.sctlr_el1 = 1;
    v->reply |= MTD_EL1_TTBR | MTD_EL1_TCR | MTD_EL1_SCTLR;
    EXPECT_EQ(EVENT_IABORT_LOWER, vcpu_run(v));
    EXPECT_EQ(ISS_S1PTW, v->state.esr_el2 & ISS_S1PTW);
    EXPECT_EQ(GPA_RAM + PROGRAM, v->state.far_el2);
    EXPECT_EQ(GPA_NOTHING >> 8, v->state.hpfar_el2);
}

/* ---- By the VMM's choice, or by nobody's ---- */

TEST(intercept, software_step)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = fresh(&vm, 0);
    vcpu_load(v, CODE(nops));
    v->state.mdscr_el1 = 1; /* SS */
    v->reply |= MTD_EL1_MDSCR;
    for (uint64_t i = 0; i < 8; i++) {
        v->state.spsr_el2 = SPSR_EL1H | (SPSR_MASKED & ~0x200ull) | SPSR_SS;
        v->reply |= MTD_EL2_ELR_SPSR;
        EXPECT_EQ(EVENT_STEP_LOWER, vcpu_run(v));
        EXPECT_EQ(GPA_RAM + PROGRAM + 4 * (i + 1), v->state.elr_el2);
    }
    v->state.mdscr_el1 = 0;
    v->reply |= MTD_EL1_MDSCR;
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
}

/* What a guest's own EL1 gets, whatever its VMM thinks. */
struct own {
    const char *name;
    uint32_t code[2];
    uint8_t esr_class;
};
static const struct own owns[] = {
    {"UDF", {0}, EVENT_UNKNOWN},
    {"SVC", {0xd400'0541}, EVENT_SVC64},
    {"a register of EL2", {0xd53c'1100}, EVENT_UNKNOWN},
    {"a branch to an odd address", {0x9100'0442, 0xd61f'0040}, EVENT_PC_ALIGN},
    {"an illegal return", {0xd518'4002, 0xd69f'03e0}, EVENT_ILLEGAL_STATE},
    {"FPU while off", {0x9e67'03e0}, EVENT_FPU},
};

TEST(intercept, what_is_for_the_guest_itself)
{
    const struct vm vm = new_vm();
    for (size_t i = 0; i < sizeof owns / sizeof *owns; i++) {
        struct vcpu *const v = fresh(&vm, CREATE_EC_FPU);
        vcpu_load(v, owns[i].code, sizeof owns[i].code);
        vcpu_set_x(v, 2, 0x9); /* as SPSR_EL1: EL2h */
        v->state.elr_el1 = GPA_RAM + PROGRAM;
        v->reply |= MTD_EL1_ELR_SPSR;
        EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
        EXPECT_EQ(HVC_VECTOR + VECTOR_SYNC, v->state.esr_el2 & 0xffff);
        if (esr_class(v->state.esr_el1) != owns[i].esr_class)
            tap_fail(__FILE__, __LINE__, "%s: ESR_EL1 %#lx", owns[i].name, v->state.esr_el1);
    }
}

/* EL0 of a guest: what it traps is its VMM's as well, the rest its EL1's. */
TEST(intercept, from_el0_of_a_guest)
{
    static const struct intercept el0[] = {
        {"BRK", {0xd422'4680}, 0, false, EVENT_BRK64, 0x1234, 0xffff, 0, 0, always},
        {"LDR X3",
         {0xf940'0023},
         0,
         false,
         EVENT_DABORT_LOWER,
         ISS_ISV | 3 << ISS_SIZE_SHIFT | 3 << ISS_REG_SHIFT | ISS_64BIT | FSC_TRANSLATION,
         ALL & ~3u,
         0,
         0,
         always},
    };
    const struct vm vm = new_vm();
    struct vcpu *const v = fresh(&vm, 0);
    for (size_t i = 0; i < sizeof el0 / sizeof *el0; i++) {
        vcpu_load(v, el0[i].code, sizeof el0[i].code);
        vcpu_go_to(v, PROGRAM, SPSR_EL0T);
        vcpu_set_x(v, 1, GPA_NOTHING);
        vcpu_run(v);
        check(v, &el0[i]);
        EXPECT_EQ(SPSR_EL0T, v->state.spsr_el2 & SPSR_MODE);
    }
    static const uint32_t hvc[] = {0xd400'0002};
    vcpu_load(v, hvc, sizeof hvc);
    vcpu_go_to(v, PROGRAM, SPSR_EL0T);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v)); /* that of EL1's vector */
    EXPECT_EQ(HVC_VECTOR + VECTOR_LOWER_SYNC, v->state.esr_el2 & 0xffff);
    EXPECT_EQ(EVENT_UNKNOWN, esr_class(v->state.esr_el1));
}

static const struct tap_test tests[] = {
    TAP_TEST(intercept, instructions),
    TAP_TEST(intercept, sve_and_sme),
    TAP_TEST(intercept, system_registers),
    TAP_TEST(intercept, id_registers),
    TAP_TEST(intercept, midr_and_mpidr_are_those_of_the_vmm),
    TAP_TEST(intercept, fetching_where_nothing_is),
    TAP_TEST(intercept, permissions_of_memory),
    TAP_TEST(intercept, page_tables_where_nothing_is),
    TAP_TEST(intercept, software_step),
    TAP_TEST(intercept, what_is_for_the_guest_itself),
    TAP_TEST(intercept, from_el0_of_a_guest),
};
const struct tap_suite intercept_suite = GUEST_SUITE(tests);
