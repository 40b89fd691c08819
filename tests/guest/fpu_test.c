/* SPDX-License-Identifier: GPL-2.0-only */
/* Vector registers: each virtual CPU and each thread has its own, and starts with zeros. */
#include "kernel/base/string.h"
#include "tests/guest/guest.h"

enum : size_t { GUESTS = 8, THREADS = 3, WORDS = 64, ROUNDS = 30 };

/* In RAM: what is loaded, and what is stored. */
enum : uint64_t { LOADED = DATA, STORED = DATA + 0x1000 };

/* [X1] gets what is there; FPU on first. */
static void load_store_only(struct vcpu *v, const struct vm *vm)
{
    static const uint32_t start[] = {
        0xd2a0'0602, /* MOV X2, #3 << 20 */
        0xd518'1042,
        0xd503'3fdf,
    };
    /* The second half of `fpu`: begin at its first HVC. */
    vm_write(vm, PROGRAM, start, sizeof start);
    const uint32_t *const code = (const uint32_t *)(uint64_t)guest_fpu;
    size_t i = 0;
    while (code[i] != 0xd400'0842)
        i++;
    vm_write(vm, PROGRAM + sizeof start, code + i, (size_t)(guest_fpu_end - guest_fpu) - 4 * i);
    vcpu_set_x(v, 0, GPA_RAM + LOADED);
    vcpu_set_x(v, 1, GPA_RAM + STORED);
}

TEST(fpu, starts_with_zeros)
{
    const struct vm dirty = new_vm(), vm = new_vm();
    struct vcpu *const d =
        new_vcpu_plan(&dirty, &(struct vcpu_plan){.cpu = cpu_here(), .flags = CREATE_EC_FPU});
    vcpu_load(d, CODE(fpu));
    vcpu_set_x(d, 0, GPA_RAM + LOADED);
    vcpu_set_x(d, 1, GPA_RAM + STORED);
    for (uint64_t i = 0; i < WORDS; i++)
        *vm_word(&dirty, LOADED + 8 * i) = ~i;
    EXPECT_EQ(EVENT_HVC64, vcpu_run(d));

    struct vcpu *const v =
        new_vcpu_plan(&vm, &(struct vcpu_plan){.cpu = cpu_here(), .flags = CREATE_EC_FPU});
    load_store_only(v, &vm);
    memset(vm_word(&vm, STORED), 0x55, WORDS * 8);
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(EVENT_HVC64, vcpu_run(v));
    EXPECT_EQ(0x43, v->state.esr_el2 & 0xffff);
    for (uint64_t i = 0; i < WORDS; i++)
        EXPECT_EQ(0, *vm_word(&vm, STORED + 8 * i));
}

/* ---- Many at once ---- */

static uint64_t seeds[GUESTS];
static _Atomic uint64_t wrong;
static sel_t all_done;

/* In the handler: new patterns; when they have been stored again, look. */
static bool step_patterns(struct vcpu *v)
{
    uint64_t *const loaded = vm_word(v->vm, LOADED), *const stored = vm_word(v->vm, STORED);
    if (v->event == EVENT_RECALL)
        return false;
    if (v->event != EVENT_HVC64)
        return true;
    if ((v->state.esr_el2 & 0xffff) != 0x43)
        return false; /* loaded: others may run now */
    for (size_t i = 0; i < WORDS; i++) {
        if (loaded[i] != stored[i])
            atomic_fetch_add(&wrong, 1);
        loaded[i] = random_next(&seeds[v->step_arg]);
    }
    if (++v->rounds < ROUNDS)
        return false;
    up(all_done);
    return true;
}

static void keep_pattern(uint64_t me)
{
    typedef uint64_t vector __attribute__((vector_size(16)));
    uint64_t seed = 1000 + me;
    for (size_t round = 0; round < ROUNDS; round++) {
        vector v[8], again[8];
        for (size_t i = 0; i < 8; i++)
            v[i] = (vector){random_next(&seed), random_next(&seed)};
        /* Into the upper registers, across a switch of threads, and out again. */
        __asm__ volatile("ldp q16, q17, [%0]\n ldp q18, q19, [%0, #32]\n"
                         "ldp q20, q21, [%0, #64]\n ldp q22, q23, [%0, #96]"
                         :
                         : "r"(v)
                         : "memory", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23");
        register uint64_t x0 __asm__("x0") = hc_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, all_done + 1);
        register uint64_t x1 __asm__("x1") = 1; /* long ago: gives way */
        __asm__ volatile("svc #0\n"
                         "stp q16, q17, [%2]\n stp q18, q19, [%2, #32]\n"
                         "stp q20, q21, [%2, #64]\n stp q22, q23, [%2, #96]"
                         : "+r"(x0), "+r"(x1)
                         : "r"(again)
                         : "memory", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23");
        for (size_t i = 0; i < 8; i++)
            if (v[i][0] != again[i][0] || v[i][1] != again[i][1])
                atomic_fetch_add(&wrong, 1);
    }
    up(all_done);
}

static void check_patterns(uint16_t cpu)
{
    all_done = sel_alloc(1);
    MUST(hc_create_sm(all_done, SEL_ROOT_PD, 0));
    MUST(hc_create_sm(all_done + 1, SEL_ROOT_PD, 0));
    atomic_store(&wrong, 0);
    for (size_t i = 0; i < GUESTS; i++) {
        static struct vm vm[GUESTS];
        vm[i] = new_vm();
        seeds[i] = i + 1;
        struct vcpu *const v =
            new_vcpu_plan(&vm[i], &(struct vcpu_plan){.cpu = cpu, .flags = CREATE_EC_FPU});
        vcpu_load(v, CODE(fpu));
        vcpu_set_x(v, 0, GPA_RAM + LOADED);
        vcpu_set_x(v, 1, GPA_RAM + STORED);
        v->step = step_patterns;
        v->step_arg = i;
        vcpu_resume(v);
    }
    for (size_t i = 0; i < THREADS; i++)
        new_global(cpu, MID, keep_pattern, i);
    for (size_t i = 0; i < GUESTS + THREADS; i++)
        EXPECT(down(all_done));
    EXPECT_EQ(0, atomic_load(&wrong));
}

TEST(fpu, patterns_of_guests_and_threads_stay_apart)
{
    check_patterns(cpu_here());
    guest_after();
    check_patterns(cpu_there());
}

static const struct tap_test tests[] = {
    TAP_TEST(fpu, starts_with_zeros),
    TAP_TEST(fpu, patterns_of_guests_and_threads_stay_apart),
};
const struct tap_suite fpu_suite = GUEST_SUITE(tests);
