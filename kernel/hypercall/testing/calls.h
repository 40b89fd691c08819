/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls by name, for tests of the whole core on a simulated machine (arch/sim/machine.h). Each is made
 * by the EC that runs on `cpu` at the time. Everybody lives in the root PD unless a test does otherwise, so
 * selectors mean the same to all.
 */
#pragma once

#include "arch/sim/machine.h"
#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "kernel/abi/selector.h"
#include "kernel/abi/status.h"
#include "kernel/obj/ec.h"

/* What the calls below answer when the caller has not got an answer yet. */
static constexpr status_t CALL_WAITS = (status_t)0x100;

/* P0 of hypercall `number`. */
static inline uint64_t call_p0(enum hypercall number, unsigned flags, uint64_t param)
{
    return param << P0_PARAM_SHIFT | flags << P0_FLAGS_SHIFT | number;
}

/* Any hypercall. */
status_t call_raw(unsigned cpu, uint64_t p0, uint64_t p1, uint64_t p2, uint64_t p3, uint64_t p4);

status_t call_create_pd(unsigned cpu, enum create_pd_op op, uint64_t sel, uint64_t pd);

/* `at` is the address of the UTCB. */
status_t call_create_ec(unsigned cpu, unsigned flags, uint64_t sel, uint64_t pd, uint64_t at,
                        unsigned of_cpu, uint64_t event_base);
status_t call_create_sc(unsigned cpu, uint64_t sel, uint64_t pd, uint64_t ec, unsigned prio,
                        unsigned ms);
status_t call_create_pt(unsigned cpu, uint64_t sel, uint64_t pd, uint64_t ec, uint64_t ip);
status_t call_create_sm(unsigned cpu, uint64_t sel, uint64_t pd, uint64_t count);
status_t call_delegate(unsigned cpu, uint64_t src, uint64_t dst, uint64_t ssb, uint64_t dsb,
                       unsigned ord, uint8_t pmm);
status_t call_ctrl_ec(unsigned cpu, uint64_t ec, unsigned flags);
status_t call_ctrl_pt(unsigned cpu, uint64_t pt, uint64_t id, uint32_t mtd);
status_t call_up(unsigned cpu, uint64_t sm);

/* `deadline` in STC; 0: none. */
status_t call_down(unsigned cpu, uint64_t sm, uint64_t deadline);

/* Time that SC `sc` has used. */
uint64_t call_ctrl_sc(unsigned cpu, uint64_t sc);

/* ipc_call and ipc_reply; they answer who runs then. */
struct ec *call_ipc(unsigned cpu, uint64_t pt, unsigned flags, uint32_t mtd);
struct ec *call_reply(unsigned cpu, uint32_t mtd);

/* Empty the slots [sel, sel + 2^ord) of the root object space. */
void call_revoke(unsigned cpu, uint64_t sel, unsigned ord);

/* What root has at `from`, at `to` with no more than `perm`; nothing with 0. By CPU 0. */
void call_weaken(uint64_t from, uint64_t to, uint8_t perm);

/* The status of a call that `ec` made, as its P0 has it now. */
status_t call_status(const struct ec *ec);

/* The object in slot `sel` of the root object space; nullptr if it is empty. */
struct kobject *call_object(uint64_t sel);
struct ec *call_ec(uint64_t sel);

/*
 * Threads that root makes on CPU 0: a global one at `sel` with its SC at sel + 1, which does not raise
 * STARTUP; and a local one at `sel` with a portal at sel + 1, whose IP and identifier are its selector.
 */
struct ec *call_thread(uint64_t sel, unsigned of_cpu, unsigned prio, unsigned ms);
struct ec *call_server(uint64_t sel, unsigned of_cpu);

/*
 * Boot; root, the only thread on CPU 0, has made a semaphore at CALL_SLEEP and a page of slots for the
 * selectors below 512. Selectors from CALL_FREE on are free.
 */
enum : uint64_t { CALL_SLEEP = 1, CALL_FREE = 16 };
struct ec *call_boot(unsigned cpus, size_t pages);

/* Root, which runs on CPU 0, waits until somebody ups CALL_SLEEP, or until `deadline`. */
struct ec *call_root_sleeps(uint64_t deadline);

/*
 * Bring all CPUs to rest, so that nothing is left to be destroyed: root has called last. Answers the pages
 * that are free.
 */
size_t call_settle(void);
