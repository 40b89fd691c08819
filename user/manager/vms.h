/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual machines as the root task makes and ends them. Each is a protection domain of its own with
 * a VMM (user/vmm) in it: memory, CPUs and time are what the plan says, and nothing else is there.
 * Root PD only, one thread at a time.
 */
#pragma once

#include "kernel/abi/hip.h"
#include "kernel/abi/status.h"
#include "user/lib/bootinfo.h"
#include "user/lib/hypercall.h"
#include "user/vmm/channel.h"
#include "user/vmm/layout.h"

enum : unsigned { VMS_MAX = 4 };

struct vm_plan {
    unsigned vcpu_count;
    uint16_t cpu[VCPUS_MAX]; /* of each virtual CPU                        */
    uint64_t ram_size;       /* bytes, a multiple of 2 MiB                 */
    const struct boot_module *image, *initrd, *disk; /* disk: may be nullptr                  */
    const char *words;                               /* command line of the guest             */
};

/*
 * Take all RAM that is free, have threads that look after VMs on each CPU, and find the program of
 * the VMM; needs spaces_open(), and keeps the pointers. Answers nullptr, or what cannot be done.
 */
const char *vms_open(const struct hip *hip, struct bootinfo *info, const uint64_t boot[2]);

/* Wait until a VM has something to say, or somebody has called vms_wake(). */
void vms_wait(void);
void vms_wake(void);

/* Modules for a plan, by their names, and the words behind that of the kernel. False: none. */
bool vms_modules(struct vm_plan *plan);

/*
 * Make VM `n` and let it run. If that fails, nothing of it is left: BAD_PAR, BAD_CPU for a plan that makes no sense,
 * MEM_OBJ without RAM, else the status of the hypercall that failed.
 */
status_t vm_create(unsigned n, const struct vm_plan *plan);

/* End it, whatever it does, and take everything back (doc/lifetime.md). No effect if there is none. */
void vm_destroy(unsigned n);

/* How it is. A VMM that has done something it must not do has VM_FAILED. */
enum vm_state vm_state(unsigned n);
uint32_t vm_resets(unsigned n);

/* The next byte of its console, or -1; a byte to it: lost if it does not take any. */
int vm_read(unsigned n);
void vm_write(unsigned n, char c);

/* For tests: the host space of its VMM, to take something away; the guest's RAM, to look at. */
sel_t vm_space(unsigned n);
const uint64_t *vm_ram(unsigned n);

/* Time that virtual CPU `vcpu` has had, in ticks of the STC. */
uint64_t vm_time(unsigned n, unsigned vcpu);

/* RAM that no VM has, in bytes. */
uint64_t vms_ram_free(void);
