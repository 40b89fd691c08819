/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What always holds when all CPUs are at rest: in user mode or idle, with no interrupt pending. References are
 * counted again, unless something is about to be destroyed; each thread and each scheduling context is somewhere, and only there; what CPUs remember of page
 * tables, the tables still say.
 */
#pragma once

/* The objects that are there now are those of boot, which nobody can count: their references may only differ alike. */
void audit_begin(void);

/* A violation fails the test (sim_fail). */
void audit(unsigned cpus);
