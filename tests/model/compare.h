/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be seen of the core, beside what the model says. */
#pragma once

#include "kernel/obj/kobject.h"
#include "tests/model/model.h"

/* Which object of the core is which of the model. */
typedef struct kobject *pairs_t[OBJECTS];

/* The first difference, as text; nullptr: there is none. `all`: also what steps rarely change. */
const char *compare(const struct model *m, pairs_t core, bool all);
