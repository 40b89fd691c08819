/* SPDX-License-Identifier: GPL-2.0-only */
/* One virtual machine, from power-on to power-off. */
#include "kernel/base/format.h"
#include "tests/linux/guests.h"
#include "user/lib/cpu.h"

enum : uint64_t {
    KIB_PER_MIB = 1024,
    KERNEL_KIB = 40 * 1024, /* what Linux takes of the memory for itself, at most          */
    SLEEP_MS = 1000,
    SLACK_MS = 2000, /* a host that is busy with other things makes a second longer */
};

static uint64_t ram_before, pages_before;

TEST(linux, boots)
{
    guests_warm_up(1);
    ram_before = vms_ram_free();
    pages_before = meter_pages(hip);
    guest_start(0);
    EXPECT_EQ(VM_RUNNING, vm_state(0));
    EXPECT(vms_ram_free() <= ram_before - plan.ram_size);
}

TEST(linux, has_the_cpus_and_the_memory_of_its_plan)
{
    EXPECT_EQ(plan.vcpu_count, guest_number(0, "grep -c ^processor /proc/cpuinfo"));
    const uint64_t kib = guest_number(0, "awk '/MemTotal/ { print $2 }' /proc/meminfo");
    EXPECT(kib <= plan.ram_size / 1024);
    EXPECT(kib >= plan.ram_size / 1024 - KERNEL_KIB);
}

TEST(linux, sees_no_feature_that_is_not_switched)
{
    EXPECT_EQ(plan.vcpu_count, guest_number(0, "grep -c 'Features.* fp asimd' /proc/cpuinfo"));
    EXPECT_EQ(0, guest_number(0, "grep -c -w -E 'sve|sme|mte|paca|pacg' /proc/cpuinfo"));
}

TEST(linux, gets_its_timer_on_each_cpu)
{
    static const char count[] = "awk '/arch_timer/ { print $%u }' /proc/interrupts";
    for (unsigned v = 0; v < plan.vcpu_count; v++) {
        char line[64];
        format(line, sizeof line, count, 2 + v);
        const uint64_t before = guest_number(0, line);
        guest_do(0, "usleep 100000");
        EXPECT(guest_number(0, line) > before);
        EXPECT(before != UINT64_MAX);
    }
}

/* By its own clock and by ours. */
TEST(linux, sleeps_as_long_as_it_asks_for)
{
    static const char clock[] = "awk '{ print $1 * 1000 }' /proc/uptime";
    const uint64_t first = guest_number(0, clock), stc = stc_now();
    guest_do(0, "sleep 1; echo T awake");
    EXPECT(text_is(guest_line(0), "awake"));
    const uint64_t host_ms = time_ms(stc, stc_now()), guest_ms = guest_number(0, clock) - first;
    EXPECT(host_ms >= SLEEP_MS - 10);
    EXPECT(host_ms < SLEEP_MS + SLACK_MS);
    EXPECT(guest_ms >= SLEEP_MS - 10);
    EXPECT(guest_ms < SLEEP_MS + SLACK_MS);
}

/* The disk is a copy of the module "disk": the shell's own program. */
TEST(linux, reads_and_writes_its_disk)
{
    const uint64_t sectors = (plan.disk->end - plan.disk->start) / 512;
    EXPECT_EQ(sectors, guest_number(0, "cat /sys/block/vda/size"));
    EXPECT_EQ(0, guest_number(0, "dd if=/dev/vda of=/disk bs=64k 2>/dev/null;"
                                 "head -c $(wc -c </disk) /bin/busybox | cmp - /disk; echo $?"));
    EXPECT_EQ(0, guest_number(0, "dd if=/proc/version of=/dev/vda bs=512 seek=3 2>/dev/null; sync;"
                                 "echo 3 >/proc/sys/vm/drop_caches;"
                                 "dd if=/dev/vda bs=512 skip=3 count=1 2>/dev/null |"
                                 "head -c 20 >/a; head -c 20 /proc/version | cmp - /a; echo $?"));
}

/* Behind the end of its memory, and where there is no device: a bus error for the program. */
TEST(linux, reaches_nothing_beside_what_it_has)
{
    char line[96];
    format(line, sizeof line, "devmem %#lx >/dev/null 2>&1; echo $?", GUEST_RAM + plan.ram_size);
    EXPECT_EQ(135, guest_number(0, line)); /* 128 + SIGBUS */
    EXPECT_EQ(135, guest_number(0, "devmem 0x0b000000 >/dev/null 2>&1; echo $?"));
}

TEST(linux, moves_work_between_its_cpus)
{
    if (plan.vcpu_count == 1) {
        tap_skip("one virtual CPU");
        return;
    }
    EXPECT_EQ(3, guest_number(0, "taskset 2 sh -c 'echo 3'"));
    EXPECT_EQ(plan.vcpu_count,
              guest_number(0,
                           "awk '/^IPI[01]/ { a += $2; b += $3 } END { print (a > 0) + (b > 0) }'"
                           " /proc/interrupts"));
    EXPECT_EQ(0, guest_number(0, "echo 0 >/sys/devices/system/cpu/cpu1/online; echo $?"));
    EXPECT_EQ(1, guest_number(0, "grep -c ^processor /proc/cpuinfo"));
    EXPECT_EQ(0, guest_number(0, "echo 1 >/sys/devices/system/cpu/cpu1/online; echo $?"));
    EXPECT_EQ(2, guest_number(0, "grep -c ^processor /proc/cpuinfo"));
}

TEST(linux, resets_itself)
{
    guest_do(0, "reboot -f");
    guest_wait_reset(0, 1);
    EXPECT_EQ(plan.vcpu_count, guest_number(0, "grep -c ^processor /proc/cpuinfo"));
}

TEST(linux, switches_itself_off)
{
    guest_do(0, "poweroff -f");
    guest_wait(0, VM_OFF);
}

TEST(linux, leaves_its_memory_to_others)
{
    vm_destroy(0);
    EXPECT_EQ(ram_before, vms_ram_free());
    meter_expect(hip, pages_before);
}

static const struct tap_test tests[] = {
    TAP_TEST(linux, boots),
    TAP_TEST(linux, has_the_cpus_and_the_memory_of_its_plan),
    TAP_TEST(linux, sees_no_feature_that_is_not_switched),
    TAP_TEST(linux, gets_its_timer_on_each_cpu),
    TAP_TEST(linux, sleeps_as_long_as_it_asks_for),
    TAP_TEST(linux, reads_and_writes_its_disk),
    TAP_TEST(linux, reaches_nothing_beside_what_it_has),
    TAP_TEST(linux, moves_work_between_its_cpus),
    TAP_TEST(linux, resets_itself),
    TAP_TEST(linux, switches_itself_off),
    TAP_TEST(linux, leaves_its_memory_to_others),
};
const struct tap_suite one_suite = TAP_SUITE(tests);
