/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/vmm/virtio.h"

/* Virtual I/O Device specification 1.2, 4.2.2 "MMIO Device Register Layout". */
enum : uint64_t {
    MAGIC = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    VENDOR_ID = 0x00c,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SEL = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC = 0x080,
    QUEUE_AVAIL = 0x090,
    QUEUE_USED = 0x0a0,
    CONFIG_GENERATION = 0x0fc,
    CONFIG = 0x100,
};

enum : uint32_t { MAGIC_VIRT = 0x7472'6976, VERSION_2 = 2, VENDOR = 0x4156'4f4e };
enum : uint32_t { INT_USED = 1, INT_CONFIG = 2 };
enum : uint32_t { STATUS_FEATURES_OK = 8, STATUS_DRIVER_OK = 4, STATUS_NEEDS_RESET = 0x40 };
enum : uint64_t { FEATURE_VERSION_1 = 1ull << 32 };

void virtio_reset(struct virtio *dev)
{
    *dev = (struct virtio){.ops = dev->ops, .guest = dev->guest, .owner = dev->owner};
}

bool virtio_is_raised(const struct virtio *dev)
{
    return dev->interrupt != 0;
}

bool virtio_is_live(const struct virtio *dev, unsigned queue)
{
    return (dev->status & STATUS_DRIVER_OK) && !(dev->status & STATUS_NEEDS_RESET) &&
           dev->queue[queue].is_ready;
}

static void break_down(struct virtio *dev)
{
    dev->status |= STATUS_NEEDS_RESET;
    dev->interrupt |= INT_CONFIG;
}

bool virtio_pop(struct virtio *dev, unsigned queue, struct virtq_chain *chain)
{
    if (!virtio_is_live(dev, queue))
        return false;
    const enum virtq_result result = virtq_pop(&dev->queue[queue], dev->guest, chain);
    if (result == VIRTQ_BROKEN)
        break_down(dev);
    return result == VIRTQ_CHAIN;
}

void virtio_push(struct virtio *dev, unsigned queue, uint16_t head, uint32_t written)
{
    if (virtq_push(&dev->queue[queue], dev->guest, head, written))
        dev->interrupt |= INT_USED;
    else
        break_down(dev);
}

static uint64_t offered(const struct virtio *dev)
{
    return dev->ops->features | FEATURE_VERSION_1;
}

static void write_status(struct virtio *dev, uint32_t value)
{
    if (value == 0) {
        virtio_reset(dev);
        return;
    }
    if ((dev->driver_features & ~offered(dev)) || !(dev->driver_features & FEATURE_VERSION_1))
        value &= ~(uint32_t)STATUS_FEATURES_OK;
    dev->status = value | (dev->status & STATUS_NEEDS_RESET);
}

static uint64_t with_half(uint64_t old, bool is_high, uint32_t value)
{
    return is_high ? (uint32_t)old | (uint64_t)value << 32 : old >> 32 << 32 | value;
}

/* Registers of the queue that is selected; what it is made of is fixed once it is ready. */
static void write_queue(struct virtio *dev, uint64_t at, uint32_t value)
{
    if (dev->queue_sel >= dev->ops->queue_count)
        return;
    struct virtq *const q = &dev->queue[dev->queue_sel];
    if (at == QUEUE_READY)
        q->is_ready = value & 1 && q->size != 0;
    if (q->is_ready)
        return;
    if (at == QUEUE_NUM)
        q->size = value != 0 && value <= VIRTQ_SIZE_MAX && (value & (value - 1)) == 0
                      ? (uint16_t)value
                      : 0;
    else if (at == QUEUE_DESC || at == QUEUE_DESC + 4)
        q->desc = with_half(q->desc, at != QUEUE_DESC, value);
    else if (at == QUEUE_AVAIL || at == QUEUE_AVAIL + 4)
        q->avail = with_half(q->avail, at != QUEUE_AVAIL, value);
    else if (at == QUEUE_USED || at == QUEUE_USED + 4)
        q->used = with_half(q->used, at != QUEUE_USED, value);
}

static void write(struct virtio *dev, uint64_t at, uint32_t value)
{
    switch (at) {
    case DEVICE_FEATURES_SEL:
        dev->device_features_sel = value;
        break;
    case DRIVER_FEATURES_SEL:
        dev->driver_features_sel = value;
        break;
    case DRIVER_FEATURES:
        if (dev->driver_features_sel < 2)
            dev->driver_features =
                with_half(dev->driver_features, dev->driver_features_sel != 0, value);
        break;
    case QUEUE_SEL:
        dev->queue_sel = value;
        break;
    case QUEUE_NOTIFY:
        if (value < dev->ops->queue_count && virtio_is_live(dev, value))
            dev->ops->notify(dev, value);
        break;
    case INTERRUPT_ACK:
        dev->interrupt &= ~value;
        break;
    case STATUS:
        write_status(dev, value);
        break;
    default:
        write_queue(dev, at, value);
    }
}

static uint32_t read(const struct virtio *dev, uint64_t at)
{
    const bool has_queue = dev->queue_sel < dev->ops->queue_count;
    switch (at) {
    case MAGIC:
        return MAGIC_VIRT;
    case VERSION:
        return VERSION_2;
    case DEVICE_ID:
        return dev->ops->device;
    case VENDOR_ID:
        return VENDOR;
    case DEVICE_FEATURES:
        return dev->device_features_sel < 2
                   ? (uint32_t)(offered(dev) >> 32 * dev->device_features_sel)
                   : 0;
    case QUEUE_NUM_MAX:
        return has_queue ? VIRTQ_SIZE_MAX : 0;
    case QUEUE_READY:
        return has_queue && dev->queue[dev->queue_sel].is_ready;
    case INTERRUPT_STATUS:
        return dev->interrupt;
    case STATUS:
        return dev->status;
    default:
        return 0;
    }
}

void virtio_access(struct virtio *dev, struct mmio *access)
{
    const uint64_t at = access->offset;
    if (at >= CONFIG) {
        uint64_t value = 0;
        for (unsigned i = 0; i < access->size; i++)
            value |= (uint64_t)dev->ops->config(dev, at - CONFIG + i) << 8 * i;
        if (!access->is_write)
            access->value = value;
    } else if (access->is_write) {
        write(dev, at, (uint32_t)access->value);
    } else {
        access->value = read(dev, at);
    }
}
