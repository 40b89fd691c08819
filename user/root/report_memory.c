/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/memory.h"
#include "user/lib/ranges.h"
#include "user/root/report.h"
#include "user/root/text.h"

enum : size_t { ROWS_MAX = 24 }; /* of one table; firmware can have hundreds */

static const char *const source_name[BOOT_SOURCES] = {
    [BOOT_SOURCE_NONE] = "nobody",
    [BOOT_SOURCE_MULTIBOOT1] = "Multiboot",
    [BOOT_SOURCE_MULTIBOOT2] = "Multiboot2",
    [BOOT_SOURCE_FDT] = "the device tree",
    [BOOT_SOURCE_UEFI] = "UEFI",
};

static const char *const kind_name[MEMORY_KINDS] = {
    [MEMORY_USABLE] = "RAM",       [MEMORY_RESERVED] = "reserved",   [MEMORY_FIRMWARE] = "firmware",
    [MEMORY_ACPI] = "ACPI tables", [MEMORY_NVS] = "ACPI, preserved", [MEMORY_BAD] = "defective",
    [MEMORY_DEVICE] = "device",
};

static void report_cut(size_t count)
{
    if (count > ROWS_MAX)
        text_row("", "... and %zu more", count - ROWS_MAX);
}

void report_modules(const struct bootinfo *info)
{
    text_heading("Boot modules, from %s", source_name[info->launch]);
    for (size_t i = 0; i < info->module_count; i++) {
        const struct boot_module *const module = &info->module[i];
        text_range(i == 0 ? "root task" : "", module->start, module->end, "");
        if (module->text[0] != '\0')
            text_row("", "\"%.50s\"", module->text);
    }
    if (info->module_count == 0)
        text_row("none", "");
    if (info->text[0] != '\0')
        text_row("Kernel words", "\"%.50s\"", info->text);
    if (info->is_cut)
        text_row("", "(some of the boot information did not fit or made no sense)");
}

static void report_map(const struct bootinfo *info)
{
    text_heading("Physical memory, from %s", source_name[info->memory]);
    for (size_t i = 0; i < info->range_count && i < ROWS_MAX; i++)
        text_range(kind_name[info->range[i].kind], info->range[i].start, info->range[i].end, "");
    report_cut(info->range_count);
}

/* Whole pages of RAM that are neither kernel, module, this image nor anything of the firmware. */
static void find_free(struct ranges *set, const struct hip *hip, const struct bootinfo *info)
{
    const uint64_t mask = PAGE_SIZE - 1;

    for (size_t i = 0; i < info->range_count; i++)
        if (info->range[i].kind == MEMORY_USABLE)
            ranges_add(set, (info->range[i].start + mask) & ~mask, info->range[i].end & ~mask);
    for (size_t i = 0; i < info->range_count; i++)
        if (info->range[i].kind != MEMORY_USABLE)
            ranges_remove(set, info->range[i].start & ~mask, (info->range[i].end + mask) & ~mask);
    for (size_t i = 0; i < info->module_count; i++)
        ranges_remove(set, info->module[i].start & ~mask, (info->module[i].end + mask) & ~mask);
    ranges_remove(set, hip->nova_start, hip->nova_end);
    ranges_remove(set, hip->root_start, hip->root_end);
}

void report_memory(const struct hip *hip, const struct bootinfo *info)
{
    static struct ranges set;
    char size[TEXT_SIZE_MAX];

    report_map(info);
    find_free(&set, hip, info);
    text_heading("Left for user mode: %s", text_size(size, ranges_total(&set)));
    for (size_t i = 0; i < set.count && i < ROWS_MAX; i++)
        text_range("free", set.range[i].start, set.range[i].end, "");
    report_cut(set.count);
}
