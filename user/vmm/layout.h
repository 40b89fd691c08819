/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a virtual-machine monitor (VMM) finds when it starts, and what its guest finds: the contract
 * between user/manager, which makes the protection domain, and user/vmm, which lives in it.
 *
 * The slots of its own PD, EC and SC are those of a root task (kernel/abi/selector.h); it has no
 * access to its object and host space, and its PD cannot make PDs, spaces or SCs.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum : unsigned { VCPUS_MAX = 2 };

/* Host-virtual addresses. Memory for user/lib/alloc.h is at PAGES_START. */
enum : uint64_t {
    VMM_HIP = 0x2000'0000,     /* copy of the hypervisor information page, read-only            */
    VMM_CONFIG = 0x2000'1000,  /* struct vmm_config, read-only                                  */
    VMM_CHANNEL = 0x2001'0000, /* struct channel                                                */
    VMM_MODULES = 0x4000'0000, /* boot modules, read-only                                       */
    VMM_RAM = 0x1'0000'0000,   /* the guest's RAM                                               */
};

/* Slots of its object space. */
enum : uint64_t {
    SEL_VMM_GST = 1,   /* the guest space: ASSIGN                                            */
    SEL_VMM_EVENT = 2, /* semaphore of the manager: UP when output or state has changed      */
    SEL_VMM_INPUT = 3, /* semaphore: DOWN waits for input; UP is for the VMM's own threads   */
    SEL_VMM_START = 4, /* portal of the manager: CALL gives time to the virtual CPUs         */
    SEL_VMM_VCPU = 8,  /* first of the virtual CPUs: CTRL                                    */

    /*
     * Event portals: of host threads on the CPU of virtual CPU n, which lead to the manager; of
     * virtual CPU n, which the VMM makes. Each n has SEL_VMM_EVENTS_SIZE slots.
     */
    SEL_VMM_EVENTS = 0x100,
    SEL_VMM_VCPU_EVENTS = 0x400,
    SEL_VMM_EVENTS_SIZE = 0x80,
};

/* Guest-physical addresses. */
enum : uint64_t {
    GUEST_GICD = 0x0800'0000,
    GUEST_GICC = 0x0801'0000, /* GICv2: the hardware's virtual CPU interface */
    GUEST_GICC_SIZE = 0x2000,
    GUEST_GICR = 0x080a'0000, /* GICv3: one pair of frames for each virtual CPU */
    GUEST_UART = 0x0900'0000,
    GUEST_VIRTIO = 0x0a00'0000, /* one page for each device */
    GUEST_RAM = 0x4000'0000,
};

/* Interrupts of the guest's devices: shared ones (SPI), as numbers behind the first, and the virtual timer's. */
enum : unsigned { SPI_UART = 1, SPI_VIRTIO = 2, INTID_TIMER = 27 };

struct vmm_module {
    uint64_t at, size; /* host-virtual; size 0: not there */
};

enum : size_t { VMM_WORDS_SIZE = 256 };

struct vmm_config {
    uint32_t vcpu_count;
    uint32_t gic_version; /* 2: GUEST_GICC is mapped; 3             */
    uint32_t timer_intid; /* physical interrupt of the virtual timer */
    uint16_t cpu[VCPUS_MAX];
    uint64_t ram_size;  /* bytes at VMM_RAM and GUEST_RAM         */
    uint64_t heap_size; /* bytes at PAGES_START                   */
    struct vmm_module image, initrd, disk;
    char words[VMM_WORDS_SIZE]; /* the guest's command line */
};
