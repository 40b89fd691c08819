/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/obj/ec.h"

#include "arch/contract/cpu.h"
#include "arch/contract/ec.h"
#include "kernel/abi/perm.h"
#include "kernel/cap/space_bit.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cap/space_obj.h"
#include "kernel/device/console.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/slab.h"
#include "kernel/obj/pd.h"

static struct slab_cache cache = SLAB_CACHE(struct ec);

struct ec *ec_create_host(struct pd *pd, uint16_t cpu, uaddr_t hvp, uaddr_t sp, uint64_t event_base,
                          status_t *why)
{
    *why = ABORTED;
    if (pd->objects == nullptr || pd->host == nullptr || (ARCH_HAS_PIO && pd->ports == nullptr))
        return nullptr;

    *why = MEM_OBJ;
    struct ec *const ec = slab_alloc(&cache);
    if (ec == nullptr)
        return nullptr;
    void *const utcb = frame_alloc(0, FRAME_ZERO);
    if (utcb == nullptr)
        goto undo_ec;
    *ec = (struct ec){
        .obj.type = KOBJ_EC,
        .objects = pd->objects,
        .host = pd->host,
        .ports = pd->ports,
        .utcb = utcb,
        .event_base = event_base,
        .cpu = cpu,
    };
    *why = space_hst_map_owned(pd->host, hvp, virt_to_phys(utcb), PERM_MEM_R | PERM_MEM_W);
    if (*why != SUCCESS)
        goto undo_utcb;
    arch_ec_init_host(ec, uaddr(0), sp);
    return ec;

undo_utcb:
    frame_free(utcb, 0);
undo_ec:
    slab_free(&cache, ec);
    return nullptr;
}

[[noreturn]] void ec_event(struct ec *ec, unsigned event)
{
    /* No object space holds a portal yet, so no event finds a handler: the EC is killed. */
    console_print(CONSOLE_WARN, "killed EC on CPU %u: no portal for event %#x at %#018lx", ec->cpu,
                  event, arch_ec_ip(&ec->arch));
    for (;;)
        arch_cpu_idle();
}
