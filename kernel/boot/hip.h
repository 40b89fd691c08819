/* SPDX-License-Identifier: GPL-2.0-only */
/* Filling the hypervisor information page (kernel/abi/hip.h). */
#pragma once

#include "arch/contract/boot.h"
#include "kernel/abi/hip.h"
#include "kernel/base/types.h"
#include "kernel/boot/config.h"

/*
 * Describe the machine in *hip, which is zeroed. `nova` is the kernel's memory, `root` that of the root
 * image. Context: boot CPU, all CPUs online.
 */
void hip_fill(struct hip *hip, const struct boot_entry *entry, const struct boot_config *config,
              struct prange nova, struct prange root);

/* The value that makes the 16-bit words of `hip` (hip->length bytes) sum to 0, its field being 0. */
uint16_t hip_checksum(const struct hip *hip);
