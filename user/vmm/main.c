/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual-machine monitor of one virtual machine. See README.md and layout.h. */
#include "kernel/abi/selector.h"
#include "kernel/base/string.h"
#include "user/lib/alloc.h"
#include "user/lib/main.h"
#include "user/lib/memory.h"
#include "user/vmm/vcpu.h"

enum : uint64_t { LOOKS_PER_SECOND = 1000 };

static struct vm vm;

/* A copy of the disk: what the guest writes is gone with it. */
static void open_disk(const struct vmm_config *config)
{
    void *const disk = pages_alloc((config->disk.size + PAGE_SIZE - 1) / PAGE_SIZE);
    const uint64_t size = disk == nullptr ? 0 : config->disk.size;
    if (size != 0)
        memcpy(disk, (const void *)config->disk.at, size);
    virtio_blk_init(&vm.disk, &vm.guest, disk, size);
}

static status_t make_machine(const struct vmm_config *config)
{
    vm = (struct vm){
        .config = config,
        .channel = (struct channel *)VMM_CHANNEL,
        .guest = {.ram = (uint8_t *)VMM_RAM, .start = GUEST_RAM, .size = config->ram_size},
        .gic = {.version = config->gic_version,
                .timer_intid = config->timer_intid,
                .vcpu_count = config->vcpu_count},
        .uart = {.put = vm_put, .owner = &vm},
        .lock = {.sm = sel_alloc(0)},
    };
    virtio_console_init(&vm.console, &vm.guest, vm_put, &vm);
    open_disk(config);

    status_t status = hc_create_sm(vm.lock.sm, SEL_ROOT_PD, 0);
    for (unsigned v = 0; status == SUCCESS && v < config->vcpu_count; v++)
        status = vcpu_create(&vm, v);
    return status;
}

/* What the manager sends goes to the guest. `pause`: STC ticks before a virtual CPU is looked at again. */
[[noreturn]] static void serve_input(uint64_t pause)
{
    uint64_t deadline = 0;
    for (;;) {
        (void)hc_sm_down(SEL_VMM_INPUT, CTRL_SM_ZERO,
                         deadline); /* input may come beside a TIMEOUT */
        mutex_lock(&vm.lock);
        vm_take_input(&vm);
        vm_update(&vm, nullptr);
        if (deadline != 0 && stc_now() >= deadline)
            vm_look(&vm);
        if (!vm.looks_soon)
            deadline = 0;
        else if (deadline == 0)
            deadline = stc_now() + pause;
        mutex_unlock(&vm.lock);
    }
}

void user_main(const struct hip *hip, [[maybe_unused]] uint64_t boot0,
               [[maybe_unused]] uint64_t boot1, [[maybe_unused]] uint64_t boot2)
{
    const struct vmm_config *const config = (const void *)VMM_CONFIG;

    alloc_adopt(config->heap_size);
    status_t status = make_machine(config);
    if (status == SUCCESS && vm_power_on(&vm))
        status = hc_ipc_call(SEL_VMM_START, 0, 0).status;
    if (status != SUCCESS) {
        vm_say(&vm, "VMM: cannot make the virtual machine: status %u\n", status);
        vm_stop(&vm, VM_FAILED);
    }
    serve_input(hip->stc_frequency / LOOKS_PER_SECOND);
}
