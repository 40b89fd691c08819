/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/boot/config.h"

#include "arch/contract/boot.h"
#include "kernel/abi/boot.h"
#include "kernel/cap/nova.h"
#include "kernel/device/console.h"
#include "kernel/firmware/cmdline.h"
#include "kernel/firmware/fdt.h"
#include "kernel/firmware/multiboot.h"
#include "kernel/firmware/uefi.h"
#include "kernel/mm/kmap.h"

static void use_module(struct boot_config *config, struct prange module)
{
    config->root_image = module.start;
    config->root_size = module.end.raw - module.start.raw;
}

static void use_multiboot(struct boot_config *config, const struct boot_info *info)
{
    use_module(config, info->module);
    config->pool_extra = info->pool_extra;
    config->options = cmdline_options(info->cmdline);
    if (info->cmdline[0] != '\0')
        console_print(CONSOLE_INFO, "BOOT: command line '%s'", info->cmdline);
}

/*
 * X0 is a device tree, 0 for none, and X1 the root image, of unknown size. Loaders that cannot pass X1
 * leave 0 there; then the tree names the image.
 */
static void use_legacy(struct boot_config *config, const uint64_t reg[3])
{
    struct fdt fdt;
    struct prange module;
    if (reg[0] != 0 && fdt_open(&fdt, kmap_window, paddr(reg[0])))
        config->fdt = paddr(reg[0]);
    if (reg[1] != 0)
        config->root_image = paddr(reg[1]);
    else if (!paddr_is_none(config->fdt) && fdt_find_root_image(kmap_window, config->fdt, &module))
        use_module(config, module);
}

void config_read(const struct boot_entry *entry, struct boot_config *config)
{
    static struct boot_info info; /* too large for the stack */
    *config = (struct boot_config){.fdt = entry->uefi.fdt, .rsdp = entry->uefi.rsdp};
    const paddr_t at = paddr(entry->reg[1]);
    bool good = true;
    switch (entry->reg[0]) {
    case BOOT_MAGIC_MULTIBOOT1:
        good = multiboot1_parse(kmap_window, at, &info);
        use_multiboot(config, &info);
        break;
    case BOOT_MAGIC_MULTIBOOT2:
        good = multiboot2_parse(kmap_window, at, &info);
        use_multiboot(config, &info);
        break;
    default:
        use_legacy(config, entry->reg);
        break;
    }
    if (!good)
        console_print(CONSOLE_WARN, "BOOT: cannot read the loader's information at %#lx", at.raw);
}

void config_protect_firmware(const struct boot_entry *entry)
{
    struct uefi_walk walk = {.map = kmap_window, .uefi = &entry->uefi};
    struct uefi_region region;
    while (uefi_next(&walk, &region))
        if (region.type == UEFI_RUNTIME_CODE || region.type == UEFI_RUNTIME_DATA)
            nova_protect("UEFI run-time services", region.range.start,
                         region.range.end.raw - region.range.start.raw);
}
