/* SPDX-License-Identifier: GPL-2.0-only */
/* Booting as a whole, on a simulated machine, with what a boot loader may leave out or add. */

#include <string.h>

#include "arch/contract/boot.h"
#include "arch/contract/cpu.h"
#include "kernel/abi/boot.h"
#include "kernel/base/bits.h"
#include "kernel/cap/nova.h"
#include "kernel/cpu/cpu.h"
#include "kernel/device/console.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/mm/frame.h"

enum : size_t { PAGES = 256, MAP = 1 }; /* of the pool, and of them what the allocator keeps */
enum : unsigned { INFO = 0x800 };       /* where in the page of the image */

static struct boot_entry entry;
static uint64_t offered; /* bytes for the pool */

static void leave_no_image(struct boot_entry *told, [[maybe_unused]] void *image)
{
    told->reg[1] = 0;
}

static void spoil_image(struct boot_entry *told, void *image)
{
    entry = *told;
    memset(image, 0, 4);
}

/* Multiboot 2, with a tag KMEM. */
static void offer_memory(struct boot_entry *told, void *image)
{
    const uint32_t info[] = {32, 0, 0x4d45'4d4b, 16, (uint32_t)offered, (uint32_t)(offered >> 32),
                             0,  8};
    memcpy((char *)image + INFO, info, sizeof info);
    told->reg[0] = BOOT_MAGIC_MULTIBOOT2;
    told->reg[1] += INFO;
    entry = *told;
}

static void nobody_runs(unsigned cpus)
{
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        CHECK_EQ(sim_state_of(cpu), SIM_IDLE);
    CHECK(strstr(sim_console(), "Nothing to run: all CPUs are idle") != nullptr);
}

static void all_cpus_come_up_and_root_runs_on_the_boot_cpu(void)
{
    sim_boot(3, PAGES);
    CHECK(sim_user(0) != nullptr);
    CHECK_EQ(sim_state_of(1), SIM_IDLE);
    CHECK_EQ(sim_state_of(2), SIM_IDLE);
    CHECK(strstr(sim_console(), "CPUS: 3 online, boot CPU is 0") != nullptr);
    for (unsigned cpu = 0; cpu < 3; cpu++)
        CHECK(cpu_table[cpu]->shared.online);
}

static void without_an_image_all_cpus_rest(void)
{
    sim_loader = leave_no_image;
    sim_boot(2, PAGES);
    nobody_runs(2);
}

static void with_a_bad_image_all_cpus_rest(void)
{
    sim_loader = spoil_image;
    sim_boot(2, PAGES);
    nobody_runs(2);
    CHECK(strstr(sim_console(), "not an ELF file") != nullptr);
}

static void idle_cpus_can_be_interrupted(void)
{
    sim_loader = leave_no_image;
    sim_boot(2, PAGES);
    arch_cpu_kick(cpu_table[1]);
    CHECK(sim_interrupt(1, SIM_KICK) == nullptr);
    CHECK_EQ(sim_state_of(1), SIM_IDLE);
}

static void the_kernels_own_memory_cannot_be_given_away_but_the_consoles(void)
{
    sim_boot(1, PAGES);
    const uint64_t console = console_mbuf().raw >> PAGE_BITS;
    bool delegable;
    CHECK_EQ(nova_extent(0, UINT64_MAX, &delegable), console);
    CHECK(!delegable); /* the image begins at address 0 here */
    CHECK_EQ(nova_extent(console, UINT64_MAX, &delegable), 1);
    CHECK(delegable);
    CHECK_EQ(nova_extent(console + 1, UINT64_MAX, &delegable), PAGES);
    CHECK(!delegable);
    CHECK(nova_extent(console + 1 + PAGES, UINT64_MAX, &delegable) > PAGES);
    CHECK(delegable);
}

/* In whole large pages, and protected like the rest. */
static void memory_that_the_loader_offers_joins_the_pool(void)
{
    enum : uint64_t { LARGE = 512 };
    offered = 5 * MIB; /* 2 large pages, and a half */
    sim_loader = offer_memory;
    sim_boot(1, PAGES);
    CHECK_EQ(frame_count_total(), PAGES - MAP + 2 * LARGE);
    bool delegable;
    const uint64_t end = entry.image_size >> PAGE_BITS;
    nova_extent(end + 2 * LARGE - 1, 1, &delegable);
    CHECK(!delegable);
    nova_extent(end + 2 * LARGE, 1, &delegable);
    CHECK(delegable);
}

static void less_than_a_large_page_is_no_offer(void)
{
    offered = 2 * MIB - 1;
    sim_loader = offer_memory;
    sim_boot(1, PAGES);
    CHECK_EQ(frame_count_total(), PAGES - MAP);
}

int main(void)
{
    SIM_RUN(all_cpus_come_up_and_root_runs_on_the_boot_cpu);
    SIM_RUN(without_an_image_all_cpus_rest);
    SIM_RUN(with_a_bad_image_all_cpus_rest);
    SIM_RUN(idle_cpus_can_be_interrupted);
    SIM_RUN(the_kernels_own_memory_cannot_be_given_away_but_the_consoles);
    SIM_RUN(memory_that_the_loader_offers_joins_the_pool);
    SIM_RUN(less_than_a_large_page_is_no_offer);
}
