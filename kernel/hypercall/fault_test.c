/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each allocation of each hypercall fails once, whatever it is for: the call says so as the interface does, and
 * leaves the allocator, the accounts and all spaces as they were, or as far as it got where the interface says that.
 * Repeated, it succeeds, and nothing is different from a call that never failed. The allocators are wrapped by the linker.
 */

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/inline.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/boot/root.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cap/space_obj.h"
#include "kernel/hypercall/testing/audit.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/ipc/ipc.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/slab.h"
#include "kernel/obj/pd.h"

/* The allocators. */

enum : unsigned { NONE = UINT32_MAX };

static bool armed;
static unsigned calls, failing;

/* A call that finds nothing waits for what is about to be destroyed and tries again; then the same fails again. */
static bool fails(void)
{
    if (!armed)
        return false;
    const unsigned n = calls++;
    return failing != NONE && n % (failing + 1) == failing;
}

void *__real_frame_alloc(unsigned order, enum frame_fill fill);
void *__wrap_frame_alloc(unsigned order, enum frame_fill fill);
void *__wrap_frame_alloc(unsigned order, enum frame_fill fill)
{
    return fails() ? nullptr : __real_frame_alloc(order, fill);
}

void *__real_frame_alloc_reserve(unsigned order, enum frame_fill fill);
void *__wrap_frame_alloc_reserve(unsigned order, enum frame_fill fill);
void *__wrap_frame_alloc_reserve(unsigned order, enum frame_fill fill)
{
    return fails() ? nullptr : __real_frame_alloc_reserve(order, fill);
}

void *__real_slab_alloc(struct slab_cache *cache);
void *__wrap_slab_alloc(struct slab_cache *cache);
void *__wrap_slab_alloc(struct slab_cache *cache)
{
    return fails() ? nullptr : __real_slab_alloc(cache);
}

void *__real_slab_alloc_reserve(struct slab_cache *cache);
void *__wrap_slab_alloc_reserve(struct slab_cache *cache);
void *__wrap_slab_alloc_reserve(struct slab_cache *cache)
{
    return fails() ? nullptr : __real_slab_alloc_reserve(cache);
}

/* The world: a child PD with all its spaces, threads of it; capabilities to the NOVA spaces. */

enum : uint64_t {
    PD = 0x20,
    OBJ,
    HST,
    PIO,
    MSR,
    GST,
    BARE, /* a PD without spaces */
    BARE_OBJ,
    LOCAL,
    GLOBAL,
    PT,
    SM,
    NOVA_HST,
    NOVA_PIO,
    NOVA_MSR,
    NEAR = 0x40,  /* in a page of slots that is there            */
    FAR = 0x2000, /* in one that is not                          */
    NEAR_COUNT = 0x60,
};

/*
 * Addresses: of UTCBs with tables, of which the third replaces a page, and without; a large page; nothing is near
 * NOWHERE. Frames for all of them.
 */
enum : uint64_t {
    UTCB = 0x5000'0000,
    BIG = 0x8000'0000,
    NOWHERE = UINT64_C(0x5123'4560'0000),
    FRAMES = UINT64_C(0x140000),
};
enum : unsigned { BIG_ORD = 9 };

#define PAGE_OF(va) ((va) >> PAGE_BITS)

static const uint64_t looked_at[] = {
    UTCB + 0x2000, BIG, BIG + 0x1000, BIG + 0x1f'f000, NOWHERE, NOWHERE + 0x1f'f000, 0};

static struct pd *pd_at(uint64_t sel)
{
    return CONTAINER_OF(call_object(sel), struct pd, obj);
}

static struct space_obj *objects_at(uint64_t sel)
{
    return CONTAINER_OF(call_object(sel), struct space_obj, obj);
}

static void make_world(void)
{
    call_boot(2, 512);
    audit_begin();
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, PD, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_OBJ, OBJ, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_HST, HST, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PIO, PIO, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_MSR, MSR, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_GST, GST, PD), SUCCESS);
    CHECK_EQ(call_create_pd(0, CREATE_PD_PD, BARE, SEL_ROOT_PD), SUCCESS);
    CHECK_EQ(call_create_ec(0, 0, LOCAL, PD, UTCB, 0, SELNUM), SUCCESS);
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, GLOBAL, PD, UTCB + 0x1000, 1, SELNUM), SUCCESS);
    CHECK_EQ(call_create_pt(0, PT, PD, LOCAL, 0), SUCCESS);
    CHECK_EQ(call_create_sm(0, SM, PD, 1), SUCCESS);
    static const uint64_t from_nova[][2] = {
        {SEL_NOVA_HST, NOVA_HST}, {SEL_NOVA_PIO, NOVA_PIO}, {SEL_NOVA_MSR, NOVA_MSR}};
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(call_delegate(0, SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ, from_nova[i][0], from_nova[i][1],
                               0, PERM_MASK),
                 SUCCESS);
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, OBJ, SM, 5, 0, PERM_MASK), SUCCESS);
    CHECK_EQ(call_delegate(0, NOVA_HST, HST, FRAMES, PAGE_OF(BIG), BIG_ORD, PERM_MEM_R), SUCCESS);
    CHECK_EQ(call_delegate(0, NOVA_HST, HST, FRAMES, PAGE_OF(UTCB) + 2, 0, PERM_MEM_R), SUCCESS);
    call_settle();
}

/* All that a failure must not change, and that must not differ between ways to the same end. */
struct sight {
    uint64_t free_pages, root_used, used, bare_used;
    struct {
        uint8_t type, perm;
    } slots[2][NEAR_COUNT + 1]; /* of root and of the child, 1 + type; FAR is the last        */
    uint8_t perm[2][ARRAY_SIZE(looked_at)]; /* of memory in HST and GST                      */
};

static void see_slots(struct sight *sight, unsigned which, const struct space_obj *space)
{
    for (uint64_t i = 0; i <= NEAR_COUNT; i++) {
        const struct cap cap = space_obj_load(space, i < NEAR_COUNT ? i : FAR);
        if (cap.raw == 0)
            continue;
        sight->slots[which][i].type = (uint8_t)(1 + cap_object(cap)->type);
        sight->slots[which][i].perm = cap_perm(cap);
    }
}

static void see_memory(struct sight *sight, unsigned which, uint64_t sel)
{
    const struct space_hst *const space = CONTAINER_OF(call_object(sel), struct space_hst, obj);
    for (unsigned i = 0; i < ARRAY_SIZE(looked_at); i++) {
        const struct ptab_hit hit = ptab_lookup(&ARCH_PTAB_HOST, space->arch.root, looked_at[i]);
        sight->perm[which][i] = hit.mapped ? arch_host_attr(hit.pte, hit.level).perm : 0;
    }
}

static struct sight see(void)
{
    struct sight sight;
    memset(&sight, 0, sizeof sight);
    sight.free_pages = call_settle();
    sight.root_used = pd_at(SEL_ROOT_PD)->used;
    sight.used = pd_at(PD)->used;
    sight.bare_used = pd_at(BARE)->used;
    see_slots(&sight, 0, root_objects());
    see_slots(&sight, 1, objects_at(OBJ));
    see_memory(&sight, 0, HST);
    see_memory(&sight, 1, GST);
    return sight;
}

/* Ways through hypercalls. */

enum after : uint8_t {
    AS_BEFORE, /* a failure changes nothing                           */
    IN_PART,   /* what could be done is done, or tables for it stay   */
};

struct path {
    const char *name;
    uint64_t p[5];
    unsigned takes; /* allocations                          */
    enum after after;
};

#define P0(number, flags, param)                                                                   \
    ((uint64_t)(param) << P0_PARAM_SHIFT | (flags) << P0_FLAGS_SHIFT | (number))
#define CREATE(number, flags, sel, ...) {P0(number, flags, sel), __VA_ARGS__}
#define DELEGATE(src, dst, from, to, ord, pmm)                                                     \
    {P0(HYPERCALL_CTRL_PD, 0, src), dst, (uint64_t)(from) << PAGE_BITS | (ord),                    \
     (uint64_t)(to) << PAGE_BITS | (pmm)}
#define NEAR_AND_FAR(what, number, flags, count, ...)                                              \
    {what, CREATE(number, flags, NEAR, __VA_ARGS__), count, AS_BEFORE},                            \
    {                                                                                              \
        what ", no page of slots", CREATE(number, flags, FAR, __VA_ARGS__), (count) + 1, AS_BEFORE \
    }

static const struct path paths[] = {
    NEAR_AND_FAR("create_pd: PD", HYPERCALL_CREATE_PD, CREATE_PD_PD, 1, PD),
    NEAR_AND_FAR("create_pd: object space", HYPERCALL_CREATE_PD, CREATE_PD_OBJ, 1, BARE),
    NEAR_AND_FAR("create_pd: host space", HYPERCALL_CREATE_PD, CREATE_PD_HST, 2, BARE),
    NEAR_AND_FAR("create_pd: guest space", HYPERCALL_CREATE_PD, CREATE_PD_GST, 2, PD),
    NEAR_AND_FAR("create_pd: port space", HYPERCALL_CREATE_PD, CREATE_PD_PIO, 2, PD),
    NEAR_AND_FAR("create_pd: MSR space", HYPERCALL_CREATE_PD, CREATE_PD_MSR, 2, PD),
    NEAR_AND_FAR("create_ec: local", HYPERCALL_CREATE_EC, 0, 2, PD, UTCB + 0x2000),
    NEAR_AND_FAR("create_ec: global, FPU", HYPERCALL_CREATE_EC, CREATE_EC_GLOBAL | CREATE_EC_FPU, 3,
                 PD, (UTCB + 0x2000) | 1),
    NEAR_AND_FAR("create_ec: virtual CPU", HYPERCALL_CREATE_EC, CREATE_EC_GUEST | CREATE_EC_FPU, 2,
                 PD, 1),
    {"create_ec: no tables for the UTCB", CREATE(HYPERCALL_CREATE_EC, 0, NEAR, PD, NOWHERE), 5,
     IN_PART},
    NEAR_AND_FAR("create_sc", HYPERCALL_CREATE_SC, 0, 1, PD, GLOBAL, 10 << 16 | 10),
    NEAR_AND_FAR("create_pt", HYPERCALL_CREATE_PT, 0, 1, PD, LOCAL),
    NEAR_AND_FAR("create_sm", HYPERCALL_CREATE_SM, 0, 1, PD, 3),
    {"ctrl_pd: objects", DELEGATE(SEL_ROOT_OBJ, OBJ, SM, FAR, 0, PERM_MASK), 1, AS_BEFORE},
    {"ctrl_pd: objects, two pages", DELEGATE(SEL_ROOT_OBJ, OBJ, 0, FAR, 10, PERM_MASK), 1, IN_PART},
    {"ctrl_pd: memory", DELEGATE(NOVA_HST, HST, FRAMES + 1, PAGE_OF(NOWHERE), 0, PERM_MEM_R), 3,
     IN_PART},
    {"ctrl_pd: memory to a guest",
     DELEGATE(HST, GST, PAGE_OF(BIG), PAGE_OF(NOWHERE), 0, PERM_MEM_R), 3, IN_PART},
    {"ctrl_pd: a part of a large page is taken",
     DELEGATE(HST, HST, PAGE_OF(BIG), PAGE_OF(BIG), 0, 0), 1, AS_BEFORE},
    {"ctrl_pd: a part of a large page is replaced",
     DELEGATE(NOVA_HST, HST, FRAMES + 7, PAGE_OF(BIG) + 1, 0, PERM_MEM_R), 1, AS_BEFORE},
    {"ctrl_pd: ports", DELEGATE(NOVA_PIO, PIO, 0x3f8, 0x3f8, 3, PERM_PIO_A), 0, AS_BEFORE},
    {"ctrl_pd: MSRs", DELEGATE(NOVA_MSR, MSR, 0x10, 0x10, 0, PERM_MSR_R), 0, AS_BEFORE},
    {"ctrl_pd: objects are taken", DELEGATE(OBJ, OBJ, 0, 0, 18, 0), 0, AS_BEFORE},
    {"ipc_call", {P0(HYPERCALL_IPC_CALL, 0, PT)}, 0, AS_BEFORE},
    {"ctrl_ec", {P0(HYPERCALL_CTRL_EC, 0, LOCAL)}, 0, AS_BEFORE},
    {"ctrl_pt", {P0(HYPERCALL_CTRL_PT, 0, PT), 1, 2}, 0, AS_BEFORE},
    {"ctrl_sc", {P0(HYPERCALL_CTRL_SC, 0, SEL_ROOT_SC)}, 0, AS_BEFORE},
    {"ctrl_sm: up", {P0(HYPERCALL_CTRL_SM, 0, SM)}, 0, AS_BEFORE},
    {"ctrl_sm: down", {P0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, SM)}, 0, AS_BEFORE},
    {"ctrl_hw", {P0(HYPERCALL_CTRL_HW, 0, 0)}, 0, AS_BEFORE},
    {"assign_int", {P0(HYPERCALL_ASSIGN_INT, 0, SM)}, 0, AS_BEFORE},
    {"assign_dev", {P0(HYPERCALL_ASSIGN_DEV, 0, SM)}, 0, AS_BEFORE},
};

static const struct path *path;

static status_t call(unsigned which)
{
    const uint64_t *const p = path->p;
    const struct ec *const root = sim_user(0);
    armed = true;
    calls = 0;
    failing = which;
    sim_hypercall(0, p[0], p[1], p[2], p[3], p[4]);
    armed = false;
    return call_status(root);
}

/* How it is when nothing ever failed; shared by the processes of all cases. */
static struct sight *without_failure;

static void nothing_fails(void)
{
    make_world();
    const status_t status = call(NONE);
    CHECK_EQ(calls, path->takes);
    if (path->takes == 0)
        return;
    CHECK_EQ(status, SUCCESS);
    *without_failure = see();
    audit(2);
}

/* The page of slots is taken last; where tables for a UTCB are missing, they count as a part of the object. */
static status_t expected(unsigned which)
{
    const bool is_slot = (path->p[0] & P0_NUMBER_MASK) == HYPERCALL_CTRL_PD ||
                         (path->p[0] >> P0_PARAM_SHIFT == FAR && which == path->takes - 1);
    return is_slot ? MEM_CAP : MEM_OBJ;
}

static void check_equal(const struct sight *a, const struct sight *b)
{
    CHECK_EQ(a->free_pages, b->free_pages);
    CHECK_EQ(a->root_used, b->root_used);
    CHECK_EQ(a->used, b->used);
    CHECK_EQ(a->bare_used, b->bare_used);
    CHECK(memcmp(a->slots, b->slots, sizeof a->slots) == 0);
    CHECK(memcmp(a->perm, b->perm, sizeof a->perm) == 0);
}

static unsigned which;

static void one_fails(void)
{
    make_world();
    const struct sight before = see();
    CHECK_EQ(call(which), expected(which));
    const struct sight after = see();
    audit(2);
    if (path->after == AS_BEFORE)
        check_equal(&before, &after);
    CHECK_EQ(call(NONE), SUCCESS);
    const struct sight again = see();
    audit(2);
    check_equal(&again, without_failure);
}

int main(void)
{
    without_failure = mmap(nullptr, sizeof *without_failure, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(without_failure != MAP_FAILED);
    for (path = paths; path < paths + ARRAY_SIZE(paths); path++) {
        char name[96];
        snprintf(name, sizeof name, "%s: takes %u times", path->name, path->takes);
        sim_run(name, nothing_fails);
        for (which = 0; which < path->takes; which++) {
            snprintf(name, sizeof name, "%s: number %u fails", path->name, 1 + which);
            sim_run(name, one_fails);
        }
    }
}
