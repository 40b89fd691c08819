/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's command line: words between blanks (0x20), each a switch; doc: boot options. */
#pragma once

#include <stdint.h>

/*
 * Set of enum boot_option named in `line`, a terminated string. A word must match exactly, in case
 * and length; unknown words (such as the kernel's file name) are ignored. Context: any.
 */
uint32_t cmdline_options(const char *line);
