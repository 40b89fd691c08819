/* SPDX-License-Identifier: GPL-2.0-only */
/* Guests with an MMU of their own on: addresses of aborts, and translations that must not be mixed up. */
#include "tests/guest/guest.h"

/* RAM at its place by a block of 1 GiB, and one page at VA, not global, by tables in RAM. */
enum : uint64_t { TABLES = 0x6'0000, VA = 0x1000'0000, GPA_PAGE = 0x8000'0000 };

/* Arm ARM, "VMSAv8-64 descriptor formats": valid; table or page; inner shareable; access flag; not global. */
enum : uint64_t { BLOCK = 1, TABLE = 3, ATTRIBUTES = 3 << 8 | 1 << 10, NOT_GLOBAL = 1 << 11 };

/* 39 bits, inner shareable write-back walks, no TTBR1; MAIR_EL1 0 is write-back; MMU and caches. */
enum : uint64_t { TCR = 25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23, MAIR = 0xff, SCTLR = 0x1005 };
enum : unsigned { ASID_SHIFT = 48 };

/* LDR X0, [X1]; HVC. STR X0, [X1]; HVC. */
static const uint32_t load[] = {0xf940'0020, 0xd400'0842}, store[] = {0xf900'0020, 0xd400'0842};

/* The tables number `n` of the VM lead from VA to `gpa`. */
static uint64_t make_tables(const struct vm *vm, uint64_t n, uint64_t gpa)
{
    const uint64_t at = TABLES + n * 3 * PAGE_SIZE;
    const uint64_t tables[][3] = {
        /* where, index, descriptor */
        {at, 1, GPA_RAM | ATTRIBUTES | BLOCK},
        {at, 0, (GPA_RAM + at + PAGE_SIZE) | TABLE},
        {at + PAGE_SIZE, VA >> 21 & 511, (GPA_RAM + at + 2 * PAGE_SIZE) | TABLE},
        {at + 2 * PAGE_SIZE, VA >> 12 & 511, gpa | ATTRIBUTES | NOT_GLOBAL | TABLE},
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        *vm_word(vm, tables[i][0] + 8 * tables[i][1]) = tables[i][2];
    vm_clean(vm, at, 3 * PAGE_SIZE);
    return GPA_RAM + at;
}

static void mmu_on(struct vcpu *v, uint64_t tables, uint64_t asid)
{
    v->state.ttbr0_el1 = tables | asid << ASID_SHIFT;
    v->state.tcr_el1 = TCR;
    v->state.mair_el1 = MAIR;
    v->state.sctlr_el1 = SCTLR;
    v->reply |= MTD_EL1_TTBR | MTD_EL1_TCR | MTD_EL1_MAIR | MTD_EL1_SCTLR;
}

static unsigned touch(struct vcpu *v, const uint32_t code[2], uint64_t va)
{
    vcpu_load(v, code, sizeof load);
    vcpu_set_x(v, 1, va);
    return vcpu_run(v);
}

static void expect_value(struct vcpu *v, uint64_t value)
{
    EXPECT_EQ(EVENT_HVC64, touch(v, load, VA));
    EXPECT_EQ(value, v->state.x[0]);
}

/* Frames with a number each. */
static uint64_t numbered_frames(uint64_t count, uint64_t first)
{
    const uint64_t phys = take_frames(count);
    for (uint64_t i = 0; i < count; i++)
        *(uint64_t *)frames_view(phys + i * PAGE_SIZE) = first + i;
    return phys;
}

TEST(stage1, an_abort_has_the_guests_address_and_the_page)
{
    const struct vm vm = new_vm();
    const uint64_t frame = numbered_frames(1, 7);
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    mmu_on(v, make_tables(&vm, 0, GPA_PAGE), 1);
    EXPECT_EQ(EVENT_DABORT_LOWER, touch(v, load, VA + 0x128)); /* nothing there */
    EXPECT_EQ(VA + 0x128, v->state.far_el2);
    EXPECT_EQ(GPA_PAGE >> 8, v->state.hpfar_el2);
    MUST(gst_map(vm.gst, frame, GPA_PAGE, 1, PERM_MEM_R, MAD_MEMORY));
    expect_value(v, 7);
    EXPECT_EQ(EVENT_DABORT_LOWER, touch(v, store, VA + 0x138)); /* not writable */
    EXPECT_EQ(VA + 0x138, v->state.far_el2);
    EXPECT_EQ(GPA_PAGE >> 8, v->state.hpfar_el2);
    v->state.elr_el2 = VA + 0x148; /* not executable */
    v->reply |= MTD_EL2_ELR_SPSR;
    EXPECT_EQ(EVENT_IABORT_LOWER, vcpu_run(v));
    EXPECT_EQ(VA + 0x148, v->state.far_el2);
    EXPECT_EQ(GPA_PAGE >> 8, v->state.hpfar_el2);
}

TEST(stage1, what_the_guest_does_not_map_is_its_own_affair)
{
    const struct vm vm = new_vm();
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    mmu_on(v, make_tables(&vm, 0, GPA_PAGE), 1);
    EXPECT_EQ(EVENT_HVC64, touch(v, load, VA + PAGE_SIZE));
    EXPECT_EQ(HVC_VECTOR + VECTOR_SYNC, v->state.esr_el2 & 0xffff);
    EXPECT_EQ(EVENT_DABORT_SAME, esr_class(v->state.esr_el1));
    EXPECT_EQ(VA + PAGE_SIZE, v->state.far_el1);
}

/* The same address and ASID, on one CPU, by turns. */
static void check_turns(struct vcpu *a, struct vcpu *b, uint64_t of_a, uint64_t of_b)
{
    for (int i = 0; i < 20; i++) {
        expect_value(a, of_a);
        expect_value(b, of_b);
        if (i % 3 == 0)
            expect_value(b, of_b);
    }
}

TEST(stage1, virtual_cpus_of_one_vm_may_use_an_asid_differently)
{
    const struct vm vm = new_vm();
    const uint64_t frames = numbered_frames(2, 100);
    MUST(gst_map(vm.gst, frames, GPA_PAGE, 2, PERM_MEM_R, MAD_MEMORY));
    struct vcpu *const a = new_vcpu(&vm, cpu_here()), *const b = new_vcpu(&vm, cpu_here());
    mmu_on(a, make_tables(&vm, 0, GPA_PAGE), 1);
    mmu_on(b, make_tables(&vm, 1, GPA_PAGE + PAGE_SIZE), 1);
    check_turns(a, b, 100, 101);
}

TEST(stage1, vms_may_use_the_same_addresses_and_asids)
{
    const struct vm a_vm = new_child_vm(), b_vm = new_child_vm();
    const uint64_t frames = numbered_frames(2, 200);
    for (int where = 0; where < 2; where++) {
        const uint16_t cpu = where == 0 ? cpu_here() : cpu_there();
        MUST(gst_map(a_vm.gst, frames, GPA_PAGE, 1, PERM_MEM_R, MAD_MEMORY));
        MUST(gst_map(b_vm.gst, frames + PAGE_SIZE, GPA_PAGE, 1, PERM_MEM_R, MAD_MEMORY));
        struct vcpu *const a = new_vcpu(&a_vm, cpu), *const b = new_vcpu(&b_vm, cpu);
        mmu_on(a, make_tables(&a_vm, 0, GPA_PAGE), 1);
        mmu_on(b, make_tables(&b_vm, 0, GPA_PAGE), 1);
        check_turns(a, b, 200, 201);
    }
}

/* One with its MMU on, one with it off: VA is an address of the guest's memory to the second. */
TEST(stage1, a_guest_without_mmu_does_not_see_the_others_tables)
{
    const struct vm vm = new_vm();
    const uint64_t frames = numbered_frames(2, 300);
    MUST(gst_map(vm.gst, frames, GPA_PAGE, 1, PERM_MEM_R, MAD_MEMORY));
    MUST(gst_map(vm.gst, frames + PAGE_SIZE, VA, 1, PERM_MEM_R, MAD_MEMORY));
    struct vcpu *const a = new_vcpu(&vm, cpu_here()), *const b = new_vcpu(&vm, cpu_here());
    mmu_on(a, make_tables(&vm, 0, GPA_PAGE), 0);
    check_turns(a, b, 300, 301);
}

/* The last page of a combined translation: gone from stage 2, gone at once. */
TEST(stage1, revocation_reaches_combined_translations)
{
    const struct vm vm = new_vm();
    const uint64_t frame = numbered_frames(1, 400);
    struct vcpu *const v = new_vcpu(&vm, cpu_there());
    mmu_on(v, make_tables(&vm, 0, GPA_PAGE), 1);
    for (int i = 0; i < 20; i++) {
        MUST(gst_map(vm.gst, frame, GPA_PAGE, 1, PERM_MEM_R, MAD_MEMORY));
        expect_value(v, 400);
        MUST(gst_map(vm.gst, 0, GPA_PAGE, 1, PERM_NONE, MAD_MEMORY));
        EXPECT_EQ(EVENT_DABORT_LOWER, touch(v, load, VA));
    }
}

/* What a guest changes in its tables and invalidates, it sees changed. */
TEST(stage1, a_guest_invalidates_its_own_translations)
{
    static const uint32_t exchange[] = {
        0xf900'0062,                           /* STR X2, [X3]: the descriptor */
        0xd503'3f9f,                           /* DSB SY */
        0xd508'871f,                           /* TLBI VMALLE1 */
        0xd503'3f9f, 0xd503'3fdf, 0xf940'0020, /* LDR X0, [X1] */
        0xd400'0842,
    };
    const struct vm vm = new_vm();
    const uint64_t frames = numbered_frames(2, 500);
    MUST(gst_map(vm.gst, frames, GPA_PAGE, 2, PERM_MEM_R, MAD_MEMORY));
    struct vcpu *const v = new_vcpu(&vm, cpu_here());
    mmu_on(v, make_tables(&vm, 0, GPA_PAGE), 1);
    expect_value(v, 500);
    for (uint64_t i = 1; i < 10; i++) {
        vcpu_load(v, exchange, sizeof exchange);
        vcpu_set_x(v, 1, VA);
        vcpu_set_x(v, 2, (GPA_PAGE + i % 2 * PAGE_SIZE) | ATTRIBUTES | NOT_GLOBAL | TABLE);
        vcpu_set_x(v, 3, GPA_RAM + TABLES + 2 * PAGE_SIZE + 8 * (VA >> 12 & 511));
        EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
        EXPECT_EQ(500 + i % 2, v->state.x[0]);
    }
}

static bool try_again(struct vcpu *v)
{
    return ++v->rounds == v->step_arg;
}

/*
 * The kernel may have the CPU walk the guest's tables to find the page of an abort. Another virtual CPU makes
 * them lead to where no memory answers, and back, all the time: that walk fails, and only the guest has to care.
 */
TEST(stage1, tables_may_lead_nowhere_while_an_abort_is_looked_at)
{
    enum : uint64_t { NOWHERE = 0x0b00'0000, GPA_NOWHERE = 0x9000'0000, OTHER = PROGRAM + 0x100 };
    static const uint32_t store_again[] = {0xf900'0020, 0x17ff'ffff}; /* STR X0, [X1]; B */
    static const uint32_t exchange[] = {0xf900'0062, 0xf900'0064,
                                        0x17ff'fffe}; /* STR X2, [X3]; X4 */
    if (cpu_here() == cpu_there())
        return;
    const struct vm vm = new_vm();
    MUST(gst_map(vm.gst, numbered_frames(1, 0), GPA_PAGE, 1, PERM_MEM_R, MAD_MEMORY));
    MUST(gst_map(vm.gst, NOWHERE, GPA_NOWHERE, 1, PERM_MEM_R, MAD_MEMORY));
    struct vcpu *const writer = new_vcpu(&vm, cpu_there()), *const v = new_vcpu(&vm, cpu_here());
    const uint64_t tables = make_tables(&vm, 0, GPA_PAGE);

    vm_write(&vm, OTHER, exchange, sizeof exchange);
    vcpu_go_to(writer, OTHER, SPSR_EL1H | SPSR_MASKED);
    vcpu_set_x(writer, 2, (tables + PAGE_SIZE) | TABLE);
    vcpu_set_x(writer, 3, tables);
    vcpu_set_x(writer, 4, GPA_NOWHERE | TABLE);
    vcpu_resume(writer);

    mmu_on(v, tables, 1);
    vcpu_load(v, store_again, sizeof store_again);
    vcpu_set_x(v, 1, VA);
    v->step = try_again;
    v->step_arg = 1'000;
    const unsigned event = vcpu_run(v);
    EXPECT(event == EVENT_DABORT_LOWER || event == EVENT_HVC64);
}

static const struct tap_test tests[] = {
    TAP_TEST(stage1, an_abort_has_the_guests_address_and_the_page),
    TAP_TEST(stage1, what_the_guest_does_not_map_is_its_own_affair),
    TAP_TEST(stage1, virtual_cpus_of_one_vm_may_use_an_asid_differently),
    TAP_TEST(stage1, vms_may_use_the_same_addresses_and_asids),
    TAP_TEST(stage1, a_guest_without_mmu_does_not_see_the_others_tables),
    TAP_TEST(stage1, revocation_reaches_combined_translations),
    TAP_TEST(stage1, a_guest_invalidates_its_own_translations),
    TAP_TEST(stage1, tables_may_lead_nowhere_while_an_abort_is_looked_at),
};
const struct tap_suite stage1_suite = GUEST_SUITE(tests);
