/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking the machine over from UEFI. Like start_map.c it runs where the image was loaded. */

#include "arch/aarch64/start.h"
#include "kernel/abi/boot.h"
#include "kernel/firmware/multiboot.h"
#include "kernel/firmware/uefi.h"

/* The loader's own view: the MMU is off, or maps every address to itself. */
static const void *identity(paddr_t base, [[maybe_unused]] uint64_t size)
{
    return (const void *)base.raw; /* NOLINT: that is the view */
}

void start_uefi(uint64_t x0, uint64_t x1, struct uefi_handover *out)
{
    struct boot_info info;
    *out = uefi_none();
    if (x0 != BOOT_MAGIC_MULTIBOOT2 || !multiboot2_parse(identity, paddr(x1), &info))
        return;
    if (info.efi_system_table != 0 && info.efi_image_handle != 0)
        *out = uefi_exit(info.efi_system_table, info.efi_image_handle);
}
