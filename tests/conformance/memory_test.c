/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory: what may be done with a page, here and on another CPU (interface specification, 4.1, 5.4.1). */
#include <stdatomic.h>

#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"

enum : uint64_t { PAGE = 0x1000, LARGE = 0x20'0000, LARGE_ORDER = 9 };
static const uint8_t rw = PERM_MEM_R | PERM_MEM_W, r = PERM_MEM_R;

static status_t remap(uint64_t from, uint64_t to, uint8_t order, uint8_t perm)
{
    return hc_ctrl_pd(
        SEL_LIB_ROOT_HST, SEL_LIB_ROOT_HST,
        (struct hc_range){.from = from / PAGE, .to = to / PAGE, .order = order, .perm = perm});
}

static void unmap(uint64_t hva, uint8_t order)
{
    MUST(remap(hva, hva, order, PERM_NONE));
}

static volatile uint64_t *word_at(uint64_t hva)
{
    return (volatile uint64_t *)hva;
}

TEST(memory, each_permission_of_a_page_allows_its_access_and_no_other)
{
    const uint64_t at = HVA_FREE, frame = free_frames();
    MUST(map(frame, at, 0, rw));
    write_return(at);
    for (uint8_t perm = 0; perm <= (PERM_MEM_R | PERM_MEM_W | PERM_MEM_XU); perm++) {
        MUST(map(frame, at, 0, perm));
        /* x86_64 cannot say "not readable". */
        const bool is_readable = cpu_has_ports() ? perm != 0 : perm & PERM_MEM_R;
        EXPECT_EQ(is_readable, can_read(at));
        /* A write needs R as well where the table cannot say otherwise: what is written is not read. */
        EXPECT_EQ((perm & PERM_MEM_W) != 0, can_write(at + 8));
        if (is_readable || !(perm & PERM_MEM_XU))
            EXPECT_EQ((perm & PERM_MEM_XU) != 0, can_execute(at));
    }
    unmap(at, 0);
    EXPECT(!can_read(at));
}

/* Beyond those of user mode: execution by the supervisor, and a bit that means nothing. */
TEST(memory, execution_by_the_supervisor_is_not_that_by_users_unless_the_cpu_has_one_bit_for_both)
{
    const uint64_t at = HVA_FREE, to = HVA_FREE + PAGE, frame = free_frames();
    MUST(map(frame, at, 0, rw));
    write_return(at);
    MUST(map(frame, at, 0, PERM_MEM_R | PERM_MEM_XS));
    EXPECT(can_read(at) && !can_write(at));
    if (cpu_has_ports()) /* some CPUs of the other kind have two bits */
        EXPECT(can_execute(at));
    MUST(remap(at, to, 0, PERM_MEM_R | PERM_MEM_XU | PERM_MEM_XS));
    EXPECT_EQ(can_execute(at), can_execute(to));
    MUST(map(frame, at, 0, 0x10));
    EXPECT(!can_read(at) && !can_write(at));
    unmap(at, 1);
}

/* What a host page table cannot say is there, and is handed on. */
TEST(memory, page_that_can_be_written_can_be_read_where_the_cpu_has_no_other)
{
    const uint64_t at = HVA_FREE, to = HVA_FREE + PAGE;
    MUST(map(free_frames(), at, 0, PERM_MEM_W));
    MUST(remap(at, to, 0, PERM_MEM_R));
    EXPECT_EQ(cpu_has_ports(), can_read(at));
    EXPECT_EQ(cpu_has_ports(), can_read(to));
    EXPECT(!can_write(to));
    unmap(at, 1);
}

TEST(memory, permissions_only_shrink_on_the_way)
{
    const uint64_t a = HVA_FREE, b = HVA_FREE + PAGE, c = HVA_FREE + 2 * PAGE;
    MUST(map(free_frames(), a, 0, rw));
    MUST(remap(a, b, 0, r));
    MUST(remap(b, c, 0, PERM_MEM_ALL));
    EXPECT(can_write(a));
    EXPECT(can_read(b) && !can_write(b));
    EXPECT(can_read(c) && !can_write(c));
    MUST(remap(a, a, 0, r)); /* in place */
    EXPECT(can_read(a) && !can_write(a));
    MUST(remap(a, c, 0, PERM_NONE));
    EXPECT(!can_read(c));
    unmap(a, 1);
}

TEST(memory, pages_of_the_kernel_go_nowhere)
{
    const uint64_t to = HVA_FREE;
    MUST(map(free_frames(), to, 0, rw));
    MUST(remap((uint64_t)hip, to, 0, PERM_MEM_ALL));
    EXPECT(!can_read(to)); /* what was there is gone */
    MUST(map(free_frames(), to, 0, rw));
    MUST(remap((uint64_t)root_utcb(), to, 0, PERM_MEM_ALL));
    EXPECT(!can_read(to));
    MUST(map(hip->nova_start, to, 0, PERM_MEM_ALL));
    EXPECT(!can_read(to));
    EXPECT(can_read((uint64_t)hip) && !can_write((uint64_t)hip) && !can_execute((uint64_t)hip));
    EXPECT(!can_execute((uint64_t)root_utcb()));
}

static uint32_t add_one([[maybe_unused]] uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    utcb->word[0]++;
    return mtd;
}

static uint32_t leave_it([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                         [[maybe_unused]] struct utcb *utcb)
{
    return hc_mtd(1);
}

/* The kernel's view of a UTCB is its own: what is mapped over the thread's changes messages not at all. */
TEST(memory, granting_over_a_utcb_changes_the_view_of_its_thread_only)
{
    const struct thread plain = new_local(cpu_here(), add_one);
    const struct thread covered = new_local(cpu_here(), leave_it);
    const uint64_t at = (uint64_t)covered.utcb, view = HVA_FREE;
    MUST(map(free_frames(), view, 0, rw));
    *word_at(view) = 7;
    *word_at(at) = 1;
    MUST(map(free_frames(), at, 0, rw));
    EXPECT_EQ(7, *word_at(at));
    root_utcb()->word[0] = 5;
    EXPECT_STATUS(SUCCESS, hc_ipc_call(new_pt(&covered, 0), 0, hc_mtd(1)).status);
    EXPECT_EQ(5, root_utcb()->word[0]); /* there and back, by the page that nobody sees */
    EXPECT_EQ(7, *word_at(view));
    unmap(at, 0);
    EXPECT(!can_read(at));
    root_utcb()->word[0] = 5;
    EXPECT_STATUS(SUCCESS, hc_ipc_call(new_pt(&covered, 0), 0, hc_mtd(1)).status);
    EXPECT_STATUS(SUCCESS, hc_ipc_call(new_pt(&plain, 0), 0, hc_mtd(1)).status);
    EXPECT_EQ(6, root_utcb()->word[0]);
    unmap(view, 0);
}

/* Selectors are as many as in any other host space, whatever addresses the CPU has. */
TEST(memory, nova_host_space_has_a_slot_for_each_address)
{
    const uint64_t last = (uint64_t)hip, to = HVA_FREE; /* the HIP is at the end */
    MUST(map(free_frames(), to, 0, rw));
    MUST(map(last, to, 0, PERM_NONE));
    EXPECT(!can_read(to));
    EXPECT_STATUS(BAD_PAR, map(last + PAGE, to, 0, PERM_NONE));
    if (cpu_has_ports()) { /* elsewhere physical addresses are as long */
        MUST(map(free_frames(), to, 0, rw));
        MUST(map(last, to, 0, PERM_MEM_ALL));
        EXPECT(!can_read(to));
    }
}

/* Large pages. */

static void fill_large(uint64_t at)
{
    for (uint64_t i = 0; i < LARGE; i += PAGE)
        *word_at(at + i) = at + i;
}

static bool is_large_whole(uint64_t at, uint64_t from)
{
    for (uint64_t i = 0; i < LARGE; i += PAGE)
        if (*word_at(at + i) != from + i)
            return false;
    return true;
}

TEST(memory, large_page_is_split_by_revoking_any_of_its_pages)
{
    static const uint64_t holes[] = {0, PAGE, 255 * PAGE, 511 * PAGE};
    const uint64_t at = HVA_FREE;
    for (size_t h = 0; h < sizeof holes / sizeof *holes; h++) {
        MUST(map(free_frames(), at, LARGE_ORDER, rw));
        fill_large(at);
        unmap(at + holes[h], 0);
        for (uint64_t i = 0; i < LARGE; i += PAGE)
            if (i == holes[h])
                EXPECT(!can_read(at + i));
            else
                EXPECT_EQ(at + i, *word_at(at + i));
    }
    unmap(at, LARGE_ORDER);
}

TEST(memory, large_page_is_split_by_restricting_any_of_its_pages)
{
    const uint64_t at = HVA_FREE;
    MUST(map(free_frames(), at, LARGE_ORDER, rw));
    fill_large(at);
    MUST(remap(at + 8 * PAGE, at + 8 * PAGE, 3, r));
    EXPECT(is_large_whole(at, at));
    for (uint64_t i = 0; i < 24 * PAGE; i += PAGE)
        EXPECT_EQ(i < 8 * PAGE || i >= 16 * PAGE, can_write(at + i + 8));
    unmap(at, LARGE_ORDER);
    for (uint64_t i = 0; i < LARGE; i += 37 * PAGE)
        EXPECT(!can_read(at + i));
}

TEST(memory, part_of_a_large_page_can_be_handed_on)
{
    const uint64_t at = HVA_FREE, to = HVA_FREE + LARGE;
    MUST(map(free_frames(), at, LARGE_ORDER, rw));
    fill_large(at);
    MUST(remap(at + 64 * PAGE, to, 6, r));
    unmap(at, LARGE_ORDER);
    for (uint64_t i = 0; i < 64 * PAGE; i += PAGE)
        EXPECT_EQ(at + 64 * PAGE + i, *word_at(to + i));
    EXPECT(!can_read(to + 64 * PAGE));
    EXPECT(!can_write(to));
    unmap(to, 6);
}

TEST(memory, pages_are_replaced_by_a_large_one)
{
    const uint64_t at = HVA_FREE, frames = free_frames();
    for (uint64_t i = 0; i < LARGE; i += 16 * PAGE)
        MUST(map(frames + LARGE + i, at + i, 0, rw));
    MUST(map(frames, at, LARGE_ORDER, rw));
    fill_large(at);
    EXPECT(is_large_whole(at, at));
    unmap(at, LARGE_ORDER);
}

/* Frames mapped so that ranges overlap: each page shows what came last. */
TEST(memory, later_range_replaces_what_it_overlaps)
{
    const uint64_t at = HVA_FREE, frames = free_frames(), mark = HVA_FREE + 2 * LARGE;
    MUST(map(frames, mark, LARGE_ORDER, rw));
    for (uint64_t i = 0; i < 64; i++)
        *word_at(mark + i * PAGE) = i;
    MUST(map(frames, at, 4, r));                         /* 0..15 show 0..15   */
    MUST(map(frames + 32 * PAGE, at + 8 * PAGE, 3, r));  /* 8..15 show 32..39  */
    MUST(map(frames + 48 * PAGE, at + 12 * PAGE, 1, r)); /* 12, 13 show 48, 49 */
    for (uint64_t i = 0; i < 16; i++)
        EXPECT_EQ(i < 8 ? i : i == 12 || i == 13 ? i + 36 : i + 24, *word_at(at + i * PAGE));
    unmap(at, 4);
    unmap(mark, LARGE_ORDER);
}

/* Two PDs, one address, two frames. */

static uint64_t read_here(uint64_t hva)
{
    return *word_at(hva);
}

TEST(memory, each_pd_has_its_own_addresses)
{
    const struct peer peer = new_peer();
    const uint64_t at = HVA_FREE, frames = free_frames();
    MUST(map(frames, at, 0, rw));
    *word_at(at) = 1;
    MUST(
        hc_ctrl_pd(SEL_LIB_NOVA_HST, peer.child.hst,
                   (struct hc_range){
                       .from = frames / PAGE + 1, .to = at / PAGE, .perm = rw, .mad = MAD_MEMORY}));
    MUST(map(frames + PAGE, at + PAGE, 0, rw));
    *word_at(at + PAGE) = 2;
    for (unsigned i = 0; i < 10; i++) {
        EXPECT_EQ(2, peer_run(&peer, read_here, at));
        EXPECT_EQ(1, *word_at(at));
    }
    unmap(at, 1);
    EXPECT_EQ(2, peer_run(&peer, read_here, at)); /* revoking ours leaves its */
}

/*
 * Revocation is complete when the call returns: a thread that reads without end on another CPU has
 * made its last access by then, and is found by its page fault.
 */

static _Atomic uint64_t accesses, faults;
static sel_t resume;

static uint32_t on_fault([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                         [[maybe_unused]] struct utcb *utcb)
{
    atomic_fetch_add(&faults, 1);
    MUST(hc_sm_down(resume, 0, 0));
    return 0; /* try again */
}

static void read_for_ever(uint64_t hva)
{
    for (;;) {
        (void)*word_at(hva);
        atomic_fetch_add(&accesses, 1);
    }
}

static void write_for_ever(uint64_t hva)
{
    for (;;) {
        *word_at(hva) = 1;
        atomic_fetch_add(&accesses, 1);
    }
}

static void start_access(thread_fn *fn, uint64_t hva)
{
    const struct thread catcher = new_local(cpu_there(), on_fault);
    const sel_t events = new_events(cpu_there());
    for (size_t i = 0; i < page_fault_count; i++)
        MUST(thread_create_portal(&catcher, events + page_fault_event[i], 0, 0));
    resume = new_sm(0);
    atomic_store(&accesses, 0);
    atomic_store(&faults, 0);
    const struct thread t =
        new_global_plan(&(struct thread_plan){.cpu = cpu_there(), .events = events}, fn, hva);
    new_sc(&t, LOW, BUDGET);
}

/* `take` takes the page away, `give` gives it back. */
static void revoke_often(uint64_t frame, uint64_t at, uint8_t order, uint8_t left)
{
    for (uint64_t i = 1; i <= 20; i++) {
        if (!wait_until(&accesses, atomic_load(&accesses) + 100))
            return;
        MUST(remap(at, at, order, left));
        const uint64_t then = atomic_load(&accesses);
        spin(50);
        /* One access may have been made, but not yet counted. */
        EXPECT(atomic_load(&accesses) <= then + 1);
        if (!wait_until(&faults, i))
            return;
        MUST(map(frame, at, order, rw));
        up(resume);
    }
    EXPECT_EQ(20, atomic_load(&faults));
}

TEST(memory, revoked_page_is_not_read_on_another_cpu)
{
    const uint64_t at = HVA_FREE;
    MUST(map(free_frames(), at, 0, rw));
    start_access(read_for_ever, at);
    revoke_often(free_frames(), at, 0, PERM_NONE);
}

TEST(memory, revoked_large_page_is_not_read_on_another_cpu)
{
    const uint64_t at = HVA_FREE;
    MUST(map(free_frames(), at, LARGE_ORDER, rw));
    start_access(read_for_ever, at + 77 * PAGE);
    revoke_often(free_frames(), at, LARGE_ORDER, PERM_NONE);
}

TEST(memory, page_made_read_only_is_not_written_on_another_cpu)
{
    const uint64_t at = HVA_FREE;
    MUST(map(free_frames(), at, 0, rw));
    start_access(write_for_ever, at);
    revoke_often(free_frames(), at, 0, r);
}

/* A page that is exchanged for another: after the call nobody writes the old one. */
TEST(memory, exchanged_page_is_not_written_on_another_cpu)
{
    const uint64_t at = HVA_FREE, view = HVA_FREE + LARGE, frames = free_frames();
    MUST(map(frames, view, 1, rw));
    MUST(map(frames, at, 0, rw));
    start_access(write_for_ever, at);
    for (uint64_t i = 0; i < 20; i++) {
        const uint64_t old = view + i % 2 * PAGE, new = view + (i + 1) % 2 * PAGE;
        if (!wait_until(&accesses, atomic_load(&accesses) + 100))
            break;
        EXPECT_EQ(1, *word_at(old));
        *word_at(new) = 0;
        MUST(map(frames + (i + 1) % 2 * PAGE, at, 0, rw));
        *word_at(old) = 0;
        if (!wait_until(&accesses, atomic_load(&accesses) + 100))
            break;
        EXPECT_EQ(0, *word_at(old));
        EXPECT_EQ(1, *word_at(new));
    }
    EXPECT_EQ(0, atomic_load(&faults));
    unmap(view, 1);
}

/* The rest of a large page never goes away, not even while it is split and put together again. */
TEST(memory, rest_of_a_large_page_stays_readable_while_it_is_split)
{
    const uint64_t at = HVA_FREE;
    MUST(map(free_frames(), at, LARGE_ORDER, rw));
    start_access(read_for_ever, at + 300 * PAGE);
    for (uint64_t i = 0; i < 50; i++) {
        if (!wait_until(&accesses, atomic_load(&accesses) + 100))
            break;
        unmap(at + i * PAGE, 0);
        MUST(map(free_frames(), at, LARGE_ORDER, rw));
    }
    EXPECT_EQ(0, atomic_load(&faults));
}

static const struct tap_test tests[] = {
    TAP_TEST(memory, each_permission_of_a_page_allows_its_access_and_no_other),
    TAP_TEST(memory,
             execution_by_the_supervisor_is_not_that_by_users_unless_the_cpu_has_one_bit_for_both),
    TAP_TEST(memory, page_that_can_be_written_can_be_read_where_the_cpu_has_no_other),
    TAP_TEST(memory, permissions_only_shrink_on_the_way),
    TAP_TEST(memory, pages_of_the_kernel_go_nowhere),
    TAP_TEST(memory, granting_over_a_utcb_changes_the_view_of_its_thread_only),
    TAP_TEST(memory, nova_host_space_has_a_slot_for_each_address),
    TAP_TEST(memory, large_page_is_split_by_revoking_any_of_its_pages),
    TAP_TEST(memory, large_page_is_split_by_restricting_any_of_its_pages),
    TAP_TEST(memory, part_of_a_large_page_can_be_handed_on),
    TAP_TEST(memory, pages_are_replaced_by_a_large_one),
    TAP_TEST(memory, later_range_replaces_what_it_overlaps),
    TAP_TEST(memory, each_pd_has_its_own_addresses),
    TAP_TEST(memory, revoked_page_is_not_read_on_another_cpu),
    TAP_TEST(memory, revoked_large_page_is_not_read_on_another_cpu),
    TAP_TEST(memory, page_made_read_only_is_not_written_on_another_cpu),
    TAP_TEST(memory, exchanged_page_is_not_written_on_another_cpu),
    TAP_TEST(memory, rest_of_a_large_page_stays_readable_while_it_is_split),
};
const struct tap_suite memory_suite = CONF_SUITE(tests);
