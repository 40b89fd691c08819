/* SPDX-License-Identifier: GPL-2.0-only */
/* Power State Coordination Interface (Arm DEN 0022): how firmware starts and stops CPUs. */
#pragma once

#include "kernel/base/types.h"

/* Return codes. */
enum psci_status : int32_t {
    PSCI_SUCCESS = 0,
    PSCI_NOT_SUPPORTED = -1,
    PSCI_ALREADY_ON = -4,
};

/* Ask for the version, once. Without this call, or without an answer, there is no PSCI. */
void psci_init(void);

/* Firmware answers to PSCI 0.2 or later, whose function identifiers are fixed. */
bool psci_is_present(void);

/* Firmware has `function`, a call of PSCI or SMCCC_VERSION. PSCI 1.0, "PSCI_FEATURES". */
bool psci_has(uint32_t function);

/* Start the CPU with that affinity at `entry`. PSCI, "CPU_ON". */
enum psci_status psci_cpu_on(uint64_t mpidr, paddr_t entry);

/* These return only if firmware refuses. */
void psci_system_off(void);
void psci_system_reset(void);
