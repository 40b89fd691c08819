/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/guest/guest.h"

#include "kernel/base/string.h"

enum : uint8_t { EVENTS_ORDER = 7 };
enum : uint64_t { FRAMES_SIZE = 0x100'0000 };

/* Of the running test. */
static struct vcpu vcpus[VCPUS_MAX];
static size_t vcpu_count;
static uint64_t frames_used;
static uint64_t pfr0; /* ID_AA64PFR0_EL1 of the last STARTUP */

/* The pool of frames, mapped once. */
static char *pool_view(void)
{
    static char *view;
    if (view == nullptr) {
        const struct memory_view v =
            memory_view(free_frames(), FRAMES_SIZE, PERM_MEM_R | PERM_MEM_W, MAD_MEMORY);
        MUST(v.status);
        view = v.base;
    }
    return view;
}

uint64_t take_frames(uint64_t pages)
{
    const uint64_t phys = free_frames() + frames_used;
    frames_used += pages * PAGE_SIZE;
    if (frames_used > FRAMES_SIZE) {
        tap_fail(__FILE__, __LINE__, "out of frames");
        frames_used = 0;
        return free_frames();
    }
    return phys;
}

void *frames_view(uint64_t phys)
{
    return pool_view() + (phys - free_frames());
}

status_t gst_map(sel_t gst, uint64_t phys, uint64_t gpa, uint64_t pages, uint8_t perm, uint32_t mad)
{
    status_t status = SUCCESS;
    for (uint64_t i = 0; i < pages && status == SUCCESS;) {
        const uint64_t from = phys / PAGE_SIZE + i, to = gpa / PAGE_SIZE + i;
        uint8_t order = 0;
        while (order < 9 && ((from | to) & 1ull << order) == 0 && i + (2ull << order) <= pages)
            order++;
        status = hc_ctrl_pd(
            SEL_LIB_NOVA_HST, gst,
            (struct hc_range){.from = from, .to = to, .order = order, .perm = perm, .mad = mad});
        i += 1ull << order;
    }
    return status;
}

sel_t new_gst(const struct vm *vm)
{
    const sel_t gst = sel_alloc(0);
    MUST(hc_create_pd(gst, CREATE_PD_GST, vm->pd));
    MUST(gst_map(gst, vm->phys, GPA_RAM, RAM_SIZE / PAGE_SIZE, PERM_MEM_ALL, MAD_MEMORY));
    return gst;
}

static struct vm fill_vm(sel_t pd, sel_t obj)
{
    struct vm vm = {.pd = pd, .obj = obj, .phys = take_frames(RAM_SIZE / PAGE_SIZE)};
    vm.ram = (uint64_t)frames_view(vm.phys);
    memset((void *)vm.ram, 0, RAM_SIZE);
    vm_write(&vm, VECTORS, CODE(report_vectors));
    vm.gst = new_gst(&vm);
    return vm;
}

struct vm new_vm(void)
{
    return fill_vm(SEL_ROOT_PD, SEL_ROOT_OBJ);
}

struct vm new_child_vm(void)
{
    struct child child;
    MUST(child_create(&child));
    return fill_vm(child.pd, child.obj);
}

/* Clean to memory, and out of the instruction caches: guests start without caches (Arm ARM, DC, IC). */
void vm_clean(const struct vm *vm, uint64_t offset, size_t size)
{
    for (uint64_t at = vm->ram + offset; at < vm->ram + offset + size + 16; at += 16)
        __asm__ volatile("dc civac, %0\n dsb ish\n ic ivau, %0" : : "r"(at) : "memory");
    __asm__ volatile("dsb ish\n isb" : : : "memory");
}

void vm_write(const struct vm *vm, uint64_t offset, const void *bytes, size_t size)
{
    memcpy((void *)(vm->ram + offset), bytes, size);
    vm_clean(vm, offset, size);
}

static uint32_t on_event(uint64_t pid, uint32_t mtd, struct utcb *utcb)
{
    struct vcpu *const v = &vcpus[pid >> 8];
    v->event = pid & 0xff;
    v->mtd = mtd;
    v->stc = stc_now();
    v->state = *event_state(utcb);
    v->reply = 0;
    atomic_fetch_add(&v->count, 1);
    if (v->step == nullptr || v->step(v)) {
        atomic_store(&v->is_stopped, true);
        (void)hc_sm_up(v->stopped);
        (void)hc_sm_down(v->go, 0, 0);
    }
    *event_state(utcb) = v->state;
    return v->reply;
}

static sel_t event_slot(unsigned event)
{
    return event < EVENTS_ARCH ? event : hip->sel_gst_arch + event - EVENTS_ARCH;
}

void vcpu_deliver(const struct vcpu *v, unsigned event, uint32_t mtd)
{
    MUST(hc_ctrl_pt(v->events + event_slot(event), (uint64_t)(v - vcpus) << 8 | event, mtd));
}

/* Portals for all events, in the object space of the VM's PD. */
static void open_events(struct vcpu *v, size_t index)
{
    v->events = sel_alloc(EVENTS_ORDER);
    for (unsigned n = 0; n < EVENTS; n++)
        MUST(
            thread_create_portal(&v->handler, v->events + event_slot(n), index << 8 | n, MTD_READ));
    if (v->vm->obj != SEL_ROOT_OBJ)
        MUST(hc_ctrl_pd(
            SEL_ROOT_OBJ, v->vm->obj,
            (struct hc_range){
                .from = v->events, .to = v->events, .order = EVENTS_ORDER, .perm = PERM_PT_EVENT}));
}

struct vcpu *create_vcpu(const struct vm *vm, const struct vcpu_plan *plan)
{
    const size_t index = vcpu_count < VCPUS_MAX ? vcpu_count++ : VCPUS_MAX - 1;
    struct vcpu *const v = &vcpus[index];
    *v = (struct vcpu){
        .vm = vm,
        .cpu = plan->cpu,
        .budget = plan->budget == 0 ? BUDGET : plan->budget,
        .is_startable = true,
    };
    v->stopped = new_sm(0);
    v->go = new_sm(0);
    if (plan->partner != nullptr)
        v->handler = plan->partner->handler;
    else
        MUST(thread_create_local(
            &v->handler,
            &(struct thread_plan){.cpu = plan->cpu,
                                  .events = plan->is_handler_mortal ? sel_alloc(EVENTS_ORDER) : 0},
            on_event));
    open_events(v, index);
    v->ec = sel_alloc(0);
    MUST(hc_create_ec(v->ec, vm->pd,
                      (struct hc_ec){.flags = plan->flags | CREATE_EC_GUEST,
                                     .cpu = plan->cpu,
                                     .sp = index,
                                     .evt = v->events}));
    return v;
}

void vcpu_start(struct vcpu *v, uint8_t prio)
{
    v->sc = sel_alloc(0);
    v->is_startable = false;
    MUST(hc_create_sc(v->sc, SEL_ROOT_PD, v->ec,
                      (struct hc_sc){.prio = prio == 0 ? MID : prio, .budget = v->budget}));
}

struct vcpu *new_vcpu_plan(const struct vm *vm, const struct vcpu_plan *plan)
{
    struct vcpu *const v = create_vcpu(vm, plan);
    vcpu_start(v, plan->prio);
    EXPECT_EQ(EVENT_STARTUP, vcpu_wait(v));
    pfr0 = v->state.x[0];
    memset(v->state.x, 0, sizeof v->state.x);
    v->state.sel_gst = vm->gst;
    v->state.hcr_el2 = HCR_RW;
    v->state.sp_el1 = GPA_RAM + STACK_END;
    v->state.vbar_el1 = GPA_RAM + VECTORS;
    v->reply |= MTD_SPACES | MTD_EL2_HCR | MTD_GPR | MTD_EL1_SP | MTD_EL1_VBAR;
    vcpu_go_to(v, PROGRAM, SPSR_EL1H | SPSR_MASKED);
    return v;
}

struct vcpu *new_vcpu(const struct vm *vm, uint16_t cpu)
{
    return new_vcpu_plan(vm, &(struct vcpu_plan){.cpu = cpu});
}

void vcpu_resume(struct vcpu *v)
{
    atomic_store(&v->is_stopped, false);
    up(v->go);
}

unsigned vcpu_wait(struct vcpu *v)
{
    return down(v->stopped) ? v->event : EVENTS;
}

unsigned vcpu_run(struct vcpu *v)
{
    vcpu_resume(v);
    return vcpu_wait(v);
}

static void do_nothing([[maybe_unused]] uint64_t arg)
{
    up(arg);
}

void settle(uint16_t cpu)
{
    const sel_t done = new_sm(0);
    new_global(cpu, 1, do_nothing, done);
    EXPECT(down(done));
}

bool vcpu_is_dead(struct vcpu *v)
{
    settle(v->cpu);
    return drain(v->stopped) == 0;
}

void vcpu_go_to(struct vcpu *v, uint64_t offset, uint64_t spsr)
{
    v->state.elr_el2 = GPA_RAM + offset;
    v->state.spsr_el2 = spsr;
    v->reply |= MTD_EL2_ELR_SPSR;
}

void vcpu_load(struct vcpu *v, const void *code, size_t size)
{
    vm_write(v->vm, PROGRAM, code, size);
    vcpu_go_to(v, PROGRAM, SPSR_EL1H | SPSR_MASKED);
}

void vcpu_set_x(struct vcpu *v, unsigned n, uint64_t value)
{
    v->state.x[n] = value;
    v->reply |= MTD_GPR;
}

void vcpu_skip(struct vcpu *v)
{
    v->state.elr_el2 += 4;
    v->reply |= MTD_EL2_ELR_SPSR;
}

bool has_aarch32(void)
{
    return id_field(pfr0, 7, 4) == 2;
}

bool has_gicv3(void)
{
    return id_field(pfr0, 27, 24) != 0;
}

/* Who waits for a reply is poisoned; who runs finds no portal for its recall. */
static void end_vcpu(struct vcpu *v)
{
    v->step = nullptr;
    if (atomic_load(&v->is_stopped)) {
        v->reply = MTD_POISON;
        vcpu_resume(v);
        return;
    }
    const sel_t recall = v->events + hip->sel_gst_arch + EVENT_NOVA_RECALL;
    (void)hc_ctrl_pd(SEL_ROOT_OBJ, v->vm->obj, (struct hc_range){.from = recall, .to = recall});
    (void)hc_ctrl_ec(v->ec, CTRL_EC_STRONG);
}

void guest_after(void)
{
    /* Twice: behind the first that leaves a handler there may be another that has waited for it. */
    for (int pass = 0; pass < 2 && vcpu_count > 0; pass++) {
        for (size_t i = 0; i < vcpu_count; i++)
            if (!vcpus[i].is_startable)
                end_vcpu(&vcpus[i]);
        for (uint16_t cpu = 0; cpu < hip->cpu_num; cpu++)
            settle(cpu);
    }
    conf_after();
    vcpu_count = 0;
    frames_used = 0;
}

/* Tables that are there for UTCBs: none gets an address for the second time, so they are for ever. */
static uint64_t utcb_tables(void)
{
    enum : uint64_t { TABLE_SIZE = 0x20'0000 };
    const struct alloc_mark mark = alloc_mark();
    const struct thread t = new_local(cpu_here(), nullptr); /* at the next address */
    alloc_release(mark);
    return ((uint64_t)t.utcb - UTCB_START) / TABLE_SIZE;
}

uint64_t kernel_pages(void)
{
    const uint64_t tables = utcb_tables();
    return tables + meter_pages(hip);
}

void expect_kernel_pages(uint64_t before)
{
    meter_expect(hip, before - utcb_tables());
}
