/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/cet.h"

#include "arch/x86_64/cpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/layout.h"
#include "arch/x86_64/patch.h"
#include "arch/x86_64/regs.h"
#include "arch/x86_64/space.h"
#include "arch/x86_64/tables.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/mm/kmap.h"

static_assert(offsetof(struct cpu, arch.shadow_token) == CPU_SHADOW_TOKEN);

enum : size_t { PAGE_WORDS = PAGE_SIZE / sizeof(uint64_t), IST_WORDS = PAGE_WORDS / 4 };

/* A page for the kernel stack's shadow, and one for those of the interrupt stacks. */
struct shadow_page {
    alignas(PAGE_SIZE) uint64_t word[PAGE_WORDS];
};
static struct shadow_page boot_page[2];

/* A shadow stack's token: its own address (SDM vol. 1, "Supervisor Shadow Stack Token"). */
static uint64_t token_put(uint64_t *end)
{
    end[-1] = (uint64_t)&end[-1];
    return (uint64_t)&end[-1];
}

static struct shadow_page *page_make(void)
{
    struct shadow_page *const end = kmap_stack(0);
    if (end == nullptr)
        panic("no memory for a shadow stack: build with a larger pool");
    return end - 1;
}

static void shadow_prepare(struct cpu *cpu)
{
    const bool boot = cpu == &boot_cpu;
    struct shadow_page *const main = boot ? &boot_page[0] : page_make();
    struct shadow_page *const ists = boot ? &boot_page[1] : page_make();
    cpu->arch.shadow_token = token_put(main->word + PAGE_WORDS);
    for (unsigned i = IST_NMI; i < IST_END; i++)
        cpu->arch.tables->shadow_ist[i] = token_put(ists->word + i * IST_WORDS);
    space_make_shadow(main);
    space_make_shadow(ists);
    wrmsr(IA32_PL0_SSP, cpu->arch.shadow_token);
    wrmsr(IA32_INTERRUPT_SSP_TABLE, (uint64_t)cpu->arch.tables->shadow_ist);
}

static bool has_branch_tracking(void)
{
    return CFP_BRANCH && cpu_has(CPU_IBT);
}

/* Decided once, by patch.c, which left or removed the instructions. */
static bool has_shadow_stack(void)
{
    return CFP_RETURN && (patch_features >> FEATURE_SHADOW_STACK & 1);
}

const char *cet_level(void)
{
    return cpu_cfp_name(has_branch_tracking(), has_shadow_stack());
}

uint64_t cet_prepare(struct cpu *cpu)
{
    uint64_t s_cet = 0;
    if (has_branch_tracking())
        s_cet |= S_CET_ENDBR_EN | S_CET_NO_TRACK_EN | S_CET_SUPPRESS_DIS;
    if (has_shadow_stack()) {
        shadow_prepare(cpu);
        s_cet |= S_CET_SH_STK_EN;
    }
    if (s_cet != 0) {
        write_cr4(read_cr4() | CR4_CET);
        wrmsr(IA32_U_CET, 0);
    }
    return s_cet;
}
