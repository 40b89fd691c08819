/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/aarch64/gic.h"

#include "arch/aarch64/gic_impl.h"
#include "arch/aarch64/sysreg.h"
#include "kernel/base/bits.h"
#include "kernel/base/mmio.h"
#include "kernel/base/panic.h"
#include "kernel/cap/nova.h"
#include "kernel/device/console.h"
#include "kernel/mm/kmap.h"

enum : unsigned { INTID_MAX = 1020, INTID_SPI = 32, BLOCK = 32 };
enum : unsigned { WAIT_TRIES = 1'000'000 };

/* Peripheral identification: ArchRev in bits 7-4; at the end of a frame of 4 or of 64 KiB. */
enum : size_t { PIDR2_4K = 0xfe8, PIDR2_64K = 0xffe8 };

/* GICD_TYPER.SecurityExtn (GICv2) */
enum : uint32_t { TYPER_SECURITY = 1 << 10 };

volatile void *gic_dist;
uint32_t gic_group;

static const struct gic_ops *ops;
static uint16_t intid_count;

void gic_reset_block(volatile void *regs, unsigned n, uint32_t group)
{
    mmio_write32(regs, GICD_ICENABLER + 4 * n, ~UINT32_C(0));
    mmio_write32(regs, GICD_ICPENDR + 4 * n, ~UINT32_C(0));
    mmio_write32(regs, GICD_ICACTIVER + 4 * n, ~UINT32_C(0));
    mmio_write32(regs, GICD_IGROUPR + 4 * n, group);
    for (size_t i = 0; i < BLOCK; i += 4)
        mmio_write32(regs, GICD_IPRIORITYR + BLOCK * n + i, 0);
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

void gic_init(void)
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
    return ops != &gic_v3 || cpu->gicr_cpu != nullptr;
}

void gic_init_cpu(struct cpu *cpu)
{
    ops->init_cpu(cpu);
}

uint16_t gic_pin_count(void)
{
    return intid_count - INTID_SPI;
}

void gic_handle(void)
{
    ops->handle();
}
