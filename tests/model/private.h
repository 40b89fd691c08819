/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of the model. */
#pragma once

#include "tests/model/model.h"

/* Beside the statuses: there is none yet; somebody else runs now (`go_to`). */
static constexpr status_t NO_STATUS = (status_t)0x100;

static inline struct model_object *at(struct model *m, ref_t ref)
{
    return &m->object[ref];
}

static inline struct model_ec *ec_at(struct model *m, ref_t ref)
{
    return &m->object[ref].ec;
}

/* Lists. */
void refs_insert(struct model *m, struct refs *list, unsigned at, ref_t ref);
void refs_add(struct model *m, struct refs *list, ref_t ref);
ref_t refs_take(struct refs *list, unsigned at);
int refs_find(const struct refs *list, ref_t ref);

/* object.c: an object may have lost what kept it, by something done on `cpu`. */
void drop(struct model *m, unsigned cpu, ref_t ref);

/* Are all other CPUs idle? */
bool is_alone(const struct model *m, unsigned cpu);

/* `cpu` passes by the scheduler: what has lost its last reference ends. */
void end_objects(struct model *m, unsigned cpu);

/* `ec`, without references, goes, or works until its reply. */
void retire(struct model *m, unsigned cpu, ref_t ec);

/* The object at `sel` for `self`, if it is of `kind` and the capability has all of `need`. */
ref_t lookup(const struct model *m, ref_t self, uint64_t sel, enum kind kind, uint8_t need);

/* Room for the content of a new space, in which nothing is. */
uint8_t new_content(struct model *m, enum kind kind);

status_t model_ctrl_pd(struct model *m, unsigned cpu, ref_t self, const uint64_t p[5]);

/* sched.c */
void make_ready(struct model *m, unsigned cpu, ref_t sc);
void unpark(struct model *m, unsigned cpu, ref_t ec);
void send_note(struct model *m, unsigned from, unsigned to, enum note note, ref_t what);
void take_interrupts(struct model *m, unsigned cpu);
ref_t chain_end(struct model *m, ref_t ec);

/* Each answers the EC that has the CPU then, 0: none. */
ref_t dispatch(struct model *m, unsigned cpu);
ref_t restart(struct model *m, unsigned cpu);
ref_t park(struct model *m, unsigned cpu, ref_t ec);
ref_t drop_current(struct model *m, unsigned cpu);

/* `ec` (0: none) has the CPU, and goes on where it was. */
void go_on(struct model *m, unsigned cpu, ref_t ec);

/* thread.c: likewise they answer who has the CPU then. */
ref_t call_again(struct model *m, unsigned cpu, ref_t self);
ref_t send_event(struct model *m, unsigned cpu, ref_t self);
ref_t die(struct model *m, unsigned cpu, ref_t self);

/* They answer a status, or NO_STATUS and in *go_to who runs, 0 if the caller goes on by what it `does`. */
status_t model_call(struct model *m, unsigned cpu, ref_t self, ref_t *go_to);
status_t model_reply(struct model *m, unsigned cpu, ref_t self, ref_t *go_to);
status_t model_ctrl_sm(struct model *m, unsigned cpu, ref_t self, const uint64_t p[5]);

void wake(struct model *m, unsigned cpu, ref_t ec, status_t status);
void bury(struct model *m, unsigned cpu, ref_t ec);
void up(struct model *m, unsigned cpu, ref_t sm);
