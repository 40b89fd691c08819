/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include "tests/explore/explore.h"

extern const struct scenario explore_ask;
extern const struct scenario explore_child;
extern const struct scenario explore_create;
extern const struct scenario explore_destroy_call;
extern const struct scenario explore_fill;
extern const struct scenario explore_help_death;
extern const struct scenario explore_idle;
extern const struct scenario explore_interrupt;
extern const struct scenario explore_lookup;
extern const struct scenario explore_parked;
extern const struct scenario explore_ports;
extern const struct scenario explore_ports_reduce;
extern const struct scenario explore_ready;
extern const struct scenario explore_recall_reply;
extern const struct scenario explore_reduce;
extern const struct scenario explore_reduce_fresh;
extern const struct scenario explore_replace;
extern const struct scenario explore_revoke_call;
extern const struct scenario explore_semaphore_count;
extern const struct scenario explore_semaphore_end;
extern const struct scenario explore_shootdown;
extern const struct scenario explore_tables;
extern const struct scenario explore_unlink;
