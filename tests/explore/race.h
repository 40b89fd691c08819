/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data races: two plain accesses to the same bytes by two CPUs, one of them a store, of which neither happens before
 * the other. What orders them is what C says: an atomic that sees what a release has stored. Each atomic load counts
 * as an acquire, as relaxed ones are used where the address that is loaded leads to what was released.
 */
#pragma once

#include <stdint.h>

struct watch_access;

/* Before all else. */
void race_init(void);

/* All that was done before happens before what comes. */
void race_begin(void);

/* `cpu` is about to do `access`, a plain one or an atomic one. A race fails the test, and says where both are. */
void race_plain(const struct watch_access *access, unsigned cpu);
void race_atomic(const struct watch_access *access, unsigned cpu);
