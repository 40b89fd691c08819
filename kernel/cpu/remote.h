/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The doors between CPUs.
 *
 *   inbox     an object is handed to its CPU: lock-free, any number of senders, one receiver
 *   ask       a CPU is made to forget translations, or simply to enter the kernel, and answers
 *
 * Both end in a kick (arch_cpu_kick), the one inter-processor interrupt there is.
 */
#pragma once

#include "kernel/cpu/cpu.h"

struct kobject;

/* Put `obj` with obj->note into the inbox of `to`. It is in no other queue. Context: any. */
void cpu_send(struct cpu *to, struct kobject *obj);

/*
 * Ask `to` to call arch_cpu_serve. cpu_await returns when it has done so for every cpu_ask before; its
 * own requests are served meanwhile, so two CPUs may wait for each other.
 * Context: any CPU but `to`, no locks held.
 */
void cpu_ask(struct cpu *to);
void cpu_await(struct cpu *to);

/* Do what others have asked this CPU for. Context: who waits for another CPU; must not wait here. */
void cpu_serve(void);

/* Deliver what is in the inbox, or a part of it (sched_fall_behind). Context: interrupts off. */
void cpu_receive(void);

/*
 * Called by the interrupt entry on a kick: answers who asked, opens the inbox, and lets the scheduler
 * run if a grace period waits. Context: any, interrupts off.
 */
void cpu_kicked(void);
