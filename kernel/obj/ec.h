/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Execution context: a thread of a PD, bound for life to one CPU and to the spaces of its PD.
 * Only that CPU touches its state, but for what is marked.
 */
#pragma once

#include "arch/types.h"
#include "kernel/abi/status.h"
#include "kernel/base/list.h"
#include "kernel/base/types.h"
#include "kernel/obj/kobject.h"
#include "kernel/time/timeout.h"

struct pd;
struct sm;
struct space_obj;
struct space_hst;
struct utcb;
struct ec;

/* What an EC does when it gets the CPU: kernel/ipc/ipc.h. Does not return. */
typedef void (*ec_cont_t)(struct ec *ec);

enum ec_kind : uint8_t {
    EC_LOCAL,  /* runs when one of its portals is called */
    EC_GLOBAL, /* has scheduling contexts of its own     */
    EC_GUEST,  /* virtual CPU                            */
};

struct ec {
    struct arch_ec arch;    /* offset 0: entry code saves registers here                */
    struct space_hst *host; /* behind it: exit code compares it with the active one     */
    struct space_obj *objects;
    ec_cont_t cont;
    struct ec *callee; /* who works for this EC, while it waits for a reply        */
    uintptr_t caller;  /* whom this EC works for, with CALLER_* in the low bits    */
    union {
        struct utcb *utcb;       /* host: its own page                                  */
        struct space_hst *guest; /* virtual CPU: its guest space, kept; nullptr: none yet */
    };
    uint16_t cpu;
    enum ec_kind kind;
    bool hides_waiting;      /* see struct ec_plan                                       */
    _Atomic uint32_t hazard; /* HAZARD_*; set from any CPU                               */
    alignas(KOBJ_ALIGN) struct kobject obj;
    uint64_t event_base;   /* SEL_EVT                                                  */
    uint64_t progress;     /* of a preempted hypercall                                 */
    struct sm *waits_at;   /* the semaphore it is blocked at                           */
    struct list sm_link;   /* there; under the semaphore's lock                        */
    struct list parked;    /* SCs that ran into this EC while it is blocked            */
    struct kobject wakeup; /* in an inbox for it, as obj may be in the queue of rcu.c  */
    struct timeout timeout;
    uint64_t event;  /* number of the last one                                   */
    uaddr_t utcb_at; /* where user mode sees the UTCB                            */
};
static_assert(offsetof(struct ec, arch) == 0, "entry code");
static_assert(offsetof(struct ec, host) == sizeof(struct arch_ec), "exit code");

/*
 * Of a hypercall, but not a status of the interface: the caller's continuation is set, and there is an
 * answer later or the hypercall goes on when the caller gets the CPU again.
 */
static constexpr status_t NO_ANSWER = (status_t)0x100;

/* Likewise: the hypercall has changed nothing and begins anew when the scheduler has been looked at. */
static constexpr status_t AGAIN = (status_t)0x101;

/* What create_ec asks for. */
struct ec_plan {
    struct pd *pd;
    uint16_t cpu;
    enum ec_kind kind;
    bool fpu;
    bool hides_waiting; /* a virtual CPU that does not see the time it waits for the CPU */
    uaddr_t hvp;        /* host */
    uaddr_t sp;
    uint64_t event_base;
};
/*
 * An EC as planned, with zeroed registers but for the stack pointer, with no reference yet, which keeps
 * the spaces of its PD. Its UTCB is not mapped yet.
 * Errors in *why: ABORTED when the PD lacks a space, MEM_OBJ. Answers nullptr then.
 * Context: the read section in which plan->pd was found.
 */
[[nodiscard]] struct ec *ec_create(const struct ec_plan *plan, status_t *why);

/* Show the UTCB of a host EC to user mode. Replaces what was mapped there. Errors: MEM_OBJ. */
status_t ec_map_utcb(struct ec *ec);

/*
 * Let the virtual CPU `ec` run in the guest space that `handler` has at `sel`, with ASSIGN; it is kept. False,
 * and nothing changes, if there is none, or if it belongs to another PD than the object space of `ec`.
 * Context: the CPU of both, a read section; `ec` does not run.
 */
[[nodiscard]] bool ec_assign_guest(struct ec *ec, const struct ec *handler, uint64_t sel);

/* Its last reference has gone: it goes now or, if it works for somebody, then. Context: its CPU. */
void ec_retire(struct ec *ec);

/* Give back an EC that is not active and that nobody can reach. Context: its CPU; any if it never ran. */
void ec_free(struct ec *ec);
