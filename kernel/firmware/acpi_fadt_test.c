/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/acpi_fadt.h"

#include "kernel/firmware/testing/expect.h"
#include "kernel/firmware/testing/memory.h"
#include "kernel/firmware/testing/tables.h"

enum : uint64_t { BASE = 0x7f00'0003 };
enum : uint32_t { SIZE = 276 };

static uint8_t *fadt;
static struct acpi_fadt got;

static void begin(void)
{
    memory_reset();
    fadt = table_add(BASE, "FACP", SIZE);
}

static bool read(uint32_t size)
{
    const struct acpi_table table = table_at(BASE, size);
    return acpi_fadt_read(&table, &got);
}

/* A Generic Address Structure. */
static void put_register(unsigned offset, uint8_t space, uint8_t width, uint64_t address)
{
    fadt[offset] = space;
    fadt[offset + 1] = width;
    put_le(fadt + offset + 4, address, 8);
}

static bool is(struct acpi_register r, uint8_t space, uint16_t width, uint64_t address)
{
    return r.space == space && r.width == width && r.address == address;
}

static const struct {
    unsigned x, port, length;
    struct acpi_register *got;
} blocks[] = {
    {148, 56, 88, &got.pm1a_evt}, {160, 60, 88, &got.pm1b_evt}, {172, 64, 89, &got.pm1a_cnt},
    {184, 68, 89, &got.pm1b_cnt}, {196, 72, 90, &got.pm2_cnt},  {208, 76, 91, &got.pm_timer},
    {220, 80, 92, &got.gpe0},     {232, 84, 93, &got.gpe1},
};
enum : unsigned { BLOCKS = sizeof blocks / sizeof blocks[0] };

static void ports_serve_where_there_are_no_extended_addresses(void)
{
    begin();
    for (unsigned i = 0; i < BLOCKS; i++) {
        put_le(fadt + blocks[i].port, 0x400 + i, 4);
        fadt[blocks[i].length] = (uint8_t)(4 + i / 2 * 2);
    }
    fadt[93] = 255;
    EXPECT(read(116)); /* ACPI 1.0 */
    EXPECT(is(got.pm1a_evt, ACPI_SPACE_IO, 8 * 4, 0x400));
    EXPECT(is(got.pm1b_evt, ACPI_SPACE_IO, 8 * 4, 0x401));
    EXPECT(is(got.pm1a_cnt, ACPI_SPACE_IO, 8 * 6, 0x402));
    EXPECT(is(got.pm1b_cnt, ACPI_SPACE_IO, 8 * 6, 0x403));
    EXPECT(is(got.pm2_cnt, ACPI_SPACE_IO, 8 * 8, 0x404));
    EXPECT(is(got.pm_timer, ACPI_SPACE_IO, 8 * 8, 0x405));
    EXPECT(is(got.gpe0, ACPI_SPACE_IO, 8 * 10, 0x406));
    EXPECT(is(got.gpe1, ACPI_SPACE_IO, 8 * 255, 0x407));
}

static void extended_addresses_are_preferred(void)
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        begin();
        put_le(fadt + blocks[i].port, 0x400, 4);
        fadt[blocks[i].length] = 4;
        put_register(blocks[i].x, ACPI_SPACE_MEMORY, 64, 0x1'0000'0000 + i);
        EXPECT(read(244));
        EXPECT(is(*blocks[i].got, ACPI_SPACE_MEMORY, 64, 0x1'0000'0000 + i));
    }
}

static void extended_addresses_that_say_nothing_do_not_count(void)
{
    begin();
    put_le(fadt + 64, 0x404, 4);
    fadt[89] = 2;
    put_register(172, ACPI_SPACE_MEMORY, 0, 0x1234);
    EXPECT(read(SIZE));
    EXPECT(is(got.pm1a_cnt, ACPI_SPACE_IO, 16, 0x404));
    put_register(172, ACPI_SPACE_MEMORY, 16, 0);
    EXPECT(read(SIZE));
    EXPECT(is(got.pm1a_cnt, ACPI_SPACE_IO, 16, 0x404));
}

static void reduced_hardware_has_sleep_registers_only(void)
{
    begin();
    put_le(fadt + 112, ACPI_FADT_HW_REDUCED, 4);
    put_le(fadt + 64, 0x404, 4);
    put_le(fadt + 48, 0xb2, 4);
    put_register(244, ACPI_SPACE_IO, 8, 0x500);
    put_register(256, ACPI_SPACE_IO, 8, 0x501);
    EXPECT(read(268));
    EXPECT_EQUAL(got.pm1a_cnt.address, 0);
    EXPECT_EQUAL(got.smi_cmd, 0);
    EXPECT(is(got.sleep_control, ACPI_SPACE_IO, 8, 0x500));
    EXPECT(is(got.sleep_status, ACPI_SPACE_IO, 8, 0x501));
    EXPECT(read(267)); /* cut: the register is not there */
    EXPECT_EQUAL(got.sleep_status.address, 0);
}

static void reset_register_needs_its_flag(void)
{
    begin();
    put_register(116, ACPI_SPACE_IO, 8, 0xcf9);
    fadt[128] = 6;
    EXPECT(read(SIZE));
    EXPECT_EQUAL(got.reset_reg.address, 0);
    put_le(fadt + 112, ACPI_FADT_RESET_REG, 4);
    EXPECT(read(SIZE));
    EXPECT(is(got.reset_reg, ACPI_SPACE_IO, 8, 0xcf9));
    EXPECT_EQUAL(got.reset_value, 6);
}

static void facs_of_64_bits_is_preferred(void)
{
    begin();
    put_le(fadt + 36, 0x7fe0'0000, 4);
    EXPECT(read(SIZE));
    EXPECT_EQUAL(got.facs, 0x7fe0'0000);
    put_le(fadt + 132, 0x1'7fe0'0000, 8);
    EXPECT(read(SIZE));
    EXPECT_EQUAL(got.facs, 0x1'7fe0'0000);
}

static void smi_commands_and_arm_flags_are_read(void)
{
    begin();
    put_le(fadt + 48, 0xb2, 4);
    fadt[52] = 0xa0;
    fadt[55] = 0x80;
    fadt[95] = 0x85;
    put_le(fadt + 129, ACPI_FADT_ARM_PSCI | ACPI_FADT_ARM_PSCI_HVC, 2);
    EXPECT(read(SIZE));
    EXPECT_EQUAL(got.smi_cmd, 0xb2);
    EXPECT_EQUAL(got.acpi_enable, 0xa0);
    EXPECT_EQUAL(got.pstate_cnt, 0x80);
    EXPECT_EQUAL(got.cst_cnt, 0x85);
    EXPECT_EQUAL(got.arm_boot, 3);
    put_le(fadt + 48, 0x1'00b2, 4); /* no port has such a number */
    EXPECT(read(SIZE));
    EXPECT_EQUAL(got.smi_cmd, 0);
}

static void short_table_is_refused(void)
{
    begin();
    EXPECT(!read(115));
    EXPECT(!read(36));
    EXPECT(!read(SIZE + 1)); /* cannot be mapped */
    EXPECT_EQUAL(got.pm1a_cnt.address, 0);
}

int main(void)
{
    RUN(ports_serve_where_there_are_no_extended_addresses);
    RUN(extended_addresses_are_preferred);
    RUN(extended_addresses_that_say_nothing_do_not_count);
    RUN(reduced_hardware_has_sleep_registers_only);
    RUN(reset_register_needs_its_flag);
    RUN(facs_of_64_bits_is_preferred);
    RUN(smi_commands_and_arm_flags_are_read);
    RUN(short_table_is_refused);
    memory_reset();
    return failures != 0;
}
