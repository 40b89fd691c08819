/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Host test of space.c: VMIDs, and TLBs that know nothing any more of a space that is gone. The program plays
 * two CPUs, which remember a translation for each VMID that they have run with until they are told to forget:
 * QEMU's forget at each change of the VMID in VTTBR_EL2, so that no test in it can miss a TLBI.
 */

/* Instructions of that CPU, for the assembler of this one. */
__asm__(".macro mrs to, name\n mov host_\\name(%rip), \\to\n .endm\n"
        ".macro isb\n .endm\n .macro dsb what\n .endm\n .macro yield\n .endm\n"
        ".macro ic what\n .endm\n .macro dc what, at\n .endm\n .macro tlbi what, at\n .endm\n");

#include "arch/aarch64/sysreg.h"

#undef SYSREG_READ
#undef SYSREG_WRITE
#define SYSREG_READ(name) (*host_##name##_of_this_cpu())
#define SYSREG_WRITE(name, value) (*host_##name##_of_this_cpu() = (value))
#define tlbi_vmalls12e1 host_forget_here
#define tlbi_vmalls12e1is host_forget_everywhere

#include <stdlib.h>

#include "kernel/cpu/cpu.h"
#include "tests/lib/expect.h"

enum : unsigned { CPUS = 2, VMIDS = 0x1'0000, SPACES = 300 };

static struct cpu cpus[CPUS] = {{.id = 0}, {.id = 1}};
[[gnu::used]] static struct cpu *host_tpidr_el2 = &cpus[0];

static struct {
    uint64_t vttbr;
    bool knows[VMIDS];
} mmus[CPUS];

static uint64_t *host_vttbr_el2_of_this_cpu(void)
{
    return &mmus[host_tpidr_el2->id].vttbr;
}

static uint64_t *host_ctr_el0_of_this_cpu(void)
{
    static uint64_t ctr;
    return &ctr;
}

static void host_forget_here(void)
{
    mmus[host_tpidr_el2->id].knows[*host_vttbr_el2_of_this_cpu() >> 48] = false;
}

static void host_forget_everywhere(void)
{
    for (unsigned i = 0; i < CPUS; i++)
        mmus[i].knows[*host_vttbr_el2_of_this_cpu() >> 48] = false;
}

#include "arch/aarch64/space.c" // NOLINT: with what is above

/* What the rest of the kernel would do. */
struct arch_features arch_features = {.vmid_bits = 8};
struct cpu *cpu_table[CPU_MAX] = {&cpus[0], &cpus[1]};
uint16_t cpu_count = CPUS;
uint64_t table_root[PTAB_ENTRIES];
uint64_t kernel_phys = KERNEL_VIRT; /* physical addresses are those of this program */

void *pd_frame_alloc([[maybe_unused]] struct pd *pd, unsigned order,
                     [[maybe_unused]] enum frame_fill fill)
{
    return aligned_alloc(PAGE_SIZE << order, PAGE_SIZE << order);
}

static uint64_t gone; /* VTTBR_EL2 of the space that is about to go */

void pd_frame_free([[maybe_unused]] struct pd *pd, void *frames, [[maybe_unused]] unsigned order)
{
    for (unsigned i = 0; i < CPUS; i++) {
        EXPECT(!mmus[i].knows[vmid_of(gone)]);
        EXPECT(mmus[i].vttbr != gone);
    }
    free(frames);
}

void cpu_ask([[maybe_unused]] struct cpu *to)
{
}

void cpu_await(struct cpu *to)
{
    struct cpu *const here = host_tpidr_el2;
    host_tpidr_el2 = to;
    arch_cpu_serve();
    host_tpidr_el2 = here;
}

void guest_leave([[maybe_unused]] struct cpu *cpu)
{
    EXPECT(false); /* threads do */
}

void fpu_deny(void)
{
}

bool mitigations_on_leave(void)
{
    return false;
}

void mitigations_leave([[maybe_unused]] const struct cpu *cpu)
{
}

/* ---- */

static struct space_hst spaces[SPACES];

/* A space whose VMID no CPU knows, unless it is the one that is shared. */
static void make(struct space_hst *space)
{
    EXPECT_EQ(SUCCESS, arch_space_hst_init(&space->arch));
    const uint64_t vmid = vmid_of(space->arch.vttbr);
    EXPECT_EQ(vmid == VMID_SHARED, space->arch.world & WORLD_STICKY);
    for (unsigned i = 0; i < CPUS; i++)
        EXPECT(!mmus[i].knows[vmid]);
}

/* A thread of `space` runs on `cpu`, as exit code and vectors.S do it. */
static void run(struct space_hst *space, unsigned cpu)
{
    host_tpidr_el2 = &cpus[cpu];
    if (atomic_load(&cpus[cpu].arch.world) & WORLD_STICKY)
        world_leave(space);
    mmus[cpu].vttbr = space->arch.vttbr;
    atomic_store(&cpus[cpu].arch.world, space->arch.world);
    mmus[cpu].knows[vmid_of(space->arch.vttbr)] = true;
    host_tpidr_el2 = &cpus[0];
}

static void end(struct space_hst *space)
{
    gone = space->arch.vttbr;
    arch_space_hst_fini(&space->arch);
    *space = (struct space_hst){};
}

static void a_vmid_comes_back_clean(void)
{
    for (unsigned i = 0; i < 3 * SPACES; i++) {
        make(&spaces[0]);
        make(&spaces[1]);
        run(&spaces[0], i % CPUS); /* it is still there at the end, or not */
        if (i % 3 == 0)
            run(&spaces[1], i % CPUS);
        end(&spaces[0]);
        run(&spaces[1], 0);
        end(&spaces[1]);
    }
}

/* Each has its own as long as there are some; the others share one, and nothing is left behind it. */
static void spaces_have_vmids_of_their_own(void)
{
    static bool is_used[VMIDS];
    for (unsigned i = 0; i < SPACES; i++) {
        make(&spaces[i]);
        const uint64_t vmid = vmid_of(spaces[i].arch.vttbr);
        EXPECT_EQ(i >= 255, vmid == VMID_SHARED);
        EXPECT(vmid == VMID_SHARED || !is_used[vmid]);
        is_used[vmid] = true;
    }
    for (unsigned i = 0; i < SPACES; i++) {
        run(&spaces[(i * 7 + 250) % SPACES], i % CPUS);
        run(&spaces[255 + i % 45], i % CPUS); /* two that share it, one behind the other */
        EXPECT(cpus[i % CPUS].arch.world & WORLD_STICKY);
        host_tpidr_el2 = &cpus[i % CPUS];
        world_leave(nullptr);
        atomic_store(&host_tpidr_el2->arch.world, 0);
        EXPECT(!mmus[i % CPUS].knows[VMID_SHARED]);
    }
    host_tpidr_el2 = &cpus[0];
    for (unsigned i = 0; i < SPACES; i++)
        end(&spaces[i]);
    make(&spaces[0]);
    EXPECT(vmid_of(spaces[0].arch.vttbr) != VMID_SHARED);
    end(&spaces[0]);
}

/* A flush is for the space that it names, and leaves active what was. */
static void a_flush_is_of_one_space(void)
{
    make(&spaces[0]);
    make(&spaces[1]);
    const uint64_t a = vmid_of(spaces[0].arch.vttbr), b = vmid_of(spaces[1].arch.vttbr);
    for (unsigned active = 0; active < 2; active++) {
        for (unsigned i = 0; i < CPUS; i++)
            for (unsigned n = 0; n < 2; n++)
                run(&spaces[n ^ active ^ 1], i);
        arch_space_hst_flush(&spaces[0].arch);
        for (unsigned i = 0; i < CPUS; i++)
            EXPECT(!mmus[i].knows[a] && mmus[i].knows[b]);
        EXPECT_EQ(spaces[active].arch.vttbr, mmus[0].vttbr);
    }
    end(&spaces[0]);
    end(&spaces[1]);
}

int main(void)
{
    a_vmid_comes_back_clean();
    spaces_have_vmids_of_their_own();
    a_flush_is_of_one_space();
    return expect_result();
}
