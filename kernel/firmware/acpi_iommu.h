/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where IOMMUs have their registers, so that nobody but the kernel reaches them: signatures "DMAR"
 * (Intel, VT for Directed I/O, "BIOS Considerations"), "IVRS" (AMD, I/O Virtualization Technology,
 * "I/O Virtualization ACPI Table") and "IORT" (Arm DEN 0049, "IO Remapping Table").
 */
#pragma once

#include "kernel/firmware/acpi.h"

enum acpi_iommu_kind : uint8_t {
    ACPI_IOMMU_VTD,
    ACPI_IOMMU_AMD,
    ACPI_IOMMU_SMMU_V2, /* also v1 */
    ACPI_IOMMU_SMMU_V3,
};

struct acpi_iommu {
    enum acpi_iommu_kind kind;
    uint16_t segment; /* PCI segment; 0 on Arm                                    */
    bool claims_rest; /* VT-d INCLUDE_PCI_ALL: every device no other unit names   */
    uint64_t base;    /* registers, physical; never 0                             */
    uint64_t size;    /* bytes, if the table says (VT-d, SMMU v2), else 0         */
};

/*
 * Walk the units in a DMAR, IVRS or IORT; which one it is, the table's signature tells. A unit may be
 * listed more than once. The walk ends at the table's end and at a broken structure.
 */
struct acpi_walk acpi_iommu_begin(const struct acpi_table *table);
bool acpi_iommu_next(struct acpi_walk *walk, struct acpi_iommu *out);

enum acpi_dmar_flag : uint8_t {
    ACPI_DMAR_INTR_REMAP = 1 << 0,
    ACPI_DMAR_X2APIC_OPT_OUT = 1 << 1,
};

/* The flags of a DMAR: enum acpi_dmar_flag, and others. */
uint8_t acpi_dmar_flags(const struct acpi_table *dmar);
