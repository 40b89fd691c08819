/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/acpi.h"

#include "kernel/firmware/testing/expect.h"
#include "kernel/firmware/testing/memory.h"
#include "kernel/firmware/testing/tables.h"

enum : uint64_t { RSDP = 0xf'1230, RSDT = 0x7fe'0000, XSDT = 0x7fe'1004, TABLES = 0x7ff'0002 };

static struct acpi acpi;

/* An XSDT or RSDT of three entries: nowhere, then tables 0 and 1. */
static void add_root(uint64_t base, const char *signature, unsigned entry_size)
{
    const uint32_t size = 36 + 3 * entry_size;
    uint8_t *const root = table_add(base, signature, size);
    put_le(root + 36, 0x666'0000, entry_size);
    put_le(root + 36 + entry_size, TABLES, entry_size);
    put_le(root + 36 + 2ul * entry_size, TABLES + 0x1000, entry_size);
    table_seal(root, size);
}

static void begin(uint8_t revision)
{
    memory_reset();
    rsdp_add(RSDP, revision, RSDT, XSDT);
    add_root(RSDT, "RSDT", 4);
    add_root(XSDT, "XSDT", 8);
}

static uint8_t *add_table(unsigned number, const char *signature, uint32_t size)
{
    uint8_t *const table = table_add(TABLES + 0x1000 * (uint64_t)number, signature, size);
    table_seal(table, size);
    return table;
}

static bool opens(void)
{
    return acpi_open(&acpi, memory_map, paddr(RSDP));
}

/* ---- Root pointer ---- */

static void revision_decides_between_rsdt_and_xsdt(void)
{
    begin(0);
    EXPECT(opens());
    EXPECT_EQUAL(acpi.root.base.raw, RSDT);
    EXPECT_EQUAL(acpi.entry_size, 4);
    begin(2);
    EXPECT(opens());
    EXPECT_EQUAL(acpi.root.base.raw, XSDT);
    EXPECT_EQUAL(acpi.entry_size, 8);
}

static void rsdt_serves_where_no_xsdt_is_named(void)
{
    begin(2);
    memory_reset();
    rsdp_add(RSDP, 2, RSDT, 0);
    add_root(RSDT, "RSDT", 4);
    EXPECT(opens());
    EXPECT_EQUAL(acpi.root.base.raw, RSDT);
}

static void broken_root_pointer_is_refused(void)
{
    static const unsigned bytes[] = {0, 7, 8, 16, 19, 24, 32, 35};
    for (unsigned i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        memory_reset();
        uint8_t *const rsdp = rsdp_add(RSDP, 2, RSDT, XSDT);
        add_root(XSDT, "XSDT", 8);
        EXPECT(opens());
        rsdp[bytes[i]] ^= 0x10;
        EXPECT(!opens());
    }
    memory_reset();
    EXPECT(!opens());
    EXPECT(!acpi_open(&acpi, memory_map, paddr_none()));
}

static void root_pointer_of_strange_length_is_refused(void)
{
    static const uint32_t lengths[] = {0, 20, 35, 37, 4096, 4097, UINT32_MAX};
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        begin(2);
        memory_reset();
        uint8_t *const rsdp = rsdp_add(RSDP, 2, RSDT, XSDT);
        add_root(XSDT, "XSDT", 8);
        put_le(rsdp + 20, lengths[i], 4);
        EXPECT(!opens());
    }
    memory_reset(); /* one with all else right, but its length beyond reason */
    const uint8_t *const rsdp = rsdp_add(0, 2, RSDT, XSDT);
    uint8_t *const long_one = memory_add(RSDP, 4097);
    for (unsigned i = 0; i < 36; i++)
        long_one[i] = rsdp[i];
    put_le(long_one + 20, 4097, 4);
    long_one[32] = (uint8_t)(long_one[32] + 36 - 4097 % 256 - 4097 / 256);
    add_root(XSDT, "XSDT", 8);
    EXPECT(!opens());
}

static void root_table_must_be_what_it_should(void)
{
    memory_reset();
    rsdp_add(RSDP, 2, RSDT, XSDT);
    EXPECT(!opens()); /* nothing there */

    add_root(XSDT, "RSDT", 8);
    EXPECT(!opens());

    memory_reset();
    rsdp_add(RSDP, 2, RSDT, XSDT);
    table_add(XSDT, "XSDT", 44)[10] = 1; /* not sealed */
    EXPECT(!opens());
}

static void bios_areas_are_searched_in_order(void)
{
    memory_reset();
    EXPECT(paddr_is_none(acpi_find_rsdp_bios(memory_map)));

    put_le(memory_add(0x400, 0x100) + 0xe, 0x9fc0, 2); /* EBDA at 0x9fc00 */
    const uint8_t *const rsdp = rsdp_add(RSDP, 0, RSDT, 0);
    uint8_t *const bios = memory_add(0xe'0000, 0x2'0000);
    EXPECT(paddr_is_none(acpi_find_rsdp_bios(memory_map)));

    for (unsigned i = 0; i < 20; i++)
        bios[0x1'ffe8 + i] = rsdp[i]; /* not on a 16-byte boundary */
    EXPECT(paddr_is_none(acpi_find_rsdp_bios(memory_map)));
    for (unsigned i = 0; i < 20; i++)
        bios[0x1'ffe0 + i] = rsdp[i];
    EXPECT_EQUAL(acpi_find_rsdp_bios(memory_map).raw, 0xf'ffe0);

    uint8_t *const ebda = memory_add(0x9'fc00, 0x400);
    for (unsigned i = 0; i < 20; i++)
        ebda[0x3e0 + i] = rsdp[i];
    EXPECT_EQUAL(acpi_find_rsdp_bios(memory_map).raw, 0x9'ffe0);
}

static void root_pointer_cut_by_the_area_is_not_one(void)
{
    memory_reset();
    const uint8_t *const rsdp = rsdp_add(RSDP, 0, RSDT, 0);
    uint8_t *const bios = memory_add(0xe'0000, 0x2'0000);
    for (unsigned i = 0; i < 16; i++)
        bios[0x1'fff0 + i] = rsdp[i];
    EXPECT(paddr_is_none(acpi_find_rsdp_bios(memory_map)));
}

/* ---- Tables ---- */

static void table_is_found_by_either_root(void)
{
    for (uint8_t revision = 0; revision <= 2; revision += 2) {
        begin(revision);
        add_table(0, "FACP", 244);
        add_table(1, "APIC", 100);
        EXPECT(opens());
        struct acpi_table table;
        EXPECT(acpi_find(&acpi, "APIC", &table));
        EXPECT_EQUAL(table.base.raw, TABLES + 0x1000);
        EXPECT_EQUAL(table.size, 100);
        EXPECT(!acpi_find(&acpi, "MCFG", &table));
    }
}

static void first_valid_table_wins(void)
{
    struct acpi_table table;
    begin(2);
    uint8_t *const first = add_table(0, "APIC", 100);
    add_table(1, "APIC", 120);
    EXPECT(opens());
    EXPECT(acpi_find(&acpi, "APIC", &table));
    EXPECT_EQUAL(table.size, 100);
    first[50] ^= 1; /* checksum */
    EXPECT(acpi_find(&acpi, "APIC", &table));
    EXPECT_EQUAL(table.size, 120);
}

static void table_of_wrong_length_is_passed_over(void)
{
    static const uint32_t lengths[] = {0, 8, 35, 101, UINT32_MAX};
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct acpi_table table;
        begin(2);
        uint8_t *const first = add_table(0, "APIC", 100);
        add_table(1, "APIC", 36);
        EXPECT(opens());
        put_le(first + 4, lengths[i], 4);
        if (lengths[i] == 35)
            table_seal(first, 35); /* all else is right */
        EXPECT(acpi_find(&acpi, "APIC", &table));
        EXPECT_EQUAL(table.size, 36);
    }
}

static void root_without_entries_has_no_tables(void)
{
    memory_reset();
    rsdp_add(RSDP, 2, RSDT, XSDT);
    table_seal(table_add(XSDT, "XSDT", 36 + 7), 36 + 7); /* less than one entry */
    struct acpi_table table;
    EXPECT(opens());
    EXPECT(!acpi_find(&acpi, "XSDT", &table));
}

int main(void)
{
    RUN(revision_decides_between_rsdt_and_xsdt);
    RUN(rsdt_serves_where_no_xsdt_is_named);
    RUN(broken_root_pointer_is_refused);
    RUN(root_pointer_of_strange_length_is_refused);
    RUN(root_table_must_be_what_it_should);
    RUN(bios_areas_are_searched_in_order);
    RUN(root_pointer_cut_by_the_area_is_not_one);
    RUN(table_is_found_by_either_root);
    RUN(first_valid_table_wins);
    RUN(table_of_wrong_length_is_passed_over);
    RUN(root_without_entries_has_no_tables);
    memory_reset();
    return failures != 0;
}
