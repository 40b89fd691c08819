/* SPDX-License-Identifier: GPL-2.0-only */
/* SVC #1: the root PD asks for a call to the firmware (interface specification, 7.9). */
#pragma once

#include "kernel/obj/ec.h"

/*
 * Make the call that the registers of `ec` describe, and put the answer there. False, having done nothing,
 * if `ec` is not of the root PD, there is no firmware, or the call is not a permitted one.
 * Context: all registers of `ec` in its frame.
 */
[[nodiscard]] bool smc_proxy(struct ec *ec);
