/* SPDX-License-Identifier: GPL-2.0-only */
/* From the boot registers to bytes that the parsers can read. */
#include "kernel/abi/boot.h"
#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "user/lib/bootinfo.h"
#include "user/lib/fdt.h"
#include "user/lib/memory.h"

enum : uint64_t { STRUCTURE_MAX = 4 << 20 }; /* none is as large unless it is damaged */

/*
 * Bytes of physical memory, readable; nullptr if they cannot be. The kernel's own memory cannot,
 * although mapping it would succeed.
 */
static const void *look_at(const struct hip *hip, uint64_t phys, uint64_t size)
{
    if (phys == 0 || size == 0 || size > STRUCTURE_MAX || phys > UINT64_MAX - size ||
        (phys < hip->nova_end && phys + size > hip->nova_start))
        return nullptr;
    return memory_view(phys, size, PERM_MEM_R, MAD_MEMORY).base;
}

static void read_multiboot1(struct bootinfo *info, const struct hip *hip, uint64_t phys)
{
    const uint8_t *const data = look_at(hip, phys, MULTIBOOT1_SIZE);
    if (data == nullptr)
        return;
    const struct multiboot1 mb = multiboot1_parse(data);
    info->launch = BOOT_SOURCE_MULTIBOOT1;

    const void *const text = look_at(hip, mb.text, BOOT_TEXT_SIZE);
    if (text != nullptr)
        bootinfo_copy_text(info->text, text, BOOT_TEXT_SIZE);

    for (uint64_t i = 0; i < mb.module_count && info->module_count < BOOT_MODULES_MAX; i++) {
        const void *const entry =
            look_at(hip, mb.modules + i * MULTIBOOT1_MODULE_SIZE, MULTIBOOT1_MODULE_SIZE);
        if (entry == nullptr)
            break;
        const void *const words =
            look_at(hip, multiboot1_parse_module(info, entry), BOOT_TEXT_SIZE);
        if (words != nullptr)
            bootinfo_copy_text(info->module[info->module_count - 1].text, words, BOOT_TEXT_SIZE);
    }

    const void *const map = look_at(hip, mb.map, mb.map_size);
    if (map != nullptr) {
        multiboot1_parse_map(info, map, mb.map_size);
    } else {
        bootinfo_add_range(info, 0, (uint64_t)mb.lower_kib << 10, MEMORY_USABLE);
        bootinfo_add_range(info, 0x10'0000, (uint64_t)mb.upper_kib << 10, MEMORY_USABLE);
    }
}

static void read_multiboot2(struct bootinfo *info, const struct hip *hip, uint64_t phys)
{
    const void *const head = look_at(hip, phys, 8);
    if (head == nullptr)
        return;
    const uint32_t size = multiboot2_size(head);
    const void *const data = look_at(hip, phys, size);
    if (data != nullptr && multiboot2_parse(info, data, size))
        info->launch = BOOT_SOURCE_MULTIBOOT2;
}

static void read_fdt(struct bootinfo *info, const struct hip *hip, uint64_t phys)
{
    if (phys % 8 != 0)
        return;
    const void *const head = look_at(hip, phys, 8);
    if (head == nullptr)
        return;
    const uint32_t size = fdt_size(head);
    const void *const data = look_at(hip, phys, size);
    if (data != nullptr && fdt_parse(info, data, size)) {
        info->launch = BOOT_SOURCE_FDT;
        bootinfo_add_range(info, phys, size, MEMORY_RESERVED); /* it does not list itself */
    }
}

/*
 * X0 is a device tree and X1 this image, or 0 if the tree names it. Whoever gave X1 told no size, but
 * the HIP knows where the image's segments end.
 */
static void read_legacy(struct bootinfo *info, const struct hip *hip, uint64_t tree, uint64_t image)
{
    read_fdt(info, hip, tree);
    if (image != 0 && info->module_count == 0)
        bootinfo_add_module(info, image, hip->root_end);
}

/* The map of UEFI replaces any other. */
static void read_uefi(struct bootinfo *info, const struct hip *hip)
{
    if (hip->uefi_map == HIP_ABSENT)
        return;
    const void *const map = look_at(hip, hip->uefi_map, hip->uefi_map_size);
    if (map == nullptr)
        return;
    const size_t other_count = info->range_count;
    info->range_count = 0;
    if (uefi_parse(info, map, hip->uefi_map_size, hip->uefi_desc_size))
        info->memory = BOOT_SOURCE_UEFI;
    else
        info->range_count = other_count;
}

void bootinfo_read(struct bootinfo *info, const struct hip *hip, uint64_t boot0, uint64_t boot1)
{
    *info = (struct bootinfo){};

    if (boot0 == BOOT_MAGIC_MULTIBOOT1)
        read_multiboot1(info, hip, boot1);
    else if (boot0 == BOOT_MAGIC_MULTIBOOT2)
        read_multiboot2(info, hip, boot1);
    else
        read_legacy(info, hip, boot0, boot1);

    if (info->range_count > 0)
        info->memory = info->launch;
    read_uefi(info, hip);
}
