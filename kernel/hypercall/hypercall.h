/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls: one file per call, each decode, check, act in that order. A handler takes the caller and
 * answers a status; it reads its slots with arch_ec_slot and writes outputs with arch_ec_set_slot.
 * Context: kernel stack of the caller's CPU, interrupts off.
 */
#pragma once

#include "arch/inline.h"
#include "kernel/abi/hypercall.h"
#include "kernel/abi/status.h"
#include "kernel/base/compiler.h"
#include "kernel/obj/ec.h"

/* First parameter: P0 bits 63..8. */
static inline uint64_t hypercall_param(const struct ec *self)
{
    return arch_ec_slot(&self->arch, 0) >> P0_PARAM_SHIFT;
}

/* Flag nibble: P0 bits 7..4. */
static inline uint8_t hypercall_flags(const struct ec *self)
{
    return arch_ec_slot(&self->arch, 0) >> P0_FLAGS_SHIFT & P0_FLAGS_MASK;
}

/*
 * The handlers, with the statuses besides SUCCESS and BAD_CAP that each may answer; while a space takes
 * nothing (kernel/cap/space_obj.h), AGAIN. Then, and when memory has run out, a handler is called again for
 * the same hypercall: it has changed nothing, or can go on from there.
 */
status_t
hypercall_create_pd(struct ec *self); /* 5.3.1: ABORTED BAD_PAR BAD_FTR MEM_OBJ MEM_CAP         */
status_t
hypercall_create_ec(struct ec *self); /* 5.3.2: ABORTED BAD_PAR BAD_FTR BAD_CPU MEM_OBJ MEM_CAP */
status_t
hypercall_create_sc(struct ec *self); /* 5.3.3: ABORTED BAD_PAR MEM_OBJ MEM_CAP                 */
status_t
hypercall_create_pt(struct ec *self); /* 5.3.4: ABORTED MEM_OBJ MEM_CAP                         */
status_t
hypercall_create_sm(struct ec *self); /* 5.3.5: MEM_OBJ MEM_CAP                                 */
status_t
hypercall_ctrl_pd(struct ec *self); /* 5.4.1: BAD_PAR MEM_CAP; NO_ANSWER when preempted       */
status_t
hypercall_ctrl_ec(struct ec *self); /* 5.4.2                                                  */
status_t
hypercall_ctrl_sc(struct ec *self); /* 5.4.3                                                  */
status_t
hypercall_ctrl_pt(struct ec *self); /* 5.4.4                                                  */
status_t
hypercall_ctrl_sm(struct ec *self); /* 5.4.5: TIMEOUT OVRFLOW BAD_CPU; NO_ANSWER when blocked */
status_t
hypercall_ctrl_hw(struct ec *self); /* 5.5.1: BAD_HYP BAD_PAR BAD_FTR ABORTED                 */
status_t
hypercall_assign_int(struct ec *self); /* 5.5.2: BAD_CPU                                         */
status_t
hypercall_assign_dev(struct ec *self); /* 5.5.3: BAD_HYP BAD_DEV BAD_PAR                         */

/* A preempted hypercall goes on. A continuation (kernel/ipc/ipc.h). */
void ec_cont_hypercall(struct ec *ec);
