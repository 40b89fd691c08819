/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cpu/cpu.h"

#include <string.h>

#include "arch/contract/space.h"
#include "arch/sim/sim.h"
#include "kernel/mm/frame.h"

alignas(PAGE_SIZE) static uint64_t root[PTAB_ENTRIES];

uint64_t *arch_kernel_root(void)
{
    return root;
}

void arch_kernel_flush([[maybe_unused]] uintptr_t va, [[maybe_unused]] uint64_t size)
{
    CHECK(false); /* nothing was mapped that another took the place of */
}

static void cpus_are_numbered_in_order_each_with_its_own_stack(void)
{
    sim_start(256);
    struct cpu *const a = cpu_create(false), *const b = cpu_create(true),
                      *const c = cpu_create(false);
    CHECK(a->id == 0 && b->id == 1 && c->id == 2);
    CHECK_EQ(cpu_count, 3);
    CHECK(b == &boot_cpu);
    CHECK(a->self == a && c->self == c);
    CHECK(cpu_table[0] == a && cpu_table[1] == b && cpu_table[2] == c);
    CHECK(a->stack_top != nullptr && c->stack_top != nullptr && a->stack_top != c->stack_top);
    CHECK(b->stack_top == nullptr); /* it runs on the one it has */
}

static void the_cpu_made_last_can_be_forgotten(void)
{
    sim_start(256);
    CHECK(cpu_create(true) != nullptr);
    CHECK(cpu_create(false) != nullptr);
    cpu_drop_last();
    CHECK_EQ(cpu_count, 1);
    CHECK(cpu_table[1] == nullptr);
    CHECK_EQ(cpu_create(false)->id, 1);
}

static void drop([[maybe_unused]] void *arg)
{
    cpu_drop_last();
}

static void the_boot_cpu_cannot_be_forgotten(void)
{
    sim_start(256);
    CHECK(sim_panics(drop, nullptr) != nullptr);
    CHECK(cpu_create(true) != nullptr);
    CHECK(sim_panics(drop, nullptr) != nullptr);
    CHECK_EQ(cpu_count, 1);
}

/* What a CPU takes on its way up, at the most that has been seen: tests/boot starts as many as there is memory for. */
enum : size_t { PAGES_ON_THE_WAY = 16 };

static void without_memory_there_are_fewer_cpus(void)
{
    sim_start(512);
    CHECK(cpu_create(true) != nullptr);
    while (cpu_create(false) != nullptr)
        continue;
    CHECK(cpu_count > 2 && cpu_count < 512);
    CHECK(cpu_table[cpu_count] == nullptr);
    CHECK(strstr(sim_console(), "no memory for number") != nullptr);
    const size_t left = frame_count_free() - frame_count_reserve();
    CHECK(left >= frame_count_total() / 8 + PAGES_ON_THE_WAY);
    const uint16_t count = cpu_count;
    CHECK(cpu_create(false) == nullptr);
    CHECK_EQ(cpu_count, count);
    CHECK_EQ(frame_count_free(), left + frame_count_reserve());
}

static void the_boot_cpu_needs_no_memory(void)
{
    sim_start(512);
    while (frame_alloc_reserve(0, FRAME_RAW) != nullptr)
        continue;
    CHECK(cpu_create(false) == nullptr);
    CHECK(cpu_create(true) == &boot_cpu);
    CHECK_EQ(boot_cpu.id, 0);
}

static void a_cpu_without_a_stack_takes_no_memory(void)
{
    sim_start(512);
    CHECK(cpu_create(true) != nullptr);
    /* A page for the struct, and none beside another for the stack: every second one is free. */
    static void *frame[512];
    size_t count = 0;
    while ((frame[count] = frame_alloc_reserve(0, FRAME_RAW)) != nullptr)
        count++;
    for (size_t i = 0; i < count; i++)
        if (virt_to_phys(frame[i]).raw >> PAGE_BITS & 1)
            frame_free(frame[i], 0);
    const size_t before = frame_count_free();
    CHECK(cpu_create(false) == nullptr);
    CHECK_EQ(frame_count_free(), before);
}

static void there_are_no_more_cpus_than_numbers(void)
{
    sim_start(SIM_POOL_PAGES);
    CHECK(cpu_create(true) != nullptr);
    for (unsigned n = 1; n < CPU_MAX; n++)
        CHECK_EQ(cpu_create(false)->id, n);
    CHECK(cpu_create(false) == nullptr);
    CHECK_EQ(cpu_count, CPU_MAX);
    CHECK(strstr(sim_console(), "numbers no more") != nullptr);
}

static void levels_of_control_flow_protection_are_named_as_the_build_does(void)
{
    CHECK(strcmp(cpu_cfp_name(false, false), "none") == 0);
    CHECK(strcmp(cpu_cfp_name(true, false), "branch") == 0);
    CHECK(strcmp(cpu_cfp_name(false, true), "return") == 0);
    CHECK(strcmp(cpu_cfp_name(true, true), "full") == 0);
}

int main(void)
{
    SIM_RUN(cpus_are_numbered_in_order_each_with_its_own_stack);
    SIM_RUN(the_cpu_made_last_can_be_forgotten);
    SIM_RUN(the_boot_cpu_cannot_be_forgotten);
    SIM_RUN(without_memory_there_are_fewer_cpus);
    SIM_RUN(the_boot_cpu_needs_no_memory);
    SIM_RUN(a_cpu_without_a_stack_takes_no_memory);
    SIM_RUN(there_are_no_more_cpus_than_numbers);
    SIM_RUN(levels_of_control_flow_protection_are_named_as_the_build_does);
}
