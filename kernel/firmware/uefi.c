/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs in the environment of the firmware, at the addresses where the loader put it: everything here is
 * reached relative to the program counter, and pointers are physical addresses.
 */
#include "kernel/firmware/uefi.h"

#include "kernel/firmware/uefi_abi.h"

enum : unsigned { EXIT_TRIES = 3, SPARE_DESCRIPTORS = 2, CONFIGURATIONS_MAX = 1024 };

/* PCI Local Bus Specification, "Configuration Space". */
enum : uint32_t { PCI_COMMAND = 0x04, PCI_CLASS = 0x08 };
enum : uint16_t { PCI_COMMAND_BUS_MASTER = 1 << 2, PCI_CLASS_BRIDGE = 0x0604 };

static const struct efi_guid guid_pci_io = {
    0x4cf5'b200, 0x68b8, 0x4ca5, {0x9e, 0xec, 0xb2, 0x3e, 0x3f, 0x50, 0x02, 0x9a}};
static const struct efi_guid guid_acpi_2 = {
    0x8868'e871, 0xe4f1, 0x11d3, {0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};
static const struct efi_guid guid_fdt = {
    0xb1b6'21d5, 0xf19c, 0x41a5, {0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0}};

static void *pointer(uint64_t address)
{
    return (void *)(uintptr_t)address; /* NOLINT: firmware maps physical memory as it is */
}

static paddr_t physical(const void *p)
{
    return paddr((uintptr_t)p);
}

static bool is_same(const struct efi_guid *x, const struct efi_guid *y)
{
    const uint8_t *const p = (const uint8_t *)x, *const q = (const uint8_t *)y;
    for (unsigned i = 0; i < sizeof *x; i++)
        if (p[i] != q[i])
            return false;
    return true;
}

static bool has_tables(const struct efi_system_table *system)
{
    return system->header.signature == EFI_SYSTEM_SIGNATURE &&
           system->header.size >= sizeof *system && system->boot != nullptr &&
           system->boot->header.signature == EFI_BOOT_SIGNATURE &&
           system->boot->header.size >= offsetof(struct efi_boot_services, unused_6);
}

/* Whether the device is on another bus than 0; not if it does not tell. */
static bool is_behind_bridge(struct efi_pci_io *pci)
{
    uint64_t segment, bus = 0, device, function;
    return pci->get_location(pci, &segment, &bus, &device, &function) == EFI_SUCCESS && bus != 0;
}

static void stop_bridge(struct efi_pci_io *pci)
{
    uint32_t class = 0;
    uint16_t command = 0;
    if (pci->config_read(pci, EFI_PCI_32, PCI_CLASS, 1, &class) != EFI_SUCCESS ||
        class >> 16 != PCI_CLASS_BRIDGE ||
        pci->config_read(pci, EFI_PCI_16, PCI_COMMAND, 1, &command) != EFI_SUCCESS)
        return;
    command &= (uint16_t)~PCI_COMMAND_BUS_MASTER;
    pci->config_write(pci, EFI_PCI_16, PCI_COMMAND, 1, &command);
}

enum pci_action : uint8_t { PCI_DISCONNECT, PCI_STOP_BRIDGES };

/* Handles come and go as drivers do, so each action looks for them afresh. */
static void for_all_pci(struct efi_boot_services *boot, enum pci_action action)
{
    uint64_t count = 0;
    void **handles = nullptr;
    if (boot->locate_handle_buffer(EFI_LOCATE_BY_PROTOCOL, &guid_pci_io, nullptr, &count,
                                   &handles) != EFI_SUCCESS)
        return;

    for (uint64_t i = 0; i < count; i++) {
        void *pci = nullptr;
        if (boot->handle_protocol(handles[i], &guid_pci_io, &pci) != EFI_SUCCESS || pci == nullptr)
            continue;
        if (action == PCI_STOP_BRIDGES)
            stop_bridge(pci);
        else if (is_behind_bridge(pci))
            boot->disconnect_controller(handles[i], nullptr, nullptr);
    }
    boot->free_pool(handles);
}

/*
 * One try to fetch the memory map and to exit with it. Allocating its buffer changes the map, therefore
 * the spare descriptors.
 */
static bool try_exit(struct efi_boot_services *boot, void *image, struct uefi_handover *out)
{
    uint64_t size = 0, key = 0, desc_size = 0;
    uint32_t version = 0;
    void *buffer = nullptr;

    if (boot->get_memory_map(&size, nullptr, &key, &desc_size, &version) != EFI_BUFFER_TOO_SMALL)
        return false;
    size += SPARE_DESCRIPTORS * desc_size;
    if (boot->allocate_pool(EFI_LOADER_DATA, size, &buffer) != EFI_SUCCESS)
        return false;

    if (boot->get_memory_map(&size, buffer, &key, &desc_size, &version) != EFI_SUCCESS ||
        size > UINT32_MAX || desc_size > UINT16_MAX || version > UINT16_MAX ||
        boot->exit_boot_services(image, key) != EFI_SUCCESS) {
        boot->free_pool(buffer);
        return false;
    }
    out->map = physical(buffer);
    out->map_size = (uint32_t)size;
    out->desc_size = (uint16_t)desc_size;
    out->desc_version = (uint16_t)version;
    return true;
}

static void read_configuration(const struct efi_system_table *system, struct uefi_handover *out)
{
    for (uint64_t i = 0; i < system->configuration_count && i < CONFIGURATIONS_MAX; i++) {
        const struct efi_configuration *const entry = &system->configuration[i];
        if (is_same(&entry->vendor, &guid_acpi_2))
            out->rsdp = physical(entry->table);
        else if (is_same(&entry->vendor, &guid_fdt))
            out->fdt = physical(entry->table);
    }
}

struct uefi_handover uefi_exit(uint64_t system_table, uint64_t image_handle)
{
    const struct efi_system_table *const system = pointer(system_table);
    struct uefi_handover out = uefi_none();
    if (!has_tables(system))
        return out;

    for_all_pci(system->boot, PCI_DISCONNECT);
    for_all_pci(system->boot, PCI_STOP_BRIDGES);
    for (unsigned i = 0; i < EXIT_TRIES && paddr_is_none(out.map); i++)
        try_exit(system->boot, pointer(image_handle), &out);
    read_configuration(system, &out);
    return out;
}
