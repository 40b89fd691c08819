/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupts of real devices, as a driver sees them. */
#include "kernel/abi/selector.h"
#include "tests/interrupt/interrupt_test.h"
#include "user/lib/alloc.h"
#include "user/lib/bootinfo.h"
#include "user/lib/console.h"
#include "user/lib/event.h"
#include "user/lib/main.h"
#include "user/lib/power.h"
#include "user/lib/ram.h"
#include "user/lib/thread.h"

enum : uint64_t { POOL_SIZE = 0x100'0000, PATIENCE_US = 5'000'000, LONG_AGO = 1 };
enum : uint8_t { THREAD_PRIO = 100, THREAD_BUDGET_MS = 20 };

const struct hip *hip;
static struct alloc_mark before;

static unsigned int_num(void)
{
    return hip->int_pin + hip->int_msi;
}

void int_after(void)
{
    for (unsigned n = 0; n < int_num(); n++)
        int_assign(n, ASSIGN_INT_MASKED, cpu_here(), 0);
    for (unsigned n = 0; n < int_num(); n++)
        int_count(n);
    alloc_release(before);
}

struct hc_msi int_assign(unsigned n, uint8_t flags, uint16_t cpu, uint16_t dev)
{
    const struct hc_msi message = hc_assign_int(int_sm(n), flags, cpu, dev);
    EXPECT_STATUS(SUCCESS, message.status);
    return message;
}

bool int_comes(unsigned n)
{
    return hc_sm_down(int_sm(n), 0, time_after(hip, PATIENCE_US)) == SUCCESS;
}

uint64_t int_count(unsigned n)
{
    uint64_t count = 0;
    while (hc_sm_down(int_sm(n), 0, LONG_AGO) == SUCCESS)
        count++;
    return count;
}

uint16_t cpu_here(void)
{
    return hip->cpu_bsp;
}

uint16_t cpu_there(void)
{
    return hip->cpu_bsp == hip->cpu_num - 1 ? 0 : hip->cpu_num - 1;
}

static struct remote {
    remote_fn *fn;
    uint64_t arg;
    uint64_t answer;
    sel_t done;
} remote;

static void run_remote([[maybe_unused]] uint64_t arg)
{
    remote.answer = remote.fn(remote.arg);
    (void)hc_sm_up(remote.done);
}

uint64_t run_on(uint16_t cpu, remote_fn *fn, uint64_t arg)
{
    struct thread thread;
    const sel_t sc = sel_alloc(0);
    remote = (struct remote){.fn = fn, .arg = arg, .done = sel_alloc(0)};
    EXPECT_STATUS(SUCCESS, hc_create_sm(remote.done, SEL_ROOT_PD, 0));
    EXPECT_STATUS(SUCCESS,
                  thread_create_global(&thread, &(struct thread_plan){.cpu = cpu}, run_remote, 0));
    EXPECT_STATUS(SUCCESS,
                  hc_create_sc(sc, SEL_ROOT_PD, thread.ec,
                               (struct hc_sc){.prio = THREAD_PRIO, .budget = THREAD_BUDGET_MS}));
    EXPECT_STATUS(SUCCESS, hc_sm_down(remote.done, 0, time_after(hip, 2 * PATIENCE_US)));
    return remote.answer;
}

static uint64_t comes(uint64_t n)
{
    return int_comes((unsigned)n);
}

bool int_comes_on(uint16_t cpu, unsigned n)
{
    return run_on(cpu, comes, n);
}

/* No thread of these tests raises an event. */
static uint32_t on_fault(uint64_t pid, [[maybe_unused]] uint32_t mtd,
                         [[maybe_unused]] struct utcb *utcb)
{
    tap_fail(__FILE__, __LINE__, "event %#lx", pid);
    return MTD_POISON;
}

static bool open_all(uint64_t boot0, uint64_t boot1)
{
    static struct bootinfo info;
    const uint64_t boot[] = {boot0, boot1};
    if (spaces_open() != SUCCESS)
        return false;
    bootinfo_read(&info, hip, boot0, boot1);
    if (console_open(&info) != SUCCESS)
        return false;
    const uint64_t ram = ram_find(&info, hip, boot, POOL_SIZE);
    if (ram == 0 || alloc_open(ram, POOL_SIZE) != SUCCESS ||
        threads_open(hip, on_fault, 0) != SUCCESS)
        return false;
    before = alloc_mark();
    for (unsigned n = 0; n < int_num(); n++)
        if (spaces_fetch(SEL_NOVA_INT + n, int_sm(n)) != SUCCESS)
            return false;
    return true;
}

void user_main(const struct hip *page, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    static const struct tap_suite *const suites[] = {&fresh_suite, &assign_suite, &device_suite};

    hip = page;
    if (!open_all(boot0, boot1))
        power_idle();
    power_exit(tap_run(suites, sizeof suites / sizeof *suites) != 0);
}
