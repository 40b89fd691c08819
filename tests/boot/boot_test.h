/* SPDX-License-Identifier: GPL-2.0-only */
/* What the suites of this root task share. */
#pragma once

#include "kernel/abi/hip.h"
#include "kernel/abi/perm.h"
#include "user/lib/bootinfo.h"
#include "user/lib/spaces.h"
#include "user/lib/tap.h"

/* Set before the first test, constant afterwards. */
extern const struct hip *hip;
extern struct bootinfo bootinfo;
extern uint64_t boot_register[3];

/* Slots of the root object space that tests may fill; empty between tests. */
enum : sel_t { SEL_FREE = 0x1000, SEL_FREE_END = 0x2000 };

/* Addresses where tests may map frames: the top of the smallest user address space. */
enum : uint64_t { HVA_FREE = 0xf000'0000, HVA_FREE_END = 0x1'0000'0000 };

/* From user.ld. */
extern const char user_image_start[], user_image_end[];

extern const struct tap_suite start_suite, hip_suite, call_suite, object_suite, memory_suite,
    cpu_suite;

/* `size` bytes of RAM that nobody uses, as ram_find() says. */
uint64_t free_ram(uint64_t size);
