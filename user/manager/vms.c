/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/manager/vms.h"

#include "kernel/abi/perm.h"
#include "kernel/abi/selector.h"
#include "kernel/base/format.h"
#include "kernel/base/string.h"
#include "user/lib/alloc.h"
#include "user/lib/console.h"
#include "user/lib/event.h"
#include "user/lib/memory.h"
#include "user/lib/ram.h"
#include "user/lib/ranges.h"
#include "user/lib/spaces.h"
#include "user/lib/thread.h"
#include "user/manager/image.h"
#include "user/vmm/cache.h"

/* Slots of the root object space: up when something has happened; for VM n from SELS + n * SELS_SIZE. */
enum : sel_t {
    SEL_EVENT = 0x7fff,
    SELS = 0x8000,
    SELS_SIZE = 0x20,

    PD = 0,
    OBJ,
    HST,
    GST,
    MAIN,
    MAIN_SC,
    INPUT,
    STARTUP,
    START,
    FAULT = 0x10, /* one for each virtual CPU's CPU */
    VCPU = 0x14,
    VCPU_SC = 0x18,
};
enum : uint8_t { SELS_ORDER = 5, OBJECTS_ORDER = 18 };
static_assert(1 << SELS_ORDER == SELS_SIZE);

/* What a portal to a watcher means: identifier = (life * VMS_MAX + VM) * 4 + one of these. */
enum watch : uint64_t { WATCH_STARTUP, WATCH_START, WATCH_FAULT, WATCH_KINDS = 4 };

enum : uint8_t { PRIORITY = 10 };
enum : uint16_t { BUDGET_MS = 10, CPUS_MAX = 64 };

/* Our views: of the memory of VM n from WINDOWS + n * WINDOW_SIZE, of its RAM behind that. */
enum : uint64_t {
    WINDOWS = 0x10'0000'0000,
    WINDOW_SIZE = 0x1'0000'0000,
    WINDOW_RAM = 0x4000'0000,
    LARGE = 0x20'0000,
    HEAP_SIZE = 0x10'0000, /* beside the disk        */
    OWN_RAM = 0x20'0000,   /* stacks and the like of ours */
};

/* A part of a VM's own memory: where the VMM sees it. Offsets are in `own`. */
struct vm {
    bool is_there;
    struct vm_plan plan;
    uint64_t ram, own, own_size; /* physical */
    uint64_t channel;            /* offset   */
};

static const struct hip *hip;
static const struct bootinfo *info;
static const struct boot_module *vmm_module;
static struct ranges ram;
static struct vm vm_of[VMS_MAX];

/* How many VMs there have been in a place, and which of them has faulted last: for watchers, on any CPU. */
static struct {
    uint64_t now, faulted;
} life_of[VMS_MAX];

static struct thread watcher[CPUS_MAX];
static struct image vmm;
static const uint8_t *vmm_file;

static sel_t sel_of(unsigned n, sel_t which)
{
    return SELS + n * SELS_SIZE + which;
}

static uint8_t *window(unsigned n, uint64_t offset)
{
    return (uint8_t *)(WINDOWS + n * WINDOW_SIZE + offset);
}

static struct channel *channel_of(unsigned n)
{
    return (struct channel *)(void *)window(n, vm_of[n].channel);
}

static uint64_t up(uint64_t size, uint64_t align)
{
    return (size + align - 1) & ~(align - 1);
}

/* Events and calls of the VMMs. */

/* The VMM is ready: time for the virtual CPUs, of its account. */
static status_t give_time(unsigned n)
{
    status_t status = SUCCESS;
    for (unsigned v = 0; status == SUCCESS && v < vm_of[n].plan.vcpu_count; v++)
        status = hc_create_sc(sel_of(n, VCPU_SC + v), sel_of(n, PD), sel_of(n, VCPU + v),
                              (struct hc_sc){.prio = PRIORITY, .budget = BUDGET_MS});
    return status;
}

static void fail(unsigned n, uint64_t life)
{
    __atomic_store_n(&life_of[n].faulted, life, __ATOMIC_RELEASE);
    (void)hc_sm_up(SEL_EVENT);
}

static uint32_t watch(uint64_t pid, [[maybe_unused]] uint32_t mtd, struct utcb *utcb)
{
    const unsigned n = (unsigned)(pid / WATCH_KINDS % VMS_MAX);
    const uint64_t life = pid / WATCH_KINDS / VMS_MAX;
    if (life != __atomic_load_n(&life_of[n].now, __ATOMIC_ACQUIRE))
        return MTD_POISON; /* of one that has been ended */
    switch ((enum watch)(pid % WATCH_KINDS)) {
    case WATCH_STARTUP:
        *event_ip(event_state(utcb)) = vmm.entry;
        *event_sp(event_state(utcb)) = VMM_HIP;
        return MTD_IP | MTD_SP;
    case WATCH_START:
        if (give_time(n) != SUCCESS)
            fail(n, life);
        return 0;
    case WATCH_FAULT:
    case WATCH_KINDS:
        break;
    }
    fail(n, life);
    return MTD_POISON;
}

/* Nobody else than VMMs should fault: something of ours is wrong. */
static uint32_t on_fault(uint64_t pid, [[maybe_unused]] uint32_t mtd, struct utcb *utcb)
{
    print("\nmanager: event %lu at %#lx\n", pid, *event_ip(event_state(utcb)));
    return MTD_POISON;
}

static status_t open_program(void)
{
    vmm_module = bootinfo_module(info, "vmm");
    if (vmm_module == nullptr)
        return BAD_PAR;
    const uint64_t size = vmm_module->end - vmm_module->start;
    const struct memory_view file = memory_view(vmm_module->start, size, PERM_MEM_R, MAD_MEMORY);
    vmm_file = file.base;
    if (file.status != SUCCESS)
        return file.status;
    return image_parse(&vmm, vmm_file, size) ? SUCCESS : BAD_PAR;
}

static status_t open_watchers(void)
{
    status_t status = SUCCESS;
    for (uint16_t cpu = 0; status == SUCCESS && cpu < hip->cpu_num && cpu < CPUS_MAX; cpu++)
        status = thread_create_local(&watcher[cpu], &(struct thread_plan){.cpu = cpu}, watch);
    return status;
}

const char *vms_open(const struct hip *page, struct bootinfo *boot_info, const uint64_t boot[2])
{
    hip = page;
    info = boot_info;
    const uint64_t own = ram_find(info, hip, boot, OWN_RAM);
    if (own == 0 || alloc_open(own, OWN_RAM) != SUCCESS)
        return "there is no RAM";
    bootinfo_add_range(boot_info, own, OWN_RAM, MEMORY_RESERVED);
    ram_free(&ram, info, hip, boot);
    if (threads_open(hip, on_fault, MTD_IP) != SUCCESS || open_watchers() != SUCCESS)
        return "threads cannot be made";
    if (hc_create_sm(SEL_EVENT, SEL_ROOT_PD, 0) != SUCCESS)
        return "a semaphore cannot be made";
    return open_program() == SUCCESS ? nullptr : "the boot module vmm is missing, or no program";
}

void vms_wait(void)
{
    (void)hc_sm_down(SEL_EVENT, CTRL_SM_ZERO, 0);
}

void vms_wake(void)
{
    (void)hc_sm_up(SEL_EVENT);
}

bool vms_modules(struct vm_plan *plan)
{
    plan->image = bootinfo_module(info, "linux");
    plan->initrd = bootinfo_module(info, "initrd");
    plan->disk = bootinfo_module(info, "disk");
    if (plan->image == nullptr || plan->initrd == nullptr)
        return false;
    plan->words = bootinfo_module_words(plan->image);
    return true;
}

/* Making one, step by step. Each answers the status of the hypercall that failed. */

static status_t make_objects(unsigned n)
{
    enum : uint8_t { VMM_MAY = PERM_PD_EC | PERM_PD_PT | PERM_PD_SM };
    const sel_t pd = sel_of(n, PD);
    status_t status = hc_create_pd(pd, CREATE_PD_PD, SEL_ROOT_PD);
    if (status == SUCCESS)
        status = hc_create_pd(sel_of(n, OBJ), CREATE_PD_OBJ, pd);
    if (status == SUCCESS)
        status = hc_create_pd(sel_of(n, HST), CREATE_PD_HST, pd);
    if (status == SUCCESS)
        status = hc_create_pd(sel_of(n, GST), CREATE_PD_GST, pd);
    if (status == SUCCESS)
        status = hc_create_sm(sel_of(n, INPUT), pd, 0);
    if (status == SUCCESS)
        status = hc_ctrl_pd(SEL_ROOT_OBJ, sel_of(n, OBJ),
                            (struct hc_range){.from = pd, .to = SEL_ROOT_PD, .perm = VMM_MAY});
    return status;
}

static status_t give(unsigned n, sel_t from, sel_t to, uint8_t perm)
{
    return hc_ctrl_pd(SEL_ROOT_OBJ, sel_of(n, OBJ),
                      (struct hc_range){.from = from, .to = to, .perm = perm});
}

/* A part of the VM's own memory, at `offset`, where the VMM sees it. */
static status_t show(unsigned n, uint64_t offset, uint64_t at, uint64_t size, uint8_t perm)
{
    return memory_map_in(sel_of(n, HST), vm_of[n].own + offset, at, up(size, PAGE_SIZE), perm,
                         MAD_MEMORY);
}

static status_t show_module(unsigned n, const struct boot_module *module, struct vmm_module *told,
                            uint64_t *at)
{
    if (module == nullptr)
        return SUCCESS;
    const uint64_t first = module->start & ~(PAGE_SIZE - 1);
    *told =
        (struct vmm_module){.at = *at + module->start - first, .size = module->end - module->start};
    const uint64_t size = up(module->end - first, PAGE_SIZE), to = *at;
    *at = up(to + size, LARGE);
    return memory_map_in(sel_of(n, HST), first, to, size, PERM_MEM_R, MAD_MEMORY);
}

/* The program: what it only reads is in the boot module, for all; the rest it gets as copies. */
static status_t show_program(unsigned n, uint64_t *offset)
{
    status_t status = SUCCESS;
    for (size_t i = 0; status == SUCCESS && i < vmm.count; i++) {
        const struct image_segment *const s = &vmm.segment[i];
        if (!s->is_writable) {
            status = memory_map_in(sel_of(n, HST), vmm_module->start + s->offset, s->at,
                                   up(s->size, PAGE_SIZE),
                                   PERM_MEM_R | (s->is_executable ? PERM_MEM_XU : 0), MAD_MEMORY);
            continue;
        }
        memcpy(window(n, *offset), vmm_file + s->offset, s->size);
        status = show(n, *offset, s->at, s->size, PERM_MEM_R | PERM_MEM_W);
        *offset += up(s->size, PAGE_SIZE);
    }
    return status;
}

/* INTID of EL1's virtual timer where no device tree tells: what Arm's BSA (DEN 0094) demands. */
enum : uint32_t { USUAL_TIMER = 27 };

/* Where everything is that the VMM finds; its own memory is zero when this begins. */
static status_t make_host_memory(unsigned n)
{
    enum : uint8_t { RW = PERM_MEM_R | PERM_MEM_W };
    struct vm *const vm = &vm_of[n];
    const struct vm_plan *const plan = &vm->plan;
    struct vmm_config *const config = (struct vmm_config *)(void *)window(n, PAGE_SIZE);
    uint64_t offset = 2 * PAGE_SIZE, modules = VMM_MODULES;

    memcpy(window(n, 0), hip, hip->length);
    *config = (struct vmm_config){
        .vcpu_count = plan->vcpu_count,
        .gic_version = info->gicv != 0 ? 2 : 3,
        .timer_intid = info->timer_intid != 0 ? info->timer_intid : USUAL_TIMER,
        .cpu = {plan->cpu[0], plan->cpu[1]},
        .ram_size = plan->ram_size,
    };
    /* Linux hands what it does not know to its first program, which then knows who it is. */
    (void)format(config->words, sizeof config->words, "%s vm=%u", plan->words, n + 1);
    status_t status = show(n, 0, VMM_HIP, 2 * PAGE_SIZE, PERM_MEM_R);
    if (status == SUCCESS)
        status = show(n, offset, VMM_CHANNEL, CHANNEL_SIZE, RW);
    vm->channel = offset;
    offset += CHANNEL_SIZE;
    if (status == SUCCESS)
        status = show_program(n, &offset);
    config->heap_size = vm->own_size - offset;
    if (status == SUCCESS)
        status = show(n, offset, PAGES_START, config->heap_size, RW);
    if (status == SUCCESS)
        status = memory_map_in(sel_of(n, HST), vm->ram, VMM_RAM, plan->ram_size, RW, MAD_MEMORY);
    if (status == SUCCESS)
        status = show_module(n, plan->image, &config->image, &modules);
    if (status == SUCCESS)
        status = show_module(n, plan->initrd, &config->initrd, &modules);
    if (status == SUCCESS)
        status = show_module(n, plan->disk, &config->disk, &modules);
    return status;
}

static status_t make_guest_memory(unsigned n)
{
    const struct vm *const vm = &vm_of[n];
    status_t status = memory_map_in(sel_of(n, GST), vm->ram, GUEST_RAM, vm->plan.ram_size,
                                    PERM_MEM_ALL, MAD_MEMORY);
    if (status == SUCCESS && info->gicv != 0)
        status = memory_map_in(sel_of(n, GST), info->gicv, GUEST_GICC, GUEST_GICC_SIZE,
                               PERM_MEM_R | PERM_MEM_W, MAD_DEVICE);
    return status;
}

/* A portal to the watcher of a CPU. */
static status_t make_portal(unsigned n, sel_t which, uint16_t cpu, enum watch kind, uint32_t mtd)
{
    return thread_create_portal(&watcher[cpu], sel_of(n, which),
                                (life_of[n].now * VMS_MAX + n) * WATCH_KINDS + kind, mtd);
}

static status_t make_portals(unsigned n)
{
    const struct vm_plan *const plan = &vm_of[n].plan;
    status_t status = make_portal(n, STARTUP, plan->cpu[0], WATCH_STARTUP, 0);
    if (status == SUCCESS)
        status = give(n, sel_of(n, STARTUP),
                      SEL_VMM_EVENTS + hip->sel_hst_arch + EVENT_NOVA_STARTUP, PERM_PT_EVENT);
    if (status == SUCCESS)
        status = make_portal(n, START, plan->cpu[0], WATCH_START, 0);
    if (status == SUCCESS)
        status = give(n, sel_of(n, START), SEL_VMM_START, PERM_PT_CALL);
    for (unsigned v = 0; status == SUCCESS && v < plan->vcpu_count; v++) {
        status = make_portal(n, FAULT + v, plan->cpu[v], WATCH_FAULT, 0);
        for (sel_t event = 0; status == SUCCESS && event < hip->sel_hst_arch; event++)
            status = give(n, sel_of(n, FAULT + v), SEL_VMM_EVENTS + v * SEL_VMM_EVENTS_SIZE + event,
                          PERM_PT_EVENT);
    }
    return status;
}

static status_t make_vcpus(unsigned n)
{
    const struct vm_plan *const plan = &vm_of[n].plan;
    status_t status = SUCCESS;
    for (unsigned v = 0; status == SUCCESS && v < plan->vcpu_count; v++) {
        status = hc_create_ec(sel_of(n, VCPU + v), sel_of(n, PD),
                              (struct hc_ec){.flags = CREATE_EC_GUEST | CREATE_EC_FPU,
                                             .cpu = plan->cpu[v],
                                             .evt = SEL_VMM_VCPU_EVENTS + v * SEL_VMM_EVENTS_SIZE});
        if (status == SUCCESS)
            status = give(n, sel_of(n, VCPU + v), SEL_VMM_VCPU + v, PERM_EC_CTRL);
    }
    return status;
}

static status_t start(unsigned n)
{
    status_t status = give(n, SEL_EVENT, SEL_VMM_EVENT, PERM_SM_UP);
    if (status == SUCCESS)
        status = give(n, sel_of(n, INPUT), SEL_VMM_INPUT, PERM_SM_DOWN | PERM_SM_UP);
    if (status == SUCCESS)
        status = give(n, sel_of(n, GST), SEL_VMM_GST, PERM_SPC_ASSIGN);
    if (status == SUCCESS)
        status = hc_create_ec(sel_of(n, MAIN), sel_of(n, PD),
                              (struct hc_ec){.flags = CREATE_EC_GLOBAL | CREATE_EC_FPU,
                                             .cpu = vm_of[n].plan.cpu[0],
                                             .page = UTCB_END - UTCB_SIZE,
                                             .evt = SEL_VMM_EVENTS});
    if (status == SUCCESS)
        status = hc_create_sc(sel_of(n, MAIN_SC), sel_of(n, PD), sel_of(n, MAIN),
                              (struct hc_sc){.prio = PRIORITY, .budget = BUDGET_MS});
    return status;
}

/* Zero it in memory, too: a guest can look there, past the caches. */
static void wipe(void *at, uint64_t size)
{
    memset(at, 0, size);
    cache_clean(at, size);
}

/* RAM, and its content: nothing of who had it before. */
static status_t take_ram(unsigned n)
{
    struct vm *const vm = &vm_of[n];
    const struct boot_module *const disk = vm->plan.disk;
    enum : uint8_t { RW = PERM_MEM_R | PERM_MEM_W };
    uint64_t size = 2 * PAGE_SIZE + CHANNEL_SIZE + HEAP_SIZE;

    for (size_t i = 0; i < vmm.count; i++)
        size += vmm.segment[i].is_writable ? up(vmm.segment[i].size, PAGE_SIZE) : 0;
    size += disk != nullptr ? up(disk->end - disk->start, PAGE_SIZE) : 0;
    if (size > WINDOW_RAM)
        return MEM_OBJ; /* a disk that our view of it has no room for */
    vm->own_size = up(size, LARGE);
    vm->own = ram_take(&ram, vm->own_size, LARGE);
    vm->ram = ram_take(&ram, vm->plan.ram_size, LARGE);
    if (vm->own == 0 || vm->ram == 0)
        return MEM_OBJ;

    status_t status = memory_map(vm->own, (uint64_t)window(n, 0), vm->own_size, RW, MAD_MEMORY);
    if (status == SUCCESS)
        status =
            memory_map(vm->ram, (uint64_t)window(n, WINDOW_RAM), vm->plan.ram_size, RW, MAD_MEMORY);
    if (status == SUCCESS) {
        wipe(window(n, 0), vm->own_size);
        wipe(window(n, WINDOW_RAM), vm->plan.ram_size);
    }
    return status;
}

static void give_ram_back(unsigned n)
{
    const struct vm *const vm = &vm_of[n];
    (void)memory_map(0, (uint64_t)window(n, 0), vm->own_size, PERM_NONE, MAD_MEMORY);
    (void)memory_map(0, (uint64_t)window(n, WINDOW_RAM), vm->plan.ram_size, PERM_NONE, MAD_MEMORY);
    if (vm->own != 0)
        ranges_add(&ram, vm->own, vm->own + vm->own_size);
    if (vm->ram != 0)
        ranges_add(&ram, vm->ram, vm->ram + vm->plan.ram_size);
}

status_t vm_create(unsigned n, const struct vm_plan *plan)
{
    static status_t (*const steps[])(unsigned n) = {
        take_ram,   make_objects, make_host_memory, make_guest_memory, make_portals,
        make_vcpus, start,
    };
    if (n >= VMS_MAX || vm_of[n].is_there || plan->vcpu_count == 0 ||
        plan->vcpu_count > VCPUS_MAX || plan->ram_size % LARGE != 0 ||
        plan->ram_size > WINDOW_SIZE - WINDOW_RAM)
        return BAD_PAR;
    for (unsigned v = 0; v < plan->vcpu_count; v++)
        if (plan->cpu[v] >= hip->cpu_num || plan->cpu[v] >= CPUS_MAX)
            return BAD_CPU;

    vm_of[n] = (struct vm){.is_there = true, .plan = *plan};
    __atomic_store_n(&life_of[n].now, life_of[n].now + 1, __ATOMIC_RELEASE);
    status_t status = SUCCESS;
    for (size_t i = 0; status == SUCCESS && i < sizeof steps / sizeof *steps; i++)
        status = steps[i](n);
    if (status != SUCCESS)
        vm_destroy(n);
    return status;
}

/* Nothing at 2^order slots of a space. */
static void revoke(sel_t space, uint64_t first, uint8_t order)
{
    (void)hc_ctrl_pd(SEL_ROOT_OBJ, space,
                     (struct hc_range){.from = first, .to = first, .order = order});
}

void vm_destroy(unsigned n)
{
    struct vm *const vm = &vm_of[n];
    if (n >= VMS_MAX || !vm->is_there)
        return;

    /* No calls, no handlers; then no memory, which is somebody else's from here on. */
    revoke(sel_of(n, OBJ), 0, OBJECTS_ORDER);
    (void)memory_map_in(sel_of(n, GST), 0, GUEST_RAM, vm->plan.ram_size, PERM_NONE, MAD_MEMORY);
    (void)memory_map_in(sel_of(n, HST), 0, VMM_RAM, vm->plan.ram_size, PERM_NONE, MAD_MEMORY);
    (void)memory_map_in(sel_of(n, HST), 0, VMM_HIP, VMM_MODULES - VMM_HIP, PERM_NONE, MAD_MEMORY);
    for (size_t i = 0; i < vmm.count; i++)
        (void)memory_map_in(sel_of(n, HST), 0, vmm.segment[i].at,
                            up(vmm.segment[i].size, PAGE_SIZE), PERM_NONE, MAD_MEMORY);
    (void)hc_ctrl_ec(sel_of(n, MAIN), CTRL_EC_STRONG);
    for (unsigned v = 0; v < vm->plan.vcpu_count; v++)
        (void)hc_ctrl_ec(sel_of(n, VCPU + v), CTRL_EC_STRONG);
    revoke(SEL_ROOT_OBJ, sel_of(n, 0), SELS_ORDER);
    give_ram_back(n);
    *vm = (struct vm){};
}

enum vm_state vm_state(unsigned n)
{
    if (!vm_of[n].is_there)
        return VM_OFF;
    if (__atomic_load_n(&life_of[n].faulted, __ATOMIC_ACQUIRE) == life_of[n].now)
        return VM_FAILED;
    const enum vm_state state = __atomic_load_n(&channel_of(n)->state, __ATOMIC_ACQUIRE);
    return state <= VM_FAILED ? state : VM_FAILED;
}

uint32_t vm_resets(unsigned n)
{
    return vm_of[n].is_there ? __atomic_load_n(&channel_of(n)->resets, __ATOMIC_ACQUIRE) : 0;
}

int vm_read(unsigned n)
{
    return vm_of[n].is_there ? ring_get(&channel_of(n)->output) : -1;
}

void vm_write(unsigned n, char c)
{
    if (!vm_of[n].is_there)
        return;
    (void)ring_put(&channel_of(n)->input, c);
    (void)hc_sm_up(sel_of(n, INPUT));
}

sel_t vm_space(unsigned n)
{
    return sel_of(n, HST);
}

const uint64_t *vm_ram(unsigned n)
{
    return (const uint64_t *)(const void *)window(n, WINDOW_RAM);
}

uint64_t vm_time(unsigned n, unsigned vcpu)
{
    const struct hc_time time = hc_ctrl_sc(sel_of(n, VCPU_SC + vcpu));
    return time.status == SUCCESS ? time.stc : 0;
}

uint64_t vms_ram_free(void)
{
    return ranges_total(&ram);
}
