/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random arguments: on up to 4 CPUs threads of one child PD make a million hypercalls each, with numbers
 * that often name something. Nothing that they do may harm anybody else.
 */
#include <stdatomic.h>

#include "kernel/base/string.h"
#include "tests/conformance/conf.h"
#include "tests/conformance/start.h"
#include "tests/lib/meter.h"
#include "tests/lib/random.h"
#include "user/lib/main.h"
#include "user/lib/power.h"

enum : uint64_t { CALLS = 1'000'000, CALLS_COUNTED = 300'000 };
enum : uint16_t { CPUS_MAX = 4 };

/* Slots of the child that root fills again and again. */
enum : sel_t { FILLED = 20, SEL_SELF = 0x3f000 };
enum : uint8_t { SEL_BITS = 18, MANY_PAGES = 28 };
static_assert(1 << SEL_BITS == SELNUM);

static _Atomic uint64_t calls[CPUS_MAX], strange;
static uint64_t calls_each;
static bool is_counted; /* memory is looked at before and behind */
static sel_t done;

/* Small, at a power of two, aligned, or anything. */
static uint64_t number(uint64_t *state)
{
    const uint64_t r = random_next(state);
    switch (r >> 61) {
    case 0:
    case 1:
    case 2:
        return r & 0x1f;
    case 3:
        return r & 0xfff;
    case 4:
        return (1ull << (r & 0x3f)) - (r >> 8 & 1);
    case 5:
        return (r & 0xff) << 12 | (r >> 20 & 0x1f);
    default:
        return r;
    }
}

/* What would end the storm instead of being part of it is made harmless. */
static void tame(uint64_t p[5])
{
    switch (p[0] & P0_NUMBER_MASK) {
    case HYPERCALL_CREATE_PD: /* an object space that gets a capability to itself would keep itself */
        if (is_counted && (p[0] >> P0_FLAGS_SHIFT & 0xf) == CREATE_PD_OBJ)
            p[0] ^= (CREATE_PD_OBJ ^ CREATE_PD_HST) << P0_FLAGS_SHIFT;
        break;
    case HYPERCALL_IPC_REPLY: /* sleeps for ever */
        p[0] |= 0xf;
        break;
    case HYPERCALL_CTRL_SM: /* a down ends soon */
        p[1] = p[1] % 1000 + 1;
        break;
    case HYPERCALL_CREATE_PT: /* no code of ours: a callee dies at its first instruction */
        p[3] &= 0xfff;
        break;
    case HYPERCALL_CREATE_SC: /* nobody is better than root */
        p[3] = (p[3] & 0xffff) | (p[3] >> 16 & 0xf) << 16;
        break;
    default:
        break;
    }
}

static void rage(uint64_t me)
{
    uint64_t state = 0x0123'4567'89ab'cdef + me * 0x1111;
    for (uint64_t i = 0; i < calls_each; i++) {
        const uint64_t sel = number(&state), kind = random_next(&state);
        uint64_t p[5] = {sel << P0_PARAM_SHIFT | (kind & 0xff), number(&state), number(&state),
                         number(&state), number(&state)};
        tame(p);
        if (trap_5(p[0], p[1], p[2], p[3], p[4]) > MEM_CAP)
            atomic_fetch_add(&strange, 1);
        atomic_store_explicit(&calls[me], i + 1, memory_order_relaxed);
    }
    (void)hc_sm_up(SEL_SELF);
}

/* Callees of ours, one on each CPU: what calls and replies do comes to its end. */
static _Atomic uint64_t answers;

static uint32_t answer([[maybe_unused]] uint64_t pid, uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    atomic_fetch_add(&answers, 1);
    return mtd;
}

/* The child that rages, and one whose spaces it may fill and empty. */
static struct child raging, prey;
static sel_t given[FILLED];

static uint16_t cpus(void)
{
    return hip->cpu_num < CPUS_MAX ? hip->cpu_num : CPUS_MAX;
}

static void collect(void)
{
    static struct thread global;
    struct thread local;
    size_t n = 0;
    const struct thread_plan plan = {.cpu = cpu_here(), .pd = prey.pd, .events = SELNUM};
    MUST(thread_create_local(&local, &plan, peer_portal));
    MUST(thread_create_global(&global, &plan, rage, 0));
    given[n++] = prey.pd;
    given[n++] = prey.obj;
    given[n++] = prey.hst;
    given[n++] = raging.obj;
    given[n++] = is_counted ? 0 : SEL_ROOT_PD; /* its space keeps tables for UTCBs anywhere */
    given[n++] = local.ec;
    given[n++] = global.ec;
    given[n++] = new_pt(&local, 0);
    given[n++] = new_sm(3);
    given[n++] = new_sm(UINT64_MAX);
    given[n++] = copy_cap(SEL_ROOT_SC, PERM_SC_ALL);
    given[n++] = copy_cap(SEL_LIB_NOVA_HST, PERM_SPC_TAKE);
    if (cpu_has_ports())
        given[n++] = prey.pio;
    for (uint16_t cpu = 0; cpu < cpus(); cpu++) {
        const struct thread callee = new_local(cpu, answer);
        given[n++] = new_pt(&callee, cpu);
    }
}

static void give_again(void)
{
    for (size_t i = 0; i < FILLED; i++)
        if (given[i] != 0)
            MUST(child_give(&raging, given[i], i, PERM_MASK));
    MUST(child_give(&raging, done, SEL_SELF, PERM_SM_UP));
}

static bool is_over(void)
{
    for (uint16_t cpu = 0; cpu < cpus(); cpu++)
        if (atomic_load(&calls[cpu]) < calls_each)
            return false;
    return true;
}

/* As in doc/lifetime.md; what is left is done behind each test. */
static void stop(const struct child *child)
{
    const uint64_t pages = ((uint64_t)hip + UTCB_SIZE) / UTCB_SIZE;
    MUST(hc_ctrl_pd(SEL_ROOT_OBJ, child->obj, (struct hc_range){.order = SEL_BITS}));
    for (uint64_t page = 0; page < pages; page += 1ull << MANY_PAGES)
        MUST(hc_ctrl_pd(SEL_LIB_ROOT_HST, child->hst,
                        (struct hc_range){.from = page, .to = page, .order = MANY_PAGES}));
}

static void storm(uint64_t count)
{
    calls_each = count;
    for (uint16_t cpu = 0; cpu < cpus(); cpu++)
        atomic_store(&calls[cpu], 0);
    for (size_t i = 0; i < FILLED; i++)
        given[i] = 0;
    done = new_sm(0);
    MUST(child_create(&raging));
    MUST(child_share_memory(&raging));
    MUST(child_create(&prey));
    collect();
    give_again();
    const sel_t startup = hip->sel_hst_arch + EVENT_NOVA_STARTUP;
    for (uint16_t cpu = 0; cpu < cpus(); cpu++) {
        const sel_t events = 0x3e000 + cpu * 0x100;
        MUST(child_give(&raging, thread_events(cpu) + startup, events + startup, PERM_PT_EVENT));
        const struct thread_plan plan = {.cpu = cpu, .pd = raging.pd, .events = events};
        const struct thread t = new_global_plan(&plan, rage, cpu);
        new_sc(&t, LOW, BUDGET);
    }
    for (uint64_t last = 0, quiet = 0; !is_over() && quiet < 1000;) {
        nap(10'000);
        give_again();
        uint64_t sum = 0;
        for (uint16_t cpu = 0; cpu < cpus(); cpu++)
            sum += atomic_load(&calls[cpu]);
        quiet = sum == last ? quiet + 1 : 0;
        last = sum;
    }
    for (uint16_t cpu = 0; cpu < cpus(); cpu++)
        EXPECT_EQ(count, atomic_load(&calls[cpu]));
    EXPECT_EQ(0, atomic_load(&strange));
    stop(&raging);
    stop(&prey);
}

TEST(storm, of_random_calls_is_survived)
{
    atomic_store(&answers, 0);
    storm(CALLS);
    EXPECT(atomic_load(&answers) > CALLS / 1000);
}

/* Another one: the tables of ours that it takes are there by now. */
static uint64_t pages_before;

TEST(storm, comes_again_and_is_counted)
{
    pages_before = meter_pages(hip);
    is_counted = true;
    storm(CALLS_COUNTED);
}

TEST(storm, takes_no_memory_for_good)
{
    meter_expect(hip, pages_before);
}

static void just_end([[maybe_unused]] uint64_t arg)
{
    up(done);
}

static uint64_t add_one(uint64_t arg)
{
    return arg + 1;
}

static struct hip hip_before;

TEST(storm, leaves_others_as_they_were)
{
    done = new_sm(0);
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++) {
        new_global(cpu, HIGH, just_end, 0);
        EXPECT(down(done));
    }
    const struct peer peer = new_peer();
    EXPECT_EQ(43, peer_run(&peer, add_one, 42));
    EXPECT_EQ(0, (unsigned)memcmp(&hip_before, hip, sizeof hip_before));
}

static const struct tap_test tests[] = {
    TAP_TEST(storm, of_random_calls_is_survived),
    TAP_TEST(storm, comes_again_and_is_counted),
    TAP_TEST(storm, takes_no_memory_for_good),
    TAP_TEST(storm, leaves_others_as_they_were),
};
static const struct tap_suite suite = CONF_SUITE(tests);

void user_main(const struct hip *page, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    static const struct tap_suite *const suites[] = {&suite};
    memcpy(&hip_before, page, sizeof hip_before);
    conf_start(page, boot0, boot1);
    power_exit(tap_run(suites, 1) != 0);
}
