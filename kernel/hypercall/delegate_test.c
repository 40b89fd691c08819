/* SPDX-License-Identifier: GPL-2.0-only */
/* ctrl_pd between spaces of each kind: which may be source, which ranges there are. More is in pd_test.c. */

#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/testing/calls.h"

/* Selectors of root: the kernel's spaces, root's own, one of each kind, a server with its portal. */
enum : uint64_t {
    NOVA_HST = 0x20,
    NOVA_PIO,
    NOVA_MSR,
    HST,
    PIO,
    MSR,
    GST,
    SERVER = 0x30,
    PORTAL,
};
enum : uint64_t { LOW = 0x2000, HIGH = 0xc000'0000, PAGES = UINT64_C(1) << 35 };

static struct ec *root;

static void take(uint64_t from, uint64_t to)
{
    CHECK_EQ(call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, from, to, 0, PERM_MASK), SUCCESS);
}

static void start(void)
{
    root = call_boot(1, 512);
    take(SEL_NOVA_HST, NOVA_HST);
    take(SEL_NOVA_PIO, NOVA_PIO);
    take(SEL_NOVA_MSR, NOVA_MSR);
    take(SEL_NOVA_ROOT_HST, HST);
    take(SEL_NOVA_ROOT_PIO, PIO);
    CHECK_EQ(call_create_pd(0, CREATE_PD_MSR, MSR, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_GST, GST, SEL_ROOT_PD), SUCCESS);
    call_server(SERVER, 0);
}

static status_t give(uint64_t src, uint64_t dst, uint64_t ssb, uint64_t dsb, unsigned ord)
{
    return call_delegate(0, src, dst, ssb, dsb, ord, PERM_MASK);
}

/* Each has the bit that is TAKE or GRANT of a space. */
static void what_is_no_space_is_neither_source_nor_destination(void)
{
    static const uint64_t none[] = {SEL_ROOT_PD, SERVER, PORTAL, CALL_SLEEP, SERVER + 0x10, SELNUM};
    static const uint64_t spaces[] = {SEL_ROOT_OBJ, HST, PIO, MSR};
    start();
    for (unsigned i = 0; i < ARRAY_SIZE(none); i++) {
        for (unsigned j = 0; j < ARRAY_SIZE(spaces); j++) {
            CHECK_EQ(give(none[i], spaces[j], 0, 0, 0), BAD_CAP);
            CHECK_EQ(give(spaces[j], none[i], 0, 0, 0), BAD_CAP);
        }
        CHECK_EQ(give(none[i], none[i], 0, 0, 0), BAD_CAP);
    }
}

static void kinds_do_not_mix_but_host_memory_goes_to_guests(void)
{
    static const uint64_t spaces[] = {SEL_ROOT_OBJ, HST, PIO, MSR, GST};
    start();
    for (unsigned i = 0; i < ARRAY_SIZE(spaces); i++)
        for (unsigned j = 0; j < ARRAY_SIZE(spaces); j++) {
            const bool fits =
                spaces[i] != GST && (i == j || (spaces[i] == HST && spaces[j] == GST));
            CHECK_EQ(give(spaces[i], spaces[j], 0, 0, 0), fits ? SUCCESS : BAD_CAP);
        }
}

static void ports_end_at_the_last(void)
{
    start();
    CHECK(!sim_may_use_port(0, 0xffff));
    CHECK_EQ(give(NOVA_PIO, PIO, 0, 0, 16), SUCCESS);
    CHECK(sim_may_use_port(0, 0) && sim_may_use_port(0, 0xffff));
    CHECK_EQ(give(NOVA_PIO, PIO, 0, 0, 17), BAD_PAR);
    CHECK_EQ(give(NOVA_PIO, PIO, 0x10000, 0x10000, 0), BAD_PAR);
}

static void ports_and_msrs_keep_their_numbers(void)
{
    start();
    CHECK_EQ(give(NOVA_PIO, PIO, 0x60, 0x61, 0), BAD_PAR);
    CHECK_EQ(give(NOVA_MSR, MSR, 0x60, 0x61, 0), BAD_PAR);
    CHECK(!sim_may_use_port(0, 0x60) && !sim_may_use_port(0, 0x61));
    CHECK_EQ(give(NOVA_PIO, PIO, 0x60, 0x60, 0), SUCCESS);
    CHECK(sim_may_use_port(0, 0x60) && !sim_may_use_port(0, 0x61) && !sim_may_use_port(0, 0x5f));
}

static void msrs_are_in_two_ranges(void)
{
    static const struct {
        uint64_t first;
        unsigned ord;
        status_t status;
    } ranges[] = {
        {0, 0, SUCCESS},
        {0, 13, SUCCESS},
        {0, 14, BAD_PAR},
        {LOW - 1, 0, SUCCESS},
        {LOW, 0, BAD_PAR},
        {HIGH - 1, 0, BAD_PAR},
        {HIGH, 0, SUCCESS},
        {HIGH, 13, SUCCESS},
        {HIGH, 14, BAD_PAR},
        {HIGH + LOW - 1, 0, SUCCESS},
        {HIGH + LOW, 0, BAD_PAR},
        {UINT64_C(1) << 32, 0, BAD_PAR},
        {0x8000'0000, 31, BAD_PAR}, /* ends above; from below into the high range it would */
    };
    start();
    for (unsigned i = 0; i < ARRAY_SIZE(ranges); i++)
        CHECK_EQ(give(NOVA_MSR, MSR, ranges[i].first, ranges[i].first, ranges[i].ord),
                 ranges[i].status);
}

static void memory_ends_at_the_last_page(void)
{
    start();
    CHECK_EQ(give(HST, HST, PAGES - 1, 0, 0), SUCCESS);
    CHECK_EQ(give(HST, HST, PAGES, 0, 0), BAD_PAR);
    CHECK_EQ(give(HST, HST, 0, PAGES, 0), BAD_PAR);
    CHECK_EQ(give(HST, GST, 0, PAGES - 1, 0), SUCCESS);
    CHECK_EQ(give(HST, GST, 0, PAGES, 0), BAD_PAR);
    CHECK_EQ(give(NOVA_HST, HST, (UINT64_C(1) << 34) - 1, 0, 0), SUCCESS); /* 46 bits */
    CHECK_EQ(give(NOVA_HST, HST, PAGES, 0, 0), BAD_PAR);
    CHECK_EQ(give(NOVA_HST, HST, 0, PAGES, 0), BAD_PAR);
}

static void objects_end_at_the_last_selector(void)
{
    start();
    CHECK_EQ(give(SEL_ROOT_OBJ, SEL_ROOT_OBJ, SELNUM - 1, 0x40, 0), SUCCESS);
    CHECK_EQ(give(SEL_ROOT_OBJ, SEL_ROOT_OBJ, SELNUM, 0x40, 0), BAD_PAR);
    CHECK_EQ(give(SEL_ROOT_OBJ, SEL_ROOT_OBJ, 0x40, SELNUM, 0), BAD_PAR);
    CHECK_EQ(give(SEL_ROOT_OBJ, SEL_ROOT_OBJ, 0, 0, 19), BAD_PAR);
    CHECK_EQ(give(SEL_ROOT_OBJ, SEL_ROOT_OBJ, 0, 0, 18), SUCCESS); /* to itself: all stays */
    CHECK_EQ(give(SEL_ROOT_OBJ, SEL_ROOT_OBJ, (UINT64_C(1) << 52) - 1, 0x40, 0), BAD_PAR);
}

/* 2^ord slots, neither less nor more. */
static void as_many_slots_as_ord_says(void)
{
    enum : uint64_t { FROM = 0x400, TO = 0x800 };
    start();
    for (uint64_t i = 0; i < 0x200; i++)
        CHECK_EQ(space_obj_insert(root->objects, FROM + i, call_object(CALL_SLEEP), PERM_SM_ALL),
                 SUCCESS);
    for (unsigned ord = 0; ord <= 8; ord++) {
        const uint64_t size = bit(ord);
        CHECK_EQ(give(SEL_ROOT_OBJ, SEL_ROOT_OBJ, FROM + size, TO + size, ord), SUCCESS);
        for (uint64_t i = 0; i < 0x200; i++)
            CHECK_EQ(call_object(TO + i) != nullptr, i >= size && i < 2 * size);
        call_revoke(0, TO + size, ord);
        CHECK(call_object(TO + size) == nullptr && call_object(TO + 2 * size - 1) == nullptr);
    }
}

int main(void)
{
    SIM_RUN(what_is_no_space_is_neither_source_nor_destination);
    SIM_RUN(kinds_do_not_mix_but_host_memory_goes_to_guests);
    SIM_RUN(ports_end_at_the_last);
    SIM_RUN(ports_and_msrs_keep_their_numbers);
    SIM_RUN(msrs_are_in_two_ranges);
    SIM_RUN(memory_ends_at_the_last_page);
    SIM_RUN(objects_end_at_the_last_selector);
    SIM_RUN(as_many_slots_as_ord_says);
}
