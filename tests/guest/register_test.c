/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * No register of one virtual CPU is visible in another, or in a host thread. Nobody lists the registers: a
 * guest tries each of the 32,768 encodings of MRS. What it may not read is stepped over, by its VMM if it
 * traps, by its own vectors if it is undefined; all others are written, too, and compared.
 */
#include "kernel/base/string.h"
#include "tests/guest/guest.h"
#include "user/lib/console.h"

/* Where: a program of two instructions for each register; a word for each to be written, or as read. */
enum : uint64_t { ENCODINGS = 0x8000, VALUES = 0x4'8000, DUMP = 0x8'8000 };
static_assert(PROGRAM + ENCODINGS * 8 + 8 < VALUES && DUMP + ENCODINGS * 8 < RAM_SIZE);

enum : uint64_t { TRAP_MARK = 0xfeedull << 48, UNDEFINED_MARK = (uint64_t)SKIP_MARK << 48 };

/* Those that a guest can read, once found_open() was called, and how many. */
static uint16_t found[2048];
static size_t found_count;

/* Encoding number `n` in the order of the sweep. */
static struct sysreg nth(uint64_t n)
{
    return (struct sysreg){2 + (n >> 14), n >> 11 & 7, n >> 7 & 15, n >> 3 & 15, n & 7};
}

static uint64_t number(struct sysreg r)
{
    return (uint64_t)(r.op0 - 2) << 14 | (uint64_t)r.op1 << 11 | (uint64_t)r.crn << 7 |
           (uint64_t)r.crm << 3 | r.op2;
}

/* Registers that a guest cannot do without, or that take but some values; A and B differ where they can. */
static const struct {
    struct sysreg reg;
    uint64_t value, other_value;
} kept[] = {
    {{3, 0, 1, 0, 0}, 0x30c5'0800, 0x30c0'c800},              /* SCTLR_EL1: MMU off */
    {{3, 0, 1, 0, 2}, 0x30'0000, 0x10'0000},                  /* CPACR_EL1          */
    {{3, 0, 12, 0, 0}, GPA_RAM + VECTORS, GPA_RAM + VECTORS}, /* VBAR_EL1           */
    {{3, 0, 4, 2, 0}, 1, 1},                                  /* SPSel              */
    {{3, 3, 4, 2, 1}, 0x3c0, 0x3c0},                          /* DAIF               */
    {{3, 0, 12, 8, 3}, 3, 5},                                 /* ICC_BPR0_EL1       */
    {{3, 0, 12, 8, 4}, 0x4567'89ab, 0x1234'5678}, /* ICC_AP0R0_EL1: the UTCB has 32 bits */
    {{3, 0, 12, 9, 0}, 0x5678'9abc, 0x2345'6789}, /* ICC_AP1R0_EL1      */
    {{3, 0, 12, 12, 3}, 4, 6},                    /* ICC_BPR1_EL1       */
    {{3, 0, 12, 12, 4}, 0, 2},                    /* ICC_CTLR_EL1       */
    {{3, 3, 14, 3, 1}, 2, 3},                     /* CNTV_CTL_EL0       */
};

/* Registers that change by themselves: counters, what is made from them, random numbers. */
static const struct sysreg varying[] = {
    {3, 3, 14, 0, 2}, /* CNTVCT_EL0 */
    {3, 3, 14, 0, 6}, /* CNTVCTSS_EL0 */
    {3, 3, 14, 3, 0}, /* CNTV_TVAL_EL0 */
    {3, 3, 14, 3, 1}, /* CNTV_CTL_EL0: whether it would come */
    {3, 3, 2, 4, 0},  /* RNDR */
    {3, 3, 2, 4, 1},  /* RNDRRS */
    {3, 0, 4, 0, 0},  /* SPSR_EL1, ELR_EL1, ESR_EL1: of the vectors that step over */
    {3, 0, 4, 0, 1},  {3, 0, 5, 2, 0},
    {3, 3, 4, 2, 0}, /* NZCV: of PSTATE, which is not another's but none's */
};

static bool varies(uint64_t n)
{
    for (size_t i = 0; i < sizeof varying / sizeof *varying; i++)
        if (number(varying[i]) == n)
            return true;
    return false;
}

/* What traps is stepped over; what is read there is a mark. */
static bool step_over(struct vcpu *v)
{
    if (v->event == EVENT_HVC64)
        return true;
    if (v->event >= EVENTS_ARCH) /* its timer */
        return false;
    v->state.x[0] = TRAP_MARK;
    v->state.elr_el2 += 4;
    v->reply = MTD_GPR | MTD_EL2_ELR_SPSR;
    return false;
}

/* Run `count` pairs of instructions from PROGRAM on, X1 pointing to `offset`. */
static void run_pairs(struct vcpu *v, uint64_t count, uint64_t offset)
{
    uint32_t *const code = (uint32_t *)(v->vm->ram + PROGRAM);
    code[count * 2] = 0xd400'0842; /* HVC #0x42 */
    vm_clean(v->vm, PROGRAM, count * 8 + 4);
    v->state.x[1] = GPA_RAM + offset;
    v->state.x[2] = GPA_NOTHING;
    v->reply |= MTD_GPR;
    vcpu_go_to(v, PROGRAM, SPSR_EL1H | SPSR_MASKED);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(GPA_RAM + PROGRAM + count * 8 + 4, v->state.elr_el2);
}

/* A virtual CPU whose FPU is on, and that steps over what it cannot do. */
static struct vcpu *sweeper(const struct vm *vm, uint16_t cpu)
{
    static const uint32_t fpu_on[] = {0xd2a0'0600,
                                      0xd518'1040}; /* MOV X0, #3 << 20; MSR CPACR_EL1, X0 */
    struct vcpu *const v =
        new_vcpu_plan(vm, &(struct vcpu_plan){.cpu = cpu, .flags = CREATE_EC_FPU});
    vm_write(vm, VECTORS, CODE(skip_vectors));
    for (unsigned event = 0; event < EVENTS_ARCH; event++)
        vcpu_deliver(v, event, MTD_GPR | MTD_EL2_ELR_SPSR | MTD_EL2_ESR_FAR);
    v->step = step_over;
    v->state.sp_el0 = 0;
    v->reply |= MTD_EL0_SP;
    vm_write(vm, PROGRAM, fpu_on, sizeof fpu_on);
    run_pairs(v, 1, 0);
    return v;
}

/* The words of DUMP: what MRS says of `count` registers. */
static const uint64_t *read_registers(struct vcpu *v, const uint16_t *which, size_t count)
{
    uint32_t *const code = (uint32_t *)(v->vm->ram + PROGRAM);
    for (size_t i = 0; i < count; i++) {
        code[2 * i] = code_mrs(nth(which == nullptr ? i : which[i]), 0);
        code[2 * i + 1] = 0xf800'8420; /* STR X0, [X1], #8 */
    }
    memset(vm_word(v->vm, DUMP), 0, count * 8);
    vm_clean(v->vm, DUMP, count * 8);
    run_pairs(v, count, DUMP);
    vm_clean(v->vm, DUMP, count * 8);
    return vm_word(v->vm, DUMP);
}

static void found_open(void)
{
    if (found_count != 0)
        return;
    const struct vm vm = new_vm();
    const uint64_t *const words = read_registers(sweeper(&vm, cpu_here()), nullptr, ENCODINGS);
    for (uint64_t n = 0; n < ENCODINGS; n++)
        if (words[n] != TRAP_MARK && words[n] != UNDEFINED_MARK && !varies(n) &&
            found_count < sizeof found / sizeof *found)
            found[found_count++] = (uint16_t)n;
    print("# %zu registers can be read by a guest\n", found_count);
    EXPECT(found_count > 30 && found_count < sizeof found / sizeof *found);
    guest_after();
}

static const uint64_t *read_all(struct vcpu *v)
{
    return read_registers(v, found, found_count);
}

static void write_all(struct vcpu *v, uint64_t seed, bool is_other)
{
    uint32_t *const code = (uint32_t *)(v->vm->ram + PROGRAM);
    uint64_t *const values = vm_word(v->vm, VALUES);
    for (size_t i = 0; i < found_count; i++) {
        code[2 * i] = 0xf840'8420; /* LDR X0, [X1], #8 */
        code[2 * i + 1] = code_msr(nth(found[i]), 0);
        values[i] = random_next(&seed);
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            if (number(kept[k].reg) == found[i])
                values[i] = is_other ? kept[k].other_value : kept[k].value;
    }
    vm_clean(v->vm, VALUES, found_count * 8);
    run_pairs(v, found_count, VALUES);
}

/* A copy of what was read, in frames of its own. */
static uint64_t *keep(const uint64_t *words)
{
    uint64_t *const copy = frames_view(take_frames(sizeof found * 4 / PAGE_SIZE));
    memcpy(copy, words, found_count * 8);
    return copy;
}

static void expect_equal(const char *what, const uint64_t *want, const uint64_t *got)
{
    for (size_t i = 0; i < found_count; i++) {
        const struct sysreg r = nth(found[i]);
        if (want[i] != got[i])
            tap_fail(__FILE__, __LINE__, "%s: S%u_%u_C%u_C%u_%u is %#lx, not %#lx", what, r.op0,
                     r.op1, r.crn, r.crm, r.op2, got[i], want[i]);
    }
}

/* How many registers differ: writing had an effect. */
static size_t count_changes(const uint64_t *before, const uint64_t *after)
{
    size_t count = 0;
    for (size_t i = 0; i < found_count; i++)
        count += before[i] != after[i];
    return count;
}

static void check_isolation(const struct vm *a_vm, const struct vm *b_vm, uint16_t cpu)
{
    const struct vm c_vm = new_vm();
    const uint64_t *const fresh = keep(read_all(sweeper(&c_vm, cpu)));
    struct vcpu *const a = sweeper(a_vm, cpu), *const b = sweeper(b_vm, cpu);
    write_all(a, 1, false);
    const uint64_t *const of_a = keep(read_all(a));
    EXPECT(count_changes(fresh, of_a) > 10);
    expect_equal("after another wrote", fresh, read_all(b));
    write_all(b, 2, true);
    const uint64_t *const of_b = keep(read_all(b));
    EXPECT(count_changes(of_a, of_b) > 10);
    expect_equal("its own, later", of_a, read_all(a));
    expect_equal("the other's own, later", of_b, read_all(b));
    expect_equal("in a new one", fresh, read_all(sweeper(&c_vm, cpu)));
}

TEST(registers, of_one_vm_are_not_in_another)
{
    found_open();
    const struct vm a = new_child_vm(), b = new_child_vm();
    check_isolation(&a, &b, cpu_here());
}

TEST(registers, of_one_virtual_cpu_are_not_in_another_of_its_vm)
{
    const struct vm vm = new_child_vm();
    struct vm other = vm; /* the same domain and space */
    check_isolation(&vm, &other, cpu_there());
}

/* ---- Host threads ---- */

/* What EL0 can name: op1 = 3, op0 = 2 and 3. */
enum : uint64_t { EL0_REGISTERS = 0x1000 };

static uint64_t nth_of_el0(uint64_t n)
{
    return (n >> 11) << 14 | 3ull << 11 | (n & 0x7ff);
}

static void step_host(struct utcb_arch *state)
{
    state->x[0] = TRAP_MARK;
    state->elr_el2 += 4;
}

static uint32_t on_host_trap([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                             struct utcb *utcb)
{
    step_host(event_state(utcb));
    return MTD_GPR | MTD_EL2_ELR_SPSR;
}

static uint32_t run_host([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                         struct utcb *utcb)
{
    void (*const code)(uint64_t unused, uint64_t *dump) = (void (*)(uint64_t, uint64_t *))HVA_FREE;
    code(0, (uint64_t *)utcb->word[0]);
    return hc_mtd(1);
}

/* A thread that reads all that EL0 can name, by a program at HVA_FREE. */
static sel_t host_reader(void)
{
    const uint64_t phys = take_frames(EL0_REGISTERS * 8 / PAGE_SIZE + 1);
    uint32_t *const code = frames_view(phys);
    for (uint64_t n = 0; n < EL0_REGISTERS; n++) {
        code[2 * n] = code_mrs(nth(nth_of_el0(n)), 0);
        code[2 * n + 1] = 0xf800'8420;
    }
    code[2 * EL0_REGISTERS] = 0xd65f'03c0; /* RET */
    const struct vm at = {.ram = (uint64_t)code};
    vm_clean(&at, 0, EL0_REGISTERS * 8 + 4);
    MUST(memory_map(phys, HVA_FREE, EL0_REGISTERS * 8 + PAGE_SIZE, PERM_MEM_R | PERM_MEM_XU,
                    MAD_MEMORY));

    const sel_t events = new_events(cpu_here());
    const struct thread catcher = new_local(cpu_here(), on_host_trap);
    struct thread reader;
    for (unsigned event = 0; event < EVENTS_ARCH; event++)
        MUST(thread_create_portal(&catcher, events + event, 0, MTD_GPR | MTD_EL2_ELR_SPSR));
    MUST(thread_create_local(&reader, &(struct thread_plan){.cpu = cpu_here(), .events = events},
                             run_host));
    return new_pt(&reader, 0);
}

static uint64_t *host_reads(sel_t reader)
{
    uint64_t *const dump = frames_view(take_frames(EL0_REGISTERS * 8 / PAGE_SIZE));
    root_utcb()->word[0] = (uint64_t)dump;
    EXPECT_STATUS(SUCCESS, hc_ipc_call(reader, 0, hc_mtd(1)).status);
    return dump;
}

TEST(registers, of_a_vm_are_not_in_a_host_thread)
{
    const struct vm vm = new_vm();
    const sel_t reader = host_reader();
    struct vcpu *const v = sweeper(&vm, cpu_here());
    const uint64_t *const before = host_reads(reader);
    write_all(v, 3, false);
    const uint64_t *const after = host_reads(reader);
    for (uint64_t n = 0; n < EL0_REGISTERS; n++)
        if (before[n] != after[n] && !varies(nth_of_el0(n)))
            tap_fail(__FILE__, __LINE__, "register %#lx of EL0 is %#lx, not %#lx", n, after[n],
                     before[n]);
    (void)memory_map(0, HVA_FREE, EL0_REGISTERS * 8 + PAGE_SIZE, PERM_NONE, MAD_MEMORY);
}

/* ---- System instructions ---- */

/* All of op0 = 0 and 1: hints, barriers, caches, TLBs, address translation; with a result, too. */
TEST(registers, no_system_instruction_gets_out_of_a_guest)
{
    enum : uint32_t { NOP = 0xd503'201f };
    const struct vm vm = new_vm(), other = new_vm();
    struct vcpu *const v = sweeper(&vm, cpu_here());
    uint64_t seed = 5;
    for (uint64_t at = DATA; at < RAM_SIZE; at += 8)
        *vm_word(&other, at) = random_next(&seed);

    uint32_t *const code = (uint32_t *)(vm.ram + PROGRAM);
    for (unsigned round = 0; round < 2; round++) {
        for (uint64_t n = 0; n < ENCODINGS; n++) {
            struct sysreg r = nth(n);
            r.op0 -= 2;
            const unsigned rt = r.op0 == 0 && r.crn != 1 ? 31 : 2;
            const bool has_result = r.op0 == 1 && r.crn == 7; /* SYSL: the few that there may be */
            code[2 * n] = round == 0 ? code_msr(r, rt) : has_result ? code_mrs(r, 3) : NOP;
            code[2 * n + 1] = NOP;
        }
        run_pairs(v, ENCODINGS, DATA);
    }
    seed = 5;
    for (uint64_t at = DATA; at < RAM_SIZE; at += 8)
        if (*vm_word(&other, at) != random_next(&seed)) {
            tap_fail(__FILE__, __LINE__, "the other's RAM at %#lx is %#lx", at,
                     *vm_word(&other, at));
            return;
        }
}

/* PAR_EL1: the result of the last address translation. */
TEST(registers, a_translation_of_one_vm_is_not_in_another)
{
    static const uint32_t translate[] = {
        0xd508'7801, /* AT S1E1R, X1      */
        0xd503'3fdf,
        0xd400'0002,
    };
    static const uint32_t look[] = {
        0xd538'7400, /* MRS X0, PAR_EL1   */
        0xd400'0002,
    };
    const struct vm a_vm = new_vm(), b_vm = new_vm();
    struct vcpu *const a = new_vcpu(&a_vm, cpu_here()), *const b = new_vcpu(&b_vm, cpu_here());
    vcpu_load(a, translate, sizeof translate);
    vcpu_load(b, look, sizeof look);
    vcpu_set_x(a, 1, 0x1234'5678'9000);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(a));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(b));
    EXPECT_EQ(0, b->state.x[0]);
    vcpu_load(a, look, sizeof look);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(a));
    EXPECT(a->state.x[0] != 0);
}

/* After a permission fault the kernel asks the CPU for the page, which has its answer in PAR_EL1, too. */
TEST(registers, an_abort_leaves_a_translation_alone)
{
    enum : uint64_t { GPA_PAGE = 0x5000'0000, PAR_F = 1 };
    static const uint32_t translate_and_store[] = {
        0xd508'7801, 0xd503'3fdf, /* AT S1E1R, X1; ISB */
        0xf900'0040,              /* STR X0, [X2]      */
        0xd538'7403,              /* MRS X3, PAR_EL1   */
        0xd400'0002,
    };
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    MUST(gst_map(vm.gst, take_frames(1), GPA_PAGE, 1, PERM_MEM_R, MAD_MEMORY));
    vcpu_load(v, translate_and_store, sizeof translate_and_store);
    vcpu_set_x(v, 1, GPA_RAM + DATA);
    vcpu_set_x(v, 2, GPA_PAGE);
    EXPECT_EQ(EVENT_DABORT_LOWER, vcpu_run(v));
    EXPECT_EQ(GPA_PAGE >> 8, v->state.hpfar_el2);
    vcpu_skip(v);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(0, v->state.x[3] & PAR_F);
    EXPECT_EQ((GPA_RAM + DATA) >> 12, id_field(v->state.x[3], 47, 12));
}

/*
 * Keys of pointer authentication trap. If a guest may sign nevertheless, by API, its key is not the kernel's:
 * each CPU has another one of those, and all sign alike.
 */
TEST(registers, a_guest_does_not_sign_with_keys_of_the_kernel)
{
    enum : uint64_t { ENIA = 1ull << 31, ENIB = 1 << 30, ENDA = 1 << 27, ENDB = 1 << 13 };
    static const uint32_t sign[] = {
        0x9ac2'3024, /* PACGA X4, X1, X2 */
        0xdac1'0045, /* PACIA X5, X2     */
        0xdac1'0446, /* PACIB X6, X2     */
        0xdac1'0847, /* PACDA X7, X2     */
        0xdac1'0c48, /* PACDB X8, X2     */
        0xd400'0842,
    };
    const struct vm vm = new_vm();
    uint64_t first[5];
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++) {
        struct vcpu *const v = new_vcpu(&vm, cpu);
        vcpu_load(v, CODE(hvc));
        v->state.hcr_el2 = HCR_RW | HCR_API;
        EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
        if (!(v->state.hcr_el2 & HCR_API)) {
            tap_skip("guests cannot sign here");
            return;
        }
        vcpu_load(v, sign, sizeof sign);
        for (unsigned n = 1; n < 9; n++)
            vcpu_set_x(v, n, 0x1234'5678 * n);
        v->state.sctlr_el1 = ENIA | ENIB | ENDA | ENDB;
        v->reply |= MTD_EL1_SCTLR;
        EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
        for (size_t i = 0; i < 5; i++) {
            if (cpu == 0)
                first[i] = v->state.x[4 + i];
            EXPECT_EQ(first[i], v->state.x[4 + i]);
        }
    }
}

static const struct tap_test tests[] = {
    TAP_TEST(registers, of_one_vm_are_not_in_another),
    TAP_TEST(registers, of_one_virtual_cpu_are_not_in_another_of_its_vm),
    TAP_TEST(registers, of_a_vm_are_not_in_a_host_thread),
    TAP_TEST(registers, no_system_instruction_gets_out_of_a_guest),
    TAP_TEST(registers, a_translation_of_one_vm_is_not_in_another),
    TAP_TEST(registers, an_abort_leaves_a_translation_alone),
    TAP_TEST(registers, a_guest_does_not_sign_with_keys_of_the_kernel),
};
const struct tap_suite register_suite = GUEST_SUITE(tests);
