/* SPDX-License-Identifier: GPL-2.0-only */
/* What start.S fills and calls. */
#pragma once

#include "arch/contract/boot.h"

/* For boot_main; its first members are written by start.S. */
extern struct boot_entry boot_entry;

/* Enter the kernel on the boot CPU: page tables as start.S built them, stack empty. */
[[noreturn]] void start_boot(void);
