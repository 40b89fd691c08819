/* SPDX-License-Identifier: GPL-2.0-only */
/* What a simulated CPU remembers of page tables. Private to this room. */
#pragma once

struct cpu;
struct space_hst;

/* Make `host` the space of `cpu`; nullptr: none. */
void mmu_activate(struct cpu *cpu, struct space_hst *host);
