/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Code that only some CPUs run, decided once at boot. Each place leaves a record in .patch; patch.c
 * walks them before anything else runs.
 *
 *   IF_FEATURE f, insn          `insn` stays on CPUs with the feature; one NOP of its length on others.
 *                               At most 15 bytes.
 *   WITH_FEATURE f, extra, insn `insn`, as if nothing was; on CPUs with the feature it becomes a jump to
 *                               `extra` and `insn` elsewhere. At least 5 bytes; costs others nothing.
 */
#pragma once

/* A record; offsets are from KERNEL_VIRT. */
#define PATCH_SIZE 12

#ifdef __ASSEMBLER__

#include "arch/x86_64/layout.h"

.macro PATCH_RECORD from, to, feature, detour
    .pushsection .patch, "a"
    .long   \from - LAYOUT_VIRT
    .long   \detour
    .byte   \to - \from, \feature
    .short  0
    .popsection
.endm

.macro IF_FEATURE feature, insn:vararg
771:
    \insn
772:
    PATCH_RECORD 771b, 772b, \feature, 0
.endm

.macro WITH_FEATURE feature, extra, insn:vararg
771:
    \insn
772:
    .pushsection .text.detour, "ax"
773:
    \extra
    \insn
    jmp     772b
    .popsection
    PATCH_RECORD 771b, 772b, \feature, 773b-LAYOUT_VIRT
.endm

#else

#include <stdint.h>

/* FEATURE_ bits (layout.h): 1 << number, of what this machine has and uses. */
extern uint32_t patch_features;

/* Find out patch_features and apply them to all records. Context: boot CPU, first. */
void patch_apply(void);

#endif
