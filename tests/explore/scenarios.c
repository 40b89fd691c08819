/* SPDX-License-Identifier: GPL-2.0-only */

#include "tests/explore/scenarios.h"

const struct scenario *const explore_scenarios[] = {
    &explore_ask,
    &explore_child,
    &explore_create,
    &explore_destroy_call,
    &explore_fill,
    &explore_help_death,
    &explore_idle,
    &explore_interrupt,
    &explore_lookup,
    &explore_parked,
    &explore_ports,
    &explore_ports_reduce,
    &explore_ready,
    &explore_recall_reply,
    &explore_reduce,
    &explore_reduce_fresh,
    &explore_replace,
    &explore_revoke_call,
    &explore_semaphore_count,
    &explore_semaphore_end,
    &explore_shootdown,
    &explore_tables,
    &explore_unlink,
    nullptr,
};
