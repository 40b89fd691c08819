/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the interface promises, in plain C: slow, flat, without a pointer inside, so that a copy of it is
 * another world to try something in. Objects are numbers. A reference is nothing that is counted: an object
 * is kept if something that exists names it.
 *
 * Only a part of each space is modelled: its windows. Nothing is ever put anywhere else.
 */
#pragma once

#include <stdint.h>

#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "kernel/abi/selector.h"
#include "kernel/abi/status.h"

enum : unsigned {
    CPUS_MAX = 4,
    OBJECTS = 160, /* number 0 is no object */
    SPACES = 8,    /* of a kind that have content in the model */
    LIST_MAX = 48,
    PRIOS = 128,
    WORDS = 16, /* of a UTCB: beyond them there are zeros */
    INTERRUPTS = 8,

    SLOTS = 64, /* of a window of an object space */
    WINDOWS = 4,
    PAGES = 1024, /* of a host or guest space, and of physical memory */
    BITS = 64,    /* of a window of a port or MSR space */

    PAGES_SEEN = 256, /* every so many, programs access one after each step */
    PORTS_SEEN = 16,
};

/* Where the windows are. */
enum : uint64_t {
    FIRST_PAGE = 0x5'0000,
    FIRST_PORT = 0x3c0,
    MSRS_LOW = 0,
    MSRS_HIGH = 0xc000'0000,
};
extern const uint64_t model_windows[WINDOWS]; /* of object spaces */

typedef uint8_t ref_t; /* an object; 0: none */

enum kind : uint8_t { NOTHING, PD, EC, SC, PT, SM, OBJ, HST, GST, PIO, MSR };

struct model_cap {
    ref_t object;
    uint8_t perm;
};

struct model_page {
    uint16_t frame; /* in the window of physical memory */
    uint8_t perm;   /* 0: nothing is mapped             */
    uint8_t mad;
    ref_t utcb_of; /* it is the kernel's               */
};

/* In order; first is item[0]. */
struct refs {
    uint8_t count;
    ref_t item[LIST_MAX];
};

/* What an EC does when it gets the CPU. */
enum does : uint8_t { RUNS, WAITS_AT_SM, CALLS, SENDS_EVENT, STARTS, IS_DEAD };

struct model_ec {
    uint8_t cpu;
    bool is_global;
    bool is_event;  /* it works for its caller because of an event */
    bool is_orphan; /* kept by its caller alone, until the reply   */
    bool is_doomed; /* dies when it would run                      */
    bool is_recalled;
    enum does does;
    ref_t objects, host, callee, caller, sm;
    uint64_t slot[5], ip, sp, base, event;
    uint64_t deadline; /* at `sm`; 0: none */
    uint64_t word[WORDS];
    uint64_t utcb_page;
    struct refs parked; /* SCs that ran into it while it is blocked */
};

struct model_object {
    enum kind kind; /* NOTHING: it does not exist           */
    bool is_own;    /* the kernel keeps it                  */
    ref_t pd;       /* who pays                             */
    union {
        struct {
            ref_t objects, host; /* found, not kept       */
            bool has_threads;    /* or had, on any CPU    */
        } pds;
        struct model_ec ec;
        struct {
            bool is_scheduled; /* being ready, parked, current, or about to be ready */
            uint8_t cpu, prio;
            ref_t ec; /* 0: an idle context */
            uint64_t budget, left, used;
        } sc;
        struct {
            ref_t ec;
            uint64_t ip, id;
            uint32_t mtd;
        } pt;
        struct {
            uint8_t source; /* 1 + interrupt; 0: none */
            uint64_t count;
            struct refs waiters;
        } sm;
        struct {
            uint8_t content; /* in slots, pages or bits of the model */
            bool is_nova;
            ref_t ports; /* of a host space: those that its ECs use, kept */
        } space;
    };
};

/* What other CPUs want of this one. */
enum note : uint8_t { WAKE, BURY, READY, RETIRE };

struct model_cpu {
    bool is_idle;
    bool again;          /* look for something to run before user mode */
    bool kicked;         /* has something in its inbox, or to look at  */
    ref_t user;          /* the last EC that ran                       */
    ref_t current, idle; /* SCs; current 0: the idle one       */
    ref_t helped;        /* the current SC helps until it replies */
    uint64_t since;      /* when the current SC was dispatched */
    uint64_t irqs;
    struct refs ready; /* SCs, the best first */
    struct refs woken; /* SCs that are ready at the next dispatch, behind an interrupt */
    struct refs inbox;
    enum note note[LIST_MAX]; /* what each in the inbox is there for */
};

struct model {
    unsigned cpus;
    uint64_t now, phys_bits, first_frame;
    uint16_t frames_protected; /* the first ones, but for the very first: the console's */
    ref_t root, root_objects;  /* the root EC */
    struct model_object object[OBJECTS];
    struct model_cpu cpu[CPUS_MAX];
    struct model_cap slots[SPACES][WINDOWS][SLOTS];
    struct model_page pages[SPACES][PAGES];
    uint8_t bits[SPACES][2][BITS]; /* permissions; port spaces have the first window only */
    struct {
        uint8_t cpu;
        bool is_masked;
    } irq[INTERRUPTS];
    struct refs ends; /* what has lost its last reference, in order */

    /* Of the last step. */
    ref_t made;
    uint64_t made_at; /* its selector */
    bool has_ended;   /* something has lost its last reference */
    uint32_t mapped;  /* bit n: pages of content n may have changed */

    /* It went where this model cannot follow (README.md). */
    const char *lost;
};

/*
 * A machine of `cpus` CPUs that has just booted: root runs on CPU 0, all others are idle. The window of
 * physical memory begins at page `first_frame`, and there with the kernel's: `frames_protected` of them.
 */
void model_boot(struct model *m, unsigned cpus, uint64_t phys_bits, uint64_t first_frame,
                uint16_t frames_protected);

/* The steps. The EC that runs on `cpu` makes a hypercall with P0..P4, or raises an exception. */
void model_hypercall(struct model *m, unsigned cpu, const uint64_t p[5]);
void model_event(struct model *m, unsigned cpu, unsigned event);

/* `cpu` takes the interrupts that are pending. */
void model_interrupt(struct model *m, unsigned cpu);
bool model_is_pending(const struct model *m, unsigned cpu);

/* All CPUs take all interrupts, and pass by the scheduler if something has ended. */
void model_settle(struct model *m);

/* A device raises interrupt `n`. */
void model_raise(struct model *m, unsigned n);

/* What slot `sel` of object space `objects` holds. */
struct model_cap model_slot(const struct model *m, ref_t objects, uint64_t sel);

/* May the EC that runs on `cpu` use `port`, of the window? */
bool model_may_use_port(const struct model *m, unsigned cpu, uint64_t port);
