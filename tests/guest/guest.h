/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual machines in a few lines: RAM with a program in it, a virtual CPU, and its handler, which stops
 * with each event until the test has looked and says how to go on.
 *
 *   const struct vm vm = new_vm();
 *   struct vcpu *const v = new_vcpu(&vm, cpu_here());    its STARTUP waits for a reply
 *   vcpu_load(v, CODE(hvc));
 *   EXPECT_EQ(EVENT_HVC64, vcpu_run(v));                 reply, and what it raises next
 *
 * What a test makes is gone behind it (guest_after). One thread, the root task's, calls what is here.
 */
#pragma once

#include <stdatomic.h>

#include "tests/conformance/conf.h"
#include "tests/guest/code.h"
#include "tests/lib/meter.h"
#include "tests/lib/random.h"
#include "user/lib/memory.h"

/* Where a guest finds what; a VM has RAM_SIZE bytes of its own at GPA_RAM. */
enum : uint64_t {
    RAM_SIZE = 0x10'0000,
    GPA_RAM = 0x4000'0000,
    VECTORS = 0x0, /* report_vectors */
    PROGRAM = 0x1000,
    DATA = 0x8'0000,
    STACK_END = RAM_SIZE,
    GPA_NOTHING = 0x3000'0000, /* no frame is mapped there */
    GPA_GICC = 0x801'0000,
};

/* Arm ARM: PSTATE as SPSR has it. Debug exceptions, SErrors, IRQs and FIQs masked; and the modes. */
enum : uint64_t {
    SPSR_MASKED = 0x3c0,
    SPSR_EL0T = 0x0,
    SPSR_EL1T = 0x4,
    SPSR_EL1H = 0x5,
    SPSR_USR = 0x10,
    SPSR_SVC = 0x13,
    SPSR_MODE = 0x1f,
    SPSR_SS = 1 << 21,
};

/* Arm ARM, HCR_EL2: what a VMM may choose. */
enum : uint64_t {
    HCR_VF = 1 << 6,
    HCR_VI = 1 << 7,
    HCR_VSE = 1 << 8,
    HCR_TID2 = 1 << 17,
    HCR_TPC = 1 << 23,
    HCR_TPU = 1 << 24,
    HCR_TTLB = 1 << 25,
    HCR_TVM = 1 << 26,
    HCR_TDZ = 1 << 28,
    HCR_HCD = 1 << 29,
    HCR_TRVM = 1 << 30,
    HCR_RW = 1ull << 31,
    HCR_API = 1ull << 41,
};

/* Every bit that moves something both ways, and every one that moves something to the handler. */
enum : uint32_t {
    MTD_EL1 = MTD_EL1_SP | MTD_EL1_IDR | MTD_EL1_ELR_SPSR | MTD_EL1_ESR_FAR | MTD_EL1_AFSR |
              MTD_EL1_TTBR | MTD_EL1_TCR | MTD_EL1_MAIR | MTD_EL1_VBAR | MTD_EL1_SCTLR |
              MTD_EL1_MDSCR,
    MTD_RW = MTD_GPR | MTD_EL0_SP | MTD_EL0_IDR | MTD_A32_SPSR | MTD_A32_DIH | MTD_EL1 |
             MTD_EL2_HCR | MTD_EL2_IDR | MTD_EL2_ELR_SPSR | MTD_TMR | MTD_GIC,
    MTD_READ = MTD_RW | MTD_EL2_ESR_FAR | MTD_EL2_HPFAR,
};

enum : size_t { VMS_MAX = 16, VCPUS_MAX = 32 };

/* The architectural events; behind them the kernel's, at hip->sel_gst_arch. */
enum : unsigned { EVENTS_ARCH = 64, EVENTS = EVENTS_ARCH + EVENT_GST_NOVA };

struct vm {
    sel_t pd, obj, gst;
    uint64_t phys;
    uint64_t ram; /* as root sees it */
};

struct vcpu;

/* In the handler: true stops for the test, false replies at once. Both as state and reply say. */
typedef bool step_fn(struct vcpu *v);

struct vcpu {
    const struct vm *vm;
    struct thread handler;
    sel_t ec, sc, events, stopped, go;
    uint16_t cpu, budget;
    bool is_startable;         /* has no SC yet */
    step_fn *step;             /* nullptr: stops with each event */
    uint64_t step_arg, rounds; /* its own */

    /* The last event. */
    unsigned event;
    uint32_t mtd;
    uint64_t stc;
    struct utcb_arch state;
    _Atomic uint64_t count; /* events so far */

    uint32_t reply; /* MTD; 0 behind each event */
    _Atomic bool is_stopped;
};

/* What a virtual CPU may be; all zero is usual. */
struct vcpu_plan {
    uint16_t cpu;
    uint8_t flags;          /* CREATE_EC_FPU, CREATE_EC_GLOBAL: time offset */
    uint8_t prio;           /* 0: MID */
    uint16_t budget;        /* of its SC, in milliseconds; 0: BUDGET */
    bool is_handler_mortal; /* without event portals of its own: it dies of its first exception */
    const struct vcpu *partner; /* whose handler it shares */
};

#define GUEST_SUITE(tests) TAP_SUITE_AFTER(tests, guest_after)
void guest_after(void);

/* In root's PD, or in a child of its own. RAM is zero but for the vectors. */
struct vm new_vm(void);
struct vm new_child_vm(void);

/* A guest space of the PD of `vm` with the same RAM. */
sel_t new_gst(const struct vm *vm);

/* Have `pages` pages from `phys` at `gpa` of `gst`; `perm` PERM_NONE takes them away. */
status_t gst_map(sel_t gst, uint64_t phys, uint64_t gpa, uint64_t pages, uint8_t perm,
                 uint32_t mad);

/* Frames of the pool that VMs take theirs from, as root sees them; they are back behind the test. */
uint64_t take_frames(uint64_t pages);
void *frames_view(uint64_t phys);

/* Created and started: STARTUP has come, and the reply so far makes it an AArch64 EL1 at PROGRAM. */
struct vcpu *new_vcpu(const struct vm *vm, uint16_t cpu);
struct vcpu *new_vcpu_plan(const struct vm *vm, const struct vcpu_plan *plan);

/* Created only; vcpu_start() gives it an SC, and vcpu_wait() says what comes. */
struct vcpu *create_vcpu(const struct vm *vm, const struct vcpu_plan *plan);
void vcpu_start(struct vcpu *v, uint8_t prio);

/* Reply, as vcpu->state and vcpu->reply say; wait for an event, and which; both. */
void vcpu_resume(struct vcpu *v);
unsigned vcpu_wait(struct vcpu *v);
unsigned vcpu_run(struct vcpu *v);

/* After vcpu_resume(): it raises nothing more, as it is dead. It must have raised something if not. */
bool vcpu_is_dead(struct vcpu *v);

/* Copy a program to PROGRAM and have it go on there, at EL1. */
void vcpu_load(struct vcpu *v, const void *code, size_t size);
void vcpu_go_to(struct vcpu *v, uint64_t offset, uint64_t spsr);

/* What is delivered with an event from now on: an MTD. */
void vcpu_deliver(const struct vcpu *v, unsigned event, uint32_t mtd);

/* Set a register or step over an instruction with the next reply. */
void vcpu_set_x(struct vcpu *v, unsigned n, uint64_t value);
void vcpu_skip(struct vcpu *v);

/* Bytes at `offset` of the RAM of `vm`, written so that instructions are seen. */
void vm_write(const struct vm *vm, uint64_t offset, const void *bytes, size_t size);
void vm_clean(const struct vm *vm, uint64_t offset, size_t size); /* what is already there */
static inline uint64_t *vm_word(const struct vm *vm, uint64_t offset)
{
    return (uint64_t *)(vm->ram + offset);
}

/* What the CPU has, as STARTUP of the last new_vcpu() has said. */
bool has_aarch32(void);
bool has_gicv3(void);

/* A field of an ID register. */
static inline uint64_t id_field(uint64_t reg, unsigned high, unsigned low)
{
    return reg >> low & (~UINT64_C(0) >> (63 - high + low));
}

/* ESR_EL2: class, immediate and syndrome. */
static inline unsigned esr_class(uint64_t esr)
{
    return esr >> 26 & 0x3f;
}
static inline unsigned esr_iss(uint64_t esr)
{
    return esr & 0x1ff'ffff;
}

/* Everyone of lower priority on `cpu` has run: who is ready there has run, too. */
void settle(uint16_t cpu);

/* meter_pages and meter_expect, with the tables that threads have left behind. */
uint64_t kernel_pages(void);
void expect_kernel_pages(uint64_t before);

extern const struct tap_suite spaces_suite, state_suite, intercept_suite, intercept32_suite,
    transfer_suite, register_suite, stage1_suite, timer_suite, gic_suite, device_suite,
    handler_suite, hostile_suite, exact_suite;
