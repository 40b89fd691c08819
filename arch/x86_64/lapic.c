/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/lapic.h"

#include "arch/inline.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/vector.h"
#include "kernel/base/bits.h"
#include "kernel/base/mmio.h"
#include "kernel/base/panic.h"
#include "kernel/cap/nova.h"
#include "kernel/mm/kmap.h"

/* Register offsets; the x2APIC MSR is IA32_X2APIC + offset / 16. */
enum reg : uint32_t {
    APIC_ID = 0x020,
    APIC_VERSION = 0x030,
    APIC_TPR = 0x080,
    APIC_EOI = 0x0b0,
    APIC_SVR = 0x0f0,
    APIC_ISR = 0x100, /* eight times 32 vectors, 16 bytes apart */
    APIC_ESR = 0x280,
    APIC_LVT_CMCI = 0x2f0,
    APIC_ICR = 0x300,
    APIC_ICR_HIGH = 0x310, /* not in x2APIC mode */
    APIC_LVT_TIMER = 0x320,
    APIC_LVT_THERMAL = 0x330,
    APIC_LVT_PERF = 0x340,
    APIC_LVT_LINT0 = 0x350,
    APIC_LVT_LINT1 = 0x360,
    APIC_LVT_ERROR = 0x370,
    APIC_TIMER_INITIAL = 0x380,
    APIC_TIMER_CURRENT = 0x390,
    APIC_TIMER_DIVIDE = 0x3e0,
};

enum : uint32_t {
    LVT_MASKED = 1u << 16,
    LVT_NMI = 4u << 8,
    LVT_TIMER_PERIODIC = 1u << 17,
    LVT_TIMER_DEADLINE = 2u << 17,
    TIMER_DIVIDE_1 = 0xb,
    TIMER_SHORT = 20'000, /* clocks of the timer: 20 to 200 microseconds */
    SVR_ENABLE = 1u << 8,
    TPR_EXCEPTIONS = 0x10, /* vectors below 0x20 are no interrupts */
    VERSION_MAX_LVT_SHIFT = 16,
    XAPIC_ID_SHIFT = 24,
    X2APIC_ID_ALL = 0xffff'ffff,
    ICR_INIT = 5u << 8,
    ICR_SIPI = 6u << 8,
    ICR_PENDING = 1u << 12,
    ICR_ASSERT = 1u << 14,
    ICR_SELF = 1u << 18,
};
enum : unsigned { ICR_TRIES = 1'000'000, ISR_WORDS = 8 };
enum : uint64_t { MSI_SIZE = MIB };

static volatile void *registers; /* nullptr in x2APIC mode */
static uint32_t lvt_timer = LVT_MASKED;

static uint32_t reg_read(enum reg reg)
{
    if (registers == nullptr)
        return (uint32_t)rdmsr(IA32_X2APIC + reg / 16);
    return mmio_read32(registers, reg);
}

static void reg_write(enum reg reg, uint32_t value)
{
    if (registers == nullptr)
        wrmsr(IA32_X2APIC + reg / 16, value);
    else
        mmio_write32(registers, reg, value);
}

void lapic_setup(bool allow_x2apic)
{
    const uint64_t base = rdmsr(IA32_APIC_BASE);
    const paddr_t page = paddr(base & APIC_BASE_ADDRESS);
    nova_protect("local APIC", page, PAGE_SIZE);
    nova_protect("MSI", paddr(LAPIC_MSI_BASE), MSI_SIZE);
    const bool is_on = base & APIC_BASE_X2APIC; /* there is no way back but through reset */
    if (is_on || (allow_x2apic && cpu_has(CPU_X2APIC)))
        return;
    registers = kmap_device(page, PAGE_SIZE);
    if (registers == nullptr)
        panic("cannot map the local APIC");
}

/* Sources above `max` do not exist. */
static void mask_sources(uint32_t max)
{
    static const struct {
        enum reg reg;
        uint32_t number;
    } sources[] = {
        {APIC_LVT_LINT0, 1},   {APIC_LVT_ERROR, 3}, {APIC_LVT_PERF, 4},
        {APIC_LVT_THERMAL, 5}, {APIC_LVT_CMCI, 6},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(sources); i++)
        if (sources[i].number <= max)
            reg_write(sources[i].reg, LVT_MASKED);
}

/*
 * What firmware or a loader has not ended would hold back all that is not above it. An EOI ends what is
 * highest (SDM vol. 3, "Signaling Interrupt Servicing Completion"), so as many as there are end all.
 */
static void end_all(void)
{
    for (unsigned word = ISR_WORDS; word-- > 0;)
        for (uint32_t left = reg_read((enum reg)(APIC_ISR + word * 16)); left != 0;
             left &= left - 1)
            lapic_eoi();
}

void lapic_init(void)
{
    wrmsr(IA32_APIC_BASE, rdmsr(IA32_APIC_BASE) | APIC_BASE_ENABLE);
    if (registers == nullptr)
        wrmsr(IA32_APIC_BASE, rdmsr(IA32_APIC_BASE) | APIC_BASE_X2APIC);
    reg_write(APIC_SVR, SVR_ENABLE | VECTOR_SPURIOUS);
    reg_write(APIC_TPR, TPR_EXCEPTIONS);
    end_all();
    mask_sources(reg_read(APIC_VERSION) >> VERSION_MAX_LVT_SHIFT & 0xff);
    reg_write(APIC_LVT_LINT1, LVT_NMI);
    lapic_ticks(false);
    reg_write(APIC_ESR, 0);
}

uint32_t lapic_id(void)
{
    return registers == nullptr ? reg_read(APIC_ID) : reg_read(APIC_ID) >> XAPIC_ID_SHIFT;
}

bool lapic_reaches(uint32_t apic_id)
{
    return apic_id < (registers == nullptr ? X2APIC_ID_ALL : LAPIC_ID_ALL);
}

void lapic_eoi(void)
{
    reg_write(APIC_EOI, 0);
}

bool lapic_is_in_service(uint8_t vector)
{
    return reg_read((enum reg)(APIC_ISR + vector / 32 * 16)) >> vector % 32 & 1;
}

static void wait_sent(void)
{
    for (unsigned tries = 0; tries < ICR_TRIES && reg_read(APIC_ICR) & ICR_PENDING; tries++)
        arch_cpu_relax();
}

static void send(uint32_t apic_id, uint32_t command)
{
    if (registers == nullptr) {
        /* WRMSR of an x2APIC register does not wait for earlier stores (SDM vol. 3, "MSR Access"). */
        __asm__ volatile("mfence; lfence" ::: "memory");
        wrmsr(IA32_X2APIC + APIC_ICR / 16, (uint64_t)apic_id << 32 | command);
        return;
    }
    wait_sent();
    reg_write(APIC_ICR_HIGH, apic_id << XAPIC_ID_SHIFT);
    reg_write(APIC_ICR, command);
}

void lapic_send_init(uint32_t apic_id)
{
    send(apic_id, ICR_INIT | ICR_ASSERT);
}

void lapic_send_sipi(uint32_t apic_id, uint64_t page)
{
    send(apic_id, ICR_SIPI | ICR_ASSERT | (uint32_t)(page >> PAGE_BITS));
}

void lapic_send_vector(uint32_t apic_id, uint8_t vector)
{
    send(apic_id, ICR_ASSERT | vector);
}

void lapic_send_self(uint8_t vector)
{
    reg_write(APIC_ICR, ICR_SELF | ICR_ASSERT | vector);
}

void lapic_ticks(bool on)
{
    reg_write(APIC_TIMER_DIVIDE, TIMER_DIVIDE_1);
    reg_write(APIC_LVT_TIMER, on ? LVT_TIMER_PERIODIC | VECTOR_TIMER : lvt_timer);
    reg_write(APIC_TIMER_INITIAL, on ? TIMER_SHORT : 0);
    /* A deadline is written after the mode (SDM vol. 3, "TSC-Deadline Mode"). */
    __asm__ volatile("mfence" ::: "memory");
}

void lapic_timer_enable(bool by_deadline)
{
    lvt_timer = VECTOR_TIMER | (by_deadline ? LVT_TIMER_DEADLINE : 0);
}

void lapic_timer_count(uint32_t count)
{
    reg_write(APIC_TIMER_INITIAL, count);
}

uint32_t lapic_timer_left(void)
{
    return reg_read(APIC_TIMER_CURRENT);
}
