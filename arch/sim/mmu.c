/* SPDX-License-Identifier: GPL-2.0-only */
/* Translations and port bitmaps that CPUs remember until they are told to forget them. */

#include "arch/sim/mmu.h"

#include "arch/contract/boot.h"
#include "arch/contract/cpu.h"
#include "arch/contract/ec.h"
#include "arch/contract/space.h"
#include "arch/sim/machine.h"
#include "kernel/cap/space_bit.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/remote.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/ptab.h"
#include "kernel/obj/pd.h"

enum : unsigned { TLB_SIZE = 64 };

static struct mmu {
    struct {
        uint64_t page;
        uint8_t perm;
    } tlb[TLB_SIZE];
    unsigned count;
    uint64_t deny[SPACE_BIT_WORDS];
} mmus[SIM_CPU_MAX];

bool sim_flush_asks;

alignas(PAGE_SIZE) static uint64_t kernel_root[PTAB_ENTRIES];

static void forget(const struct cpu *cpu)
{
    mmus[cpu->id].count = 0;
}

void mmu_activate(struct cpu *cpu, struct space_hst *host)
{
    if (cpu->arch.host == host)
        return;
    cpu->arch.host = host;
    cpu->arch.ports = nullptr;
    forget(cpu);
}

static uint8_t walk(struct space_hst *host, uint64_t va)
{
    const struct ptab_hit hit = ptab_lookup(&ARCH_PTAB_HOST, host->arch.root, va);
    return hit.mapped ? arch_host_attr(hit.pte, hit.level).perm : 0;
}

bool sim_may_access(unsigned cpu, uint64_t va, uint8_t perm)
{
    CHECK(sim_state_of(cpu) == SIM_USER);
    struct mmu *const mmu = &mmus[cpu];
    const uint64_t page = va >> PAGE_BITS;
    for (unsigned i = 0; i < mmu->count; i++)
        if (mmu->tlb[i].page == page)
            return (mmu->tlb[i].perm & perm) == perm;
    const uint8_t found = walk(cpu_table[cpu]->arch.host, va);
    if (found != 0) { /* what is absent is not remembered */
        CHECK(mmu->count < TLB_SIZE);
        mmu->tlb[mmu->count].page = page;
        mmu->tlb[mmu->count++].perm = found;
    }
    return (found & perm) == perm;
}

bool sim_may_use_port(unsigned cpu, uint16_t port)
{
    CHECK(sim_state_of(cpu) == SIM_USER);
    struct arch_cpu *const arch = &cpu_table[cpu]->arch;
    uint64_t *const deny = mmus[cpu].deny;
    if (arch->ports == nullptr) {
        struct kobject *const obj = arch->host->ports;
        CHECK(obj != nullptr);
        arch->ports = CONTAINER_OF(obj, struct space_bit, obj);
        for (unsigned i = 0; i < SPACE_BIT_WORDS; i++)
            deny[i] = arch->ports->deny[i];
    }
    return !(deny[port / 64] >> port % 64 & 1);
}

bool sim_remembers_more(unsigned cpu)
{
    const struct mmu *const mmu = &mmus[cpu];
    const struct arch_cpu *const arch = &cpu_table[cpu]->arch;
    for (unsigned i = 0; i < mmu->count; i++)
        if (mmu->tlb[i].perm & ~walk(arch->host, mmu->tlb[i].page << PAGE_BITS))
            return true;
    for (unsigned i = 0; arch->ports != nullptr && i < SPACE_BIT_WORDS; i++)
        if (~mmu->deny[i] & arch->ports->deny[i])
            return true;
    return false;
}

uint64_t *arch_kernel_root(void)
{
    return kernel_root;
}

void arch_kernel_flush([[maybe_unused]] uintptr_t va, [[maybe_unused]] uint64_t size)
{
}

void arch_code_sync([[maybe_unused]] const void *code, [[maybe_unused]] size_t size)
{
}

/* The pool's array goes on behind what was said to be there. */
void arch_boot_extend(const struct boot_entry *entry, uint64_t bytes)
{
    CHECK(bytes > 0 && bytes % (2 * MIB) == 0);
    CHECK(entry->image_size + bytes <= (uintptr_t)sim_pool() + SIM_POOL_PAGES * PAGE_SIZE);
}

static struct pd *space_pd(struct arch_space_hst *space)
{
    return CONTAINER_OF(space, struct space_hst, arch)->pd;
}

status_t arch_space_hst_init(struct arch_space_hst *space)
{
    *space = (struct arch_space_hst){.root = pd_frame_alloc(space_pd(space), 0, FRAME_ZERO)};
    return space->root != nullptr ? SUCCESS : MEM_OBJ;
}

/* Other CPUs on which `is_user` says so serve before this returns. */
static void ask_others(bool (*is_user)(const struct cpu *cpu, const void *what), const void *what)
{
    bool asked[SIM_CPU_MAX] = {};
    for (unsigned i = 0; i < cpu_count; i++) {
        if (cpu_table[i] == cpu_local() || !is_user(cpu_table[i], what))
            continue;
        asked[i] = true;
        cpu_ask(cpu_table[i]);
    }
    for (unsigned i = 0; i < cpu_count; i++)
        if (asked[i])
            cpu_await(cpu_table[i]);
}

/* As on real CPUs, the space says where it may be in use. */
static bool has_host(const struct cpu *cpu, const void *what)
{
    const struct space_hst *const host = what;
    const bool listed = host->pd->cpus[cpu->id / 64] >> cpu->id % 64 & 1;
    CHECK(listed || cpu->arch.host != host);
    return listed && cpu->arch.host == host;
}

static bool has_ports(const struct cpu *cpu, const void *what)
{
    return cpu->arch.ports == what;
}

void arch_space_hst_flush(struct arch_space_hst *space)
{
    struct space_hst *const host = CONTAINER_OF(space, struct space_hst, arch);
    space->flushes++;
    if (has_host(cpu_local(), host))
        forget(cpu_local());
    if (sim_flush_asks) {
        ask_others(has_host, host);
        return;
    }
    for (unsigned i = 0; i < cpu_count; i++)
        if (has_host(cpu_table[i], host))
            forget(cpu_table[i]);
}

void arch_space_hst_fini(struct arch_space_hst *space)
{
    for (unsigned i = 0; i < PTAB_ENTRIES; i++)
        CHECK_EQ(space->root[i], 0);
    space->dying = true;
    arch_cpu_serve();
    ask_others(has_host, CONTAINER_OF(space, struct space_hst, arch));
    pd_frame_free(space_pd(space), space->root, 0);
}

void arch_ports_flush(struct space_bit *ports)
{
    if (has_ports(cpu_local(), ports))
        cpu_local()->arch.ports = nullptr;
    ask_others(has_ports, ports);
}

void arch_cpu_serve(void)
{
    struct cpu *const cpu = cpu_local();
    cpu->arch.ports = nullptr;
    forget(cpu);
    if (cpu->arch.host != nullptr && cpu->arch.host->arch.dying)
        mmu_activate(cpu, nullptr);
}
