/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The 15 hypercalls as functions (interface specification, chapter 5).
 *
 * Selectors name slots of the caller's object space, 56 bits wide. Flags and operations are those
 * of kernel/abi/hypercall.h. Each function lists the statuses beside SUCCESS. Only host ECs make
 * hypercalls; a function returns when the kernel does, so ipc_call and ctrl_sm may block.
 */
#pragma once

#include <stdint.h>

#include "kernel/abi/hypercall.h"
#include "kernel/abi/status.h"
#include "user/lib/cpu.h"

typedef uint64_t sel_t;

/* P0: number, flag nibble, first parameter. */
static inline uint64_t hc_p0(enum hypercall number, uint8_t flags, uint64_t param)
{
    return param << P0_PARAM_SHIFT | (uint64_t)flags << P0_FLAGS_SHIFT | number;
}

/* Regular message transfer descriptor for `words` UTCB words, 1 to 512. */
static inline uint32_t hc_mtd(uint32_t words)
{
    return words - 1;
}

struct hc_ipc {
    status_t status;
    uint32_t mtd; /* of the reply */
};

/*
 * Call portal `pt` with the UTCB words that `mtd` says; the reply is in the UTCB afterwards.
 * `flags`: IPC_CALL_TIMEOUT gives up instead of waiting for a busy callee.
 * TIMEOUT, ABORTED (callee is dead), BAD_CAP, BAD_CPU.
 */
[[nodiscard]] static inline struct hc_ipc hc_ipc_call(sel_t pt, uint8_t flags, uint32_t mtd)
{
    uint64_t p1 = mtd;
    const status_t status = trap_out_1(hc_p0(HYPERCALL_IPC_CALL, flags, pt), &p1);
    return (struct hc_ipc){.status = status, .mtd = (uint32_t)p1};
}

/*
 * Reply and wait. The EC continues at the entry of the next portal that is called, with the
 * portal's identifier in P0, the MTD in P1, and the stack pointer and other registers that it has
 * here: an entry is assembly that finds its way back to C.
 */
[[noreturn]] static inline void hc_ipc_reply(uint32_t mtd)
{
    trap_reply(HYPERCALL_IPC_REPLY, mtd);
}

/*
 * Create, at the empty slot `sel`, a PD or a space of PD `pd`, as `op` says.
 * ABORTED, BAD_CAP, BAD_PAR, BAD_FTR, MEM_OBJ, MEM_CAP.
 */
static inline status_t hc_create_pd(sel_t sel, enum create_pd_op op, sel_t pd)
{
    return trap_2(hc_p0(HYPERCALL_CREATE_PD, op, sel), pd);
}

struct hc_ec {
    uint8_t flags; /* CREATE_EC_*                                                       */
    uint16_t cpu;  /* 12 bits                                                           */
    uint64_t page; /* address of UTCB or vAPIC page, a multiple of 4096                 */
    uint64_t sp;   /* initial stack pointer                                             */
    sel_t evt;     /* first of the event portals                                        */
};

/*
 * Create, at the empty slot `sel`, an execution context in `pd`.
 * ABORTED, BAD_CAP, BAD_PAR, BAD_FTR, BAD_CPU, MEM_OBJ, MEM_CAP.
 */
static inline status_t hc_create_ec(sel_t sel, sel_t pd, struct hc_ec ec)
{
    return trap_5(hc_p0(HYPERCALL_CREATE_EC, ec.flags, sel), pd, ec.page | ec.cpu, ec.sp, ec.evt);
}

struct hc_sc {
    uint16_t budget; /* milliseconds, at least 1              */
    uint8_t prio;    /* 1 to 127, higher goes first           */
    uint16_t cos;    /* class of service; 0 where unsupported */
};

/*
 * Create, at the empty slot `sel`, a scheduling context charged to `pd` and bound to `ec`.
 * ABORTED, BAD_CAP, BAD_PAR, MEM_OBJ, MEM_CAP.
 */
static inline status_t hc_create_sc(sel_t sel, sel_t pd, sel_t ec, struct hc_sc sc)
{
    const uint64_t scd = (uint64_t)sc.cos << 23 | (uint64_t)(sc.prio & 0x7f) << 16 | sc.budget;
    return trap_4(hc_p0(HYPERCALL_CREATE_SC, 0, sel), pd, ec, scd);
}

/*
 * Create, at the empty slot `sel`, a portal that leads into `ec` at address `ip`.
 * ABORTED, BAD_CAP, MEM_OBJ, MEM_CAP.
 */
static inline status_t hc_create_pt(sel_t sel, sel_t pd, sel_t ec, uint64_t ip)
{
    return trap_4(hc_p0(HYPERCALL_CREATE_PT, 0, sel), pd, ec, ip);
}

/* Create, at the empty slot `sel`, a semaphore counting from `count`. BAD_CAP, MEM_OBJ, MEM_CAP. */
static inline status_t hc_create_sm(sel_t sel, sel_t pd, uint64_t count)
{
    return trap_3(hc_p0(HYPERCALL_CREATE_SM, 0, sel), pd, count);
}

/* 2^order slots, from slot `from` of the source space to slot `to` of the destination space. */
struct hc_range {
    uint64_t from; /* selector, page number, port or MSR; a multiple of 2^order         */
    uint64_t to;   /* likewise; equal to `from` for ports and MSRs                      */
    uint8_t order; /* 0 to 31                                                           */
    uint8_t perm;  /* permissions to keep; PERM_NONE revokes                            */
    uint32_t mad;  /* memory attributes if the source is the NOVA host space            */
};

/* Delegate, restrict or revoke. BAD_CAP, BAD_PAR, MEM_CAP (a prefix of the range is done). */
static inline status_t hc_ctrl_pd(sel_t src, sel_t dst, struct hc_range r)
{
    return trap_5(hc_p0(HYPERCALL_CTRL_PD, 0, src), dst, r.from << 12 | r.order,
                  r.to << 12 | r.perm, r.mad);
}

/* Recall: `ec` raises RECALL before it next leaves the kernel. `flags`: CTRL_EC_STRONG. BAD_CAP. */
static inline status_t hc_ctrl_ec(sel_t ec, uint8_t flags)
{
    return trap_1(hc_p0(HYPERCALL_CTRL_EC, flags, ec));
}

struct hc_time {
    status_t status;
    uint64_t stc; /* ticks; valid if status is SUCCESS */
};

/* Execution time that `sc` has consumed. BAD_CAP. */
[[nodiscard]] static inline struct hc_time hc_ctrl_sc(sel_t sc)
{
    uint64_t p1 = 0;
    const status_t status = trap_out_1(hc_p0(HYPERCALL_CTRL_SC, 0, sc), &p1);
    return (struct hc_time){.status = status, .stc = p1};
}

/* Give portal `pt` the identifier `pid` and, for events, the descriptor `mtd`. BAD_CAP. */
static inline status_t hc_ctrl_pt(sel_t pt, uint64_t pid, uint32_t mtd)
{
    return trap_3(hc_p0(HYPERCALL_CTRL_PT, 0, pt), pid, mtd);
}

/* Release one EC that waits at `sm`, or count up. OVRFLOW, BAD_CAP. */
static inline status_t hc_sm_up(sel_t sm)
{
    return trap_1(hc_p0(HYPERCALL_CTRL_SM, 0, sm));
}

/*
 * Count down, or wait for an up until the STC reaches `deadline` (0: for ever).
 * `flags`: CTRL_SM_ZERO takes the whole count. TIMEOUT, BAD_CAP, BAD_CPU.
 */
static inline status_t hc_sm_down(sel_t sm, uint8_t flags, uint64_t deadline)
{
    return trap_2(hc_p0(HYPERCALL_CTRL_SM, flags | CTRL_SM_DOWN, sm), deadline);
}

/*
 * Platform control, root only; `desc` has 56 bits and depends on `op`.
 * ABORTED, BAD_HYP, BAD_PAR, BAD_FTR.
 */
static inline status_t hc_ctrl_hw(enum ctrl_hw_op op, uint64_t desc)
{
    return trap_1(hc_p0(HYPERCALL_CTRL_HW, op, desc));
}

struct hc_msi {
    status_t status;
    uint32_t address; /* to program into the device; 0 for a pin */
    uint16_t data;
};

/*
 * Route the interrupt of semaphore `sm` to `cpu`; only device `dev` (PCI bus, device, function or
 * stream identifier) may signal it. `flags`: ASSIGN_INT_*. BAD_CAP, BAD_CPU.
 */
[[nodiscard]] static inline struct hc_msi hc_assign_int(sel_t sm, uint8_t flags, uint16_t cpu,
                                                        uint16_t dev)
{
    uint64_t p1 = cpu, p2 = dev;
    const status_t status = trap_out_2(hc_p0(HYPERCALL_ASSIGN_INT, flags, sm), &p1, &p2);
    return (struct hc_msi){.status = status, .address = (uint32_t)p1, .data = (uint16_t)p2};
}

/*
 * Translate the DMA of the device that `dad` names through `dma`, root only. `smmu` is the physical
 * address of the unit. BAD_HYP, BAD_CAP, BAD_PAR, BAD_DEV.
 */
static inline status_t hc_assign_dev(sel_t dma, uint64_t smmu, uint64_t dad)
{
    return trap_3(hc_p0(HYPERCALL_ASSIGN_DEV, 0, dma), smmu, dad);
}
