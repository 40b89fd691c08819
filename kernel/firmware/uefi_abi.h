/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of UEFI's binary interface that the handover uses (UEFI Specification 2.10, "EFI System
 * Table", "Services - Boot Services", "PCI I/O Protocol"), for 64-bit CPUs.
 *
 * All functions use the Microsoft convention; on aarch64 that is the usual one for these arguments.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define EFIAPI __attribute__((ms_abi))

/* EFI_STATUS: 0, or the highest bit and a number. */
typedef uint64_t efi_status_t;
enum : uint64_t {
    EFI_SUCCESS = 0,
    EFI_BUFFER_TOO_SMALL = UINT64_C(1) << 63 | 5,
};

/* EFI_GUID, as it lies in memory. */
struct efi_guid {
    uint32_t a;
    uint16_t b, c;
    uint8_t d[8];
};
static_assert(sizeof(struct efi_guid) == 16);

struct efi_header {
    uint64_t signature;
    uint32_t revision;
    uint32_t size; /* of the table with this header, in bytes */
    uint32_t crc;
    uint32_t reserved;
};
enum : uint64_t {
    EFI_SYSTEM_SIGNATURE = 0x5453'5953'2049'4249, /* "IBI SYST" */
    EFI_BOOT_SIGNATURE = 0x5652'4553'544f'4f42,   /* "BOOTSERV" */
};

enum efi_memory_type : uint32_t { EFI_LOADER_DATA = 2 };
enum efi_locate : uint32_t { EFI_LOCATE_BY_PROTOCOL = 2 };

/* EFI_BOOT_SERVICES: the functions we call, at their places. */
struct efi_boot_services {
    struct efi_header header;
    const void *unused_1[4];
    efi_status_t(EFIAPI *get_memory_map)(uint64_t *size, void *map, uint64_t *key,
                                         uint64_t *desc_size, uint32_t *desc_version);
    efi_status_t(EFIAPI *allocate_pool)(enum efi_memory_type type, uint64_t size, void **out);
    efi_status_t(EFIAPI *free_pool)(void *pool);
    const void *unused_2[9];
    efi_status_t(EFIAPI *handle_protocol)(void *handle, const struct efi_guid *protocol,
                                          void **out);
    const void *unused_3[9];
    efi_status_t(EFIAPI *exit_boot_services)(void *image, uint64_t key);
    const void *unused_4[4];
    efi_status_t(EFIAPI *disconnect_controller)(void *controller, void *driver, void *child);
    const void *unused_5[4];
    efi_status_t(EFIAPI *locate_handle_buffer)(enum efi_locate how, const struct efi_guid *protocol,
                                               void *key, uint64_t *count, void ***out);
    const void *unused_6[7];
};
static_assert(offsetof(struct efi_boot_services, get_memory_map) == 56);
static_assert(offsetof(struct efi_boot_services, handle_protocol) == 152);
static_assert(offsetof(struct efi_boot_services, exit_boot_services) == 232);
static_assert(offsetof(struct efi_boot_services, disconnect_controller) == 272);
static_assert(offsetof(struct efi_boot_services, locate_handle_buffer) == 312);
static_assert(sizeof(struct efi_boot_services) == 376);

struct efi_configuration {
    struct efi_guid vendor;
    const void *table;
};
static_assert(sizeof(struct efi_configuration) == 24);

struct efi_system_table {
    struct efi_header header;
    const void *unused_1[9];
    struct efi_boot_services *boot;
    uint64_t configuration_count;
    const struct efi_configuration *configuration;
};
static_assert(offsetof(struct efi_system_table, boot) == 96);
static_assert(sizeof(struct efi_system_table) == 120);

/* EFI_PCI_IO_PROTOCOL */
enum efi_pci_width : uint32_t { EFI_PCI_16 = 1, EFI_PCI_32 = 2 };

struct efi_pci_io;
typedef efi_status_t(EFIAPI *efi_pci_config_t)(struct efi_pci_io *pci, enum efi_pci_width width,
                                               uint32_t offset, uint64_t count, void *buffer);
struct efi_pci_io {
    const void *unused_1[6];
    efi_pci_config_t config_read;
    efi_pci_config_t config_write;
    const void *unused_2[6];
    efi_status_t(EFIAPI *get_location)(struct efi_pci_io *pci, uint64_t *segment, uint64_t *bus,
                                       uint64_t *device, uint64_t *function);
};
static_assert(offsetof(struct efi_pci_io, config_read) == 48);
static_assert(offsetof(struct efi_pci_io, get_location) == 112);
