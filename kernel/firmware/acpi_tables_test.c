/* SPDX-License-Identifier: GPL-2.0-only */
/* Consoles, IOMMUs, timers, configuration space. */
#include "kernel/firmware/acpi_console.h"
#include "kernel/firmware/acpi_iommu.h"
#include "kernel/firmware/acpi_misc.h"
#include "kernel/firmware/testing/expect.h"
#include "kernel/firmware/testing/memory.h"
#include "kernel/firmware/testing/tables.h"

enum : uint64_t { BASE = 0x7f00'0005 };
enum : uint32_t { SIZE = 512 };

static uint8_t *begin(const char *signature)
{
    memory_reset();
    return table_add(BASE, signature, SIZE);
}

static void put_register(uint8_t *at, uint8_t space, uint8_t width, uint64_t address)
{
    at[0] = space;
    at[1] = width;
    put_le(at + 4, address, 8);
}

/* ---- Consoles ---- */

static void spcr_names_a_console(void)
{
    uint8_t *const spcr = begin("SPCR");
    spcr[36] = ACPI_UART_PL011;
    put_register(spcr + 40, ACPI_SPACE_MEMORY, 32, 0x900'0000);
    struct acpi_table table = table_at(BASE, 80);
    struct acpi_console got;
    EXPECT(acpi_spcr_read(&table, &got));
    EXPECT_EQUAL(got.subtype, ACPI_UART_PL011);
    EXPECT_EQUAL(got.base.space, ACPI_SPACE_MEMORY);
    EXPECT_EQUAL(got.base.width, 32);
    EXPECT_EQUAL(got.base.address, 0x900'0000);

    table.size = 51; /* the address is cut */
    EXPECT(!acpi_spcr_read(&table, &got));
    put_le(spcr + 44, 0, 8); /* redirection is switched off */
    table.size = 80;
    EXPECT(!acpi_spcr_read(&table, &got));
}

/* A debug device of `size` bytes with one register at its end. */
static void put_device(uint8_t *at, uint16_t size, uint16_t port, uint16_t subtype,
                       uint64_t address)
{
    put_le(at + 1, size, 2);
    at[3] = 1;
    put_le(at + 12, port, 2);
    put_le(at + 14, subtype, 2);
    put_le(at + 18, size - 12u, 2);
    put_register(at + size - 12, ACPI_SPACE_IO, 8, address);
}

static void dbg2_gives_serial_ports_only(void)
{
    uint8_t *const dbg2 = begin("DBG2");
    put_le(dbg2 + 36, 44, 4);
    put_le(dbg2 + 40, 4, 4);
    put_device(dbg2 + 44, 40, 0x8001, 0, 0x1111);
    put_device(dbg2 + 84, 40, 0x8000, ACPI_UART_16550, 0x3f8);
    put_device(dbg2 + 124, 40, 0x8000, ACPI_UART_16550, 0x2222);
    dbg2[124 + 3] = 0; /* without a register */
    put_device(dbg2 + 164, 34, 0x8000, ACPI_UART_16550_GAS, 0x2f8);
    const struct acpi_table table = table_at(BASE, 198);
    struct acpi_walk walk = acpi_dbg2_begin(&table);
    struct acpi_console got;
    EXPECT(acpi_dbg2_next(&walk, &got));
    EXPECT_EQUAL(got.subtype, ACPI_UART_16550);
    EXPECT_EQUAL(got.base.address, 0x3f8);
    EXPECT(acpi_dbg2_next(&walk, &got));
    EXPECT_EQUAL(got.subtype, ACPI_UART_16550_GAS);
    EXPECT_EQUAL(got.base.address, 0x2f8);
    EXPECT(!acpi_dbg2_next(&walk, &got));
}

static void dbg2_walk_is_bounded(void)
{
    uint8_t *const dbg2 = begin("DBG2");
    struct acpi_table table = table_at(BASE, 84);
    struct acpi_console got;

    put_device(dbg2 + 44, 40, 0x8000, 0, 0x3f8);
    put_le(dbg2 + 36, 44, 4);
    put_le(dbg2 + 40, UINT32_MAX, 4); /* more devices than there are bytes */
    struct acpi_walk walk = acpi_dbg2_begin(&table);
    EXPECT(acpi_dbg2_next(&walk, &got));
    EXPECT(!acpi_dbg2_next(&walk, &got));

    put_le(dbg2 + 36, UINT32_MAX, 4); /* devices nowhere */
    walk = acpi_dbg2_begin(&table);
    EXPECT(!acpi_dbg2_next(&walk, &got));

    put_le(dbg2 + 36, 44, 4);
    put_le(dbg2 + 45, 21, 2); /* too short to be a device */
    walk = acpi_dbg2_begin(&table);
    EXPECT(!acpi_dbg2_next(&walk, &got));

    put_le(dbg2 + 45, 40, 2);
    put_le(dbg2 + 62, 29, 2); /* the register leaves the device */
    walk = acpi_dbg2_begin(&table);
    EXPECT(!acpi_dbg2_next(&walk, &got));
}

/* ---- IOMMUs ---- */

static struct acpi_walk units;
static struct acpi_iommu unit;

static void units_begin(uint32_t size)
{
    const struct acpi_table table = table_at(BASE, size);
    units = acpi_iommu_begin(&table);
}

static bool next_unit(void)
{
    return acpi_iommu_next(&units, &unit);
}

static void put_drhd(uint8_t *at, uint8_t flags, uint8_t size, uint16_t segment, uint64_t base)
{
    put_le(at, 0, 2);
    put_le(at + 2, 16, 2);
    at[4] = flags;
    at[5] = size;
    put_le(at + 6, segment, 2);
    put_le(at + 8, base, 8);
}

static void dmar_gives_remapping_units(void)
{
    uint8_t *const dmar = begin("DMAR");
    dmar[37] = 3;
    put_drhd(dmar + 48, 0, 0, 0, 0xfed9'0000);
    put_le(dmar + 64, 1, 2); /* reserved memory, no unit */
    put_le(dmar + 66, 24, 2);
    put_drhd(dmar + 88, 1, 2, 1, 0xfed9'1000);
    put_drhd(dmar + 104, 1, 0, 0, 0); /* without registers */
    units_begin(120);
    EXPECT(next_unit() && unit.kind == ACPI_IOMMU_VTD && !unit.claims_rest);
    EXPECT_EQUAL(unit.base, 0xfed9'0000);
    EXPECT_EQUAL(unit.size, 0x1000);
    EXPECT(next_unit() && unit.claims_rest);
    EXPECT_EQUAL(unit.segment, 1);
    EXPECT_EQUAL(unit.base, 0xfed9'1000);
    EXPECT_EQUAL(unit.size, 0x4000);
    EXPECT(!next_unit());

    const struct acpi_table table = table_at(BASE, 120);
    EXPECT_EQUAL(acpi_dmar_flags(&table), ACPI_DMAR_INTR_REMAP | ACPI_DMAR_X2APIC_OPT_OUT);
}

static void ivrs_gives_all_types_of_hardware_blocks(void)
{
    static const uint8_t types[] = {0x10, 0x11, 0x40};
    uint8_t *const ivrs = begin("IVRS");
    for (unsigned i = 0; i < 3; i++) {
        uint8_t *const b = ivrs + 48 + 40ul * i;
        b[0] = types[i];
        put_le(b + 2, 40, 2);
        put_le(b + 8, 0xfeb8'0000 + 0x1000ul * i, 8);
        put_le(b + 16, i, 2);
    }
    ivrs[168] = 0x20; /* memory definition */
    put_le(ivrs + 170, 32, 2);
    units_begin(200);
    for (unsigned i = 0; i < 3; i++) {
        EXPECT(next_unit() && unit.kind == ACPI_IOMMU_AMD);
        EXPECT_EQUAL(unit.base, 0xfeb8'0000 + 0x1000ul * i);
        EXPECT_EQUAL(unit.segment, i);
        EXPECT_EQUAL(unit.size, 0);
    }
    EXPECT(!next_unit());
}

static uint8_t *put_node(uint8_t *at, uint8_t type, uint16_t size)
{
    at[0] = type;
    put_le(at + 1, size, 2);
    return at;
}

static void iort_gives_both_kinds_of_smmu(void)
{
    uint8_t *const iort = begin("IORT");
    put_le(iort + 36, 3, 4);
    put_le(iort + 40, 52, 4);
    put_node(iort + 52, 0, 24); /* ITS group */
    uint8_t *const v2 = put_node(iort + 76, 3, 76);
    put_le(v2 + 16, 0xfd80'0000, 8);
    put_le(v2 + 24, 0x2'0000, 8);
    put_le(put_node(iort + 152, 4, 68) + 16, 0x905'0000, 8);
    put_le(put_node(iort + 220, 4, 68) + 16, 0xbad'0000, 8); /* more than the count says */
    units_begin(288);
    EXPECT(next_unit() && unit.kind == ACPI_IOMMU_SMMU_V2);
    EXPECT_EQUAL(unit.base, 0xfd80'0000);
    EXPECT_EQUAL(unit.size, 0x2'0000);
    EXPECT(next_unit() && unit.kind == ACPI_IOMMU_SMMU_V3);
    EXPECT_EQUAL(unit.base, 0x905'0000);
    EXPECT_EQUAL(unit.size, 0);
    EXPECT(!next_unit());
}

static void broken_structure_ends_the_walk(void)
{
    static const char *const signatures[] = {"DMAR", "IVRS", "IORT"};
    static const unsigned length_at[] = {2, 2, 1};
    static const uint16_t lengths[] = {0, 3, 0x7000, UINT16_MAX};
    for (unsigned i = 0; i < 12; i++) {
        uint8_t *const table = begin(signatures[i / 4]);
        put_le(table + 36, UINT32_MAX, 4);
        put_le(table + 40, 48, 4);
        put_le(table + 48 + length_at[i / 4], lengths[i % 4], 2);
        units_begin(SIZE);
        EXPECT(!next_unit());
        EXPECT(!next_unit());
    }
}

static void other_tables_have_no_units(void)
{
    begin("APIC");
    units_begin(SIZE);
    EXPECT(!next_unit());
    begin("DMAR");
    units_begin(SIZE + 1); /* cannot be mapped */
    EXPECT(!next_unit());
}

/* ---- Timers, configuration space ---- */

static void gtdt_gives_two_timers(void)
{
    uint8_t *const gtdt = begin("GTDT");
    put_le(gtdt + 64, 27, 4);
    put_le(gtdt + 68, 2, 4);
    put_le(gtdt + 72, 26, 4);
    put_le(gtdt + 76, 1, 4);
    struct acpi_table table = table_at(BASE, 80);
    struct acpi_gtdt got;
    EXPECT(acpi_gtdt_read(&table, &got));
    EXPECT_EQUAL(got.el1_virtual.gsiv, 27);
    EXPECT(!got.el1_virtual.is_edge && got.el1_virtual.is_active_low);
    EXPECT_EQUAL(got.el2_physical.gsiv, 26);
    EXPECT(got.el2_physical.is_edge && !got.el2_physical.is_active_low);
    table.size = 79;
    EXPECT(!acpi_gtdt_read(&table, &got));
}

static void hpet_has_an_address(void)
{
    put_register(begin("HPET") + 40, ACPI_SPACE_MEMORY, 64, 0xfed0'0000);
    struct acpi_table table = table_at(BASE, 56);
    EXPECT_EQUAL(acpi_hpet_read(&table).address, 0xfed0'0000);
    table.size = 51;
    EXPECT_EQUAL(acpi_hpet_read(&table).address, 0);
}

static void mcfg_gives_whole_windows(void)
{
    uint8_t *const mcfg = begin("MCFG");
    put_le(mcfg + 44, 0xb000'0000, 8);
    mcfg[55] = 255;
    mcfg[60 + 10] = 2; /* ends before it starts */
    mcfg[60 + 11] = 1;
    put_le(mcfg + 76, 0x40'1000'0000, 8);
    put_le(mcfg + 84, 3, 2);
    mcfg[86] = mcfg[87] = 7;
    const struct acpi_table table = table_at(BASE, 76 + 16 + 15); /* the last one is cut */
    struct acpi_walk walk = acpi_mcfg_begin(&table);
    struct acpi_ecam got;
    EXPECT(acpi_mcfg_next(&walk, &got));
    EXPECT_EQUAL(got.base, 0xb000'0000);
    EXPECT(got.segment == 0 && got.bus_first == 0 && got.bus_last == 255);
    EXPECT(acpi_mcfg_next(&walk, &got));
    EXPECT_EQUAL(got.base, 0x40'1000'0000);
    EXPECT(got.segment == 3 && got.bus_first == 7 && got.bus_last == 7);
    EXPECT(!acpi_mcfg_next(&walk, &got));
}

int main(void)
{
    RUN(spcr_names_a_console);
    RUN(dbg2_gives_serial_ports_only);
    RUN(dbg2_walk_is_bounded);
    RUN(dmar_gives_remapping_units);
    RUN(ivrs_gives_all_types_of_hardware_blocks);
    RUN(iort_gives_both_kinds_of_smmu);
    RUN(broken_structure_ends_the_walk);
    RUN(other_tables_have_no_units);
    RUN(gtdt_gives_two_timers);
    RUN(hpet_has_an_address);
    RUN(mcfg_gives_whole_windows);
    memory_reset();
    return failures != 0;
}
