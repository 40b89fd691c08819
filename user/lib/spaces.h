/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The spaces a root task works with. At start it holds the NOVA object space, its own object
 * space, PD, EC and SC; everything else it fetches from the NOVA object space (interface
 * specification, 6.1.3).
 */
#pragma once

#include "kernel/abi/selector.h"
#include "kernel/abi/status.h"
#include "user/lib/hypercall.h"

/* Slots of the root object space that this library fills, just below those of the kernel. */
enum : sel_t {
    SEL_LIB_NOVA_HST = SELNUM - 16,
    SEL_LIB_ROOT_HST = SELNUM - 15,
    SEL_LIB_NOVA_PIO = SELNUM - 14, /* x86_64 */
    SEL_LIB_ROOT_PIO = SELNUM - 13, /* x86_64 */
    SEL_LIB_CONSOLE = SELNUM - 12,  /* semaphore of the memory-buffer console */
};

/*
 * Copy the capability at `from` of the NOVA object space to our slot `to`, permissions kept. An
 * empty slot is copied as such, with SUCCESS.
 */
status_t spaces_fetch(sel_t from, sel_t to);

/* Fill the slots above. Root only; call once, before memory_map() and console_open(). */
status_t spaces_open(void);
