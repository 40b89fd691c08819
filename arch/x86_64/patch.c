/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/patch.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/mitigations.h"
#include "arch/x86_64/regs.h"
#include "kernel/base/bits.h"

struct patch {
    uint32_t at;
    uint32_t detour; /* 0: NOPs without the feature; else: a jump there with it */
    uint8_t length;
    uint8_t feature;
    uint16_t unused;
};
static_assert(sizeof(struct patch) == PATCH_SIZE);

/* kernel.ld */
extern const struct patch patch_sites[], patch_sites_end[];

uint32_t patch_features;

/* One NOP of `length` bytes, 1 to 15: prefixes, 90. */
static void put_nop(uint8_t *at, uint8_t length)
{
    for (uint8_t i = 0; i + 1 < length; i++)
        at[i] = 0x66;
    at[length - 1] = 0x90;
}

/* JMP rel32 */
static void put_jump(uint8_t *at, uint32_t distance)
{
    at[0] = 0xe9;
    for (unsigned i = 0; i < 4; i++)
        at[1 + i] = (uint8_t)(distance >> 8 * i);
}

static void apply(const struct patch *p)
{
    uint8_t *const at = (uint8_t *)(LAYOUT_VIRT + (uint64_t)p->at); /* NOLINT: text */
    const bool has = patch_features >> p->feature & 1;
    if (p->detour == 0 && !has)
        put_nop(at, p->length);
    else if (p->detour != 0 && has)
        put_jump(at, p->detour - p->at - 5);
}

void patch_apply(void)
{
    patch_features = (uint32_t)(cpu_has(CPU_SMAP) * bit(FEATURE_SMAP) |
                                cpu_has(CPU_SHADOW_STACK) * bit(FEATURE_SHADOW_STACK) |
                                mitigations_need_verw() * bit(FEATURE_VERW));
    /* Text is mapped read-only: for this time the kernel may write to such pages. */
    const uint64_t cr0 = read_cr0();
    write_cr0(cr0 & ~CR0_WP);
    for (const struct patch *p = patch_sites; p < patch_sites_end; p++)
        apply(p);
    write_cr0(cr0);
    cpuid(0, 0); /* serializes: nothing fetched before runs (SDM vol. 3, "Self-Modifying Code") */
}
