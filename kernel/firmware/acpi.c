/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/acpi.h"

#include "kernel/base/bits.h"

/* "Root System Description Pointer". */
enum : unsigned {
    RSDP_SIZE_V0 = 20,
    RSDP_SIZE_V2 = 36,
    RSDP_SIZE_MAX = 4096,
    RSDP_REVISION = 15,
    RSDP_RSDT = 16,
    RSDP_LENGTH = 20,
    RSDP_XSDT = 24,
    RSDP_STEP = 16,
};

/* "System Description Table Header". */
enum : unsigned { HEADER_LENGTH = 4 };

enum : unsigned { ENTRIES_MAX = 1024 };

/* IBM PC BIOS data area: segment of the extended one; and the range of the BIOS itself. */
enum : uint64_t {
    BDA_EBDA = 0x40e,
    EBDA_SIZE = 0x400,
    BIOS_START = 0xe'0000,
    BIOS_SIZE = 0x2'0000
};

static struct bytes map_bytes(firmware_map_t map, paddr_t base, uint64_t size)
{
    const void *const data = map(base, size);
    return (struct bytes){data, data == nullptr ? 0 : size};
}

static bool sums_to_zero(struct bytes b)
{
    uint8_t sum = 0;
    for (uint64_t i = 0; i < b.size; i++)
        sum = (uint8_t)(sum + b.data[i]);
    return sum == 0;
}

static bool starts_with(struct bytes b, const char *text, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        if (bytes_u8(b, i) != (uint8_t)text[i])
            return false;
    return true;
}

static bool is_rsdp_v0(struct bytes b)
{
    const struct bytes head = bytes_part(b, 0, RSDP_SIZE_V0);
    return head.size != 0 && starts_with(head, "RSD PTR ", 8) && sums_to_zero(head);
}

/* Every 16th byte of [base, base + size). */
static paddr_t scan(firmware_map_t map, paddr_t base, uint64_t size)
{
    const struct bytes all = map_bytes(map, base, size);
    for (uint64_t offset = 0; offset < all.size; offset += RSDP_STEP)
        if (is_rsdp_v0(bytes_part(all, offset, RSDP_SIZE_V0)))
            return paddr(base.raw + offset);
    return paddr_none();
}

paddr_t acpi_find_rsdp_bios(firmware_map_t map)
{
    const uint64_t segment = bytes_le16(map_bytes(map, paddr(BDA_EBDA), 2), 0);
    if (segment != 0) {
        const paddr_t rsdp = scan(map, paddr(segment << 4), EBDA_SIZE);
        if (!paddr_is_none(rsdp))
            return rsdp;
    }
    return scan(map, paddr(BIOS_START), BIOS_SIZE);
}

/* Is there a table at `base`, and does it have `signature`? */
static bool open_table(struct acpi_table *table, firmware_map_t map, paddr_t base,
                       const char *signature)
{
    const struct bytes head = map_bytes(map, base, ACPI_HEADER_SIZE);
    if (!starts_with(head, signature, 4))
        return false;
    *table = (struct acpi_table){map, base, bytes_le32(head, HEADER_LENGTH)};
    if (table->size < ACPI_HEADER_SIZE)
        return false;

    const struct bytes all = acpi_bytes(table);
    return all.size != 0 && sums_to_zero(all);
}

bool acpi_open(struct acpi *acpi, firmware_map_t map, paddr_t rsdp)
{
    const struct bytes head = map_bytes(map, rsdp, RSDP_SIZE_V0);
    if (!is_rsdp_v0(head))
        return false;

    const uint64_t rsdt = bytes_le32(head, RSDP_RSDT);
    uint64_t xsdt = 0;
    if (bytes_u8(head, RSDP_REVISION) > 1) {
        const uint32_t size = bytes_le32(map_bytes(map, rsdp, RSDP_SIZE_V2), RSDP_LENGTH);
        if (size < RSDP_SIZE_V2 || size > RSDP_SIZE_MAX)
            return false;
        const struct bytes all = map_bytes(map, rsdp, size);
        if (all.size == 0 || !sums_to_zero(all))
            return false;
        xsdt = bytes_le64(all, RSDP_XSDT);
    }

    acpi->entry_size = xsdt != 0 ? 8 : 4;
    return xsdt != 0 ? open_table(&acpi->root, map, paddr(xsdt), "XSDT")
                     : open_table(&acpi->root, map, paddr(rsdt), "RSDT");
}

bool acpi_find(const struct acpi *acpi, const char signature[static 4], struct acpi_table *out)
{
    const uint64_t count = (acpi->root.size - ACPI_HEADER_SIZE) / acpi->entry_size;
    for (uint64_t i = 0; i < min_u64(count, ENTRIES_MAX); i++) {
        const struct bytes root = acpi_bytes(&acpi->root);
        const uint64_t entry =
            bytes_le(root, ACPI_HEADER_SIZE + i * acpi->entry_size, acpi->entry_size);
        if (entry != 0 && open_table(out, acpi->root.map, paddr(entry), signature))
            return true;
    }
    return false;
}

struct bytes acpi_bytes(const struct acpi_table *table)
{
    return map_bytes(table->map, table->base, table->size);
}

struct bytes acpi_step(struct acpi_walk *walk, struct bytes table, uint32_t size, uint32_t minimum)
{
    if (walk->left == 0 || size < minimum || !bytes_has(table, walk->offset, size)) {
        walk->left = 0;
        return (struct bytes){nullptr, 0};
    }
    const struct bytes structure = bytes_part(table, walk->offset, size);
    walk->left--;
    walk->offset += size;
    return structure;
}

struct acpi_register acpi_register_at(struct bytes table, uint64_t offset)
{
    return (struct acpi_register){
        .address = bytes_le64(table, offset + 4),
        .width = bytes_u8(table, offset + 1),
        .space = bytes_u8(table, offset),
    };
}
