/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What machine is this? Answered once at boot from firmware tables (ACPI) or the board's row, on the
 * boot CPU, after the frame allocator and kmap exist.
 */
#pragma once

#include "arch/contract/boot.h"
#include "kernel/abi/hip.h"
#include "kernel/boot/config.h"

/*
 * Find the console UART that needs no firmware table and register it (console_add_uart), unless
 * config->options says nouart. Silence is no error.
 */
void arch_platform_console(const struct boot_config *config);

/*
 * Read the platform's description: CPUs (fills `platform`), interrupt controllers, timers, power
 * control; protect their registers with nova_protect(); register consoles that firmware tables
 * describe. Panics, saying what is missing, when the machine cannot be run at all.
 */
void arch_platform_init(const struct boot_config *config);

/*
 * Fill the fields of the HIP that are this CPU's to know: length, stc_frequency, sel_{hst,gst}_*,
 * int_pin, int_msi, mco_{hst,gst,dma,pio,msr}, ki_max, features, arch; acpi_rsdp where it was found
 * otherwise than through the config.
 */
void arch_platform_hip(struct hip *hip);
