/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/acpi_iommu.h"

#include "kernel/base/bits.h"

/* The first four bytes of each table, as a number. */
enum signature : uint32_t {
    SIGNATURE_DMAR = 0x5241'4d44,
    SIGNATURE_IVRS = 0x5352'5649,
    SIGNATURE_IORT = 0x5452'4f49,
};

/* DMAR, "DMA Remapping Reporting Structure", "DMA Remapping Hardware Unit Definition Structure". */
enum : unsigned { DMAR_FLAGS = 37, DMAR_STRUCTURES = 48, DRHD = 0 };
enum : unsigned { DRHD_INCLUDE_PCI_ALL = 1 << 0 };

/* IVRS, "I/O Virtualization Hardware Definition Blocks": three types, growing. */
enum : unsigned { IVRS_BLOCKS = 48 };
enum ivhd : uint8_t { IVHD_10 = 0x10, IVHD_11 = 0x11, IVHD_40 = 0x40 };

/* IORT, "IORT node". */
enum : unsigned { IORT_NODE_COUNT = 36, IORT_NODES = 40, IORT_HEADER = 16 };
enum iort : uint8_t { IORT_SMMU_V2 = 3, IORT_SMMU_V3 = 4 };

/* Each reads one structure and answers whether it is a unit. */

static bool read_dmar(struct bytes b, struct acpi_iommu *out)
{
    *out = (struct acpi_iommu){
        .kind = ACPI_IOMMU_VTD,
        .segment = bytes_le16(b, 6),
        .claims_rest = bytes_u8(b, 4) & DRHD_INCLUDE_PCI_ALL,
        .base = bytes_le64(b, 8),
        .size = PAGE_SIZE << (bytes_u8(b, 5) & 0xf),
    };
    return bytes_le16(b, 0) == DRHD;
}

static bool read_ivrs(struct bytes b, struct acpi_iommu *out)
{
    const uint8_t type = bytes_u8(b, 0);
    *out = (struct acpi_iommu){
        .kind = ACPI_IOMMU_AMD,
        .segment = bytes_le16(b, 16),
        .base = bytes_le64(b, 8),
    };
    return type == IVHD_10 || type == IVHD_11 || type == IVHD_40;
}

static bool read_iort(struct bytes b, struct acpi_iommu *out)
{
    const uint8_t type = bytes_u8(b, 0);
    *out = (struct acpi_iommu){
        .kind = type == IORT_SMMU_V2 ? ACPI_IOMMU_SMMU_V2 : ACPI_IOMMU_SMMU_V3,
        .base = bytes_le64(b, 16),
        .size = type == IORT_SMMU_V2 ? bytes_le64(b, 24) : 0,
    };
    return type == IORT_SMMU_V2 || type == IORT_SMMU_V3;
}

/* Where the structures start: read from the table, or fixed. */
struct acpi_walk acpi_iommu_begin(const struct acpi_table *table)
{
    const struct bytes b = acpi_bytes(table);
    switch (bytes_le32(b, 0)) {
    case SIGNATURE_DMAR:
        return acpi_walk_at(table, DMAR_STRUCTURES, UINT32_MAX);
    case SIGNATURE_IVRS:
        return acpi_walk_at(table, IVRS_BLOCKS, UINT32_MAX);
    case SIGNATURE_IORT:
        return acpi_walk_at(table, bytes_le32(b, IORT_NODES), bytes_le32(b, IORT_NODE_COUNT));
    default:
        return acpi_walk_at(table, 0, 0);
    }
}

bool acpi_iommu_next(struct acpi_walk *walk, struct acpi_iommu *out)
{
    const struct bytes table = acpi_bytes(&walk->table);
    const uint32_t signature = bytes_le32(table, 0);
    const bool is_iort = signature == SIGNATURE_IORT;
    for (;;) {
        const uint32_t size = bytes_le16(table, (uint64_t)walk->offset + (is_iort ? 1 : 2));
        const struct bytes b = acpi_step(walk, table, size, is_iort ? IORT_HEADER : 4);
        if (b.size == 0)
            return false;
        const bool is_unit = is_iort                       ? read_iort(b, out)
                             : signature == SIGNATURE_DMAR ? read_dmar(b, out)
                                                           : read_ivrs(b, out);
        if (is_unit && out->base != 0)
            return true;
    }
}

uint8_t acpi_dmar_flags(const struct acpi_table *dmar)
{
    return bytes_u8(acpi_bytes(dmar), DMAR_FLAGS);
}
