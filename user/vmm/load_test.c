/* SPDX-License-Identifier: GPL-2.0-only */
/* Host test: a kernel gets what Linux's boot protocol promises, and the device tree can be read. */
#include <string.h>

#include "tests/lib/expect.h"
#include "user/lib/bootinfo.h"
#include "user/vmm/load.h"
#include "user/vmm/tree.h"

enum : uint64_t { MIB = 0x10'0000, RAM_SIZE = 16 * MIB };

static _Alignas(4096) uint8_t ram[RAM_SIZE];
static _Alignas(8) uint8_t image[0x1000], initrd[100] = "initrd";
static const struct guest guest = {.ram = ram, .start = GUEST_RAM, .size = RAM_SIZE};
static struct vmm_config config;
static const char *why;

static void set(size_t offset, uint64_t value)
{
    memcpy(image + offset, &value, 8);
}

static void start(unsigned gic_version)
{
    memset(image, 0, sizeof image);
    set(8, 0x1'0000); /* text_offset */
    set(16, 3 * MIB); /* image_size  */
    memcpy(image + 56, "ARM\x64", 4);
    config = (struct vmm_config){
        .vcpu_count = 2,
        .gic_version = gic_version,
        .ram_size = RAM_SIZE,
        .image = {(uint64_t)image, sizeof image},
        .initrd = {(uint64_t)initrd, sizeof initrd},
        .words = "console=ttyAMA0",
    };
}

static void everything_is_where_the_tree_says(void)
{
    static struct bootinfo info;
    start(2);
    const struct loaded loaded = load_linux(&guest, &config, &why);
    EXPECT(loaded.is_good);
    EXPECT_EQ(GUEST_RAM + 0x1'0000, loaded.entry);
    EXPECT_EQ(0, loaded.tree % 8);
    EXPECT(loaded.tree >= loaded.entry + 3 * MIB);
    EXPECT(memcmp(ram + 0x1'0000, image, sizeof image) == 0);

    memset(&info, 0, sizeof info);
    EXPECT(fdt_parse(&info, ram + (loaded.tree - GUEST_RAM), 0x1'0000));
    EXPECT(!info.is_cut);
    EXPECT_EQ(1, info.range_count);
    EXPECT_EQ(GUEST_RAM, info.range[0].start);
    EXPECT_EQ(GUEST_RAM + RAM_SIZE, info.range[0].end);
    EXPECT(strcmp(info.text, "console=ttyAMA0") == 0);
    EXPECT_EQ(GUEST_UART, info.uart);
    EXPECT_EQ(SPI_UART, info.uart_spi);
    EXPECT_EQ(INTID_TIMER, info.timer_intid);
    EXPECT_EQ(1, info.module_count);
    EXPECT_EQ(sizeof initrd, info.module[0].end - info.module[0].start);
    EXPECT(memcmp(ram + (info.module[0].start - GUEST_RAM), initrd, sizeof initrd) == 0);
}

static void a_tree_fits_or_is_refused(void)
{
    static uint8_t bytes[0x1000];
    start(3);
    const struct tree_plan plan = {.config = &config, .initrd = GUEST_RAM};
    const size_t size = tree_write(bytes, sizeof bytes, &plan);
    EXPECT(size > 0);
    EXPECT_EQ(size, tree_write(bytes, size, &plan));
    for (size_t less = 0; less < size; less += 7)
        EXPECT_EQ(0, tree_write(bytes, less, &plan));
}

static void what_does_not_fit_is_refused(void)
{
    static const struct {
        size_t offset;
        uint64_t value;
    } bad[] = {{8, RAM_SIZE + 1}, {8, UINT64_MAX}, {16, RAM_SIZE}, {16, UINT64_MAX}, {56, 0}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        start(3);
        set(bad[i].offset, bad[i].value);
        EXPECT(!load_linux(&guest, &config, &why).is_good);
    }
    start(3);
    config.image.size = 63;
    EXPECT(!load_linux(&guest, &config, &why).is_good);
    start(3);
    config.initrd.size = RAM_SIZE;
    EXPECT(!load_linux(&guest, &config, &why).is_good);
}

int main(void)
{
    everything_is_where_the_tree_says();
    a_tree_fits_or_is_refused();
    what_does_not_fit_is_refused();
    return expect_result();
}
