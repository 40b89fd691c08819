/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/cpu.h"
#include "user/lib/memory.h"
#include "user/root/report.h"
#include "user/root/text.h"

static bool is_checksum_good(const struct hip *hip)
{
    const uint16_t *const word = (const uint16_t *)(const void *)hip;
    uint16_t sum = 0;
    if (hip->length % sizeof sum != 0 || hip->length > PAGE_SIZE)
        return false;
    for (size_t i = 0; i < hip->length / sizeof sum; i++)
        sum = (uint16_t)(sum + word[i]);
    return sum == 0;
}

static void report_images(const struct hip *hip)
{
    text_range("Kernel", hip->nova_start, hip->nova_end, "with its pool");
    text_range("Console buffer", hip->mbuf_start, hip->mbuf_end, "kernel messages");
    text_range("Root image", hip->root_start, hip->root_end, "this task");
}

static void report_firmware(const struct hip *hip)
{
    if (hip->acpi_rsdp == HIP_ABSENT)
        text_row("ACPI", "none");
    else
        text_row("ACPI", "root pointer at %#lx", hip->acpi_rsdp);

    if (hip->uefi_map == HIP_ABSENT)
        text_row("UEFI", "none");
    else
        text_row("UEFI", "memory map at %#lx, %u bytes, %u per entry, version %u", hip->uefi_map,
                 hip->uefi_map_size, hip->uefi_desc_size, hip->uefi_desc_version);
}

static uint64_t uptime_ms(const struct hip *hip)
{
    const uint64_t ticks_per_ms = hip->stc_frequency / 1'000;
    return ticks_per_ms == 0 ? 0 : stc_now() / ticks_per_ms;
}

static void report_limits(const struct hip *hip)
{
    text_row("Time", "%lu.%03lu MHz, %lu ms since power-on", hip->stc_frequency / 1'000'000,
             hip->stc_frequency / 1'000 % 1'000, uptime_ms(hip));
    text_row("Processors", "%u online, this task runs on number %u", hip->cpu_num, hip->cpu_bsp);
    text_row("Selectors", "%lu in an object space", hip->sel_num);
    text_row("Host events", "%u of the CPU, then %u of the kernel", hip->sel_hst_arch,
             hip->sel_hst_nova);
    text_row("Guest events", "%u of the CPU, then %u of the kernel", hip->sel_gst_arch,
             hip->sel_gst_nova);
    text_row("Interrupts", "%u by pin, %u by message", hip->int_pin, hip->int_msi);
    text_row("Delegation", "up to 2^n at once without partial failure, n being");
    text_row("", "object %u, host %u, guest %u, DMA %u, port %u, MSR %u", hip->mco_obj,
             hip->mco_hst, hip->mco_gst, hip->mco_dma, hip->mco_pio, hip->mco_msr);
    text_row("Memory encryption", "%s, largest key %u", hip->ki_max > 0 ? "on" : "off",
             hip->ki_max);
}

static void report_features(const struct hip *hip)
{
    const bool any = hip->features & (HIP_FEATURE_SMMU | HIP_FEATURE_VMX | HIP_FEATURE_SVM);
    text_row("Features", "%#lx:%s%s%s%s", hip->features,
             hip->features & HIP_FEATURE_SMMU ? " DMA remapping" : "",
             hip->features & HIP_FEATURE_VMX ? " Intel VMX" : "",
             hip->features & HIP_FEATURE_SVM ? " AMD SVM" : "", any ? "" : " none");
}

void report_hip(const struct hip *hip)
{
    text_heading("Hypervisor information page at %p, %u bytes, checksum %s", (const void *)hip,
                 hip->length, is_checksum_good(hip) ? "good" : "WRONG");
    report_images(hip);
    report_firmware(hip);
    report_limits(hip);
    report_features(hip);
    report_cpu(hip);
}
