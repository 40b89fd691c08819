/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/ioapic.h"

#include "kernel/base/mmio.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/cap/nova.h"
#include "kernel/mm/kmap.h"

enum : uint32_t { IOREGSEL = 0x00, IOWIN = 0x10 };
enum : uint32_t { IOAPICVER = 0x01, IOREDTBL = 0x10 }; /* two words per pin */
enum : uint32_t { VERSION_LAST_SHIFT = 16, REDIRECTION_MASKED = 1u << 16 };

static void reg_select(volatile void *registers, uint32_t index)
{
    mmio_write32(registers, IOREGSEL, index);
}

uint32_t ioapic_init(paddr_t base)
{
    nova_protect("I/O APIC", base, PAGE_SIZE);
    volatile void *const registers = kmap_device(base, PAGE_SIZE);
    if (registers == nullptr)
        panic("cannot map the I/O APIC at %#lx", base.raw);
    reg_select(registers, IOAPICVER);
    const uint32_t count = (mmio_read32(registers, IOWIN) >> VERSION_LAST_SHIFT & 0xff) + 1;
    for (uint32_t pin = 0; pin < count; pin++) {
        reg_select(registers, IOREDTBL + 2 * pin);
        mmio_write32(registers, IOWIN, REDIRECTION_MASKED);
    }
    return count;
}
