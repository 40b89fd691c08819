/* SPDX-License-Identifier: GPL-2.0-only */
/* ACPI fixed hardware (ACPI 6.5, "ACPI Hardware Specification"). */

#include "arch/x86_64/power.h"

#include <stdatomic.h>

#include "arch/contract/cpu.h"
#include "arch/contract/power.h"
#include "arch/inline.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/platform.h"
#include "kernel/base/mmio.h"
#include "kernel/cap/nova.h"
#include "kernel/device/console.h"
#include "kernel/mm/kmap.h"

enum : uint16_t {
    PM1_CNT_SCI_EN = 1 << 0,
    PM1_CNT_SLP_TYP_SHIFT = 10,
    PM1_CNT_SLP_TYP_MASK = 7 << PM1_CNT_SLP_TYP_SHIFT,
    PM1_CNT_SLP_EN = 1 << 13,
    PM1_STS_CLEAR = 1 << 15 | 1 << 10 | 1 << 9 | 1 << 8, /* WAK RTC SLPBTN PWRBTN */
};
enum : unsigned { ENABLE_TRIES = 1'000'000, SLEEP_TRIES = 10'000'000 };

/* Generic Address Structure, address space PCI configuration: device, function, offset. */
enum : uint8_t { ACPI_SPACE_PCI_CONFIG = 2 };
enum : uint16_t { PCI_CONFIG_ADDRESS = 0xcf8, PCI_CONFIG_DATA = 0xcfc };

static volatile void *reset_memory; /* the reset register, if it is in memory and mapped */

static bool is_port(const struct acpi_register *r)
{
    return r->address != 0 && r->space == ACPI_SPACE_IO && r->address <= UINT16_MAX;
}

static uint16_t port_read(const struct acpi_register *r)
{
    return in16((uint16_t)r->address);
}

static void port_write(const struct acpi_register *r, uint16_t value)
{
    out16((uint16_t)r->address, value);
}

static void enable_acpi_mode(const struct acpi_fadt *f)
{
    if (port_read(&f->pm1a_cnt) & PM1_CNT_SCI_EN || f->smi_cmd == 0 || f->acpi_enable == 0)
        return;
    out8(f->smi_cmd, f->acpi_enable);
    for (unsigned tries = 0; !(port_read(&f->pm1a_cnt) & PM1_CNT_SCI_EN); tries++) {
        if (tries == ENABLE_TRIES) {
            console_print(CONSOLE_WARN, "ACPI: firmware does not hand over power control");
            return;
        }
        arch_cpu_relax();
    }
}

/* The first half of an event block is status (write 1 to clear), the second enables. */
static void disable_pm1(const struct acpi_register *block)
{
    if (!is_port(block) || block->width < 32)
        return;
    const uint16_t half = block->width / 16;
    out16((uint16_t)(block->address + half), 0);
    out16((uint16_t)block->address, PM1_STS_CLEAR);
}

static void disable_gpe(const struct acpi_register *block)
{
    if (!is_port(block))
        return;
    const uint16_t half = block->width / 16;
    for (uint16_t i = 0; i < half; i++) {
        out8((uint16_t)(block->address + half + i), 0);
        out8((uint16_t)(block->address + i), 0xff);
    }
}

static void map_reset(const struct acpi_fadt *f)
{
    const struct acpi_register *const r = &f->reset_reg;
    if (!(f->flags & ACPI_FADT_RESET_REG) || r->address == 0 || r->space != ACPI_SPACE_MEMORY)
        return;
    reset_memory = kmap_device(paddr(r->address), sizeof f->reset_value);
    if (reset_memory == nullptr)
        console_print(CONSOLE_WARN, "ACPI: cannot map the reset register at %#lx", r->address);
    nova_protect("reset register", paddr(r->address), sizeof f->reset_value);
}

void power_init(void)
{
    const struct acpi_fadt *const f = &platform.fadt;
    map_reset(f);
    if (!is_port(&f->pm1a_cnt))
        return;
    enable_acpi_mode(f);
    disable_pm1(&f->pm1a_evt);
    disable_pm1(&f->pm1b_evt);
    disable_gpe(&f->gpe0);
    disable_gpe(&f->gpe1);
}

static void set_sleep(const struct acpi_register *r, uint8_t type)
{
    if (!is_port(r))
        return;
    const uint16_t old = port_read(r) & (uint16_t)~(PM1_CNT_SLP_TYP_MASK | PM1_CNT_SLP_EN);
    port_write(r, (uint16_t)(old | type << PM1_CNT_SLP_TYP_SHIFT | PM1_CNT_SLP_EN));
}

static bool pci_reset(uint64_t address, uint8_t value)
{
    /* "Generic Address Structure": device in 47..32, function in 31..16, offset in 15..0; bus 0. */
    const uint64_t device = address >> 32 & 0xffff, function = address >> 16 & 0xffff;
    const uint64_t offset = address & 0xffff;
    if (device > 31 || function > 7 || offset > 255)
        return false;
    out32(PCI_CONFIG_ADDRESS,
          (uint32_t)(UINT64_C(1) << 31 | device << 11 | function << 8 | (offset & 0xfc)));
    out8((uint16_t)(PCI_CONFIG_DATA + (offset & 3)), value);
    return true;
}

/* Answers false if the platform has no reset register. */
static bool try_reset(const struct acpi_fadt *f)
{
    const struct acpi_register *const r = &f->reset_reg;
    if (!(f->flags & ACPI_FADT_RESET_REG) || r->address == 0)
        return false;
    if (r->space == ACPI_SPACE_PCI_CONFIG)
        return pci_reset(r->address, f->reset_value);
    if (reset_memory != nullptr) {
        mmio_write8(reset_memory, 0, f->reset_value);
        return true;
    }
    if (!is_port(r))
        return false;
    out8((uint16_t)r->address, f->reset_value);
    return true;
}

static bool try_off(const struct acpi_fadt *f, uint8_t a, uint8_t b)
{
    if (!is_port(&f->pm1a_cnt))
        return false;
    set_sleep(&f->pm1a_cnt, a);
    set_sleep(&f->pm1b_cnt, b);
    return true;
}

static bool try_enter(enum sleep_state state, uint8_t a, uint8_t b)
{
    switch (state) {
    case SLEEP_S4:
    case SLEEP_S5:
        return try_off(&platform.fadt, a, b);
    case SLEEP_RESET:
        return try_reset(&platform.fadt);
    case SLEEP_S1: /* nothing would bring the CPUs back yet */
    case SLEEP_S2:
    case SLEEP_S3:
        break;
    }
    return false;
}

status_t arch_power_transition(enum sleep_state state, uint8_t a, uint8_t b)
{
    static atomic_flag busy = ATOMIC_FLAG_INIT;
    if (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
        return ABORTED;
    const bool possible = try_enter(state, a, b);
    /* The chipset may take a moment; if it does nothing, others should not have to wait for that. */
    for (unsigned tries = 0; possible && tries < SLEEP_TRIES; tries++) {
        arch_cpu_relax();
        arch_interrupt_window();
    }
    atomic_flag_clear_explicit(&busy, memory_order_release);
    return BAD_FTR;
}
