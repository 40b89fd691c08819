/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMMs that reply nonsense: random values in every field of the UTCB, random bits in the MTD, for guests
 * that run random instructions. Seeds are fixed. Two VMs share each CPU with a thread; a virtual CPU that
 * its reply has killed is replaced. The host stays as it is: threads go on with their registers, memory is
 * what it was, and all of the kernel's is back in the end.
 */
#include "kernel/base/string.h"
#include "tests/conformance/start.h"
#include "tests/guest/fuzz.h"
#include "tests/guest/vgic.h"
#include "user/lib/console.h"
#include "user/lib/main.h"
#include "user/lib/power.h"

enum : size_t { CPUS_MAX = 4, PER_CPU = 2 };
enum : uint64_t { ROUND_US = 200 };

/* Pages of a guest's RAM that a reply may send it to, behind the vectors. */
enum : uint64_t { PAGE_CALLS = 1, PAGE_CALLS_32, PAGE_ENDS, PAGE_NOISE, PAGES = 16 };

static struct vm vms[CPUS_MAX * PER_CPU];
static struct vcpu *vcpu[CPUS_MAX * PER_CPU];
static uint64_t seeds[CPUS_MAX * PER_CPU];
static _Atomic uint64_t replies, bad_views, bad_threads, ticks[CPUS_MAX], stop;
static _Atomic uint64_t first_view;
static uint16_t cpus;
static sel_t ended;

/* ---- What the kernel tells ---- */

/* Arm ARM, HCR_EL2: bits that the interface forces on each CPU. */
enum : uint64_t {
    ALWAYS = 0x7d'663f,
    NEVER = 1ull << 56 | 1ull << 53 | 1ull << 47 | 1ull << 45 | 1ull << 43 | 1ull << 42 |
            1ull << 40 | 1ull << 34 | 1ull << 33 | 1ull << 32 | 1ull << 27 | 1ull << 12,
};
enum : uint32_t { MODES_64 = 0x0001'0031, MODES_32 = 0x888f'0000 };
enum : uint64_t { WITH_FAR = 1ull << 0x20 | 1ull << 0x22 | 1ull << 0x24 | 1ull << 0x34 };
enum : uint64_t { WITH_HPFAR = 1ull << 0x20 | 1ull << 0x24 };

static unsigned view_fault(const struct vcpu *v)
{
    const struct utcb_arch *const s = &v->state;
    const bool is_arch = v->event < EVENTS_ARCH;
    if ((s->hcr_el2 & NEVER) != 0 || (s->hcr_el2 & ALWAYS) != ALWAYS)
        return __LINE__;
    if (!((s->hcr_el2 & HCR_RW ? MODES_64 : MODES_32) >> (s->spsr_el2 & SPSR_MODE) & 1))
        return __LINE__;
    if (is_arch ? esr_class(s->esr_el2) != v->event : s->esr_el2 != (uint64_t)v->event << 26)
        return __LINE__;
    if (s->far_el2 != 0 && !(is_arch && WITH_FAR >> v->event & 1))
        return __LINE__;
    if (s->hpfar_el2 != 0 && !(is_arch && WITH_HPFAR >> v->event & 1))
        return __LINE__;
    if ((s->cntv_ctl_el0 & ~7ull) != 0 || s->elrsr > 0xffff)
        return __LINE__;
    return 0;
}

/* ---- What the VMMs reply ---- */

static uint64_t value(uint64_t *seed)
{
    const uint64_t kind = random_next(seed), value = random_next(seed);
    switch (kind >> 32 & 7) {
    case 0:
        return 0;
    case 1:
        return ~0ull;
    case 2:
        return 1ull << (value & 63);
    case 3:
        return value & 0xff;
    case 4:
        return GPA_RAM | (value & (RAM_SIZE - 8));
    case 5:
        return 0xfffull << (value & 51);
    default:
        return value;
    }
}

/* One in `n`. */
static bool sometimes(uint64_t *seed, uint64_t n)
{
    return (random_next(seed) >> 32) % n == 0;
}

static uint64_t list_register(uint64_t *seed)
{
    const uint64_t r = random_next(seed);
    return (r & (LR_STATE | LR_HW | LR_GROUP_1 | LR_PRIORITY)) | (r >> 8 & 0x7f) |
           (r >> 16 & 0x7f) << LR_PINTID_SHIFT;
}

static void fill(struct utcb_arch *s, uint64_t *seed)
{
    uint64_t *const words = (uint64_t *)s;
    for (size_t i = 0; i < sizeof *s / 8; i++)
        words[i] = value(seed);
    for (size_t i = 0; i < 16; i++)
        if (random_next(seed) & 1 << 20)
            s->lr[i] = list_register(seed);
}

/* Mostly something that it survives, and that soon leads to the next reply. */
static void tame(struct vcpu *v, uint64_t *seed)
{
    static const uint8_t modes_64[] = {0x05, 0x05, 0x04, 0x00, 0x10, 0x05, 0x05, 0x00};
    static const uint8_t modes_32[] = {0x10, 0x11, 0x12, 0x13, 0x17, 0x1b, 0x1f, 0x13};
    struct utcb_arch *const s = &v->state;
    const uint64_t r = random_next(seed);
    const bool is_64 = !has_aarch32() || (r & 3 << 8) != 0;
    const uint64_t calls = is_64 ? PAGE_CALLS : PAGE_CALLS_32;
    if (!sometimes(seed, 512)) {
        const uint8_t mode = (is_64 ? modes_64 : modes_32)[r >> 16 & 7];
        s->hcr_el2 = is_64 ? s->hcr_el2 | HCR_RW : s->hcr_el2 & ~HCR_RW;
        s->spsr_el2 = (s->spsr_el2 & ~SPSR_MODE) | mode;
        if (v->reply & (MTD_EL2_HCR | MTD_EL2_ELR_SPSR))
            v->reply |= MTD_EL2_HCR | MTD_EL2_ELR_SPSR;
    }
    if (!sometimes(seed, 32))
        s->elr_el2 =
            GPA_RAM + (r & 1 << 20 ? calls : (r >> 24) % PAGES) * PAGE_SIZE + (r >> 32 & 0xffc);
    s->hcrx_el2 &= ~0x1c0ull; /* virtual NMIs: QEMU 10 exits when one is taken to AArch32 */
    if (!sometimes(seed, 32))
        s->sctlr_el1 &= ~(1ull | 1ull << 25); /* MMU, other byte order */
    if (!sometimes(seed, 32))
        s->vbar_el1 = GPA_RAM + calls * PAGE_SIZE;
    if (!sometimes(seed, 256))
        s->sel_gst = vms[v->step_arg].gst;
    if (!sometimes(seed, 256))
        v->reply &= ~MTD_POISON;
}

static bool step_fuzz(struct vcpu *v)
{
    uint64_t *const seed = &seeds[v->step_arg];
    const unsigned fault = view_fault(v);
    if (fault != 0 && atomic_fetch_add(&bad_views, 1) == 0)
        atomic_store(&first_view, (uint64_t)fault << 32 | v->event);
    fill(&v->state, seed);
    v->reply = (uint32_t)random_next(seed);
    if (sometimes(seed, 4))
        v->reply |= MTD_EL2_ELR_SPSR | MTD_EL2_HCR | MTD_GIC;
    tame(v, seed);
    atomic_fetch_add(&replies, 1);
    return false;
}

/* ---- Guests ---- */

/* Ends and deactivates interrupts 0 to 127, whatever they are. */
static size_t make_ends(uint32_t *code, bool is_gicv3)
{
    static const uint32_t gicv3[] = {0xd538'cc00, 0xd518'cc20, 0xd518'cb20}; /* IAR1, EOIR1, DIR */
    static const uint32_t gicv2[] = {0xb940'0d20, 0xb900'1120, 0xb910'0120}; /* of [X9] */
    size_t n = 0;
    code[n++] = 0xd2a1'0029; /* MOV X9, #GPA_GICC: 0x0801 << 16 */
    for (uint32_t id = 0; id < 128; id++) {
        code[n++] = 0xd280'0000 | id << 5; /* MOV X0, #id */
        for (size_t i = id % 8 == 0 ? 0 : 1; i < 3; i++)
            code[n++] = is_gicv3 ? gicv3[i] : gicv2[i];
    }
    return n;
}

static void make_guest(size_t i)
{
    static uint32_t page[PAGE_SIZE / 4];
    uint64_t seed = 1000 + i;
    vms[i] = new_child_vm();
    for (size_t n = 0; n < PAGE_SIZE / 4; n++)
        page[n] = 0xd400'0003 | (uint32_t)n << 5; /* SMC, which always traps */
    vm_write(&vms[i], PAGE_CALLS * PAGE_SIZE, page, PAGE_SIZE);
    for (size_t n = 0; n < PAGE_SIZE / 4; n++)
        page[n] = 0xe160'0070; /* the same in AArch32 */
    vm_write(&vms[i], PAGE_CALLS_32 * PAGE_SIZE, page, PAGE_SIZE);
    make_ends(page, has_gicv3());
    vm_write(&vms[i], PAGE_ENDS * PAGE_SIZE, page, PAGE_SIZE);
    for (uint64_t at = PAGE_NOISE; at < PAGES; at++) {
        for (size_t n = 0; n < PAGE_SIZE / 4; n++) {
            const uint32_t r = (uint32_t)random_next(&seed);
            page[n] =
                n % 4 == 0 ? (r & 0x003f'ffff) | 0xd500'0000 : r; /* many system instructions */
        }
        vm_write(&vms[i], at * PAGE_SIZE, page, PAGE_SIZE);
    }
    MUST(gst_map(vms[i].gst, 0, GPA_RAM + PAGES * PAGE_SIZE, RAM_SIZE / PAGE_SIZE - PAGES,
                 PERM_NONE, MAD_MEMORY));
    if (!has_gicv3())
        MUST(gst_map(vms[i].gst, GICV, GPA_GICC, 2, PERM_MEM_R | PERM_MEM_W, MAD_DEVICE));
}

/* ---- Threads of the host ---- */

static void work(uint64_t cpu)
{
    uint64_t seed = cpu + 1, last = stc_now();
    while (atomic_load(&stop) == 0) {
        uint64_t in[8], out[8], canary = random_next(&seed), seen;
        for (size_t i = 0; i < 8; i++)
            in[i] = random_next(&seed);
        __asm__ volatile("msr tpidr_el0, %0" : : "r"(canary));
        __asm__ volatile("ldp q20, q21, [%0]\n ldp q22, q23, [%0, #32]"
                         :
                         : "r"(in)
                         : "memory", "v20", "v21", "v22", "v23");
        register uint64_t x0 __asm__("x0") = hc_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, ended + 1);
        register uint64_t x1 __asm__("x1") = last + time_ticks(hip, 100);
        __asm__ volatile("svc #0\n stp q20, q21, [%2]\n stp q22, q23, [%2, #32]"
                         : "+r"(x0), "+r"(x1)
                         : "r"(out)
                         : "memory", "v20", "v21", "v22", "v23");
        __asm__ volatile("mrs %0, tpidr_el0" : "=r"(seen));
        const uint64_t now = stc_now();
        if ((x0 & 0xff) != TIMEOUT || seen != canary || now < last)
            atomic_fetch_add(&bad_threads, 1);
        for (size_t i = 0; i < 8; i++)
            if (in[i] != out[i])
                atomic_fetch_add(&bad_threads, 1);
        last = now;
        atomic_fetch_add(&ticks[cpu], 1);
    }
    up(ended);
}

/* ---- One generation of virtual CPUs ---- */

static void begin(uint64_t generation)
{
    ended = sel_alloc(1);
    MUST(hc_create_sm(ended, SEL_ROOT_PD, 0));
    MUST(hc_create_sm(ended + 1, SEL_ROOT_PD, 0));
    atomic_store(&stop, 0);
    for (uint16_t cpu = 0; cpu < cpus; cpu++) {
        atomic_store(&ticks[cpu], 0);
        new_global(cpu, MID, work, cpu);
    }
    for (size_t i = 0; i < cpus * PER_CPU; i++) {
        make_guest(i);
        seeds[i] = generation * 64 + i + 1;
        vcpu[i] =
            new_vcpu_plan(&vms[i], &(struct vcpu_plan){.cpu = (uint16_t)(i / PER_CPU),
                                                       .flags = i % 4 < 2 ? CREATE_EC_FPU : 0});
        vcpu[i]->step = step_fuzz;
        vcpu[i]->step_arg = i;
        vcpu_load(vcpu[i], CODE(hvc));
        vcpu_resume(vcpu[i]);
    }
}

/* Until all are dead, or have replied often enough. Who does not come by himself is recalled. */
static void run(uint64_t until)
{
    uint64_t idle = 0;
    while (idle < 3 && atomic_load(&replies) < until) {
        const uint64_t before = atomic_load(&replies);
        for (size_t i = 0; i < cpus * PER_CPU; i++)
            MUST(hc_ctrl_ec(vcpu[i]->ec, i % 2 == 0 ? CTRL_EC_STRONG : 0));
        nap(ROUND_US);
        idle = atomic_load(&replies) == before ? idle + 1 : 0;
    }
}

static void end(void)
{
    for (uint16_t cpu = 0; cpu < cpus; cpu++)
        EXPECT(wait_until(&ticks[cpu], 1));
    atomic_store(&stop, 1);
    for (uint16_t cpu = 0; cpu < cpus; cpu++)
        EXPECT(down(ended));
    guest_after();
}

TEST(fuzz, no_reply_of_a_vmm_hurts_the_host)
{
    cpus = hip->cpu_num < CPUS_MAX ? hip->cpu_num : CPUS_MAX;
    const struct vm scout = new_vm();
    (void)new_vcpu(&scout, cpu_here()); /* has_gicv3() and so on are known */
    guest_after();
    begin(0);
    run(cpus * PER_CPU);
    end();
    const uint64_t before = kernel_pages();
    uint64_t generation = 1;
    while (atomic_load(&replies) < fuzz_replies) {
        const uint64_t now = atomic_load(&replies);
        begin(generation++);
        run(now + fuzz_replies / 8 < fuzz_replies ? now + fuzz_replies / 8 : fuzz_replies);
        end();
    }
    expect_kernel_pages(before);
    print("# %lu replies, %lu generations\n", atomic_load(&replies), generation);
    EXPECT_EQ(0, atomic_load(&bad_threads));
    if (atomic_load(&bad_views) != 0)
        tap_fail(__FILE__, (unsigned)(atomic_load(&first_view) >> 32),
                 "%lu views are wrong, the first with event %#lx", atomic_load(&bad_views),
                 atomic_load(&first_view) & 0xffff'ffff);
}

static const struct tap_test tests[] = {
    TAP_TEST(fuzz, no_reply_of_a_vmm_hurts_the_host),
};

void user_main(const struct hip *page, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    static const struct tap_suite suite = GUEST_SUITE(tests);
    static const struct tap_suite *const suites[] = {&suite};

    conf_start(page, boot0, boot1);
    power_exit(tap_run(suites, sizeof suites / sizeof *suites) != 0);
}
