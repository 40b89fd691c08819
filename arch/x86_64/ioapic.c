/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/ioapic.h"

#include "kernel/base/bits.h"
#include "kernel/base/mmio.h"
#include "kernel/base/panic.h"
#include "kernel/cap/nova.h"
#include "kernel/device/console.h"
#include "kernel/mm/kmap.h"

enum : uint32_t { IOREGSEL = 0x00, IOWIN = 0x10 };
enum : uint32_t { IOAPICVER = 0x01, IOREDTBL = 0x10 }; /* two words per pin */
enum : uint32_t { VERSION_LAST_SHIFT = 16, DESTINATION_SHIFT = 24 };
enum : unsigned { IOAPIC_MAX = 32 };

static struct ioapic {
    volatile void *registers;
    uint32_t first, count;
} ioapics[IOAPIC_MAX];
static unsigned ioapic_count;

static uint32_t reg_read(const struct ioapic *ioapic, uint32_t index)
{
    mmio_write32(ioapic->registers, IOREGSEL, index);
    return mmio_read32(ioapic->registers, IOWIN);
}

static void reg_write(const struct ioapic *ioapic, uint32_t index, uint32_t value)
{
    mmio_write32(ioapic->registers, IOREGSEL, index);
    mmio_write32(ioapic->registers, IOWIN, value);
}

uint32_t ioapic_init(paddr_t base, uint32_t first, uint32_t limit)
{
    nova_protect("I/O APIC", base, PAGE_SIZE);
    struct ioapic ioapic = {.registers = kmap_device(base, PAGE_SIZE), .first = first};
    if (ioapic.registers == nullptr)
        panic("cannot map the I/O APIC at %#lx", base.raw);
    ioapic.count = (reg_read(&ioapic, IOAPICVER) >> VERSION_LAST_SHIFT & 0xff) + 1;
    for (uint32_t input = 0; input < ioapic.count; input++)
        reg_write(&ioapic, IOREDTBL + 2 * input, IOAPIC_MASKED);
    if (first >= limit)
        return 0;
    if (ioapic_count == IOAPIC_MAX) {
        console_print(CONSOLE_WARN, "I/O APIC at %#lx: not used, there are too many", base.raw);
        return 0;
    }
    ioapics[ioapic_count++] = ioapic;
    return (uint32_t)min_u64((uint64_t)first + ioapic.count, limit);
}

static const struct ioapic *ioapic_of(unsigned n)
{
    for (unsigned i = 0; i < ioapic_count; i++)
        if (n - ioapics[i].first < ioapics[i].count)
            return &ioapics[i];
    return nullptr;
}

void ioapic_set(unsigned n, uint32_t entry)
{
    const struct ioapic *const ioapic = ioapic_of(n);
    if (ioapic != nullptr)
        reg_write(ioapic, IOREDTBL + 2 * (n - ioapic->first), entry);
}

void ioapic_route(unsigned n, uint32_t entry, uint8_t apic_id)
{
    const struct ioapic *const ioapic = ioapic_of(n);
    if (ioapic == nullptr)
        return;
    /* Masked in between: it never goes to the new destination in the old way. */
    const uint32_t index = IOREDTBL + 2 * (n - ioapic->first);
    reg_write(ioapic, index, entry | IOAPIC_MASKED);
    reg_write(ioapic, index + 1, (uint32_t)apic_id << DESTINATION_SHIFT);
    reg_write(ioapic, index, entry);
}
