/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/acpi_madt.h"

#include "kernel/firmware/testing/expect.h"
#include "kernel/firmware/testing/memory.h"
#include "kernel/firmware/testing/tables.h"

enum : uint64_t { BASE = 0x7f00'0001 };
enum : uint32_t { SIZE = 512 };

static uint8_t *madt;
static uint32_t used;

static void begin(void)
{
    memory_reset();
    madt = table_add(BASE, "APIC", SIZE);
    used = 44;
}

/* An entry of `size` bytes; answers where it is. */
static uint8_t *entry(uint8_t type, uint8_t size)
{
    uint8_t *const at = madt + used;
    at[0] = type;
    at[1] = size;
    used += size;
    return at;
}

static struct acpi_walk walk;
static struct acpi_madt_entry got;

static bool next(void)
{
    return acpi_madt_next(&walk, &got);
}

static void walk_begins(void)
{
    const struct acpi_table table = table_at(BASE, used);
    walk = acpi_madt_begin(&table);
}

static void header_tells_local_base_and_pic(void)
{
    begin();
    put_le(madt + 36, 0xfee0'0000, 4);
    put_le(madt + 40, 0xffff'fffe, 4);
    const struct acpi_table table = table_at(BASE, used);
    EXPECT_EQUAL(acpi_madt_read(&table).local_base, 0xfee0'0000);
    EXPECT(!acpi_madt_read(&table).has_pic);
    put_le(madt + 40, 1, 4);
    EXPECT(acpi_madt_read(&table).has_pic);
}

static void pc_entries_are_read(void)
{
    begin();
    uint8_t *e = entry(0, 8);
    e[2] = 9;
    e[3] = 4;
    put_le(e + 4, 1, 4); /* enabled */
    e = entry(0, 8);
    e[3] = 5; /* neither enabled nor online capable */
    e = entry(9, 16);
    put_le(e + 4, 0x1'0006, 4);
    put_le(e + 8, 2, 4); /* online capable */
    e = entry(1, 12);
    e[2] = 3;
    put_le(e + 4, 0xfec0'0000, 4);
    put_le(e + 8, 24, 4);

    walk_begins();
    EXPECT(next() && got.type == ACPI_MADT_LAPIC && got.cpu.apic_id == 4 && got.cpu.is_usable);
    EXPECT(next() && got.type == ACPI_MADT_LAPIC && got.cpu.apic_id == 5 && !got.cpu.is_usable);
    EXPECT(next() && got.type == ACPI_MADT_X2APIC && got.cpu.apic_id == 0x1'0006 &&
           got.cpu.is_usable);
    EXPECT(next() && got.type == ACPI_MADT_IOAPIC && got.ioapic.id == 3);
    EXPECT_EQUAL(got.ioapic.base, 0xfec0'0000);
    EXPECT_EQUAL(got.ioapic.gsi_base, 24);
    EXPECT(!next());
    EXPECT(!next());
}

/* A start message to it would reset the boot CPU too. */
static void broadcast_is_no_cpu(void)
{
    begin();
    uint8_t *e = entry(0, 8);
    e[3] = 0xff;
    put_le(e + 4, 3, 4);
    e = entry(9, 16);
    put_le(e + 4, 0xffff'ffff, 4);
    put_le(e + 8, 3, 4);
    e = entry(9, 16);
    put_le(e + 4, 0xff, 4);
    put_le(e + 8, 1, 4);

    walk_begins();
    EXPECT(next() && got.type == ACPI_MADT_LAPIC && !got.cpu.is_usable);
    EXPECT(next() && got.type == ACPI_MADT_X2APIC && !got.cpu.is_usable);
    EXPECT(next() && got.type == ACPI_MADT_X2APIC && got.cpu.is_usable);
    EXPECT(!next());
}

static void gic_entries_are_read(void)
{
    begin();
    uint8_t *e = entry(11, 80);
    put_le(e + 12, 1, 4);
    put_le(e + 16, 7, 4);
    put_le(e + 32, 0x1'0801'0000, 8);
    put_le(e + 48, 0x1'0803'0000, 8);
    put_le(e + 60, 0x1'080a'0000, 8);
    put_le(e + 68, 0x1'0000'0102, 8);
    entry(11, 76);
    put_le(entry(12, 24) + 8, 0x1'0800'0000, 8);
    e = entry(14, 16);
    put_le(e + 4, 0x1'080b'0000, 8);
    put_le(e + 12, 0xf6'0000, 4);
    put_le(entry(15, 20) + 8, 0x1'0808'0000, 8);

    walk_begins();
    EXPECT(next() && got.type == ACPI_MADT_GICC && got.gicc.is_enabled);
    EXPECT_EQUAL(got.gicc.parking_version, 7);
    EXPECT_EQUAL(got.gicc.gicc_base, 0x1'0801'0000);
    EXPECT_EQUAL(got.gicc.gich_base, 0x1'0803'0000);
    EXPECT_EQUAL(got.gicc.gicr_base, 0x1'080a'0000);
    EXPECT_EQUAL(got.gicc.mpidr, 0x1'0000'0102);
    EXPECT(next() && got.type == ACPI_MADT_GICC && !got.gicc.is_enabled);
    EXPECT(next() && got.type == ACPI_MADT_GICD);
    EXPECT_EQUAL(got.gicd.base, 0x1'0800'0000);
    EXPECT(next() && got.type == ACPI_MADT_GICR);
    EXPECT_EQUAL(got.gicr.base, 0x1'080b'0000);
    EXPECT_EQUAL(got.gicr.size, 0xf6'0000);
    EXPECT(next() && got.type == ACPI_MADT_ITS);
    EXPECT_EQUAL(got.its.base, 0x1'0808'0000);
    EXPECT(!next());
}

static void unknown_and_short_entries_are_passed_over(void)
{
    static const uint8_t short_by_one[][2] = {{0, 7},   {1, 11},  {9, 15}, {11, 75},
                                              {12, 23}, {14, 15}, {15, 19}};
    begin();
    entry(2, 10);
    entry(0x80, 2);
    for (unsigned i = 0; i < sizeof short_by_one / sizeof short_by_one[0]; i++)
        entry(short_by_one[i][0], short_by_one[i][1]);
    entry(0, 8)[3] = 1;
    walk_begins();
    EXPECT(next() && got.cpu.apic_id == 1);
    EXPECT(!next());
}

static void entry_without_length_ends_the_walk(void)
{
    for (uint8_t size = 0; size < 2; size++) {
        begin();
        entry(0, 8);
        entry(0, size)[2] = 12; /* one byte on, an I/O APIC */
        used += 14;
        entry(0, 8);
        walk_begins();
        EXPECT(next());
        EXPECT(!next());
        EXPECT(!next());
    }
}

static void entry_beyond_the_end_ends_the_walk(void)
{
    begin();
    entry(0, 8);
    entry(0, 8);
    used--;
    walk_begins();
    EXPECT(next());
    EXPECT(!next());

    begin();
    used = 45; /* one byte of an entry */
    walk_begins();
    EXPECT(!next());

    begin();
    used = 36; /* less than the table's own fields */
    walk_begins();
    EXPECT(!next());
}

static void window_may_move_between_two_steps(void)
{
    begin();
    entry(0, 8)[3] = 1;
    entry(0, 8)[3] = 2;
    walk_begins();
    EXPECT(next() && got.cpu.apic_id == 1);
    memory_map(paddr(BASE + 3), 5);
    EXPECT(next() && got.cpu.apic_id == 2);
}

int main(void)
{
    RUN(header_tells_local_base_and_pic);
    RUN(pc_entries_are_read);
    RUN(broadcast_is_no_cpu);
    RUN(gic_entries_are_read);
    RUN(unknown_and_short_entries_are_passed_over);
    RUN(entry_without_length_ends_the_walk);
    RUN(entry_beyond_the_end_ends_the_walk);
    RUN(window_may_move_between_two_steps);
    memory_reset();
    return failures != 0;
}
