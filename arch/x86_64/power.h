/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Put the platform into ACPI mode, with no wake or general-purpose event enabled (ACPI 6.5, "Power
 * Management Event Function/General-Purpose Event Registers"). Context: boot CPU, with the FADT read.
 */
void power_init(void);
