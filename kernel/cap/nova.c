/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/nova.h"

#include "arch/inline.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/device/console.h"

struct space_obj *nova_obj;
struct space_hst *nova_hst;
struct space_bit *nova_pio;
struct space_bit *nova_msr;

/* Protected page frames: [start, end), ascending, disjoint, not touching. Boot writes, then constant. */
static struct {
    uint64_t start, end;
} protected[NOVA_PROTECTED_MAX];
static unsigned protected_count;

/* All ports at once: one by one they would be most of what boot does. */
static void allow_all_ports(void)
{
    for (size_t i = 0; i < SPACE_BIT_WORDS; i++)
        atomic_store_explicit(&nova_pio->deny[i], 0, memory_order_relaxed);
}

COLD void nova_init(void)
{
    nova_obj = space_obj_create(nullptr);
    nova_hst = space_hst_create(nullptr, KOBJ_SPC_HST);
    if (ARCH_HAS_PIO)
        nova_pio = space_bit_create(nullptr, KOBJ_SPC_PIO);
    if (ARCH_HAS_MSR)
        nova_msr = space_bit_create(nullptr, KOBJ_SPC_MSR);
    if (nova_obj == nullptr || nova_hst == nullptr || (ARCH_HAS_PIO && nova_pio == nullptr) ||
        (ARCH_HAS_MSR && nova_msr == nullptr))
        panic("no memory for the NOVA spaces: build with a larger pool");
    nova_hst->is_nova = true;
    nova_protect("addresses beyond the CPU's", paddr(bit(arch_phys_bits())),
                 bit(arch_hva_bits()) - bit(arch_phys_bits()));
    if (ARCH_HAS_PIO)
        allow_all_ports();
}

COLD void nova_protect(const char *what, paddr_t base, uint64_t size)
{
    if (size == 0)
        return;
    size = min_u64(size, UINT64_MAX - base.raw); /* firmware's numbers may wrap */
    uint64_t start = base.raw >> PAGE_BITS;
    uint64_t end = ((base.raw + size - 1) >> PAGE_BITS) + 1;
    console_print(CONSOLE_DEBUG, "protect %#018lx..%#018lx %s", base.raw, base.raw + size, what);

    /* Swallow the ranges that the new one overlaps or touches: [first, last). */
    unsigned first = 0;
    while (first < protected_count && protected[first].end < start)
        first++;
    unsigned last = first;
    for (; last < protected_count && protected[last].start <= end; last++) {
        start = min_u64(start, protected[last].start);
        end = max_u64(end, protected[last].end);
    }
    if (first == last && protected_count == NOVA_PROTECTED_MAX)
        panic("more than %u protected ranges: raise NOVA_PROTECTED_MAX", NOVA_PROTECTED_MAX);
    const unsigned tail = protected_count - last;
    __builtin_memmove(&protected[first + 1], &protected[last], tail * sizeof(protected[0]));
    protected[first].start = start;
    protected[first].end = end;
    protected_count = first + 1 + tail;
}

uint64_t nova_extent(uint64_t pfn, uint64_t limit, bool *delegable)
{
    /* Binary search: the first range that ends behind pfn. */
    unsigned low = 0, high = protected_count;
    while (low < high) {
        const unsigned middle = (low + high) / 2;
        if (protected[middle].end <= pfn)
            low = middle + 1;
        else
            high = middle;
    }
    *delegable = low == protected_count || pfn < protected[low].start;
    if (low == protected_count)
        return limit;
    return min_u64(limit, (*delegable ? protected[low].start : protected[low].end) - pfn);
}
