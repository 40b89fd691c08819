/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Execution context: a thread of a PD, bound for life to one CPU and to the spaces of its PD.
 * Only that CPU touches its state.
 */
#pragma once

#include "arch/types.h"
#include "kernel/abi/status.h"
#include "kernel/base/types.h"
#include "kernel/obj/kobject.h"

struct pd;
struct space_obj;
struct space_hst;
struct space_bit;
struct utcb;

struct ec {
    struct arch_ec arch; /* offset 0: entry code saves registers here */
    struct space_obj *objects;
    struct space_hst *host;
    struct space_bit *ports;
    void *utcb;
    uint64_t event_base; /* SEL_EVT */
    uint16_t cpu;
    alignas(KOBJ_ALIGN) struct kobject obj;
};
static_assert(offsetof(struct ec, arch) == 0, "entry code");

/*
 * A host EC of `pd` on CPU `cpu`, its UTCB mapped at `hvp` in the PD's host space. It has zeroed
 * registers, stack pointer `sp`, and no reference yet.
 * Errors in *why: ABORTED when the PD lacks a space, MEM_OBJ. Answers nullptr then.
 */
[[nodiscard]] struct ec *ec_create_host(struct pd *pd, uint16_t cpu, uaddr_t hvp, uaddr_t sp,
                                        uint64_t event_base, status_t *why);
