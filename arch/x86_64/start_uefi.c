/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking the machine over from UEFI, at the physical addresses that the loader chose: compiled position
 * independent, and free of constants that are addresses.
 */

#include "arch/x86_64/start.h"
#include "kernel/abi/boot.h"
#include "kernel/firmware/multiboot.h"
#include "kernel/firmware/uefi.h"

static const void *identity(paddr_t base, [[maybe_unused]] uint64_t size)
{
    return (const void *)base.raw; /* NOLINT: paging is the firmware's */
}

void start_uefi(struct boot_entry *entry)
{
    struct boot_info info;
    if (entry->reg[0] != BOOT_MAGIC_MULTIBOOT2 ||
        !multiboot2_parse(identity, paddr(entry->reg[1]), &info))
        return;
    if (info.efi_system_table == 0 || info.efi_image_handle == 0)
        return;
    /* Firmware takes interrupts, as its timer wants. A loader without firmware has no IDT for them. */
    __asm__ volatile("sti");
    entry->uefi = uefi_exit(info.efi_system_table, info.efi_image_handle);
}
