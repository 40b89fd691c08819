/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest-physical memory: what a guest must not see any longer, or not yet, or not at all. */
#include "tests/guest/guest.h"

/* A page beside the RAM, so that a new guest space does not have it. */
enum : uint64_t { GPA_PAGE = 0x5000'0000 };

static void map_page(sel_t gst, uint64_t phys, uint8_t perm)
{
    MUST(gst_map(gst, phys, GPA_PAGE, 1, perm, MAD_MEMORY));
}

/* Have v load a word from GPA_PAGE: what it raises. */
static unsigned look(struct vcpu *v)
{
    vcpu_set_x(v, 1, GPA_PAGE);
    vcpu_go_to(v, PROGRAM, SPSR_EL1H | SPSR_MASKED);
    return vcpu_run(v);
}

static struct vcpu *looker(const struct vm *vm, uint16_t cpu)
{
    struct vcpu *const v = new_vcpu(vm, cpu);
    vcpu_load(v, CODE(load));
    EXPECT_EQ(EVENT_DABORT_LOWER, look(v));
    return v;
}

TEST(memory, appears_and_disappears_at_once)
{
    const struct vm vm = new_vm();
    const uint64_t page[] = {take_frames(1), take_frames(1)};
    *(uint64_t *)frames_view(page[0]) = 10;
    *(uint64_t *)frames_view(page[1]) = 11;
    for (int where = 0; where < 2; where++) {
        struct vcpu *const v = looker(&vm, where == 0 ? cpu_here() : cpu_there());
        for (size_t i = 0; i < 20; i++) {
            map_page(vm.gst, page[i % 2], PERM_MEM_ALL);
            EXPECT_EQ(EVENT_HVC64, look(v));
            EXPECT_EQ(10 + i % 2, v->state.x[0]);
            if (i % 3 != 0)
                continue; /* the next one is exchanged for it */
            map_page(vm.gst, 0, PERM_NONE);
            EXPECT_EQ(EVENT_DABORT_LOWER, look(v));
            EXPECT_EQ(GPA_PAGE >> 8, v->state.hpfar_el2);
        }
        map_page(vm.gst, 0, PERM_NONE);
    }
}

/* The page on which a guest counts is taken away: when the call returns, it has counted for the last time. */
static void take_away(uint16_t cpu, uint8_t left)
{
    const struct vm vm = new_vm();
    const uint64_t page = take_frames(1);
    _Atomic uint64_t *const count = (_Atomic uint64_t *)frames_view(page);
    struct vcpu *const v = new_vcpu(&vm, cpu);
    vcpu_load(v, CODE(count));
    vcpu_set_x(v, 0, GPA_PAGE);
    for (int i = 0; i < 50; i++) {
        map_page(vm.gst, page, PERM_MEM_R | PERM_MEM_W);
        atomic_store(count, 0);
        vcpu_resume(v);
        EXPECT(wait_until(count, 100));
        map_page(vm.gst, page, left);
        const uint64_t at_return = atomic_load(count);
        EXPECT_EQ(EVENT_DABORT_LOWER, vcpu_wait(v));
        EXPECT_EQ(at_return, atomic_load(count));
    }
}

TEST(memory, revocation_is_complete_when_the_call_returns)
{
    take_away(cpu_there(), PERM_NONE);
    guest_after();
    take_away(cpu_here(), PERM_NONE);
}

TEST(memory, restriction_is_complete_when_the_call_returns)
{
    take_away(cpu_there(), PERM_MEM_R);
}

/* The same page again and again, with other attributes and frames, is no abort for who uses it. */
TEST(memory, an_exchange_is_not_seen_as_an_abort)
{
    const struct vm vm = new_vm();
    const uint64_t page[] = {take_frames(1), take_frames(1)};
    struct vcpu *const v = new_vcpu(&vm, cpu_there());
    map_page(vm.gst, page[0], PERM_MEM_R | PERM_MEM_W);
    vcpu_load(v, CODE(count));
    vcpu_set_x(v, 0, GPA_PAGE);
    vcpu_resume(v);
    for (uint64_t i = 0; i < 2000; i++)
        map_page(vm.gst, page[i % 2], PERM_MEM_R | PERM_MEM_W);
    MUST(hc_ctrl_ec(v->ec, CTRL_EC_STRONG));
    EXPECT_EQ(EVENT_RECALL, vcpu_wait(v)); /* the first event */
}

/* ---- VMIDs ---- */

/* Spaces that are alive at once; with 8 bits there are not so many VMIDs. */
enum : size_t { MANY = 300 };

/* A space with the program of `vm` at its place, and `page`. */
static sel_t small_space(const struct vm *vm, uint64_t page)
{
    const sel_t gst = sel_alloc(0);
    MUST(hc_create_pd(gst, CREATE_PD_GST, vm->pd));
    MUST(gst_map(gst, vm->phys + PROGRAM, GPA_RAM + PROGRAM, 1, PERM_MEM_ALL, MAD_MEMORY));
    map_page(gst, page, page == 0 ? PERM_NONE : PERM_MEM_R);
    return gst;
}

static unsigned look_into(struct vcpu *v, sel_t gst)
{
    v->state.sel_gst = gst;
    v->reply |= MTD_SPACES;
    return look(v);
}

TEST(memory, more_spaces_than_vmids_stay_apart)
{
    static sel_t gst[MANY];
    const struct vm vm = new_vm();
    const uint64_t pages = take_frames(MANY);
    struct vcpu *const v = looker(&vm, cpu_here());
    for (size_t i = 0; i < MANY; i++) {
        *(uint64_t *)frames_view(pages + i * PAGE_SIZE) = 1000 + i;
        gst[i] = small_space(&vm, pages + i * PAGE_SIZE);
    }
    uint64_t seed = 3;
    for (size_t n = 0; n < 3 * MANY; n++) {
        const size_t i = n < MANY ? n : random_next(&seed) % MANY;
        EXPECT_EQ(EVENT_HVC64, look_into(v, gst[i]));
        EXPECT_EQ(1000 + i, v->state.x[0]);
    }
    /* Two of them in turn, and one without the page. */
    map_page(gst[MANY - 1], 0, PERM_NONE);
    for (int n = 0; n < 10; n++) {
        EXPECT_EQ(EVENT_HVC64, look_into(v, gst[MANY - 2]));
        EXPECT_EQ(EVENT_DABORT_LOWER, look_into(v, gst[MANY - 1]));
        EXPECT_EQ(EVENT_HVC64, look_into(v, gst[0]));
    }
}

/* The VMID of a space that is gone is used again; what its TLB entries said must not be. */
TEST(memory, a_vmid_comes_back_clean)
{
    const struct vm vm = new_vm();
    const uint64_t page = take_frames(1);
    for (int where = 0; where < 2; where++) {
        struct vcpu *const v = looker(&vm, where == 0 ? cpu_here() : cpu_there());
        for (size_t i = 0; i < MANY; i++) {
            const sel_t full = small_space(&vm, page);
            EXPECT_EQ(EVENT_HVC64, look_into(v, full));
            const sel_t empty = small_space(&vm, 0);
            EXPECT_EQ(EVENT_DABORT_LOWER, look_into(v, empty));
            revoke(full);
            revoke(empty);
        }
    }
}

/* ---- Caches ---- */

static const struct {
    const char *name;
    struct sysreg op;
} by_va[] = {
    {"DC IVAC", {1, 0, 7, 6, 1}},   {"DC CVAC", {1, 3, 7, 10, 1}}, {"DC CVAU", {1, 3, 7, 11, 1}},
    {"DC CIVAC", {1, 3, 7, 14, 1}}, {"IC IVAU", {1, 3, 7, 5, 1}},  {"DC ZVA", {1, 3, 7, 4, 1}},
};

/* Cache maintenance where no frame is: nothing, or an abort; and it goes on once there is one. */
TEST(memory, caches_of_frames_that_are_not_there)
{
    const struct vm vm = new_vm();
    const uint64_t page = take_frames(1);
    struct vcpu *const v = looker(&vm, cpu_here());
    for (size_t i = 0; i < sizeof by_va / sizeof *by_va; i++) {
        const uint32_t code[] = {code_msr(by_va[i].op, 1), 0xd400'0002};
        vcpu_load(v, code, sizeof code);
        if (look(v) != EVENT_HVC64) {
            EXPECT_EQ(EVENT_DABORT_LOWER, v->event);
            EXPECT_EQ(GPA_PAGE, v->state.far_el2);
            EXPECT_EQ(GPA_PAGE >> 8, v->state.hpfar_el2);
            EXPECT_EQ(GPA_RAM + PROGRAM, v->state.elr_el2);
            map_page(vm.gst, page, PERM_MEM_R | PERM_MEM_W);
            EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
            map_page(vm.gst, 0, PERM_NONE);
        }
        EXPECT_EQ(GPA_RAM + PROGRAM + 8, v->state.elr_el2);
    }
}

/* A guest cleans and invalidates what it may only read, or writes it: others' bytes stay. */
TEST(memory, caches_of_frames_that_are_read_only)
{
    const struct vm vm = new_vm();
    const uint64_t page = take_frames(1);
    struct vcpu *const v = looker(&vm, cpu_here());
    map_page(vm.gst, page, PERM_MEM_R);
    for (size_t i = 0; i < sizeof by_va / sizeof *by_va; i++) {
        const uint32_t code[] = {code_msr(by_va[i].op, 1), 0xd400'0002};
        *(uint64_t *)frames_view(page) = 77;
        vcpu_load(v, code, sizeof code);
        const unsigned event = look(v);
        EXPECT(event == EVENT_HVC64 || event == EVENT_DABORT_LOWER);
        EXPECT_EQ(77, *(uint64_t *)frames_view(page));
    }
}

/* ---- What a VM takes, it gives back ---- */

static void live_and_die(uint16_t cpu)
{
    const struct vm vm = new_child_vm();
    struct vcpu *v[3];
    for (size_t i = 0; i < 3; i++) {
        v[i] = new_vcpu_plan(&vm, &(struct vcpu_plan){.cpu = cpu, .flags = CREATE_EC_FPU});
        vcpu_load(v[i], CODE(fpu));
        vcpu_set_x(v[i], 0, GPA_RAM + DATA);
        vcpu_set_x(v[i], 1, GPA_RAM + DATA);
        EXPECT_EQ(EVENT_HVC64, vcpu_run(v[i]));
    }
    vcpu_go_to(v[0], PROGRAM, SPSR_EL1H | SPSR_MASKED);
    v[1]->reply = MTD_POISON; /* one dead, one that waits, and one that runs when its time comes */
    vcpu_resume(v[1]);
    vcpu_load(v[2], CODE(count));
    vcpu_resume(v[2]);
}

TEST(memory, of_a_vm_comes_back)
{
    live_and_die(cpu_here());
    guest_after();
    live_and_die(cpu_there());
    guest_after();
    const uint64_t before = kernel_pages();
    for (int i = 0; i < 30; i++) {
        live_and_die(i % 2 == 0 ? cpu_here() : cpu_there());
        guest_after();
    }
    expect_kernel_pages(before);
}

static const struct tap_test tests[] = {
    TAP_TEST(memory, appears_and_disappears_at_once),
    TAP_TEST(memory, revocation_is_complete_when_the_call_returns),
    TAP_TEST(memory, restriction_is_complete_when_the_call_returns),
    TAP_TEST(memory, an_exchange_is_not_seen_as_an_abort),
    TAP_TEST(memory, more_spaces_than_vmids_stay_apart),
    TAP_TEST(memory, a_vmid_comes_back_clean),
    TAP_TEST(memory, caches_of_frames_that_are_not_there),
    TAP_TEST(memory, caches_of_frames_that_are_read_only),
    TAP_TEST(memory, of_a_vm_comes_back),
};
const struct tap_suite memory_suite = GUEST_SUITE(tests);
