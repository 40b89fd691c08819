/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypervisor information page (interface specification, 6.3; architecture parts in 7.7.2 and
 * 8.7.2). One read-only page; the initial stack pointer of the root EC points to it.
 */
#pragma once

#include "kernel/abi/layout.h"

enum : uint32_t { HIP_SIGNATURE = 0x4156'4f4e }; /* the bytes "NOVA" */

enum : uint64_t { HIP_ABSENT = ~UINT64_C(0) }; /* an address field whose thing is not there */

enum : uint64_t {
    HIP_FEATURE_SMMU = 1 << 0, /* an SMMU/IOMMU is enabled */
    HIP_FEATURE_VMX = 1 << 1,  /* x86_64                   */
    HIP_FEATURE_SVM = 1 << 2,  /* x86_64                   */
};

struct hip_arch_x86_64 {
    uint64_t event_log_address; /* TPM event log, physical; 0 without a measured launch */
    uint32_t event_log_size;
    uint32_t event_log_offset;
};

struct hip_arch_aarch64 {
    uint16_t smg_num; /* stream mapping groups  */
    uint16_t ctx_num; /* translation contexts   */
    uint32_t reserved;
};

struct hip {
    uint32_t signature;
    uint16_t checksum; /* makes the 16-bit words of `length` bytes sum to 0 */
    uint16_t length;   /* bytes, including the architecture part            */
    uint64_t nova_start, nova_end;
    uint64_t mbuf_start, mbuf_end;
    uint64_t root_start, root_end;
    uint64_t acpi_rsdp; /* HIP_ABSENT if there is none */
    uint64_t uefi_map;  /* HIP_ABSENT if there is none */
    uint32_t uefi_map_size;
    uint16_t uefi_desc_size, uefi_desc_version;
    uint64_t stc_frequency; /* Hz */
    uint64_t sel_num;
    uint16_t sel_hst_arch, sel_hst_nova;
    uint16_t sel_gst_arch, sel_gst_nova;
    uint16_t cpu_num, cpu_bsp;
    uint16_t int_pin, int_msi;
    uint8_t mco_obj, mco_hst, mco_gst, mco_dma, mco_pio, mco_msr;
    uint16_t ki_max;
    uint64_t features;
    union {
        struct hip_arch_x86_64 x86_64;
        struct hip_arch_aarch64 aarch64;
    } arch;
};
ABI_FIELD(struct hip, checksum, 0x04, 2);
ABI_FIELD(struct hip, length, 0x06, 2);
ABI_FIELD(struct hip, nova_start, 0x08, 8);
ABI_FIELD(struct hip, mbuf_start, 0x18, 8);
ABI_FIELD(struct hip, root_start, 0x28, 8);
ABI_FIELD(struct hip, acpi_rsdp, 0x38, 8);
ABI_FIELD(struct hip, uefi_map, 0x40, 8);
ABI_FIELD(struct hip, uefi_map_size, 0x48, 4);
ABI_FIELD(struct hip, uefi_desc_size, 0x4c, 2);
ABI_FIELD(struct hip, uefi_desc_version, 0x4e, 2);
ABI_FIELD(struct hip, stc_frequency, 0x50, 8);
ABI_FIELD(struct hip, sel_num, 0x58, 8);
ABI_FIELD(struct hip, sel_hst_arch, 0x60, 2);
ABI_FIELD(struct hip, sel_gst_nova, 0x66, 2);
ABI_FIELD(struct hip, cpu_num, 0x68, 2);
ABI_FIELD(struct hip, cpu_bsp, 0x6a, 2);
ABI_FIELD(struct hip, int_pin, 0x6c, 2);
ABI_FIELD(struct hip, int_msi, 0x6e, 2);
ABI_FIELD(struct hip, mco_obj, 0x70, 1);
ABI_FIELD(struct hip, mco_msr, 0x75, 1);
ABI_FIELD(struct hip, ki_max, 0x76, 2);
ABI_FIELD(struct hip, features, 0x78, 8);
ABI_FIELD(struct hip, arch, 0x80, 16);

enum : uint16_t { HIP_LENGTH_X86_64 = 0x90, HIP_LENGTH_AARCH64 = 0x88 };
static_assert(offsetof(struct hip, arch) + sizeof(struct hip_arch_x86_64) == HIP_LENGTH_X86_64);
static_assert(offsetof(struct hip, arch) + sizeof(struct hip_arch_aarch64) == HIP_LENGTH_AARCH64);
