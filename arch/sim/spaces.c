/* SPDX-License-Identifier: GPL-2.0-only */
/* Spaces for tests that have no machine: page tables that nobody walks but the core. */

#include "arch/sim/spaces.h"

#include "arch/contract/ec.h"
#include "arch/contract/space.h"
#include "arch/sim/sim.h"
#include "kernel/cap/space_hst.h"
#include "kernel/mm/frame.h"
#include "kernel/obj/pd.h"

void (*sim_on_flush)(struct arch_space_hst *space);

static struct pd *space_pd(struct arch_space_hst *space)
{
    return CONTAINER_OF(space, struct space_hst, arch)->pd;
}

status_t arch_space_hst_init(struct arch_space_hst *space)
{
    *space = (struct arch_space_hst){.root = pd_frame_alloc(space_pd(space), 0, FRAME_ZERO)};
    return space->root != nullptr ? SUCCESS : MEM_OBJ;
}

void arch_space_hst_fini(struct arch_space_hst *space)
{
    for (unsigned i = 0; i < PTAB_ENTRIES; i++)
        CHECK_EQ(space->root[i], 0);
    pd_frame_free(space_pd(space), space->root, 0);
}

void arch_space_hst_flush(struct arch_space_hst *space)
{
    if (sim_on_flush != nullptr)
        sim_on_flush(space);
    space->flushes++;
}

void arch_code_sync([[maybe_unused]] const void *code, [[maybe_unused]] size_t size)
{
}

void arch_ports_flush([[maybe_unused]] struct space_bit *ports)
{
}
