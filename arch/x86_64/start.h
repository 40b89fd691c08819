/* SPDX-License-Identifier: GPL-2.0-only */
/* What start.S fills and calls. */
#pragma once

#include "arch/contract/boot.h"

/* For boot_main; its first members are written by start.S. */
extern struct boot_entry boot_entry;

/* Enter the kernel on the boot CPU: page tables as start.S built them, stack empty. */
[[noreturn]] void start_boot(void);

/*
 * If the loader left UEFI boot services running, end them and note the outcome in entry->uefi.
 * Context: firmware's page tables and interrupts, 128 KiB of stack, at physical addresses.
 */
void start_uefi(struct boot_entry *entry);
