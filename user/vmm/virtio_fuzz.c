/* SPDX-License-Identifier: GPL-2.0-only */
/* Fuzz target: drivers of disk and console with any content of memory and any register writes. */
#include <string.h>

#include "user/vmm/virtio_blk.h"
#include "user/vmm/virtio_console.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum : size_t { RAM_SIZE = 0x1000, DISK_SIZE = 2 * SECTOR_SIZE };

struct step {
    uint8_t what, size;
    uint16_t offset;
    uint32_t value;
} __attribute__((packed));

static void put([[maybe_unused]] void *owner, [[maybe_unused]] char c)
{
}

/* Past these an address sanitizer sees every wrong step. */
static _Alignas(4096) uint8_t ram[RAM_SIZE];
static uint8_t disk[DISK_SIZE];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct guest guest = {.ram = ram, .start = 0, .size = RAM_SIZE};
    static struct virtio_blk blk;
    static struct virtio_console console;
    const size_t half = size / 2 < RAM_SIZE ? size / 2 : RAM_SIZE;

    memset(ram, 0, sizeof ram);
    memcpy(ram, data, half);
    virtio_blk_init(&blk, &guest, disk, DISK_SIZE);
    virtio_console_init(&console, &guest, put, nullptr);
    for (size_t at = half; at + sizeof(struct step) <= size; at += sizeof(struct step)) {
        struct step step;
        memcpy(&step, data + at, sizeof step);
        struct virtio *const dev = step.what & 1 ? &blk.dev : &console.dev;
        struct mmio access = {.offset = step.offset % 0x200,
                              .size = (uint8_t)(1 << step.size % 4),
                              .is_write = step.what & 2,
                              .value = step.value};
        if (step.what & 4) /* what the step reaches more often: queues at small addresses */
            access.value %= RAM_SIZE;
        virtio_access(dev, &access);
        if (step.what & 8)
            virtio_console_receive(&console, (char)step.value);
        if (step.what & 16)
            ram[step.value % RAM_SIZE] = step.size;
    }
    return 0;
}
