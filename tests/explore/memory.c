/* SPDX-License-Identifier: GPL-2.0-only */
/* When a revocation has returned, no CPU acts on what was revoked. */

#include "arch/types.h"
#include "kernel/base/bits.h"
#include "kernel/cpu/cpu.h"
#include "tests/explore/scenarios.h"

enum : uint64_t {
    NOVA_HST = EXPLORE_FIRST,
    NOVA_PIO,
    ROOT_HST,
    ROOT_PIO,
    A = NOVA_HST + 4,
    B = NOVA_HST + 6,
};
enum : uint64_t { FRAME = UINT64_C(5) << 18, PAGE = 0x40000, VA = PAGE << PAGE_BITS, PORT = 0x3f8 };

static bool is_revoked;

static void make_threads(void)
{
    static const uint64_t from_nova[][2] = {{SEL_NOVA_HST, NOVA_HST},
                                            {SEL_NOVA_PIO, NOVA_PIO},
                                            {SEL_NOVA_ROOT_HST, ROOT_HST},
                                            {SEL_NOVA_ROOT_PIO, ROOT_PIO}};
    is_revoked = false;
    sim_flush_asks = ARCH_PTAB_HOST.break_bits == 0;
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQ(call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, from_nova[i][0], from_nova[i][1],
                               0, PERM_MASK),
                 SUCCESS);
}

static void is_gone([[maybe_unused]] unsigned cpu)
{
    is_revoked = true;
}

static void read_memory(unsigned cpu)
{
    CHECK(!(sim_may_access(cpu, VA, PERM_MEM_R) && is_revoked));
}

/* CPU 1 reads, CPUs 0 and 2 both take away what it reads: who finds nothing left may not be early. */
static void make_shootdown(void)
{
    static const struct act reads[] = {DO(read_memory), DO(read_memory), DO(read_memory),
                                       DO(read_memory)};
    static const struct act takes[] = {DELEGATE(ROOT_HST, ROOT_HST, PAGE, PAGE, 1, 0), DO(is_gone)};
    static const struct act takes_one[] = {DELEGATE(ROOT_HST, ROOT_HST, PAGE, PAGE, 0, 0),
                                           DO(is_gone)};
    make_threads();
    CHECK_EQ(call_delegate(0, NOVA_HST, ROOT_HST, FRAME, PAGE, 1, PERM_MEM_R | PERM_MEM_W),
             SUCCESS);
    PROGRAM(call_thread(A, 1, 10, 10), reads, false);
    PROGRAM(call_thread(B, 2, 10, 10), takes_one, false);
    PROGRAM(sim_user(0), takes, false);
    sim_settle();
}

const struct scenario explore_shootdown = {
    .name = "shootdown",
    .claim = "memory that was taken away is out of reach when the call returns",
    .cpus = 3,
    .bound = ARCH_PTAB_HOST.break_bits != 0 ? 3 : 2, /* more turns, where CPUs wait */
    .make = make_shootdown,
};

static void use_port(unsigned cpu)
{
    CHECK(!(sim_may_use_port(cpu, PORT) && is_revoked));
}

static void make_ports(void)
{
    static const struct act uses[] = {DO(use_port), DO(use_port), DO(use_port)};
    static const struct act takes[] = {DELEGATE(ROOT_PIO, ROOT_PIO, PORT, PORT, 0, 0), DO(is_gone)};
    make_threads();
    CHECK_EQ(call_delegate(0, NOVA_PIO, ROOT_PIO, PORT, PORT, 0, PERM_PIO_A), SUCCESS);
    PROGRAM(call_thread(A, 1, 10, 10), uses, false);
    PROGRAM(call_thread(B, 2, 10, 10), takes, false);
    PROGRAM(sim_user(0), takes, false);
    sim_settle();
}

const struct scenario explore_ports = {
    .name = "ports",
    .claim = "a port that was taken away is out of reach when the call returns",
    .cpus = 3,
    .bound = 3,
    .make = make_ports,
};
