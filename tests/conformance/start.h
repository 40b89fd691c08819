/* SPDX-License-Identifier: GPL-2.0-only */
/* How each root task of this room begins. */
#pragma once

#include "kernel/abi/hip.h"

/*
 * Spaces, console, memory, threads; a fault of root itself, or of a thread that has no handler of its
 * own, is reported. Leaves the machine idle if something fails, so that the test does.
 */
void conf_start(const struct hip *page, uint64_t boot0, uint64_t boot1);
