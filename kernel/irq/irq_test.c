/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/irq/irq.h"

#include "arch/sim/sim.h"
#include "kernel/cpu/cpu.h"
#include "kernel/ipc/semaphore.h"
#include "kernel/mm/frame.h"

/* The CPU's side: remembers what it was asked for. */
enum : unsigned { COUNT = 300, NONE = UINT32_MAX };
static unsigned assigned, rearmed;
static struct irq_setting given;

struct irq_message arch_irq_assign(unsigned n, const struct irq_setting *setting)
{
    assigned = n;
    given = *setting;
    return (struct irq_message){.address = 0xfee0'0000 + n, .data = (uint16_t)n};
}

void arch_irq_rearm(unsigned n)
{
    rearmed = n;
}

/* Semaphores with a counter only. */
static struct sm sems[COUNT];
static unsigned sem_count, sem_limit;
static uint64_t ups[COUNT];

struct sm *sm_create([[maybe_unused]] struct pd *pd, [[maybe_unused]] uint64_t count)
{
    CHECK(pd == nullptr && count == 0);
    return sem_count < sem_limit ? &sems[sem_count++] : nullptr;
}

status_t sm_up(struct sm *sm)
{
    ups[sm - sems]++;
    return OVRFLOW;
}

static struct cpu cpu;

static void start(void)
{
    sim_start(64);
    sim_cpu_current = &cpu;
    assigned = rearmed = NONE;
    sem_limit = COUNT;
    CHECK(irq_init(COUNT));
}

static void an_interrupt_ups_its_semaphore_and_no_other(void)
{
    start();
    for (unsigned n = 0; n < COUNT; n++) {
        irq_raise(n);
        for (unsigned other = 0; other < COUNT; other++)
            CHECK_EQ(ups[other], other <= n ? 1 : 0);
        CHECK(irq_sm(n) == &sems[n]);
    }
}

static void only_semaphores_of_interrupts_are_sources(void)
{
    start();
    const struct sm ordinary = {};
    CHECK(irq_is_source(irq_sm(0)));
    CHECK(irq_is_source(irq_sm(COUNT - 1)));
    CHECK(!irq_is_source(&ordinary));
    CHECK_EQ(irq_prepare_down(&ordinary), SUCCESS);
    CHECK_EQ(rearmed, NONE);
}

static void before_it_is_assigned_cpu_0_may_count_down(void)
{
    start();
    CHECK_EQ(irq_prepare_down(irq_sm(7)), SUCCESS);
    CHECK_EQ(rearmed, 7);
    rearmed = NONE;
    cpu.id = 1;
    CHECK_EQ(irq_prepare_down(irq_sm(7)), BAD_CPU);
    CHECK_EQ(rearmed, NONE);
}

static void the_cpu_it_is_routed_to_counts_down(void)
{
    start();
    const struct irq_setting setting = {.cpu = 3, .device = 0x18, .level = true, .low = true};
    const struct irq_message message = irq_assign(irq_sm(9), &setting);
    CHECK_EQ(assigned, 9);
    CHECK_EQ(given.cpu, 3);
    CHECK_EQ(given.device, 0x18);
    CHECK(given.level && given.low && !given.masked);
    CHECK_EQ(message.address, 0xfee0'0009);
    CHECK_EQ(message.data, 9);
    CHECK_EQ(irq_prepare_down(irq_sm(9)), BAD_CPU);
    CHECK_EQ(rearmed, NONE);
    CHECK_EQ(irq_prepare_down(irq_sm(10)), SUCCESS);
    cpu.id = 3;
    CHECK_EQ(irq_prepare_down(irq_sm(9)), SUCCESS);
    CHECK_EQ(rearmed, 9);
}

static void an_interrupt_of_a_guest_is_not_acknowledged(void)
{
    start();
    irq_assign(irq_sm(4), &(struct irq_setting){.guest = true});
    CHECK_EQ(irq_prepare_down(irq_sm(4)), SUCCESS);
    CHECK_EQ(rearmed, NONE);
    irq_assign(irq_sm(4), &(struct irq_setting){});
    CHECK_EQ(irq_prepare_down(irq_sm(4)), SUCCESS);
    CHECK_EQ(rearmed, 4);
}

static void lack_of_memory_is_told(void)
{
    sim_start(64);
    sem_limit = COUNT - 1;
    CHECK(!irq_init(COUNT));
    CHECK(!irq_init(1 << 20));
}

int main(void)
{
    SIM_RUN(an_interrupt_ups_its_semaphore_and_no_other);
    SIM_RUN(only_semaphores_of_interrupts_are_sources);
    SIM_RUN(before_it_is_assigned_cpu_0_may_count_down);
    SIM_RUN(the_cpu_it_is_routed_to_counts_down);
    SIM_RUN(an_interrupt_of_a_guest_is_not_acknowledged);
    SIM_RUN(lack_of_memory_is_told);
}
