/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/vmm/vm.h"

#include <stdarg.h>

#include "kernel/base/format.h"
#include "user/vmm/cache.h"
#include "user/vmm/load.h"

enum : size_t { SAY_MAX = 160 };

void vm_put(void *owner, char c)
{
    struct vm *const vm = owner;
    (void)ring_put(&vm->channel->output, c); /* a manager that does not listen misses it */
    (void)hc_sm_up(SEL_VMM_EVENT);
}

void vm_say(struct vm *vm, const char *fmt, ...)
{
    char text[SAY_MAX];
    va_list args;
    va_start(args, fmt);
    format_va(text, sizeof text, fmt, args);
    va_end(args);
    for (const char *at = text; *at != '\0'; at++)
        vm_put(vm, *at);
}

static void set_state(struct vm *vm, enum vm_state state)
{
    __atomic_store_n(&vm->channel->state, state, __ATOMIC_RELEASE);
    (void)hc_sm_up(SEL_VMM_EVENT);
}

bool vm_power_on(struct vm *vm)
{
    const char *why;
    const struct loaded loaded = load_linux(&vm->guest, vm->config, &why);
    if (!loaded.is_good) {
        vm_say(vm, "VMM: %s\n", why);
        vm_stop(vm, VM_FAILED);
        return false;
    }
    cache_clean(vm->guest.ram, vm->guest.size);
    gic_reset(&vm->gic);
    pl011_reset(&vm->uart);
    virtio_reset(&vm->disk.dev);
    virtio_reset(&vm->console.dev);
    vm->stc_offset = stc_now();
    vm->vcpu[0].is_on = vm->vcpu[0].is_fresh = true;
    vm->vcpu[0].entry = loaded.entry;
    vm->vcpu[0].context = loaded.tree;
    set_state(vm, VM_RUNNING);
    return true;
}

void vm_kick(struct vcpu *vcpu)
{
    if (vcpu->is_kicked)
        return;
    vcpu->is_kicked = true;
    (void)(vcpu->is_waiting ? hc_sm_up(vcpu->wake) : hc_ctrl_ec(vcpu->ec, 0));
}

static void switch_off(struct vm *vm)
{
    for (unsigned v = 0; v < vm->config->vcpu_count; v++) {
        vm->vcpu[v].is_on = vm->vcpu[v].is_fresh = false;
        vm_kick(&vm->vcpu[v]);
    }
}

void vm_stop(struct vm *vm, enum vm_state state)
{
    switch_off(vm);
    set_state(vm, state);
}

void vm_reset(struct vm *vm)
{
    switch_off(vm);
    vm->wants_reset = true;
}

void vm_update(struct vm *vm, const struct vcpu *self)
{
    gic_set_spi(&vm->gic, SPI_UART, pl011_is_raised(&vm->uart));
    gic_set_spi(&vm->gic, SPI_VIRTIO, virtio_is_raised(&vm->disk.dev));
    gic_set_spi(&vm->gic, SPI_VIRTIO + 1, virtio_is_raised(&vm->console.dev));
    for (unsigned v = 0; v < vm->config->vcpu_count; v++) {
        struct vcpu *const vcpu = &vm->vcpu[v];
        if (vcpu != self && vcpu->is_on && gic_has_work(&vm->gic, v))
            vm_kick(vcpu);
    }
}

void vm_look_soon(struct vm *vm)
{
    if (vm->looks_soon)
        return;
    vm->looks_soon = true;
    (void)hc_sm_up(SEL_VMM_INPUT);
}

void vm_look(struct vm *vm)
{
    vm->looks_soon = false;
    for (unsigned v = 0; v < vm->config->vcpu_count; v++)
        if (vm->vcpu[v].is_on && gic_needs_look(&vm->gic, v))
            vm_kick(&vm->vcpu[v]);
}

/* A console of virtio as soon as there is a driver for it, else the serial line. */
void vm_take_input(struct vm *vm)
{
    for (;;) {
        const bool has_console = virtio_console_is_live(&vm->console);
        if (has_console ? !virtio_console_has_room(&vm->console) : !pl011_has_room(&vm->uart))
            return;
        const int c = ring_get(&vm->channel->input);
        if (c < 0)
            return;
        if (has_console)
            virtio_console_receive(&vm->console, (char)c);
        else
            pl011_receive(&vm->uart, (char)c);
    }
}

static void access_gicd(struct vm *vm, struct mmio *access)
{
    gicd_access(&vm->gic, access);
}

static void access_gicr(struct vm *vm, struct mmio *access)
{
    if (vm->gic.version == 3)
        gicr_access(&vm->gic, access);
}

static void access_uart(struct vm *vm, struct mmio *access)
{
    pl011_access(&vm->uart, access);
    vm_take_input(vm);
}

static void access_disk(struct vm *vm, struct mmio *access)
{
    virtio_access(&vm->disk.dev, access);
}

static void access_console(struct vm *vm, struct mmio *access)
{
    virtio_access(&vm->console.dev, access);
    vm_take_input(vm);
}

static const struct {
    uint64_t start, size;
    void (*access)(struct vm *vm, struct mmio *access);
} devices[] = {
    {GUEST_GICD, GICD_SIZE, access_gicd},
    {GUEST_GICR, GICR_STRIDE * VCPUS_MAX, access_gicr},
    {GUEST_UART, 0x1000, access_uart},
    {GUEST_VIRTIO, 0x1000, access_disk},
    {GUEST_VIRTIO + 0x1000, 0x1000, access_console},
};

bool vm_access(struct vm *vm, uint64_t gpa, struct mmio *access)
{
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        access->offset = gpa - devices[i].start;
        if (gpa >= devices[i].start && access->offset < devices[i].size &&
            access->size <= devices[i].size - access->offset) {
            devices[i].access(vm, access);
            return true;
        }
    }
    return false;
}
