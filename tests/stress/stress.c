/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/stress/stress.h"

#include "user/lib/bootinfo.h"
#include "user/lib/console.h"
#include "user/lib/main.h"
#include "user/lib/power.h"
#include "user/lib/ram.h"

const struct hip *hip;

enum : uint64_t { RAM_SIZE = 0x400'0000 };
enum : uint16_t { CREW_MAX = 64, CREW_BUDGET = 10 };
enum : uint64_t { CREW_PATIENCE = 3'000'000'000, WAIT_PATIENCE = 300'000'000 };

[[noreturn]] static void bail_out(const char *what, status_t status)
{
    print("Bail out! %s answers %s\n", what, status_name(status));
    power_exit(1);
}

static void must(const char *what, status_t status)
{
    if (status != SUCCESS)
        bail_out(what, status);
}

/* Nobody expects it: the test that runs has failed, and the thread ends. */
static uint32_t on_fault(uint64_t pid, [[maybe_unused]] uint32_t mtd, struct utcb *utcb)
{
    struct utcb_arch *const state = event_state(utcb);
    tap_fail(__FILE__, __LINE__, "event %#lx at %#lx, stack %#lx, address %#lx", pid,
             *event_ip(state), *event_sp(state), event_fault_address(state));
    return MTD_POISON;
}

/* Threads on all CPUs. */

static sel_t crew_go[CREW_MAX], crew_done;
static void (*crew_task)(uint16_t cpu);
static _Atomic uint64_t crew_failures, crew_first;

void crew_fail(unsigned line, uint64_t got)
{
    if (atomic_fetch_add(&crew_failures, 1) == 0)
        atomic_store(&crew_first, (uint64_t)line << 32 | got);
}

static void crew_member(uint64_t cpu)
{
    while (hc_sm_down(crew_go[cpu], 0, 0) == SUCCESS) {
        crew_task((uint16_t)cpu);
        (void)hc_sm_up(crew_done);
    }
}

static void crew_open(void)
{
    must("semaphore", hc_create_sm(crew_done = sel_alloc(0), SEL_ROOT_PD, 0));
    for (uint16_t cpu = 0; cpu < hip->cpu_num && cpu < CREW_MAX; cpu++) {
        struct thread t;
        must("semaphore", hc_create_sm(crew_go[cpu] = sel_alloc(0), SEL_ROOT_PD, 0));
        must("thread",
             thread_create_global(&t, &(struct thread_plan){.cpu = cpu}, crew_member, cpu));
        must("SC", hc_create_sc(sel_alloc(0), SEL_ROOT_PD, t.ec,
                                (struct hc_sc){.prio = PRIO_CREW, .budget = CREW_BUDGET}));
    }
}

void crew_run(void (*fn)(uint16_t cpu))
{
    crew_task = fn;
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++)
        must("up", hc_sm_up(crew_go[cpu]));
    const uint64_t end = time_after(hip, CREW_PATIENCE);
    for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++)
        must("waiting for a thread", hc_sm_down(crew_done, 0, end));

    const uint64_t first = atomic_load(&crew_first);
    const uint64_t failures = atomic_exchange(&crew_failures, 0);
    if (failures != 0)
        tap_fail("thread", (unsigned)(first >> 32), "%lu checks failed, the first by %s", failures,
                 status_name((status_t)(first & 0xff)));
}

/* Capabilities. */

void revoke_range(sel_t first, uint8_t order)
{
    (void)hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                     (struct hc_range){.from = first, .to = first, .order = order});
}

/* Time. */

static sel_t never;

void nap(uint64_t us)
{
    (void)hc_sm_down(never, 0, time_after(hip, us));
}

bool wait_until(const _Atomic uint64_t *word, uint64_t value)
{
    const uint64_t end = time_after(hip, WAIT_PATIENCE);
    while (atomic_load(word) < value) {
        if (stc_now() > end)
            return false;
        nap(100);
    }
    return true;
}

/* Children. */

status_t family_create(struct family *f)
{
    *f = (struct family){};
    const status_t status = child_create(&f->child);
    return status == SUCCESS ? child_share_memory(&f->child) : status;
}

static status_t allow_start(const struct family *f, uint16_t cpu)
{
    const sel_t startup = hip->sel_hst_arch + EVENT_NOVA_STARTUP;
    return child_give(&f->child, thread_events(cpu) + startup, family_events(cpu) + startup,
                      PERM_PT_EVENT);
}

status_t family_global(struct family *f, uint16_t cpu, uint8_t prio, thread_fn *fn, uint64_t arg)
{
    struct thread t;
    status_t status = allow_start(f, cpu);
    if (status == SUCCESS)
        status = thread_create_global(
            &t, &(struct thread_plan){.cpu = cpu, .pd = f->child.pd, .events = family_events(cpu)},
            fn, arg);
    if (status != SUCCESS)
        return status;
    f->ec[f->count] = t.ec;
    f->sc[f->count] = sel_alloc(0);
    return hc_create_sc(f->sc[f->count++], f->child.pd, t.ec,
                        (struct hc_sc){.prio = prio, .budget = 5});
}

status_t family_local(struct family *f, uint16_t cpu, portal_fn *handler, sel_t pt)
{
    struct thread t;
    const status_t status = thread_create_local(
        &t, &(struct thread_plan){.cpu = cpu, .pd = f->child.pd, .events = family_events(cpu)},
        handler);
    if (status != SUCCESS)
        return status;
    f->ec[f->count++] = t.ec;
    return thread_create_portal(&t, pt, 0, 0);
}

void family_forget(const struct family *f)
{
    for (size_t i = 0; i < f->count; i++) {
        revoke(f->ec[i]);
        if (f->sc[i] != 0)
            revoke(f->sc[i]);
    }
    revoke(f->child.pio);
    revoke(f->child.hst);
    revoke(f->child.obj);
    revoke(f->child.pd);
}

void family_stop(const struct family *f)
{
    enum : uint8_t { ALL_OBJECTS = 18, MANY_PAGES = 28 };
    const uint64_t pages =
        ((uint64_t)hip + PAGE_SIZE) / PAGE_SIZE; /* the HIP is the last of them */
    MUST(hc_ctrl_pd(SEL_ROOT_OBJ, f->child.obj, (struct hc_range){.order = ALL_OBJECTS}));
    for (uint64_t page = 0; page < pages; page += 1ull << MANY_PAGES)
        MUST(hc_ctrl_pd(SEL_LIB_ROOT_HST, f->child.hst,
                        (struct hc_range){.from = page, .to = page, .order = MANY_PAGES}));
    for (size_t i = 0; i < f->count; i++)
        (void)hc_ctrl_ec(f->ec[i], CTRL_EC_STRONG);
    family_forget(f);
}

static struct alloc_mark start_mark;

void stress_after(void)
{
    alloc_release(start_mark);
}

/* The slots of sel_alloc() are never without their pages, so these do not show in meter_pages(). */
static void touch_slots(void)
{
    enum : sel_t { SLOTS_PER_PAGE = 512 };
    for (sel_t sel = SEL_ALLOC_END - 1; sel > start_mark.sel; sel -= SLOTS_PER_PAGE) {
        must("slots", hc_create_sm(sel, SEL_ROOT_PD, 0));
        revoke(sel);
    }
}

void user_main(const struct hip *page, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    static struct bootinfo info;
    const uint64_t boot[] = {boot0, boot1};

    hip = page;
    if (spaces_open() != SUCCESS)
        power_idle();
    bootinfo_read(&info, hip, boot0, boot1);
    if (console_open(&info) != SUCCESS)
        power_idle();
    const uint64_t ram = ram_find(&info, hip, boot, RAM_SIZE);
    must("ram_find", ram != 0 ? SUCCESS : MEM_OBJ);
    must("alloc_open", alloc_open(ram, RAM_SIZE));
    must("threads_open", threads_open(hip, on_fault, MTD_IP | MTD_SP | MTD_FAULT));
    must("semaphore", hc_create_sm(never = sel_alloc(0), SEL_ROOT_PD, 0));
    crew_open();
    start_mark = alloc_mark();
    touch_slots();
    print("# %lu pages of kernel memory\n", meter_pages(hip));
    power_exit(tap_run(stress_suites, stress_suite_count) != 0);
}
