/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/aarch64/gic.h"

#include <stdatomic.h>

#include "arch/aarch64/gic_impl.h"
#include "arch/aarch64/sysreg.h"
#include "arch/aarch64/timer.h"
#include "arch/contract/cpu.h"
#include "arch/contract/irq.h"
#include "kernel/base/bits.h"
#include "kernel/base/mmio.h"
#include "kernel/base/panic.h"
#include "kernel/cap/nova.h"
#include "kernel/cpu/remote.h"
#include "kernel/device/console.h"
#include "kernel/mm/kmap.h"

/* Interrupts in a block of registers; those in a register of one bit each, and of two bits each. */
enum : unsigned { BLOCK = 32, PER_BIT = 32, PER_CONFIG = 16 };
enum : uint32_t { CONFIG_EDGE = 2 }; /* GICD_ICFGR */
enum : unsigned { WAIT_TRIES = 1'000'000 };

/* Peripheral identification: ArchRev in bits 7-4; at the end of a frame of 4 or of 64 KiB. */
enum : size_t { PIDR2_4K = 0xfe8, PIDR2_64K = 0xffe8 };

/* GICD_TYPER.SecurityExtn (GICv2) */
enum : uint32_t { TYPER_SECURITY = 1 << 10 };

volatile void *gic_dist;
uint32_t gic_group;
const struct gic_guest_ops *gic_guest;

static const struct gic_ops *ops;
static uint16_t intid_count;

static struct pin {
    _Atomic bool raised;     /* it is active since then; who sets it to false deactivates it    */
    _Atomic uint16_t guests; /* 1 + the CPU whose virtual CPUs deactivate it; 0: none do        */
} pins[INTID_MAX - INTID_SPI];

void gic_reset_block(volatile void *regs, unsigned n, uint32_t group)
{
    mmio_write32(regs, GICD_ICENABLER + 4 * n, ~UINT32_C(0));
    mmio_write32(regs, GICD_ICPENDR + 4 * n, ~UINT32_C(0));
    mmio_write32(regs, GICD_ICACTIVER + 4 * n, ~UINT32_C(0));
    mmio_write32(regs, GICD_IGROUPR + 4 * n, group);
    for (size_t i = 0; i < BLOCK; i += 4)
        mmio_write32(regs, GICD_IPRIORITYR + BLOCK * n + i, 0);
}

/* Write the bit of `intid` to its place in a row of registers where zeros do nothing. */
static void write_bit(volatile void *regs, size_t row, unsigned intid)
{
    mmio_write32(regs, row + intid / PER_BIT * 4, UINT32_C(1) << intid % PER_BIT);
}

/*
 * The interrupt is disabled. What it has left pending under another trigger is forgotten: a level tells
 * by itself that it still is.
 */
static void set_trigger(volatile void *regs, unsigned intid, bool level)
{
    const size_t offset = GICD_ICFGR + intid / PER_CONFIG * 4;
    const unsigned shift = intid % PER_CONFIG * 2;
    const uint32_t before = mmio_read32(regs, offset);
    const uint32_t edge = (uint32_t)CONFIG_EDGE << shift;
    const uint32_t after = level ? before & ~edge : before | edge;
    if (after == before)
        return;
    mmio_write32(regs, offset, after);
    write_bit(regs, GICD_ICPENDR, intid);
}

void gic_wait_clear(const volatile void *regs, size_t offset, uint32_t mask, const char *what)
{
    for (unsigned tries = 0; tries < WAIT_TRIES; tries++) {
        if ((mmio_read32(regs, offset) & mask) == 0)
            return;
        arch_cpu_relax();
    }
    panic("GIC: %s does not answer", what);
}

/* Version of the architecture; the distributor's frame size in *size. */
static unsigned version(uint64_t *size)
{
    *size = 4 * KIB;
    const uint32_t small = mmio_read32(gic_dist, PIDR2_4K) >> 4 & 0xf;
    if (small != 0)
        return small;
    *size = 64 * KIB;
    return mmio_read32(gic_dist, PIDR2_64K) >> 4 & 0xf;
}

/* System registers exist and firmware lets us use them. */
static bool enable_system_registers(void)
{
    if (sysreg_field(SYSREG_READ(id_aa64pfr0_el1), 27, 24) == 0)
        return false;
    SYSREG_WRITE(ICC_SRE_EL2, SYSREG_READ(ICC_SRE_EL2) | 7); /* SRE, DFB, DIB */
    isb();
    return SYSREG_READ(ICC_SRE_EL2) & 1;
}

COLD void gic_init(void)
{
    if (platform.gicd.base == 0)
        panic("no interrupt controller is described");
    gic_dist = kmap_device(paddr(platform.gicd.base), 64 * KIB);
    if (gic_dist == nullptr)
        panic("GIC: no room for its registers");
    uint64_t size;
    const unsigned rev = version(&size);
    nova_protect("GICD", paddr(platform.gicd.base), size);
    ops = rev >= 3 && enable_system_registers() ? &gic_v3 : &gic_v2;
    gic_guest = ops->guest;

    const uint32_t typer = mmio_read32(gic_dist, GICD_TYPER);
    /* Non-secure software has group 1. Where nothing is secure, GICv2's enable bits are those of group 0. */
    gic_group = rev >= 3 || typer & TYPER_SECURITY ? ~UINT32_C(0) : 0;
    intid_count = (uint16_t)min_u64(BLOCK * ((typer & 0x1f) + 1), INTID_MAX);
    console_print(CONSOLE_INFO, "GIC: version %u, %s, %u pins", rev, ops->name, gic_pin_count());
    ops->init();
    nova_protect("GICC", paddr(platform.gicc.base), platform.gicc.size);
    nova_protect("GICH", paddr(platform.gich.base), platform.gich.size);
    for (unsigned i = 0; i < platform.gicr_count; i++)
        nova_protect("GICR", paddr(platform.gicr[i].base), platform.gicr[i].size);

    mmio_write32(gic_dist, GICD_CTLR, 0);
    for (unsigned n = 1; n * BLOCK < intid_count; n++)
        gic_reset_block(gic_dist, n, gic_group);
    ops->enable_distributor();
}

bool gic_has_cpu(const struct platform_cpu *cpu)
{
    return ops->has_cpu(cpu);
}

static volatile void *private_regs(void)
{
    return cpu_local()->arch.gic_private;
}

void gic_init_cpu(struct cpu *cpu)
{
    ops->init_cpu(cpu);
    write_bit(private_regs(), GICD_ISENABLER, INTID_KICK);
}

void gic_enable_private(unsigned intid, bool level)
{
    volatile void *const regs = private_regs();
    set_trigger(regs, intid, level);
    write_bit(regs, GICD_ISENABLER, intid);
}

bool gic_private_is_active(unsigned intid)
{
    /* What a guest has just ended is seen ended. Arm IHI 0069, "Observability of the effects of accesses". */
    dsb_sy();
    return mmio_read32(private_regs(), GICD_ISACTIVER) >> intid & 1;
}

void gic_private_set_active(unsigned intid, bool active)
{
    write_bit(private_regs(), active ? GICD_ISACTIVER : GICD_ICACTIVER, intid);
}

bool gic_guest_may_end(unsigned intid)
{
    if (intid == platform_virtual_timer_intid())
        return true;
    if (intid < INTID_SPI || intid >= intid_count)
        return false;
    /* Relaxed: who assigns it anew at the same time may be seen or not. */
    return atomic_load_explicit(&pins[intid - INTID_SPI].guests, memory_order_relaxed) ==
           cpu_local()->id + 1;
}

uint16_t gic_pin_count(void)
{
    return intid_count - INTID_SPI;
}

void gic_handle(void)
{
    ops->handle();
}

bool gic_dispatch(unsigned intid)
{
    /* The acknowledgement comes before what is looked at now: what changes later, raises it again. */
    dsb_sy();
    if (intid == INTID_KICK) {
        cpu_kicked();
        return true;
    }
    if (intid == platform_timer_intid()) {
        timer_handle();
        return true;
    }
    if (intid == platform_virtual_timer_intid())
        return guest_timer_fired();
    if (intid < INTID_SPI) { /* nobody has enabled it, nobody knows it */
        write_bit(private_regs(), GICD_ICENABLER, intid);
        return true;
    }
    const unsigned pin = intid - INTID_SPI;
    if (pin >= gic_pin_count())
        return false; /* an LPI that firmware left behind: it is never active */
    /* Release: pairs with arch_irq_rearm. */
    atomic_store_explicit(&pins[pin].raised, true, memory_order_release);
    irq_raise(pin);
    return false;
}

void arch_cpu_kick(const struct cpu *cpu)
{
    dsb_ishst(); /* the other CPU sees what was stored before */
    ops->kick(cpu);
}

struct irq_message arch_irq_assign(unsigned n, const struct irq_setting *setting)
{
    const unsigned intid = INTID_SPI + n;
    write_bit(gic_dist, GICD_ICENABLER, intid);
    static_assert((CPU_MAX & (CPU_MAX - 1)) == 0, "index_nospec");
    ops->route(intid, cpu_table[index_nospec(setting->cpu, CPU_MAX)]);
    set_trigger(gic_dist, intid, setting->level);
    atomic_store_explicit(&pins[n].guests, setting->guest ? (uint16_t)(setting->cpu + 1) : 0,
                          memory_order_relaxed);
    if (!setting->masked)
        write_bit(gic_dist, GICD_ISENABLER, intid);
    return (struct irq_message){};
}

/*
 * Deactivated at the distributor, as that works for any CPU: the interrupt may have been acknowledged on
 * another one, before it was routed here.
 */
void arch_irq_rearm(unsigned n)
{
    /* Acquire: pairs with gic_dispatch. Of two CPUs that believe it is theirs, one finds it true. */
    if (atomic_exchange_explicit(&pins[n].raised, false, memory_order_acquire))
        write_bit(gic_dist, GICD_ICACTIVER, INTID_SPI + n);
}
