/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual machine: memory, devices, virtual CPUs, under one lock. Who holds the lock is a
 * handler of events or the thread for input; nobody waits for anything with the lock held.
 */
#pragma once

#include "kernel/abi/aarch64/utcb.h"
#include "user/lib/hypercall.h"
#include "user/vmm/channel.h"
#include "user/vmm/gic.h"
#include "user/vmm/layout.h"
#include "user/vmm/mutex.h"
#include "user/vmm/pl011.h"
#include "user/vmm/virtio_blk.h"
#include "user/vmm/virtio_console.h"

/*
 *            CPU_ON, reset                      WFI without an interrupt
 *   OFF ────────────────────► ON: runs ────────────────────────────► ON: waits
 *    ▲      (is_fresh)         │   ▲                                     │
 *    └─────────────────────────┘   └─────────────────────────────────────┘
 *      CPU_OFF, reset, off                interrupt, timer, CPU switched off
 */
struct vcpu {
    uint8_t index;
    sel_t ec;
    sel_t wake;      /* semaphore that the handler waits at */
    bool is_on;      /* as PSCI sees it                     */
    bool is_fresh;   /* starts at `entry` with `context`    */
    bool is_idle;    /* has executed WFI                    */
    bool is_parked;  /* executes nothing before its start   */
    bool is_waiting; /* at `wake`                           */
    bool is_kicked;  /* on its way out of the guest         */
    uint64_t entry, context;
    uint64_t hints[31]; /* X0 to X30 at STARTUP */
    uint64_t hcr, midr;
};

struct vm {
    struct mutex lock;
    const struct vmm_config *config;
    struct channel *channel;
    struct guest guest;
    uint64_t stc_offset; /* the guest's counter is this much behind the STC */
    bool wants_reset;
    bool looks_soon; /* serve_input() goes on by itself in a while */
    struct vcpu vcpu[VCPUS_MAX];
    struct gic gic;
    struct pl011 uart;
    struct virtio_blk disk;
    struct virtio_console console;
};

/* Load the guest and bring everything into the state of power-on. False: it has said why not. */
bool vm_power_on(struct vm *vm);

/* All virtual CPUs stop; `state` tells the manager. Returns at once. */
void vm_stop(struct vm *vm, enum vm_state state);

/* They stop and start over. Returns at once. */
void vm_reset(struct vm *vm);

/* Devices' lines to the interrupt controller, and whom that concerns out of the guest. */
void vm_update(struct vm *vm, const struct vcpu *self);

/* Have serve_input() call vm_look() in a while; and kick those virtual CPUs that need it by then. */
void vm_look_soon(struct vm *vm);
void vm_look(struct vm *vm);

/* Make `vcpu` leave the guest, or its handler stop waiting. */
void vm_kick(struct vcpu *vcpu);

/* Text of the VMM on the guest's console. */
void vm_say(struct vm *vm, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* One character of the guest's output, for a device; `vm` is a struct vm. */
void vm_put(void *vm, char c);

/* Give characters that the manager has sent to a device, while it takes any. */
void vm_take_input(struct vm *vm);

/* An access to guest-physical address `gpa`; false: there is nothing. */
bool vm_access(struct vm *vm, uint64_t gpa, struct mmio *access);
