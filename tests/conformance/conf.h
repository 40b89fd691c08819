/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the suites share: objects made in one line, threads, waiting with an end. What a test makes is
 * gone behind it (conf_after).
 */
#pragma once

#include "kernel/abi/hip.h"
#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "user/lib/alloc.h"
#include "user/lib/child.h"
#include "user/lib/event.h"
#include "user/lib/spaces.h"
#include "user/lib/tap.h"
#include "user/lib/thread.h"
#include "user/lib/time.h"

/* Set before the first test, constant afterwards. */
extern const struct hip *hip;

/* Priorities of threads; root's is 127. */
enum : uint8_t { LOW = 20, MID = 40, HIGH = 60 };

/* Budget of threads that do not care, in milliseconds. */
enum : uint16_t { BUDGET = 20 };

/* Time enough for anything that happens at all, in microseconds. */
enum : uint64_t { PATIENCE = 30'000'000 };

/* Addresses where tests may map frames. */
enum : uint64_t { HVA_FREE = 0xf000'0000, HVA_FREE_END = 0x1'0000'0000 };

/* A call that a test only needs; its failure is one of the test. */
#define MUST(call) EXPECT_STATUS(SUCCESS, call)

/* Behind each test: ends its threads, empties its slots. */
void conf_after(void);
#define CONF_SUITE(tests) TAP_SUITE_AFTER(tests, conf_after)

/* The CPU of root, and another one, or the same if there is no other. */
uint16_t cpu_here(void);
uint16_t cpu_there(void);

struct utcb *root_utcb(void);

/* Whether root's command line has this word: the machine's row tells how it was started. */
bool root_has_word(const char *word);

/* Physical address of 16 MiB of RAM that nobody uses, a multiple of that. */
uint64_t free_frames(void);

/* Let root see 2^order pages of 4 KiB from `phys` on at `hva`: the status of ctrl_pd. */
status_t map(uint64_t phys, uint64_t hva, uint8_t order, uint8_t perm);

/* Objects at fresh selectors. */
sel_t new_sm(uint64_t count);
sel_t new_pt(const struct thread *t, uint64_t pid);
struct thread new_local(uint16_t cpu, portal_fn *handler);

/* A thread that runs with the given priority. If it lives on behind the test it is killed. */
struct thread new_global(uint16_t cpu, uint8_t prio, thread_fn *fn, uint64_t arg);
struct thread new_global_plan(const struct thread_plan *plan, thread_fn *fn, uint64_t arg);
sel_t new_sc(const struct thread *t, uint8_t prio, uint16_t budget);

/* A copy of the capability at `from`, with the permissions that `perm` keeps. */
sel_t copy_cap(sel_t from, uint8_t perm);
void revoke(sel_t sel);

/* 128 empty event selectors but for STARTUP as thread_events() has it. */
sel_t new_events(uint16_t cpu);

/* Semaphores: an up that has to succeed; a down that has to within PATIENCE, as the answer tells. */
void up(sel_t sm);
bool down(sel_t sm);

/* What the count is, by downs that do not wait. */
uint64_t drain(sel_t sm);

/* Sleep, so that others run on this CPU, too. */
void nap(uint64_t us);

/* Wait, by naps, until `*word` is at least `value`; false after PATIENCE. */
bool wait_until(const _Atomic uint64_t *word, uint64_t value);

/* Spin without giving up the CPU; for threads. */
void spin(uint64_t us);

/*
 * Whether the byte at `hva` can be read, be written (with 0x77), be called (it is a return). Only root,
 * which has to have called probe_open().
 */
bool can_read(uint64_t hva);
bool can_write(uint64_t hva);
bool can_execute(uint64_t hva);
void probe_open(void);

/* A PD of its own with all memory of ours, and a thread on root's CPU that runs functions there. */
struct peer {
    struct child child;
    struct thread thread;
    sel_t pt;
};
typedef uint64_t peer_fn(uint64_t arg);
struct peer new_peer(void);
uint32_t peer_portal(uint64_t fn, uint32_t mtd, struct utcb *utcb); /* what the thread does */
uint64_t peer_run(const struct peer *peer, peer_fn *fn, uint64_t arg);

/* Suites. */
extern const struct tap_suite call_suite, perm_suite, create_suite, control_suite, object_suite,
    memory_suite, ipc_suite, help_suite, death_suite, semaphore_suite, timeout_suite, event_suite,
    startup_suite, recall_suite, space_suite, thread_suite, fpu_suite, sched_suite, life_suite,
    cpus_suite, cpu_suite, flags_suite, system_suite;
