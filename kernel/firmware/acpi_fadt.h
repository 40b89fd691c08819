/* SPDX-License-Identifier: GPL-2.0-only */
/* Fixed hardware (ACPI 6.5, "Fixed ACPI Description Table", signature "FACP"). */
#pragma once

#include "kernel/firmware/acpi.h"

enum acpi_fadt_flag : uint32_t {
    ACPI_FADT_RESET_REG = 1 << 10,  /* RESET_REG_SUP: reset_reg and reset_value are meant     */
    ACPI_FADT_HW_REDUCED = 1 << 20, /* HW_REDUCED_ACPI: only the sleep registers exist        */
};

enum acpi_fadt_arm : uint16_t {
    ACPI_FADT_ARM_PSCI = 1 << 0,     /* PSCI_COMPLIANT */
    ACPI_FADT_ARM_PSCI_HVC = 1 << 1, /* PSCI_USE_HVC   */
};

/*
 * Each register block comes from the extended field if its width and address are not 0, else from the
 * 32-bit field, which is a port. Hardware-reduced platforms have the two sleep registers and none of the
 * other blocks, all others the reverse; what is not there has address 0. The reset register is absent
 * unless ACPI_FADT_RESET_REG is set.
 */
struct acpi_fadt {
    uint32_t flags;    /* enum acpi_fadt_flag, and others                          */
    uint16_t arm_boot; /* enum acpi_fadt_arm                                       */
    uint16_t smi_cmd;  /* port; 0: none                                            */
    uint8_t acpi_enable, pstate_cnt, cst_cnt; /* values for smi_cmd; 0: do not write */
    uint64_t facs; /* physical address; 0: none                                */
    struct acpi_register pm1a_evt, pm1b_evt, pm1a_cnt, pm1b_cnt, pm2_cnt, pm_timer;
    struct acpi_register gpe0, gpe1;
    struct acpi_register sleep_control, sleep_status;
    struct acpi_register reset_reg;
    uint8_t reset_value;
};

/* Answers false if the table is shorter than 116 bytes, the size in ACPI 1.0. */
bool acpi_fadt_read(const struct acpi_table *fadt, struct acpi_fadt *out);
