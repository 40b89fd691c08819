/* SPDX-License-Identifier: GPL-2.0-only */
/* x86_64: ports of child PDs (interface specification, 4.1 and 5.4.1). */
#include <stdatomic.h>

#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"
#include "user/lib/x86_64/port.h"

/* POST diagnostics: writing there does nothing that could matter. */
enum : uint16_t { PORT = 0x80 };

static status_t give(const struct peer *peer, uint16_t port, uint8_t order, uint8_t perm)
{
    return hc_ctrl_pd(SEL_LIB_ROOT_PIO, peer->child.pio,
                      (struct hc_range){.from = port, .to = port, .order = order, .perm = perm});
}

static void take_ours(uint16_t port, uint8_t order, uint8_t perm)
{
    MUST(hc_ctrl_pd(SEL_LIB_NOVA_PIO, SEL_LIB_ROOT_PIO,
                    (struct hc_range){.from = port, .to = port, .order = order, .perm = perm}));
}

/* A thread of the child writes the port; where it may not, it faults and the fault's handler ends it. */
static uint64_t write_port(uint64_t port)
{
    port_write8((uint16_t)port, 0);
    return 1;
}

static uint64_t read_port(uint64_t port)
{
    (void)port_read8((uint16_t)port);
    return 1;
}

static bool survives(const struct peer *peer, peer_fn *access, uint16_t port)
{
    struct thread t;
    const struct thread_plan plan = {
        .cpu = cpu_here(), .pd = peer->child.pd, .events = SELNUM - 0x100};
    MUST(thread_create_local(&t, &plan, peer_portal));
    const sel_t pt = new_pt(&t, (uint64_t)access);
    root_utcb()->word[0] = port;
    const status_t status = hc_ipc_call(pt, 0, hc_mtd(1)).status;
    EXPECT(status == SUCCESS || status == ABORTED);
    return status == SUCCESS;
}

static bool can_use(const struct peer *peer, uint16_t port)
{
    return survives(peer, write_port, port);
}

TEST(cpu, child_uses_the_ports_that_it_is_given)
{
    const struct peer peer = new_peer();
    take_ours(PORT, 3, PERM_PIO_A);
    EXPECT(!can_use(&peer, PORT));
    MUST(give(&peer, PORT, 0, PERM_PIO_A));
    EXPECT(can_use(&peer, PORT));
    EXPECT(!can_use(&peer, PORT + 1));
    MUST(give(&peer, PORT, 3, PERM_PIO_A));
    EXPECT(can_use(&peer, PORT + 7));
    EXPECT(!can_use(&peer, PORT + 8));
    take_ours(PORT, 3, PERM_NONE);
}

TEST(cpu, child_loses_the_ports_that_are_taken_from_it)
{
    const struct peer peer = new_peer();
    take_ours(PORT, 3, PERM_PIO_A);
    MUST(give(&peer, PORT, 3, PERM_PIO_A));
    EXPECT(can_use(&peer, PORT + 2));
    MUST(give(&peer, PORT + 2, 0, PERM_NONE));
    EXPECT(!can_use(&peer, PORT + 2));
    EXPECT(can_use(&peer, PORT + 3));
    take_ours(PORT, 3, PERM_NONE);
    EXPECT(can_use(&peer, PORT + 3));         /* ours went, not its */
    MUST(give(&peer, PORT, 3, PERM_PIO_ALL)); /* from nothing comes nothing */
    EXPECT(!can_use(&peer, PORT + 3));
}

TEST(cpu, ports_of_one_child_are_not_those_of_another)
{
    const struct peer one = new_peer(), other = new_peer();
    take_ours(PORT, 0, PERM_PIO_A);
    MUST(give(&one, PORT, 0, PERM_PIO_A));
    for (unsigned i = 0; i < 3; i++) {
        EXPECT(can_use(&one, PORT));
        EXPECT(!can_use(&other, PORT));
    }
    take_ours(PORT, 0, PERM_NONE);
}

/* Only the first port space of a PD is that of its threads. */
TEST(cpu, second_port_space_gives_threads_nothing)
{
    struct peer peer = new_peer();
    take_ours(PORT, 0, PERM_PIO_A);
    const sel_t first = peer.child.pio;
    peer.child.pio = sel_alloc(0);
    MUST(hc_create_pd(peer.child.pio, CREATE_PD_PIO, peer.child.pd));
    MUST(give(&peer, PORT, 0, PERM_PIO_A));
    EXPECT(!can_use(&peer, PORT));
    peer.child.pio = first;
    MUST(give(&peer, PORT, 0, PERM_PIO_A));
    EXPECT(can_use(&peer, PORT));
    take_ours(PORT, 0, PERM_NONE);
}

/* A thread writes a port all the time, as long as it may; its faults wait until it may again. */
static _Atomic uint64_t writes, faults;
static sel_t allowed;

static uint32_t wait_until_allowed([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                                   [[maybe_unused]] struct utcb *utcb)
{
    atomic_fetch_add(&faults, 1);
    MUST(hc_sm_down(allowed, 0, 0));
    return 0;
}

static void write_for_ever(uint64_t port)
{
    for (;;) {
        port_write8((uint16_t)port, 0);
        atomic_fetch_add(&writes, 1);
    }
}

TEST(cpu, revoked_port_is_not_written_on_another_cpu)
{
    enum : uint64_t { ROUNDS = 50 };
    const struct thread handler = new_local(cpu_there(), wait_until_allowed);
    const sel_t events = new_events(cpu_there());
    MUST(thread_create_portal(&handler, events + EVENT_HST_GP, 0, 0));
    allowed = new_sm(0);
    atomic_store(&writes, 0);
    atomic_store(&faults, 0);
    take_ours(PORT, 0, PERM_PIO_A);
    const struct thread_plan plan = {.cpu = cpu_there(), .events = events};
    const struct thread writer = new_global_plan(&plan, write_for_ever, PORT);
    new_sc(&writer, LOW, BUDGET);
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        EXPECT(wait_until(&writes, atomic_load(&writes) + 100));
        take_ours(PORT, 0, PERM_NONE);
        const uint64_t then = atomic_load(&writes);
        spin(50);
        EXPECT(atomic_load(&writes) <= then + 1); /* one was not counted yet */
        if (!wait_until(&faults, round))
            break;
        take_ours(PORT, 0, PERM_PIO_A);
        up(allowed);
    }
    EXPECT_EQ(ROUNDS, atomic_load(&faults));
    take_ours(PORT, 0, PERM_NONE);
}

/*
 * Ports of the chip sets that QEMU has, as its firmware sets them up. The kernel keeps those that switch the
 * machine off or take it away from the kernel, the latter unless its command line says `insecure`.
 */
enum : uint16_t { PM1_STS = 0x600, PM1_CNT = 0x604, SMI_CMD = 0xb2 };

TEST(cpu, ports_of_power_control_are_kept)
{
    const struct peer peer = new_peer();
    static const uint16_t ports[] = {PM1_STS, PM1_CNT, PM1_CNT + 1, SMI_CMD, SMI_CMD + 1};
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        const bool is_kept = ports[i] == PM1_CNT || ports[i] == PM1_CNT + 1 ||
                             (ports[i] == SMI_CMD && !root_has_word("insecure"));
        take_ours(ports[i], 0, PERM_PIO_A);
        MUST(give(&peer, ports[i], 0, PERM_PIO_A));
        EXPECT_EQ(!is_kept, survives(&peer, read_port, ports[i]));
        take_ours(ports[i], 0, PERM_NONE);
    }
}

/* MSR spaces are for guests; here only what ctrl_pd says to them. */
TEST(cpu, msrs_lie_in_two_ranges)
{
    const sel_t nova = sel_alloc(0), pd = sel_alloc(0), msrs = sel_alloc(0);
    MUST(spaces_fetch(SEL_NOVA_MSR, nova));
    MUST(hc_create_pd(pd, CREATE_PD_PD, SEL_ROOT_PD));
    MUST(hc_create_pd(msrs, CREATE_PD_MSR, pd));
    static const struct {
        uint64_t msr;
        uint8_t order;
        status_t want;
    } row[] = {
        {0, 0, SUCCESS},           {0, 13, SUCCESS},           {0x1fff, 0, SUCCESS},
        {0x2000, 0, BAD_PAR},      {0xc000'0000, 13, SUCCESS}, {0xc000'1fff, 0, SUCCESS},
        {0xc000'2000, 0, BAD_PAR}, {1ull << 32, 0, BAD_PAR},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        EXPECT_STATUS(row[i].want, hc_ctrl_pd(nova, msrs,
                                              (struct hc_range){.from = row[i].msr,
                                                                .to = row[i].msr,
                                                                .order = row[i].order,
                                                                .perm = PERM_MSR_RW}));
    EXPECT_STATUS(BAD_PAR, hc_ctrl_pd(nova, msrs, (struct hc_range){.from = 0x10, .to = 0x17}));
}

static const struct tap_test tests[] = {
    TAP_TEST(cpu, child_uses_the_ports_that_it_is_given),
    TAP_TEST(cpu, child_loses_the_ports_that_are_taken_from_it),
    TAP_TEST(cpu, ports_of_one_child_are_not_those_of_another),
    TAP_TEST(cpu, second_port_space_gives_threads_nothing),
    TAP_TEST(cpu, revoked_port_is_not_written_on_another_cpu),
    TAP_TEST(cpu, ports_of_power_control_are_kept),
    TAP_TEST(cpu, msrs_lie_in_two_ranges),
};
const struct tap_suite cpu_suite = CONF_SUITE(tests);
