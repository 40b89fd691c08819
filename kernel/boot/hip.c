/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/boot/hip.h"

#include "arch/contract/platform.h"
#include "kernel/abi/selector.h"
#include "kernel/cpu/cpu.h"
#include "kernel/device/console.h"

uint16_t hip_checksum(const struct hip *hip)
{
    uint16_t sum = 0;
    for (size_t at = 0; at < hip->length; at += sizeof sum) {
        uint16_t word;
        __builtin_memcpy(&word, (const char *)hip + at, sizeof word);
        sum = (uint16_t)(sum + word);
    }
    return (uint16_t)-sum;
}

void hip_fill(struct hip *hip, const struct boot_entry *entry, const struct boot_config *config,
              struct prange nova, struct prange root)
{
    const paddr_t mbuf = console_mbuf();
    *hip = (struct hip){
        .signature = HIP_SIGNATURE,
        .nova_start = nova.start.raw,
        .nova_end = nova.end.raw,
        .mbuf_start = mbuf.raw,
        .mbuf_end = mbuf.raw + MBUF_SIZE,
        .root_start = root.start.raw,
        .root_end = root.end.raw,
        .acpi_rsdp = config->rsdp.raw,
        .uefi_map = entry->uefi.map.raw,
        .uefi_map_size = entry->uefi.map_size,
        .uefi_desc_size = entry->uefi.desc_size,
        .uefi_desc_version = entry->uefi.desc_version,
        .sel_num = SELNUM,
        .cpu_num = cpu_count,
        .cpu_bsp = boot_cpu.id,
        .mco_obj = 9, /* one page of 512 slots */
    };
    arch_platform_hip(hip);
    hip->checksum = hip_checksum(hip);
}
