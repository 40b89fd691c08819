/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/contract/cpu.h"
#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/remote.h"
#include "kernel/hypercall/hypercall.h"
#include "kernel/ipc/ipc.h"

status_t hypercall_ctrl_ec(struct ec *self)
{
    struct kobject *const obj =
        cap_lookup(self->objects, hypercall_param(self), KOBJ_EC, PERM_EC_CTRL);
    if (obj == nullptr)
        return BAD_CAP;
    struct ec *const ec = CONTAINER_OF(obj, struct ec, obj);
    const uint32_t before =
        atomic_fetch_or_explicit(&ec->hazard, HAZARD_RECALL, memory_order_release);
    struct cpu *const cpu = cpu_table[ec->cpu];
    if (cpu == cpu_local()) {
        cpu->sched.again = true; /* it may be the caller */
        return SUCCESS;
    }
    /*
     * Whether the EC runs now is not asked: it may be about to, its hazards looked at already. The kick
     * comes after that, or finds somebody else, which is harmless.
     */
    if (hypercall_flags(self) & CTRL_EC_STRONG) {
        cpu_ask(cpu);
        cpu_await(cpu);
    } else if (!(before & HAZARD_RECALL)) {
        arch_cpu_kick(cpu);
    }
    return SUCCESS;
}
