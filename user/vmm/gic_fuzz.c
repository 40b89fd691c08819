/* SPDX-License-Identifier: GPL-2.0-only */
/* Fuzz target: a guest that does anything to its interrupt controller and to its list registers. */
#include <string.h>

#include "user/vmm/gic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum : unsigned { LRS = 4 };

struct step {
    uint8_t what, vcpu, size;
    uint32_t offset;
    uint64_t value;
} __attribute__((packed));

static void check(const struct gic *gic)
{
    uint32_t own = 0;
    for (unsigned v = 0; v < gic->vcpu_count; v++) {
        own = 0;
        for (unsigned i = 0; i < LRS; i++) {
            if (!(gic->vcpu[v].lr_used >> i & 1))
                continue;
            const unsigned intid = gic->vcpu[v].lr_intid[i];
            if (intid >= GIC_PRIVATE + GIC_SHARED)
                __builtin_trap();
            if (intid < GIC_PRIVATE && (own & 1u << intid))
                __builtin_trap(); /* the same interrupt twice */
            own |= intid < GIC_PRIVATE ? 1u << intid : 0;
        }
        if (own != gic->vcpu[v].own.placed)
            __builtin_trap();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint64_t lr[VCPUS_MAX][GIC_LRS_MAX];
    if (size == 0)
        return 0;
    struct gic gic = {.version = 2 + data[0] % 2, .vcpu_count = 1 + data[0] / 2 % 2};
    gic.vcpu[0].lr_count = gic.vcpu[1].lr_count = LRS;
    memset(lr, 0, sizeof lr);
    gic_reset(&gic);

    for (size_t at = 1; at + sizeof(struct step) <= size; at += sizeof(struct step)) {
        struct step step;
        memcpy(&step, data + at, sizeof step);
        const unsigned v = step.vcpu % gic.vcpu_count;
        struct mmio access = {.offset = step.offset,
                              .size = (uint8_t)(1 << step.size % 4),
                              .vcpu = (uint8_t)v,
                              .is_write = step.what & 0x80,
                              .value = step.value};
        switch (step.what % 8) {
        case 0:
            access.offset %= GICD_SIZE - 8;
            gicd_access(&gic, &access);
            break;
        case 1:
            access.offset %= GICR_STRIDE * VCPUS_MAX - 8;
            gicr_access(&gic, &access);
            break;
        case 2:
            gic_send_sgi1r(&gic, v, step.value);
            break;
        case 3:
            gic_set_spi(&gic, step.offset % GIC_SHARED, step.value & 1);
            break;
        case 4:
            gic_raise_timer(&gic, v);
            break;
        case 5: /* the guest has taken or ended something */
            lr[v][step.offset % LRS] &= step.value | ~(3ull << 62);
            break;
        default:
            gic_sync(&gic, v, lr[v]);
            gic_flush(&gic, v, lr[v]);
            break;
        }
        check(&gic);
    }
    return 0;
}
