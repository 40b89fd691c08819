/* SPDX-License-Identifier: GPL-2.0-only */
/* create_pd and ctrl_pd, called as entry.c does; preempted wherever they can be. */

#include "arch/contract/cpu.h"
#include "arch/sim/sim.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/nova.h"
#include "kernel/cap/testing/objects.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/hypercall.h"

/* Selectors of the caller. */
enum : uint64_t {
    PD = 0x10,
    OBJ = 0x11,
    HST = 0x12,
    NOVA_HST = 0x13,
    SM = 0x14,
    NEW = 0x20,
    CHILD = 0x30,
    OTHER = 0x31,
    GST = 0x32,
};

enum : uint64_t { SOME = UINT64_C(5) << 18, THERE = UINT64_C(7) << 18 }; /* pages, 1 GiB aligned */

static struct cpu cpu;
static struct ec caller;
static struct pd *root;
static struct space_hst *host;

static unsigned windows;        /* interrupt windows so far                            */
static bool preempt_always;     /* in each, something more urgent comes                */
static void (*meanwhile)(void); /* what others do when the caller is preempted */

void arch_interrupt_window(void)
{
    windows++;
    cpu.sched.again = preempt_always;
}

void ec_cont_hypercall([[maybe_unused]] struct ec *ec)
{
    unreachable(); /* `call` goes on by itself */
}

static uint64_t params(uint64_t first, unsigned flags)
{
    return first << P0_PARAM_SHIFT | flags << P0_FLAGS_SHIFT;
}

static status_t create(unsigned op, uint64_t sel, uint64_t pd)
{
    caller.arch.regs.slot[0] = params(sel, op);
    caller.arch.regs.slot[1] = pd;
    return hypercall_create_pd(&caller);
}

static status_t give(uint64_t src, uint64_t dst, uint64_t ssb, uint64_t dsb, unsigned ord,
                     uint8_t pmm)
{
    caller.arch.regs.slot[0] = params(src, 0);
    caller.arch.regs.slot[1] = dst;
    caller.arch.regs.slot[2] = ssb << PAGE_BITS | ord;
    caller.arch.regs.slot[3] = dsb << PAGE_BITS | pmm;
    caller.arch.regs.slot[4] = 0;
    for (;;) {
        cpu.sched.again = false;
        caller.cont = nullptr;
        const status_t status = hypercall_ctrl_pd(&caller);
        CHECK((status == NO_ANSWER) == (caller.cont == ec_cont_hypercall));
        if (status != NO_ANSWER) {
            CHECK_EQ(caller.progress, 0);
            return status;
        }
        CHECK(preempt_always);
        if (meanwhile != nullptr)
            meanwhile();
    }
}

static void put(uint64_t sel, struct kobject *obj, uint8_t perm)
{
    CHECK_EQ(space_obj_insert(caller.objects, sel, obj, perm), SUCCESS);
}

static void start(size_t pages)
{
    sim_start(pages);
    sim_cpu_current = &cpu;
    nova_init();
    root = testing_pd(nullptr);
    caller.objects = space_obj_create(root);
    host = space_hst_create(root, KOBJ_SPC_HST);
    CHECK(caller.objects != nullptr && host != nullptr);
    CHECK(pd_link(&root->objects, &caller.objects->obj) && pd_link(&root->host, &host->obj));
    put(PD, &root->obj, PERM_PD_ALL);
    put(OBJ, &caller.objects->obj, PERM_OBJ_ALL);
    put(HST, &host->obj, PERM_HST_ALL);
    put(NOVA_HST, &nova_hst->obj, PERM_SPC_TAKE);
    put(SM, testing_object(KOBJ_SM), PERM_SM_ALL);
}

static struct kobject *at(uint64_t sel)
{
    return cap_object(space_obj_load(caller.objects, sel));
}

static uint8_t perm_at(uint64_t sel)
{
    return cap_perm(space_obj_load(caller.objects, sel));
}

static void every_kind_is_created_with_its_permissions(void)
{
    static const struct {
        enum create_pd_op op;
        enum kobj_type type;
        uint8_t perm;
    } kinds[] = {
        {CREATE_PD_OBJ, KOBJ_SPC_OBJ, PERM_OBJ_ALL}, {CREATE_PD_HST, KOBJ_SPC_HST, PERM_HST_ALL},
        {CREATE_PD_GST, KOBJ_SPC_GST, PERM_GST_ALL}, {CREATE_PD_PIO, KOBJ_SPC_PIO, PERM_PIO_ALL},
        {CREATE_PD_MSR, KOBJ_SPC_MSR, PERM_MSR_ALL},
    };
    start(256);
    CHECK_EQ(give(OBJ, OBJ, PD, PD, 0, PERM_PD_PD | PERM_PD_SC), SUCCESS);
    CHECK_EQ(create(CREATE_PD_PD, CHILD, PD), SUCCESS);
    CHECK_EQ(at(CHILD)->type, KOBJ_PD);
    CHECK_EQ(perm_at(CHILD), PERM_PD_PD | PERM_PD_SC);
    CHECK_EQ(at(CHILD)->refs, 1);
    for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
        CHECK_EQ(create(kinds[i].op, NEW + i, CHILD), SUCCESS);
        CHECK_EQ(at(NEW + i)->type, kinds[i].type);
        CHECK_EQ(perm_at(NEW + i), kinds[i].perm);
    }
    const struct pd *const child = CONTAINER_OF(at(CHILD), struct pd, obj);
    CHECK(child->objects == at(NEW) && child->host == at(NEW + 1));
    CHECK(CONTAINER_OF(child->host, struct space_hst, obj)->ports == at(NEW + 3));
    CHECK_EQ(at(NEW)->refs, 1);
    CHECK_EQ(at(NEW + 3)->refs, 2); /* kept by the host space as well */
}

static void create_pd_checks_in_order(void)
{
    start(256);
    CHECK_EQ(create(15, NEW, SM), BAD_CAP);
    CHECK_EQ(create(15, NEW, SELNUM + PD), BAD_CAP);
    CHECK_EQ(give(OBJ, OBJ, PD, OTHER, 0, PERM_PD_ALL & ~PERM_PD_PD), SUCCESS);
    CHECK_EQ(create(CREATE_PD_PD, NEW, OTHER), BAD_CAP);
    for (unsigned op = 7; op < 16; op++)
        CHECK_EQ(create(op, PD, PD), BAD_PAR);
    CHECK_EQ(create(CREATE_PD_DMA, PD, PD), BAD_FTR);
    CHECK_EQ(create(CREATE_PD_OBJ, PD, PD), ABORTED);
    CHECK_EQ(create(CREATE_PD_HST, PD, PD), ABORTED);
    CHECK_EQ(create(CREATE_PD_PD, CHILD, PD), SUCCESS);
    CHECK_EQ(create(CREATE_PD_PIO, NEW, CHILD), ABORTED); /* no host space */
    CHECK_EQ(create(CREATE_PD_PD, PD, PD), BAD_CAP);      /* occupied      */
    CHECK_EQ(create(CREATE_PD_PD, SELNUM, PD), BAD_CAP);
    CHECK_EQ(create(CREATE_PD_MSR, SELNUM + NEW, PD), BAD_CAP);
    CHECK(at(NEW) == nullptr);
}

static void a_failed_creation_can_be_repeated(void)
{
    start(256);
    CHECK_EQ(create(CREATE_PD_PD, CHILD, PD), SUCCESS);
    CHECK_EQ(create(CREATE_PD_OBJ, PD, CHILD), BAD_CAP);
    CHECK_EQ(create(CREATE_PD_HST, PD, CHILD), BAD_CAP);
    CHECK_EQ(create(CREATE_PD_OBJ, NEW, CHILD), SUCCESS); /* before the failed ones are gone */
    CHECK_EQ(create(CREATE_PD_HST, NEW + 1, CHILD), SUCCESS);
    CHECK_EQ(create(CREATE_PD_PIO, PD, CHILD), BAD_CAP);
    CHECK(CONTAINER_OF(at(NEW + 1), struct space_hst, obj)->ports == nullptr);
    testing_reap();
    const struct pd *const child = CONTAINER_OF(at(CHILD), struct pd, obj);
    CHECK(child->objects == at(NEW) && child->host == at(NEW + 1));
}

static void only_the_first_port_space_belongs_to_the_host_space(void)
{
    start(256);
    CHECK_EQ(create(CREATE_PD_PIO, NEW, PD), SUCCESS);
    CHECK_EQ(create(CREATE_PD_PIO, NEW + 1, PD), SUCCESS);
    CHECK(host->ports == at(NEW));
    CHECK_EQ(at(NEW)->refs, 2);
    CHECK_EQ(at(NEW + 1)->refs, 1);
}

static void a_whole_pd_leaves_nothing_behind(void)
{
    start(512);
    CHECK_EQ(create(CREATE_PD_PD, CHILD, PD), SUCCESS); /* its page of slots is there now */
    CHECK_EQ(give(OBJ, OBJ, 0, CHILD, 0, 0), SUCCESS);
    testing_reap();
    const size_t before = frame_count_free();
    CHECK_EQ(create(CREATE_PD_PD, CHILD, PD), SUCCESS);
    CHECK_EQ(create(CREATE_PD_OBJ, NEW, CHILD), SUCCESS);
    CHECK_EQ(create(CREATE_PD_HST, NEW + 1, CHILD), SUCCESS);
    CHECK_EQ(create(CREATE_PD_GST, NEW + 2, CHILD), SUCCESS);
    CHECK_EQ(create(CREATE_PD_PIO, NEW + 3, CHILD), SUCCESS);
    CHECK_EQ(create(CREATE_PD_MSR, NEW + 4, CHILD), SUCCESS);
    CHECK_EQ(give(NOVA_HST, NEW + 1, SOME + 1, THERE, 0, PERM_MEM_ALL), SUCCESS);
    CHECK_EQ(give(NEW + 1, NEW + 2, THERE, 17, 0, PERM_MEM_R), SUCCESS);
    CHECK_EQ(give(OBJ, NEW, 0, 0, 9, PERM_MASK), SUCCESS); /* it holds itself now */
    CHECK_EQ(give(OBJ, NEW, 0, 0, 9, 0), SUCCESS);
    CHECK(frame_count_free() < before - 8);
    CHECK_EQ(give(OBJ, OBJ, 0, NEW, 5, 0), SUCCESS); /* spaces, then the PD: CHILD is in range */
    CHECK(at(CHILD) == nullptr && at(NEW) == nullptr);
    testing_reap(); /* asserts that the account is balanced */
    CHECK_EQ(frame_count_free(), before);
}

/* Create something in a page of slots that is not there yet, while the pool has `left` pages. */
static status_t create_with(size_t left, unsigned op)
{
    enum : uint64_t { FAR = 0x20000 };
    static void *taken[1024];
    unsigned count = 0;
    const size_t before = frame_count_free();
    while (frame_count_free() > left)
        taken[count++] = frame_alloc_reserve(0, FRAME_RAW);
    const status_t status = create(op, FAR, CHILD);
    testing_reap();
    if (status != SUCCESS)
        CHECK_EQ(frame_count_free(), left);
    while (count > 0)
        frame_free(taken[--count], 0);
    if (status != SUCCESS)
        CHECK_EQ(frame_count_free(), before);
    return status;
}

static void create_until_it_works(unsigned op)
{
    start(256);
    CHECK_EQ(create(CREATE_PD_PD, CHILD, PD), SUCCESS);
    if (op == CREATE_PD_PIO)
        CHECK_EQ(create(CREATE_PD_HST, NEW, CHILD), SUCCESS);
    CONTAINER_OF(at(CHILD), struct pd, obj)->is_root = true; /* may use the last page */
    bool without_object = false, without_slot = false;
    for (size_t left = 0;; left++) {
        const status_t status = create_with(left, op);
        if (status == SUCCESS)
            break;
        CHECK(status == MEM_OBJ || status == MEM_CAP);
        without_object |= status == MEM_OBJ;
        without_slot |= status == MEM_CAP;
    }
    /* The root table does not come from the reserve: when it can be had, so can a page of slots. */
    CHECK(without_slot || op == CREATE_PD_HST);
    /* A PD and an object space begin with no page of their own, and there is room for them among others. */
    CHECK(without_object || op == CREATE_PD_PD || op == CREATE_PD_OBJ);
}

static void running_out_while_creating_an_object_space_is_undone(void)
{
    create_until_it_works(CREATE_PD_OBJ);
}

static void running_out_while_creating_a_host_space_is_undone(void)
{
    create_until_it_works(CREATE_PD_HST);
}

static void running_out_while_creating_a_port_space_is_undone(void)
{
    create_until_it_works(CREATE_PD_PIO);
}

static void running_out_while_creating_a_pd_is_undone(void)
{
    create_until_it_works(CREATE_PD_PD);
}

static void delegation_checks_in_order(void)
{
    start(256);
    CHECK_EQ(give(SM, SM, 1, 0, 1, 0), BAD_PAR);                   /* alignment    */
    CHECK_EQ(give(SM, HST, 0, 0, 31, 0), BAD_CAP);                 /* no space     */
    CHECK_EQ(give(NOVA_HST, NOVA_HST, SOME, 0, 0, 0), BAD_CAP);    /* no GRANT     */
    CHECK_EQ(give(OBJ, HST, UINT64_C(1) << 50, 0, 0, 0), BAD_CAP); /* combination  */
    CHECK_EQ(give(HST, OBJ, UINT64_C(1) << 50, 0, 0, 0), BAD_CAP);
    CHECK_EQ(give(OBJ, OBJ, SELNUM, 0, 0, 0), BAD_PAR); /* range        */
    CHECK_EQ(give(OBJ, OBJ, 0, SELNUM, 0, 0), BAD_PAR);
    CHECK_EQ(give(OBJ, OBJ, 0, 0, 19, 0), BAD_PAR);
    CHECK_EQ(give(HST, HST, UINT64_C(1) << 35, 0, 0, 0), BAD_PAR);
    CHECK_EQ(create(CREATE_PD_GST, GST, PD), SUCCESS);
    CHECK_EQ(give(GST, HST, 0, 0, 0, 0), BAD_CAP); /* no TAKE      */
    CHECK_EQ(give(OBJ, GST, 0, 0, 0, 0), BAD_CAP);
    CHECK_EQ(give(HST, GST, 0, UINT64_C(1) << 35, 0, 0), BAD_PAR);
}

static void mad_counts_from_the_nova_space_before_the_combination(void)
{
    start(256);
    caller.arch.regs.slot[0] = params(NOVA_HST, 0);
    caller.arch.regs.slot[2] = caller.arch.regs.slot[3] = 0;
    caller.arch.regs.slot[4] = 7;
    caller.arch.regs.slot[1] = HST;
    CHECK_EQ(hypercall_ctrl_pd(&caller), BAD_PAR);
    caller.arch.regs.slot[1] = OBJ; /* incompatible */
    CHECK_EQ(hypercall_ctrl_pd(&caller), BAD_PAR);
    caller.arch.regs.slot[1] = SM; /* no space, though bit 0 is among its permissions */
    CHECK_EQ(hypercall_ctrl_pd(&caller), BAD_CAP);
    caller.arch.regs.slot[0] = params(HST, 0);
    caller.arch.regs.slot[1] = HST;
    CHECK_EQ(hypercall_ctrl_pd(&caller), SUCCESS);
}

/* 4 pages of slots to delegate. */
static void fill_slots(void)
{
    struct kobject *const sm = testing_object(KOBJ_SM);
    for (uint64_t sel = 0x8000; sel < 0x8800; sel++)
        put(sel, sm, PERM_SM_ALL);
}

static void preempted_delegation_of_objects_goes_on(void)
{
    start(256);
    fill_slots();
    preempt_always = true;
    CHECK_EQ(give(OBJ, OBJ, 0x8000, 0x10000, 11, PERM_SM_UP), SUCCESS);
    CHECK_EQ(windows, 3);
    for (uint64_t i = 0; i < 0x800; i++)
        CHECK(perm_at(0x10000 + i) == PERM_SM_UP && at(0x10000 + i) == at(0x8000));
}

static void own_capabilities_may_go_with_the_rest(void)
{
    start(256);
    fill_slots();
    preempt_always = true;
    CHECK_EQ(give(OBJ, OBJ, 0, 0, 17, 0), SUCCESS);
    CHECK_EQ(windows, 255);
    for (uint64_t sel = 0; sel < SELNUM / 2; sel++)
        CHECK_EQ(space_obj_load(caller.objects, sel).raw, 0);
}

static void a_whole_space_is_emptied_at_once(void)
{
    start(256);
    fill_slots();
    preempt_always = true;
    CHECK_EQ(give(OBJ, OBJ, 0, 0, 18, 0), SUCCESS);
    CHECK_EQ(windows, 0);
    for (uint64_t sel = 0; sel < SELNUM; sel++)
        CHECK_EQ(space_obj_load(caller.objects, sel).raw, 0);
}

static void a_space_is_emptied_again_when_what_was_in_it_has_gone(void)
{
    start(256);
    struct space_obj *const foreign = space_obj_create(root);
    put(OTHER, &foreign->obj, PERM_OBJ_ALL);
    CHECK_EQ(give(OBJ, OTHER, SM, 7, 0, PERM_MASK), SUCCESS);
    CHECK_EQ(give(OBJ, OTHER, 0, 0, 18, 0), SUCCESS);
    CHECK_EQ(give(OBJ, OTHER, 0, 0, 18, 0), AGAIN);
    CHECK_EQ(give(OBJ, OTHER, SM, 7, 0, PERM_MASK), AGAIN); /* it takes nothing meanwhile */
    testing_reap();
    CHECK_EQ(give(OBJ, OTHER, SM, 7, 0, PERM_MASK), SUCCESS);
    CHECK_EQ(give(OBJ, OTHER, 0, 0, 18, 0), SUCCESS);
    CHECK_EQ(space_obj_load(foreign, 7).raw, 0);
}

static void a_source_that_was_overwritten_is_not_guessed(void)
{
    start(256);
    struct space_obj *const foreign = space_obj_create(root);
    CHECK_EQ(space_obj_insert(foreign, OTHER, &foreign->obj, PERM_OBJ_ALL), SUCCESS);
    put(OTHER, &foreign->obj, PERM_OBJ_ALL);
    preempt_always = true;
    /* What now is at OTHER is the same space, but came by this call: it is not looked at. */
    CHECK_EQ(give(OTHER, OBJ, 0, 0, 10, PERM_MASK), BAD_CAP);
    CHECK(at(PD) == nullptr && at(OTHER) == &foreign->obj);
}

static void a_source_that_does_not_matter_may_be_overwritten(void)
{
    start(256);
    struct space_obj *const foreign = space_obj_create(root);
    put(OTHER, &foreign->obj, PERM_OBJ_ALL);
    preempt_always = true;
    CHECK_EQ(give(OTHER, OBJ, 0, 0, 10, 0), SUCCESS);
    CHECK(at(PD) == nullptr && at(OTHER) == nullptr);
}

static void take_right_away(void)
{
    struct space_obj *const objects = caller.objects;
    CHECK_EQ(space_obj_delegate(objects, objects, HST, HST, 1, PERM_SPC_TAKE).status, SUCCESS);
}

static void who_is_preempted_is_checked_again(void)
{
    start(256);
    CHECK_EQ(give(NOVA_HST, HST, SOME + 1, THERE, 0, PERM_MEM_ALL), SUCCESS);
    preempt_always = true;
    meanwhile = take_right_away;
    CHECK_EQ(give(NOVA_HST, HST, SOME + 1, THERE + 0x1000, 12, PERM_MEM_ALL), BAD_PAR);
    CHECK_EQ(give(NOVA_HST, HST, SOME + 0x1000, THERE + 0x2000, 12, PERM_MEM_ALL), SUCCESS);
    CHECK_EQ(windows, 0); /* large pages: a slice is enough */
    for (uint64_t i = 0; i < 8; i++)
        CHECK_EQ(give(NOVA_HST, HST, SOME + 512 * i, THERE + 512 * i, 8, PERM_MEM_ALL), SUCCESS);
    CHECK_EQ(give(HST, HST, THERE, THERE + 0x1000, 12, PERM_MEM_ALL), BAD_CAP);
    CHECK(windows > 0);
}

static void put_objects_in_place_of_memory(void)
{
    struct space_obj *const objects = caller.objects;
    CHECK_EQ(space_obj_delegate(objects, objects, OBJ, HST, 1, PERM_OBJ_ALL).status, SUCCESS);
}

static void progress_in_memory_is_none_in_objects(void)
{
    start(1024);
    for (uint64_t i = 0; i < 64; i++)
        CHECK_EQ(give(NOVA_HST, HST, SOME, 512 * i, 0, PERM_MEM_ALL), SUCCESS);
    preempt_always = true;
    meanwhile = put_objects_in_place_of_memory;
    /* All pages are done when it is preempted, only tables are left to be given back. */
    CHECK_EQ(give(HST, HST, 0, 0, 17, 0), BAD_CAP);
    CHECK(at(HST) == &caller.objects->obj);
    CHECK(at(PD) == &root->obj);
}

static bool is_mapped(uint64_t page)
{
    return ptab_lookup(&ARCH_PTAB_HOST, host->arch.root, page << PAGE_BITS).mapped;
}

static void preempted_delegation_of_memory_goes_on(void)
{
    start(1024);
    const size_t before = frame_count_free();
    preempt_always = true;
    for (uint64_t i = 0; i < 64; i++)
        CHECK_EQ(give(NOVA_HST, HST, SOME + 5, THERE + 512 * i + i, 0, PERM_MEM_ALL), SUCCESS);
    windows = 0;
    CHECK_EQ(give(HST, HST, THERE, THERE + 0x10000, 15, PERM_MEM_ALL), SUCCESS);
    CHECK(windows >= 63);
    for (uint64_t i = 0; i < 0x8000; i++)
        CHECK_EQ(is_mapped(THERE + 0x10000 + i), i % 512 == i / 512);
    windows = 0;
    CHECK_EQ(give(HST, HST, 0, 0, 31, 0), SUCCESS);
    CHECK(windows > 0); /* giving back the tables can be preempted too */
    CHECK_EQ(frame_count_free(), before);
}

int main(void)
{
    SIM_RUN(every_kind_is_created_with_its_permissions);
    SIM_RUN(create_pd_checks_in_order);
    SIM_RUN(a_failed_creation_can_be_repeated);
    SIM_RUN(only_the_first_port_space_belongs_to_the_host_space);
    SIM_RUN(a_whole_pd_leaves_nothing_behind);
    SIM_RUN(running_out_while_creating_an_object_space_is_undone);
    SIM_RUN(running_out_while_creating_a_host_space_is_undone);
    SIM_RUN(running_out_while_creating_a_port_space_is_undone);
    SIM_RUN(running_out_while_creating_a_pd_is_undone);
    SIM_RUN(delegation_checks_in_order);
    SIM_RUN(mad_counts_from_the_nova_space_before_the_combination);
    SIM_RUN(preempted_delegation_of_objects_goes_on);
    SIM_RUN(own_capabilities_may_go_with_the_rest);
    SIM_RUN(a_whole_space_is_emptied_at_once);
    SIM_RUN(a_space_is_emptied_again_when_what_was_in_it_has_gone);
    SIM_RUN(a_source_that_was_overwritten_is_not_guessed);
    SIM_RUN(a_source_that_does_not_matter_may_be_overwritten);
    SIM_RUN(who_is_preempted_is_checked_again);
    SIM_RUN(progress_in_memory_is_none_in_objects);
    SIM_RUN(preempted_delegation_of_memory_goes_on);
}
