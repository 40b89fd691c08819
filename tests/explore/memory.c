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
/* Nothing is mapped near HOLE; a large page is at BIG. Both are in 2^REGION_ORD pages from REGION on. */
enum : uint64_t { REGION = UINT64_C(0x40'0000), HOLE = REGION + 0x8'0000, BIG = REGION + 0x200 };
enum : unsigned { REGION_ORD = 20, BIG_ORD = 9 };
enum : uint64_t { FRAME = UINT64_C(5) << 18, PAGE = 0x40000, VA = PAGE << PAGE_BITS, PORT = 0x3f8 };

/* Of what to forget, at once, as on aarch64; else they are asked, and there are more turns. */
static constexpr bool CPUS_ARE_TOLD = ARCH_PTAB_HOST.break_bits != 0;

static bool is_revoked;

static void make_threads(void)
{
    static const uint64_t from_nova[][2] = {{SEL_NOVA_HST, NOVA_HST},
                                            {SEL_NOVA_PIO, NOVA_PIO},
                                            {SEL_NOVA_ROOT_HST, ROOT_HST},
                                            {SEL_NOVA_ROOT_PIO, ROOT_PIO}};
    is_revoked = false;
    sim_flush_asks = !CPUS_ARE_TOLD;
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
    .bound = CPUS_ARE_TOLD ? 3 : 2,
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

/* Of two ports that are delegated to themselves, one is taken away at the same time. */
static void make_ports_reduce(void)
{
    static const struct act keeps[] = {DELEGATE(ROOT_PIO, ROOT_PIO, PORT, PORT, 1, PERM_PIO_A)};
    static const struct act takes[] = {DELEGATE(ROOT_PIO, ROOT_PIO, PORT, PORT, 0, 0)};
    make_threads();
    CHECK_EQ(call_delegate(0, NOVA_PIO, ROOT_PIO, PORT, PORT, 1, PERM_PIO_A), SUCCESS);
    PROGRAM(call_thread(A, 1, 10, 10), keeps, false);
    PROGRAM(sim_user(0), takes, false);
    sim_settle();
}

static void check_ports_reduce(void)
{
    CHECK(!sim_may_use_port(0, PORT) && sim_may_use_port(0, PORT + 1));
}

const struct scenario explore_ports_reduce = {
    .name = "ports_reduce",
    .claim = "a port that was taken away stays away, whoever delegates it to itself at the time",
    .cpus = 2,
    .bound = 3,
    .make = make_ports_reduce,
    .check = check_ports_reduce,
};

/* Tables are made by two CPUs, and one is split, while a third one takes all away. */
static void make_tables(void)
{
    static const struct act maps[] = {
        DELEGATE(NOVA_HST, ROOT_HST, FRAME, HOLE, 0, PERM_MEM_R),
        DELEGATE(NOVA_HST, ROOT_HST, FRAME + 7, BIG + 7, 0, PERM_MEM_R),
    };
    static const struct act maps_too[] = {
        DELEGATE(NOVA_HST, ROOT_HST, FRAME, HOLE + 1, 0, PERM_MEM_W),
        DELEGATE(ROOT_HST, ROOT_HST, BIG + 8, BIG + 8, 0, 0),
    };
    static const struct act takes[] = {DELEGATE(ROOT_HST, ROOT_HST, REGION, REGION, REGION_ORD, 0)};
    make_threads();
    CHECK_EQ(call_delegate(0, NOVA_HST, ROOT_HST, FRAME, BIG, BIG_ORD, PERM_MEM_R), SUCCESS);
    PROGRAM(call_thread(A, 1, 10, 10), maps, false);
    PROGRAM(call_thread(B, 2, 10, 10), maps_too, false);
    PROGRAM(sim_user(0), takes, false);
    sim_settle();
}

/* No table is left when nothing is mapped. */
static void check_tables(void)
{
    CHECK(!sim_may_access(0, (BIG + 8) << PAGE_BITS, PERM_MEM_R));
    CHECK_EQ(call_delegate(0, ROOT_HST, ROOT_HST, REGION, REGION, REGION_ORD, 0), SUCCESS);
    CHECK(!sim_may_access(0, HOLE << PAGE_BITS, PERM_MEM_R));
}

const struct scenario explore_tables = {
    .name = "tables",
    .claim = "page tables that are made and given back at once are neither lost nor used",
    .cpus = 3,
    .bound = CPUS_ARE_TOLD ? 2 : 1,
    .make = make_tables,
    .check = check_tables,
};
