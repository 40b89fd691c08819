/* SPDX-License-Identifier: GPL-2.0-only */
/* Two virtual machines on the same CPUs: what one does is nothing to the other. */
#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "tests/linux/guests.h"
#include "user/lib/console.h"
#include "user/lib/cpu.h"
#include "user/lib/memory.h"

enum : uint64_t { LOAD_MS = 1000 };

static uint64_t ram_before, pages_before;

/* The other one is alive, and has not been anything else since it was made. */
static void expect_unharmed(unsigned n)
{
    EXPECT_EQ(VM_RUNNING, vm_state(n));
    EXPECT_EQ(0, vm_resets(n));
    EXPECT(text_is(guest_ask(n, "cat /secret"), n == 0 ? "apple" : "pear"));
}

static void start(unsigned n)
{
    guest_start(n);
    guest_do(n, n == 0 ? "echo apple >/secret" : "echo pear >/secret");
    expect_unharmed(n);
}

TEST(two, boot_side_by_side)
{
    guests_warm_up(2);
    ram_before = vms_ram_free();
    pages_before = meter_pages(hip);
    start(0);
    start(1);
    expect_unharmed(0);
}

/* Both compute for a while, on each virtual CPU; guest 0 tells when it is over. */
TEST(two, share_the_cpus_fairly)
{
    uint64_t had[2][VCPUS_MAX];
    for (unsigned n = 0; n < 2; n++) {
        guest_do(n,
                 "for cpu in 1 2; do taskset $cpu sh -c 'while :; do :; done' & done; echo T busy");
        EXPECT(text_is(guest_line(n), "busy"));
    }
    for (unsigned n = 0; n < 2; n++)
        for (unsigned v = 0; v < plan.vcpu_count; v++)
            had[n][v] = vm_time(n, v);
    const uint64_t start_stc = stc_now();
    while (time_ms(start_stc, stc_now()) < LOAD_MS)
        EXPECT(text_is(guest_ask(0, "usleep 50000; echo on"), "on"));
    for (unsigned v = 0; v < plan.vcpu_count; v++) {
        const uint64_t a = vm_time(0, v) - had[0][v], b = vm_time(1, v) - had[1][v];
        print("# CPU %u: %lu and %lu ms\n", plan.cpu[v], time_ms(0, a), time_ms(0, b));
        EXPECT(a > 0 && 2 * a <= 3 * b);
        EXPECT(b > 0 && 2 * b <= 3 * a);
    }
    for (unsigned n = 0; n < 2; n++)
        guest_do(n, "kill %1 %2; wait");
    expect_unharmed(0);
    expect_unharmed(1);
}

TEST(two, survive_the_panic_of_the_other)
{
    guest_do(0, "echo c >/proc/sysrq-trigger");
    guest_wait_reset(0, 1); /* panic=-1 */
    expect_unharmed(1);
}

TEST(two, survive_the_crash_of_the_others_vmm)
{
    EXPECT_STATUS(SUCCESS,
                  memory_map_in(vm_space(0), 0, VMM_CHANNEL, CHANNEL_SIZE, PERM_NONE, MAD_MEMORY));
    guest_do(0, "echo T anything");
    guest_wait(0, VM_FAILED);
    expect_unharmed(1);
    vm_destroy(0);
    expect_unharmed(1);
}

/* One whose kernel is no kernel does not run: its memory is as it got it. */
TEST(two, find_nothing_of_the_one_before)
{
    struct vm_plan bad = plan;
    bad.image = plan.initrd;
    EXPECT_STATUS(SUCCESS, vm_create(0, &bad));
    guest_wait(0, VM_FAILED);
    const uint64_t *const ram = vm_ram(0);
    uint64_t found = 0;
    for (uint64_t i = 0; i < plan.ram_size / sizeof *ram; i++)
        found += ram[i] != 0;
    EXPECT_EQ(0, found);
    vm_destroy(0);
    expect_unharmed(1);
}

/* The manager's view of it would reach into that of the other. */
TEST(two, survive_one_that_is_too_large)
{
    struct vm_plan large = plan;
    large.ram_size = UINT64_C(1) << 32;
    EXPECT_STATUS(BAD_PAR, vm_create(0, &large));
    expect_unharmed(1);
}

TEST(two, get_a_place_that_has_become_free)
{
    start(0);
    expect_unharmed(1);
}

TEST(two, survive_the_end_of_the_other)
{
    guest_do(0, "while :; do :; done & echo T busy");
    EXPECT(text_is(guest_line(0), "busy"));
    vm_destroy(0);
    expect_unharmed(1);
}

TEST(two, leave_their_memory_to_others)
{
    vm_destroy(1);
    EXPECT_EQ(ram_before, vms_ram_free());
    meter_expect(hip, pages_before);
}

static const struct tap_test tests[] = {
    TAP_TEST(two, boot_side_by_side),
    TAP_TEST(two, share_the_cpus_fairly),
    TAP_TEST(two, survive_the_panic_of_the_other),
    TAP_TEST(two, survive_the_crash_of_the_others_vmm),
    TAP_TEST(two, find_nothing_of_the_one_before),
    TAP_TEST(two, survive_one_that_is_too_large),
    TAP_TEST(two, get_a_place_that_has_become_free),
    TAP_TEST(two, survive_the_end_of_the_other),
    TAP_TEST(two, leave_their_memory_to_others),
};
const struct tap_suite two_suite = TAP_SUITE(tests);
