/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be seen of the core, beside what the model says. */
#pragma once

#include "kernel/obj/kobject.h"
#include "tests/model/model.h"

/* Which object of the core is which of the model. */
typedef struct kobject *pairs_t[OBJECTS];

/*
 * The first difference, as text; nullptr: there is none. Of memory what is in m->mapped is compared, ports and
 * MSRs if `all`, as most steps do not touch them.
 */
const char *compare(const struct model *m, pairs_t core, bool all);
