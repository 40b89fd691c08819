/* SPDX-License-Identifier: GPL-2.0-only */
/* Host test: disk and console serve a driver, and survive one that lies. */
#include <string.h>

#include "tests/lib/expect.h"
#include "user/vmm/virtio_blk.h"
#include "user/vmm/virtio_console.h"

enum : uint64_t { RAM = 0x4000'0000, RAM_SIZE = 0x1'0000 };
enum : uint64_t { DESC = RAM, AVAIL = RAM + 0x1000, USED = RAM + 0x2000, DATA = RAM + 0x3000 };
enum : uint16_t { NEXT = 1, WRITE = 2, INDIRECT = 4, QUEUE_SIZE = 8 };

static _Alignas(4096) uint8_t ram[RAM_SIZE];
static const struct guest guest = {.ram = ram, .start = RAM, .size = RAM_SIZE};
static uint8_t disk[4 * SECTOR_SIZE];
static struct virtio_blk blk;
static struct virtio_console console;
static char output[64];
static size_t output_count;

static uint8_t *at(uint64_t gpa)
{
    return ram + (gpa - RAM);
}

static void store(uint64_t gpa, uint64_t value, size_t size)
{
    memcpy(at(gpa), &value, size); /* little-endian, as this host */
}

static uint32_t reg(struct virtio *dev, uint64_t offset)
{
    struct mmio access = {.offset = offset, .size = 4};
    virtio_access(dev, &access);
    return (uint32_t)access.value;
}

static void set(struct virtio *dev, uint64_t offset, uint32_t value)
{
    struct mmio access = {.offset = offset, .size = 4, .is_write = true, .value = value};
    virtio_access(dev, &access);
}

static void open_queue(struct virtio *dev, uint32_t queue, uint64_t desc, uint64_t avail,
                       uint64_t used)
{
    set(dev, 0x30, queue);
    set(dev, 0x38, QUEUE_SIZE);
    set(dev, 0x80, (uint32_t)desc), set(dev, 0x84, (uint32_t)(desc >> 32));
    set(dev, 0x90, (uint32_t)avail), set(dev, 0x94, (uint32_t)(avail >> 32));
    set(dev, 0xa0, (uint32_t)used), set(dev, 0xa4, (uint32_t)(used >> 32));
    set(dev, 0x44, 1);
}

static void open_device(struct virtio *dev)
{
    set(dev, 0x70, 0);
    set(dev, 0x70, 3);
    set(dev, 0x24, 1), set(dev, 0x20, 1); /* VERSION_1 */
    set(dev, 0x70, 11);
    EXPECT_EQ(11, reg(dev, 0x70));
}

static void start(void)
{
    memset(ram, 0, sizeof ram);
    for (size_t i = 0; i < sizeof disk; i++)
        disk[i] = (uint8_t)(i / SECTOR_SIZE + 1);
    virtio_blk_init(&blk, &guest, disk, sizeof disk);
    open_device(&blk.dev);
    open_queue(&blk.dev, 0, DESC, AVAIL, USED);
    set(&blk.dev, 0x70, 15);
}

static void desc(unsigned i, uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
    const uint64_t d = DESC + 16 * i;
    store(d, addr, 8), store(d + 8, len, 4), store(d + 12, flags, 2), store(d + 14, next, 2);
}

static void offer(uint16_t head)
{
    uint16_t idx;
    memcpy(&idx, at(AVAIL + 2), 2);
    store(AVAIL + 4 + 2 * (idx % QUEUE_SIZE), head, 2);
    store(AVAIL + 2, idx + 1u, 2);
}

static uint16_t used_count(void)
{
    uint16_t idx;
    memcpy(&idx, at(USED + 2), 2);
    return idx;
}

/* A request of one sector: header, data, status. */
static void request(uint32_t type, uint64_t sector, bool is_read)
{
    store(DATA, type, 4), store(DATA + 8, sector, 8);
    desc(0, DATA, 16, NEXT, 1);
    desc(1, DATA + 0x100, SECTOR_SIZE, NEXT | (is_read ? WRITE : 0), 2);
    desc(2, DATA + 0x800, 1, WRITE, 0);
    *at(DATA + 0x800) = 0xff;
    offer(0);
    set(&blk.dev, 0x50, 0);
}

static void identification_is_as_drivers_expect(void)
{
    start();
    EXPECT_EQ(0x74726976, reg(&blk.dev, 0));
    EXPECT_EQ(2, reg(&blk.dev, 4));
    EXPECT_EQ(2, reg(&blk.dev, 8));
    EXPECT_EQ(4, reg(&blk.dev, 0x100)); /* sectors */
}

static void a_sector_is_read(void)
{
    start();
    request(0, 2, true);
    EXPECT_EQ(0, *at(DATA + 0x800));
    EXPECT_EQ(3, *at(DATA + 0x100));
    EXPECT_EQ(1, used_count());
    EXPECT(virtio_is_raised(&blk.dev));
    set(&blk.dev, 0x64, 1);
    EXPECT(!virtio_is_raised(&blk.dev));
}

static void a_sector_is_written(void)
{
    start();
    memset(at(DATA + 0x100), 0x55, SECTOR_SIZE);
    request(1, 1, false);
    EXPECT_EQ(0, *at(DATA + 0x800));
    EXPECT_EQ(1, disk[SECTOR_SIZE - 1]);
    EXPECT_EQ(0x55, disk[SECTOR_SIZE]);
    EXPECT_EQ(0x55, disk[2 * SECTOR_SIZE - 1]);
    EXPECT_EQ(3, disk[2 * SECTOR_SIZE]);
}

static void what_is_not_on_the_disk_is_an_error(void)
{
    start();
    request(0, 4, true);
    EXPECT_EQ(1, *at(DATA + 0x800));
    request(0, UINT64_MAX / SECTOR_SIZE + 1, true);
    EXPECT_EQ(1, *at(DATA + 0x800));
    request(1, 3, true); /* a write from a buffer for reading */
    EXPECT_EQ(1, *at(DATA + 0x800));
    request(99, 0, true);
    EXPECT_EQ(2, *at(DATA + 0x800));
}

static void expect_broken(void)
{
    set(&blk.dev, 0x50, 0);
    EXPECT_EQ(0x40, reg(&blk.dev, 0x70) & 0x40);
    EXPECT_EQ(0, used_count());
    set(&blk.dev, 0x50, 0); /* and stays so */
    EXPECT_EQ(0, used_count());
}

static void a_driver_that_lies_has_to_start_over(void)
{
    start(), desc(0, DATA, 16, NEXT, 0), offer(0), expect_broken(); /* a loop       */
    start(), offer(QUEUE_SIZE), expect_broken();                    /* no such head */
    start(), desc(0, DATA, 16, NEXT, 99), offer(0), expect_broken();
    start(), desc(0, DATA, 16, INDIRECT, 0), offer(0), expect_broken();
    start(), desc(0, RAM - 1, 16, 0, 0), offer(0), expect_broken();
    start(), desc(0, RAM + RAM_SIZE - 8, 16, 0, 0), offer(0), expect_broken();
    start(), desc(0, UINT64_MAX, 16, 0, 0), offer(0), expect_broken();
    start(), desc(0, DATA, UINT32_MAX, 0, 0), offer(0), expect_broken();
    start(), desc(0, DATA, 1, NEXT | WRITE, 1), desc(1, DATA, 1, 0, 0), offer(0), expect_broken();
    start(), store(AVAIL + 2, 0x7777, 2), expect_broken(); /* more than there are */
    start(), set(&blk.dev, 0x70, 0), open_device(&blk.dev);
    EXPECT_EQ(0, reg(&blk.dev, 0x70) & 0x40);
}

static void queues_outside_of_memory_are_refused(void)
{
    static const uint64_t bad[] = {0, RAM - 2, RAM + RAM_SIZE - 2, UINT64_MAX - 1, AVAIL + 1};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        start();
        set(&blk.dev, 0x44, 0);
        open_queue(&blk.dev, 0, DESC, bad[i], USED);
        expect_broken();
    }
    start();
    set(&blk.dev, 0x44, 0);
    open_queue(&blk.dev, 0, DESC, AVAIL, RAM + RAM_SIZE - 4);
    request(0, 0, true);
    EXPECT_EQ(0x40, reg(&blk.dev, 0x70) & 0x40);
}

static void each_side_has_its_own_half_of_the_features(void)
{
    start();
    set(&blk.dev, 0x14, 1); /* DeviceFeaturesSel */
    set(&blk.dev, 0x24, 0); /* DriverFeaturesSel */
    EXPECT_EQ(1, reg(&blk.dev, 0x10));
    set(&blk.dev, 0x14, 0);
    set(&blk.dev, 0x24, 1);
    EXPECT(reg(&blk.dev, 0x10) != 1);
}

static void features_that_are_not_offered_are_refused(void)
{
    start();
    set(&blk.dev, 0x70, 0);
    set(&blk.dev, 0x24, 0), set(&blk.dev, 0x20, UINT32_MAX);
    set(&blk.dev, 0x24, 1), set(&blk.dev, 0x20, 1);
    set(&blk.dev, 0x70, 11);
    EXPECT_EQ(3, reg(&blk.dev, 0x70));
}

static void put([[maybe_unused]] void *owner, char c)
{
    if (output_count < sizeof output)
        output[output_count++] = c;
}

static void text_goes_both_ways(void)
{
    memset(ram, 0, sizeof ram);
    virtio_console_init(&console, &guest, put, nullptr);
    EXPECT(!virtio_console_is_live(&console));
    open_device(&console.dev);
    open_queue(&console.dev, 1, DESC, AVAIL, USED);
    open_queue(&console.dev, 0, RAM + 0x8000, RAM + 0x9000, RAM + 0xa000);
    set(&console.dev, 0x70, 15);
    EXPECT(virtio_console_is_live(&console));
    EXPECT(!virtio_console_has_room(&console));

    memcpy(at(DATA), "hello", 5);
    desc(0, DATA, 5, 0, 0);
    offer(0);
    set(&console.dev, 0x50, 1);
    EXPECT_EQ(5, output_count);
    EXPECT(memcmp(output, "hello", 5) == 0);

    const uint64_t addr = DATA + 0x100;
    store(RAM + 0x8000, addr, 8), store(RAM + 0x8008, 1, 4), store(RAM + 0x800c, WRITE, 2);
    store(RAM + 0x9002, 1, 2);
    EXPECT(virtio_console_has_room(&console));
    virtio_console_receive(&console, 'x');
    EXPECT_EQ('x', *at(addr));
    EXPECT(!virtio_console_has_room(&console));
}

int main(void)
{
    identification_is_as_drivers_expect();
    a_sector_is_read();
    a_sector_is_written();
    what_is_not_on_the_disk_is_an_error();
    a_driver_that_lies_has_to_start_over();
    queues_outside_of_memory_are_refused();
    each_side_has_its_own_half_of_the_features();
    features_that_are_not_offered_are_refused();
    text_goes_both_ways();
    return expect_result();
}
