/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects for tests of spaces, and what becomes of those that lose their last reference. */
#pragma once

#include "kernel/obj/kobject.h"
#include "kernel/obj/pd.h"

/* An object of `type` that the test holds. It is no more than what all objects have in common. */
struct kobject *testing_object(enum kobj_type type);

/* A PD that the test holds; `owner` as of pd_create. */
struct pd *testing_pd(const struct pd *owner);

/*
 * Let the time pass after which objects without references are taken apart, and count the steps that
 * took. Spaces and PDs go; other objects are forgotten.
 */
unsigned testing_reap(void);
