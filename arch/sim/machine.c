/* SPDX-License-Identifier: GPL-2.0-only */
/* CPUs: entering and leaving the kernel, interrupts, waiting for each other. */

#include "arch/sim/machine.h"

#include "arch/contract/boot.h"
#include "arch/contract/cpu.h"
#include "arch/contract/ec.h"
#include "arch/contract/irq.h"
#include "arch/contract/timer.h"
#include "arch/inline.h"
#include "arch/sim/boot.h"
#include "arch/sim/fiber.h"
#include "arch/sim/mmu.h"
#include "arch/sim/stacks.h"
#include "kernel/abi/hypercall.h"
#include "kernel/base/bits.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/remote.h"

enum : unsigned { ROUNDS_MAX = 1'000'000 }; /* without an end: somebody waits for ever */

static struct sim_cpu {
    struct fiber fiber;
    struct cpu *cpu;
    enum sim_state state;
    bool held;          /* the test steps it by hand             */
    unsigned kinds;     /* interrupts that the entry is about     */
    unsigned event;     /* exception, likewise                    */
    void (*next)(void); /* what goes on on an empty stack         */
    size_t stack_used;
} cpus[SIM_CPU_MAX];
static unsigned count;

alignas(16) char sim_stacks[SIM_CPU_MAX][SIM_STACK_SIZE];

static struct boot_entry boot_entry;
static uint64_t timer_sets;
static struct irq_setting irqs[SIM_INT_PIN + SIM_INT_MSI];

static struct sim_cpu *at(unsigned cpu)
{
    CHECK(cpu < count);
    return &cpus[cpu];
}

static struct sim_cpu *local(void)
{
    return &cpus[cpu_local()->id];
}

static bool is_in_kernel(const struct sim_cpu *c)
{
    return c->state >= SIM_ENTERED;
}

/* The kernel stops here, on the stack of `c`. */
static void stop(struct sim_cpu *c, enum sim_state state)
{
    const size_t used =
        (size_t)(c->fiber.stack + SIM_STACK_SIZE - (char *)__builtin_frame_address(0));
    c->stack_used = used > c->stack_used ? used : c->stack_used;
    c->state = state;
}

static void pause_here(enum sim_state state)
{
    stop(local(), state);
    fiber_leave(&local()->fiber);
}

void sim_pause(void)
{
    pause_here(SIM_ACCESS);
}

[[noreturn]] static void end_here(enum sim_state state)
{
    stop(local(), state);
    fiber_end();
}

static void enter_at(struct sim_cpu *c, void (*run)(void))
{
    c->state = SIM_ENTERED;
    fiber_start(&c->fiber, run);
}

static void step(struct sim_cpu *c)
{
    CHECK(is_in_kernel(c) || c->state == SIM_IDLE);
    do {
        if (c->next != nullptr)
            fiber_start(&c->fiber, c->next);
        c->next = nullptr;
        sim_cpu_current = c->cpu;
        fiber_enter(&c->fiber);
        sim_cpu_current = nullptr;
    } while (c->next != nullptr);
}

/* Interrupts. */

static unsigned pending(const struct sim_cpu *c)
{
    const struct arch_cpu *const arch = &c->cpu->arch;
    return (arch->kicked ? SIM_KICK : 0) | (arch->timer <= sim_stc ? SIM_TIMER : 0) |
           (arch->irqs != 0 ? SIM_IRQ : 0);
}

static void let_in(unsigned kinds)
{
    struct sim_cpu *const c = local();
    struct arch_cpu *const arch = &c->cpu->arch;
    kinds &= pending(c);
    if (kinds & SIM_KICK) {
        atomic_exchange(&arch->kicked, false);
        cpu_kicked();
    }
    if (kinds & SIM_TIMER) {
        arch->timer = UINT64_MAX;
        sched_timer();
    }
    while ((kinds & SIM_IRQ) && arch->irqs != 0) {
        const unsigned n = bit_lowest(arch->irqs);
        arch->irqs &= arch->irqs - 1;
        irq_raise(n);
    }
}

void arch_interrupt_window(void)
{
    pause_here(SIM_WINDOW);
    let_in(SIM_ALL);
}

void arch_cpu_idle(void)
{
    pause_here(SIM_IDLE);
    let_in(local()->kinds);
}

static void relax(void)
{
    CHECK(cpu_local() != nullptr); /* else the test itself waits, for ever */
    pause_here(SIM_SPIN);
}

void arch_cpu_kick(const struct cpu *cpu)
{
    atomic_exchange(&cpus[cpu->id].cpu->arch.kicked, true);
}

void arch_timer_set(uint64_t deadline)
{
    cpu_local()->arch.timer = deadline;
    timer_sets++;
}

uint64_t arch_stc_frequency(void)
{
    return SIM_FREQUENCY;
}

struct irq_message arch_irq_assign(unsigned n, const struct irq_setting *setting)
{
    irqs[n] = *setting;
    return (struct irq_message){.address = 0xfee0'0000, .data = (uint16_t)n};
}

void arch_irq_rearm([[maybe_unused]] unsigned n)
{
}

const struct irq_setting *sim_irq_setting(unsigned n)
{
    CHECK(n < SIM_INT_PIN + SIM_INT_MSI);
    return &irqs[n];
}

void sim_raise(unsigned n)
{
    CHECK(n < SIM_INT_PIN + SIM_INT_MSI);
    if (!irqs[n].masked)
        at(irqs[n].cpu)->cpu->arch.irqs |= bit(n);
}

/* Ways into the kernel, and out. */

[[noreturn]] void arch_ec_resume(struct ec *ec)
{
    struct cpu *const cpu = cpu_local();
    CHECK_EQ(ec->cpu, cpu->id);
    cpu->current = ec;
    ec->arch.has_run = true;
    mmu_activate(cpu, ec->kind == EC_GUEST ? ec->guest : ec->host);
    end_here(SIM_USER);
}

[[noreturn]] void arch_cpu_restart(void (*next)(void))
{
    local()->next = next;
    end_here(SIM_ENTERED);
}

status_t arch_ec_switch([[maybe_unused]] struct ec *ec, struct ec *next)
{
    arch_ec_resume(next);
}

status_t arch_ec_switch_back(struct ec *ec, struct ec *next)
{
    return arch_ec_switch(ec, next);
}

static void enter_hypercall(void)
{
    struct ec *const self = cpu_local()->current;
    const uint64_t p0 = arch_ec_slot(&self->arch, 0);
    const status_t status = hypercall_handler[p0 & P0_NUMBER_MASK](self);
    if (status >= HYPERCALL_RARE || cpu_local()->sched.again)
        hypercall_finish(self, status);
    arch_ec_set_slot(&self->arch, 0, status);
    arch_ec_resume(self);
}

static void enter_event(void)
{
    ec_event(cpu_local()->current, local()->event);
}

static void enter_interrupt(void)
{
    let_in(local()->kinds);
    sched_leave(cpu_local()->current);
}

static void begin_interrupt(struct sim_cpu *c, unsigned kinds)
{
    CHECK(c->state == SIM_USER || c->state == SIM_IDLE);
    c->kinds = kinds;
    if (c->state == SIM_USER)
        enter_at(c, enter_interrupt);
    else
        c->state = SIM_ENTERED;
}

/* Somebody waits for `c`, or for somebody like it. */
static void nudge(struct sim_cpu *c)
{
    if (is_in_kernel(c))
        step(c);
    else if (c->state != SIM_OFF && pending(c) != 0)
        begin_interrupt(c, SIM_ALL);
}

/* Let all run that are in the kernel, but those that are stepped by hand. */
static void finish(void)
{
    for (unsigned rounds = 0;; rounds++) {
        bool busy = false, spins = false;
        CHECK(rounds < ROUNDS_MAX);
        for (unsigned i = 0; i < count; i++) {
            struct sim_cpu *const c = &cpus[i];
            if (!is_in_kernel(c) || c->held)
                continue;
            step(c);
            busy |= is_in_kernel(c);
            spins |= c->state == SIM_SPIN;
        }
        if (!busy)
            return;
        for (unsigned i = 0; spins && i < count; i++)
            if (cpus[i].state != SIM_SPIN || cpus[i].held)
                nudge(&cpus[i]);
    }
}

void sim_begin(unsigned cpu, uint64_t p0, uint64_t p1, uint64_t p2, uint64_t p3, uint64_t p4)
{
    struct sim_cpu *const c = at(cpu);
    CHECK(c->state == SIM_USER);
    c->cpu->current->arch.regs = (struct arch_regs){.slot = {p0, p1, p2, p3, p4},
                                                    .ip = c->cpu->current->arch.regs.ip,
                                                    .sp = c->cpu->current->arch.regs.sp};
    enter_at(c, enter_hypercall);
    c->held = true;
}

void sim_begin_event(unsigned cpu, unsigned event)
{
    CHECK(at(cpu)->state == SIM_USER);
    at(cpu)->event = event;
    enter_at(at(cpu), enter_event);
    at(cpu)->held = true;
}

void sim_begin_interrupt(unsigned cpu, unsigned kinds)
{
    begin_interrupt(at(cpu), kinds);
    at(cpu)->held = true;
}

enum sim_state sim_step(unsigned cpu)
{
    struct sim_cpu *const c = at(cpu);
    step(c);
    c->held = is_in_kernel(c);
    return c->state;
}

struct ec *sim_finish(unsigned cpu)
{
    at(cpu)->held = false;
    finish();
    return sim_user(cpu);
}

struct ec *sim_hypercall(unsigned cpu, uint64_t p0, uint64_t p1, uint64_t p2, uint64_t p3,
                         uint64_t p4)
{
    sim_begin(cpu, p0, p1, p2, p3, p4);
    return sim_finish(cpu);
}

struct ec *sim_event(unsigned cpu, unsigned event)
{
    sim_begin_event(cpu, event);
    return sim_finish(cpu);
}

struct ec *sim_interrupt(unsigned cpu, unsigned kinds)
{
    sim_begin_interrupt(cpu, kinds);
    return sim_finish(cpu);
}

void sim_settle(void)
{
    bool more = true;
    for (unsigned rounds = 0; more; rounds++) {
        CHECK(rounds < ROUNDS_MAX);
        more = false;
        for (unsigned i = 0; i < count; i++) {
            if (is_in_kernel(&cpus[i]) || pending(&cpus[i]) == 0)
                continue;
            more = true;
            sim_interrupt(i, SIM_ALL);
        }
    }
}

enum sim_state sim_state_of(unsigned cpu)
{
    return at(cpu)->state;
}

struct ec *sim_user(unsigned cpu)
{
    return at(cpu)->state == SIM_USER ? at(cpu)->cpu->current : nullptr;
}

unsigned sim_pending(unsigned cpu)
{
    return pending(at(cpu));
}

void sim_advance(uint64_t ticks)
{
    sim_stc += ticks;
}

uint64_t sim_timer(unsigned cpu)
{
    return at(cpu)->cpu->arch.timer;
}

uint64_t sim_timer_sets(void)
{
    return timer_sets;
}

size_t sim_stack_used(unsigned cpu)
{
    const size_t used = at(cpu)->stack_used;
    at(cpu)->stack_used = 0;
    return used;
}

/* Booting. */

static void power_on(unsigned n, struct cpu *cpu, void (*run)(void))
{
    cpus[n].cpu = cpu;
    cpus[n].fiber.stack = sim_stacks[n];
    cpus[n].fiber.size = SIM_STACK_SIZE;
    cpu->arch.timer = UINT64_MAX;
    enter_at(&cpus[n], run);
}

static void run_boot(void)
{
    boot_main(&boot_entry);
}

static void run_secondary(void)
{
    boot_secondary(cpu_local());
}

void arch_cpu_init([[maybe_unused]] struct cpu *cpu)
{
}

void arch_cpu_start_others(void)
{
    CHECK(cpu_create(true) == &boot_cpu);
    for (unsigned n = 1; n < count; n++) {
        struct cpu *const cpu = cpu_create(false);
        CHECK(cpu != nullptr);
        power_on(n, cpu, run_secondary);
    }
}

void sim_boot(unsigned number, size_t pages)
{
    CHECK(number > 0 && number <= SIM_CPU_MAX);
    count = number;
    boot_entry = boot_load(pages);
    sim_relax = relax;
    for (unsigned n = 0; n < SIM_INT_PIN + SIM_INT_MSI; n++)
        irqs[n].masked = true;
    power_on(0, &boot_cpu, run_boot);
    finish();
    sim_settle();
    CHECK(sim_user(0) != nullptr || sim_loader != nullptr);
}
