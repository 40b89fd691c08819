/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's memory, used up by each kind of object on the account of one PD: the call says so, others
 * go on, and what is revoked can be used again.
 */
#include <stdatomic.h>

#include "tests/conformance/conf.h"
#include "tests/conformance/start.h"
#include "user/lib/main.h"
#include "user/lib/power.h"

static sel_t pd, local_ec, global_ec, first;
static uint64_t utcb;

static uint32_t answer([[maybe_unused]] uint64_t pid, uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb_)
{
    return mtd;
}

static void just_end([[maybe_unused]] uint64_t arg)
{
}

typedef status_t create_fn(sel_t sel);

static status_t create_pd(sel_t sel)
{
    return hc_create_pd(sel, CREATE_PD_PD, pd);
}

static status_t create_ec(sel_t sel)
{
    return hc_create_ec(sel, pd, (struct hc_ec){.cpu = cpu_here(), .page = utcb});
}

static status_t create_fpu(sel_t sel)
{
    return hc_create_ec(sel, pd,
                        (struct hc_ec){.flags = CREATE_EC_FPU, .cpu = cpu_here(), .page = utcb});
}

static status_t create_sc(sel_t sel)
{
    return hc_create_sc(sel, pd, global_ec, (struct hc_sc){.prio = 1, .budget = 1});
}

static status_t create_pt(sel_t sel)
{
    return hc_create_pt(sel, pd, local_ec, 0);
}

static status_t create_sm(sel_t sel)
{
    return hc_create_sm(sel, pd, 0);
}

/* Two slots, as a space needs a PD of its own: `sel` is even. */
static status_t create_host(sel_t sel)
{
    const status_t status = hc_create_pd(sel, CREATE_PD_PD, pd);
    return status == SUCCESS ? hc_create_pd(sel + 1, CREATE_PD_HST, sel) : status;
}

static status_t create_objects(sel_t sel)
{
    const status_t status = hc_create_pd(sel, CREATE_PD_PD, pd);
    return status == SUCCESS ? hc_create_pd(sel + 1, CREATE_PD_OBJ, sel) : status;
}

/* Of these a PD has any number. */
static status_t create_ports(sel_t sel)
{
    return hc_create_pd(sel, CREATE_PD_PIO, pd);
}

static status_t create_msrs(sel_t sel)
{
    return hc_create_pd(sel, CREATE_PD_MSR, pd);
}

static status_t create_guest(sel_t sel)
{
    return hc_create_pd(sel, CREATE_PD_GST, pd);
}

/* Everybody else: a pair of threads that asks and answers all the time, on another CPU and here. */
static _Atomic uint64_t rounds, stop;
static sel_t ask, reply, done, server_pt;

static void ask_often([[maybe_unused]] uint64_t arg)
{
    while (atomic_load(&stop) == 0) {
        MUST(hc_sm_up(ask));
        MUST(hc_sm_down(reply, 0, 0));
        MUST(hc_ipc_call(server_pt, 0, 0).status);
        atomic_fetch_add(&rounds, 1);
    }
    MUST(hc_sm_up(ask));
    up(done);
}

static void reply_often([[maybe_unused]] uint64_t arg)
{
    while (atomic_load(&stop) == 0) {
        MUST(hc_sm_down(ask, 0, 0));
        MUST(hc_sm_up(reply));
    }
    up(done);
}

static void begin(void)
{
    const struct thread local = new_local(cpu_here(), answer);
    const struct thread server = new_local(cpu_there(), answer);
    const struct thread global =
        new_global_plan(&(struct thread_plan){.cpu = cpu_here()}, just_end, 0);
    struct child child;
    MUST(child_create(&child));
    pd = child.pd;
    local_ec = local.ec;
    global_ec = global.ec;
    utcb = utcb_alloc();
    server_pt = new_pt(&server, 0);
    ask = new_sm(0);
    reply = new_sm(0);
    done = new_sm(0);
    atomic_store(&stop, 0);
    atomic_store(&rounds, 0);
    new_global(cpu_there(), LOW, ask_often, 0);
    new_global(cpu_here(), LOW, reply_often, 0);
    EXPECT(wait_until(&rounds, 3));
}

static void end(void)
{
    EXPECT(wait_until(&rounds, atomic_load(&rounds) + 3));
    atomic_store(&stop, 1);
    EXPECT(down(done));
    up(ask);
    up(reply);
    EXPECT(down(done));
}

/* Fill slots, `step` at a time, until memory is out; all slots, if it lasts. How many it were. */
static uint64_t fill(create_fn *create, sel_t step)
{
    for (sel_t sel = first; sel < SEL_ALLOC_END; sel += step) {
        const status_t status = create(sel);
        if (status == SUCCESS)
            continue;
        if (status != MEM_OBJ) /* slots of root are made of the reserve */
            tap_fail(__FILE__, __LINE__, "object %lu: %s", (sel - first) / step,
                     status_name(status));
        return (sel - first) / step;
    }
    return (SEL_ALLOC_END - first) / step;
}

static void empty(void)
{
    for (sel_t sel = first; sel < SEL_ALLOC_END; sel += 512)
        MUST(hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                        (struct hc_range){.from = sel, .to = sel, .order = 9}));
}

/* Most of the memory goes into something large, or else the slots would be used up before it. */
static void take_most(void)
{
    const uint64_t count = fill(create_fpu, 1);
    EXPECT(count < SEL_ALLOC_END - first);
    first += count - count % 512 - count / 8 / 512 * 512;
    empty();
}

/*
 * Twice: what was revoked is there again, all but what the second time needs for its tables. It comes
 * back when nobody looks at it any more, so there may be several second times.
 */
static void exhaust(create_fn *create, sel_t step)
{
    begin();
    const sel_t all = first = sel_alloc(9);
    take_most();
    nap(20'000);
    const uint64_t count = fill(create, step), limit = time_after(hip, PATIENCE);
    EXPECT(count > 100);
    EXPECT(count < (SEL_ALLOC_END - first) / step);
    EXPECT(wait_until(&rounds, atomic_load(&rounds) + 3)); /* others do not notice */
    uint64_t again = 0;
    while (again < count - count / 16 && stc_now() < limit) {
        empty();
        nap(300'000); /* an SC goes when its turn has come */
        again = fill(create, step);
    }
    if (again < count - count / 16)
        tap_fail(__FILE__, __LINE__, "%lu, then %lu", count, again);
    first = all;
    empty();
    end();
}

TEST(exhaust, memory_by_pds)
{
    exhaust(create_pd, 1);
}

TEST(exhaust, memory_by_ecs)
{
    exhaust(create_ec, 1);
}

TEST(exhaust, memory_by_ecs_with_fpu)
{
    exhaust(create_fpu, 1);
}

TEST(exhaust, memory_by_scs)
{
    exhaust(create_sc, 1);
}

TEST(exhaust, memory_by_portals)
{
    exhaust(create_pt, 1);
}

TEST(exhaust, memory_by_semaphores)
{
    exhaust(create_sm, 1);
}

TEST(exhaust, memory_by_host_spaces)
{
    exhaust(create_host, 2);
}

TEST(exhaust, memory_by_object_spaces)
{
    exhaust(create_objects, 2);
}

TEST(exhaust, memory_by_port_spaces)
{
    if (cpu_has_ports())
        exhaust(create_ports, 1);
    else
        tap_skip("no ports");
}

TEST(exhaust, memory_by_msr_spaces)
{
    if (cpu_has_ports())
        exhaust(create_msrs, 1);
    else
        tap_skip("no MSRs");
}

static bool has_guests(void)
{
    return !cpu_has_ports() || (hip->features & (HIP_FEATURE_VMX | HIP_FEATURE_SVM));
}

TEST(exhaust, memory_by_guest_spaces)
{
    if (has_guests())
        exhaust(create_guest, 1);
    else
        tap_skip("no virtualisation");
}

/* Spaces of PDs of their own that have what fills memory besides objects. */
enum : size_t { SPACES = 32 };
static struct child children[SPACES];
static size_t child_count;
static sel_t guest_space; /* of the last of them; 0: none */

static const struct child *next_child(void)
{
    if (child_count == SPACES || child_create(&children[child_count]) != SUCCESS)
        return nullptr;
    return &children[child_count++];
}

static void drop_children(void)
{
    if (guest_space != 0)
        revoke(guest_space);
    guest_space = 0;
    while (child_count > 0) {
        const struct child *const child = &children[--child_count];
        revoke(child->hst);
        revoke(child->pd);
        revoke(child->obj);
        if (cpu_has_ports())
            revoke(child->pio);
    }
}

/* How many pages `fill_space` can fill, twice: each time all that there is. */
static void exhaust_pages(status_t (*fill_space)(const struct child *, uint64_t *count))
{
    begin();
    uint64_t count[2] = {0, 0};
    for (unsigned round = 0; round < 2; round++) {
        status_t status = SUCCESS;
        while (status == SUCCESS) {
            const struct child *const child = next_child();
            if (child == nullptr)
                break;
            status = fill_space(child, &count[round]);
        }
        EXPECT_STATUS(MEM_CAP, status);
        EXPECT(wait_until(&rounds, atomic_load(&rounds) + 3));
        drop_children();
        nap(300'000);
    }
    EXPECT(count[0] > 100);
    EXPECT(count[1] >= count[0] - count[0] / 16);
    end();
}

/* Slots far apart, each in a page of its own. */
static status_t fill_slots(const struct child *child, uint64_t *count)
{
    for (sel_t slot = 0; slot < SELNUM; slot += 512) {
        const status_t status = child_give(child, SEL_ROOT_EC, slot, PERM_EC_CTRL);
        if (status != SUCCESS)
            return status;
        ++*count;
    }
    return SUCCESS;
}

TEST(exhaust, memory_by_slots_of_object_spaces)
{
    exhaust_pages(fill_slots);
}

/* Pages far apart, each in a table of its own. */
static status_t fill_tables(sel_t space, uint64_t *count)
{
    for (uint64_t page = 0; page < 1ull << 27; page += 512) {
        const status_t status = hc_ctrl_pd(
            SEL_LIB_ROOT_HST, space,
            (struct hc_range){.from = PAGES_START >> 12, .to = page, .perm = PERM_MEM_R});
        if (status != SUCCESS)
            return status;
        ++*count;
    }
    return SUCCESS;
}

static status_t fill_host_tables(const struct child *child, uint64_t *count)
{
    return fill_tables(child->hst, count);
}

TEST(exhaust, memory_by_tables_of_host_space)
{
    exhaust_pages(fill_host_tables);
}

static status_t fill_guest_tables(const struct child *child, uint64_t *count)
{
    guest_space = sel_alloc(0);
    MUST(hc_create_pd(guest_space, CREATE_PD_GST, child->pd));
    return fill_tables(guest_space, count);
}

TEST(exhaust, memory_by_tables_of_guest_space)
{
    if (!has_guests()) {
        tap_skip("no virtualisation");
        return;
    }
    exhaust_pages(fill_guest_tables);
}

/* What a child creates, in its own space, on the account of the PD at `CHILD_PD` or `CHILD_ROOT_PD`. */
enum : sel_t { CHILD_PD = 1, CHILD_ROOT_PD = 2, CHILD_FREE = 3, CHILD_NO_PAGE = 512 };
enum : uint64_t { PD_SHIFT = 32 };

static uint64_t create_there(uint64_t arg)
{
    return hc_create_sm((uint32_t)arg, arg >> PD_SHIFT, 0);
}

static status_t child_creates(const struct peer *peer, sel_t sel, sel_t pd_sel)
{
    return (status_t)peer_run(peer, create_there, pd_sel << PD_SHIFT | sel);
}

TEST(exhaust, status_tells_objects_from_slots)
{
    begin();
    const struct peer peer = new_peer();
    MUST(child_give(&peer.child, peer.child.pd, CHILD_PD, PERM_PD_ALL));
    MUST(child_give(&peer.child, SEL_ROOT_PD, CHILD_ROOT_PD, PERM_PD_ALL));
    const sel_t all = first = sel_alloc(9);
    take_most();
    nap(20'000);
    (void)fill(create_sm, 1);
    EXPECT_STATUS(MEM_OBJ, child_creates(&peer, CHILD_FREE, CHILD_PD));
    EXPECT_STATUS(MEM_CAP, child_creates(&peer, CHILD_NO_PAGE, CHILD_ROOT_PD));
    EXPECT_STATUS(SUCCESS, child_creates(&peer, CHILD_FREE, CHILD_ROOT_PD));
    EXPECT_STATUS(MEM_CAP, child_give(&peer.child, SEL_ROOT_EC, CHILD_NO_PAGE, PERM_EC_CTRL));
    EXPECT_STATUS(SUCCESS, child_give(&peer.child, SEL_ROOT_EC, CHILD_FREE + 1, PERM_EC_CTRL));
    first = all;
    empty();
    end();
}

/*
 * A delegation that one table is enough for, and that memory is missing for, has done nothing. The first page
 * and one in the middle of the range are what there is to be delegated.
 */
enum : uint8_t { TABLE_ORDER = 9 };
enum : uint64_t { PAGE_BITS = 12, SHOW = HVA_FREE + 0x200'0000 };

static status_t give_page(sel_t from, sel_t to, uint64_t page, uint64_t at, uint8_t order)
{
    return hc_ctrl_pd(
        from, to,
        (struct hc_range){
            .from = page, .to = at, .order = order, .perm = PERM_MEM_R, .mad = MAD_MEMORY});
}

static bool has_page(const struct child *child, uint64_t page)
{
    MUST(give_page(child->hst, SEL_LIB_ROOT_HST, page, SHOW >> PAGE_BITS, 0));
    return can_read(SHOW);
}

TEST(exhaust, delegation_within_a_table_does_all_or_nothing)
{
    const uint8_t order = TABLE_ORDER;
    const uint64_t base = HVA_FREE >> PAGE_BITS >> order << order, size = 1ull << order;
    const uint64_t frame = free_frames() >> PAGE_BITS, page[] = {base, base + size / 2};
    begin();
    struct child child;
    MUST(child_create(&child));
    for (unsigned i = 0; i < 2; i++)
        MUST(give_page(SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST, frame, page[i], 0));
    MUST(give_page(SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST, frame, SHOW >> PAGE_BITS, 0));

    /* Memory comes back page by page: with each thread its UTCB. */
    first = sel_alloc(9);
    const uint64_t count = fill(create_ec, 1);
    unsigned failures = 0;
    for (status_t status = MEM_CAP; status == MEM_CAP && failures < count;) {
        status = give_page(SEL_LIB_ROOT_HST, child.hst, base, base, order);
        if (status == SUCCESS)
            break;
        EXPECT_STATUS(MEM_CAP, status);
        for (unsigned i = 0; i < 2; i++)
            EXPECT(!has_page(&child, page[i]));
        revoke(first + failures++);
        nap(1000);
    }
    EXPECT(failures > 0);
    for (unsigned i = 0; i < 2; i++) {
        EXPECT(has_page(&child, page[i]));
        MUST(hc_ctrl_pd(SEL_LIB_ROOT_HST, SEL_LIB_ROOT_HST,
                        (struct hc_range){.from = page[i], .to = page[i]}));
    }
    empty();
    end();
}

static const struct tap_test tests[] = {
    TAP_TEST(exhaust, memory_by_pds),
    TAP_TEST(exhaust, memory_by_ecs),
    TAP_TEST(exhaust, memory_by_ecs_with_fpu),
    TAP_TEST(exhaust, memory_by_scs),
    TAP_TEST(exhaust, memory_by_portals),
    TAP_TEST(exhaust, memory_by_semaphores),
    TAP_TEST(exhaust, memory_by_host_spaces),
    TAP_TEST(exhaust, memory_by_object_spaces),
    TAP_TEST(exhaust, memory_by_port_spaces),
    TAP_TEST(exhaust, memory_by_msr_spaces),
    TAP_TEST(exhaust, memory_by_guest_spaces),
    TAP_TEST(exhaust, memory_by_slots_of_object_spaces),
    TAP_TEST(exhaust, memory_by_tables_of_host_space),
    TAP_TEST(exhaust, memory_by_tables_of_guest_space),
    TAP_TEST(exhaust, status_tells_objects_from_slots),
    TAP_TEST(exhaust, delegation_within_a_table_does_all_or_nothing),
};
static const struct tap_suite suite = CONF_SUITE(tests);

void user_main(const struct hip *page, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    static const struct tap_suite *const suites[] = {&suite};
    conf_start(page, boot0, boot1);
    power_exit(tap_run(suites, 1) != 0);
}
