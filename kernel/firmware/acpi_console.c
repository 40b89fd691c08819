/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/acpi_console.h"

enum : unsigned { SPCR_TYPE = 36, SPCR_BASE = 40 };

enum : unsigned { DBG2_DEVICES = 36, DBG2_DEVICE_COUNT = 40 };

/* "Debug Device Information structure". */
enum : unsigned {
    DEVICE_LENGTH = 1,
    DEVICE_REGISTER_COUNT = 3,
    DEVICE_PORT_TYPE = 12,
    DEVICE_SUBTYPE = 14,
    DEVICE_BASE_OFFSET = 18,
    DEVICE_SIZE_MIN = 22,
    PORT_SERIAL = 0x8000,
};

bool acpi_spcr_read(const struct acpi_table *spcr, struct acpi_console *out)
{
    const struct bytes b = acpi_bytes(spcr);
    *out = (struct acpi_console){
        .subtype = bytes_u8(b, SPCR_TYPE),
        .base = acpi_register_at(b, SPCR_BASE),
    };
    return out->base.address != 0;
}

struct acpi_walk acpi_dbg2_begin(const struct acpi_table *dbg2)
{
    const struct bytes b = acpi_bytes(dbg2);
    return acpi_walk_at(dbg2, bytes_le32(b, DBG2_DEVICES), bytes_le32(b, DBG2_DEVICE_COUNT));
}

bool acpi_dbg2_next(struct acpi_walk *walk, struct acpi_console *out)
{
    const struct bytes table = acpi_bytes(&walk->table);
    for (;;) {
        const uint32_t size = bytes_le16(table, (uint64_t)walk->offset + DEVICE_LENGTH);
        const struct bytes b = acpi_step(walk, table, size, DEVICE_SIZE_MIN);
        if (b.size == 0)
            return false;
        if (bytes_le16(b, DEVICE_PORT_TYPE) != PORT_SERIAL ||
            bytes_u8(b, DEVICE_REGISTER_COUNT) == 0)
            continue;
        *out = (struct acpi_console){
            .subtype = bytes_le16(b, DEVICE_SUBTYPE),
            .base = acpi_register_at(b, bytes_le16(b, DEVICE_BASE_OFFSET)),
        };
        if (out->base.address != 0)
            return true;
    }
}
