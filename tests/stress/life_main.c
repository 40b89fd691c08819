/* SPDX-License-Identifier: GPL-2.0-only */
/* How objects end. */
#include "tests/stress/stress.h"

const struct tap_suite *const stress_suites[] = {&life_suite, &children_suite};
const size_t stress_suite_count = sizeof stress_suites / sizeof *stress_suites;
