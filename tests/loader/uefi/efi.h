/* SPDX-License-Identifier: GPL-2.0-only */
/* What the loader uses of UEFI (UEFI Specification 2.10), written down apart from the kernel's own. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef uint64_t efi_status_t; /* 0: success */

enum efi_allocate : uint32_t { EFI_BELOW = 1, EFI_AT = 2 };
enum efi_memory : uint32_t { EFI_LOADER_CODE = 1, EFI_LOADER_DATA = 2 };
enum : uint64_t { EFI_PAGE = 4096 };

struct efi_guid {
    uint32_t a;
    uint16_t b, c;
    uint8_t d[8];
};

struct efi_text_output {
    void *reset;
    efi_status_t (*output)(struct efi_text_output *self, const uint16_t *text);
};

struct efi_boot_services {
    uint8_t header[24];
    void *tpl[2];
    efi_status_t (*allocate_pages)(enum efi_allocate how, enum efi_memory type, uint64_t pages,
                                   uint64_t *address);
    void *unused[13];
    efi_status_t (*handle_protocol)(void *handle, const struct efi_guid *protocol, void **out);
};
static_assert(offsetof(struct efi_boot_services, allocate_pages) == 40);
static_assert(offsetof(struct efi_boot_services, handle_protocol) == 152);

struct efi_system_table {
    uint8_t header[24];
    void *vendor;
    uint32_t revision;
    void *in_handle, *in, *out_handle;
    struct efi_text_output *out;
    void *err_handle, *err, *runtime;
    struct efi_boot_services *boot;
};
static_assert(offsetof(struct efi_system_table, out) == 64);
static_assert(offsetof(struct efi_system_table, boot) == 96);

/* EFI_LOADED_IMAGE_PROTOCOL */
struct efi_loaded_image {
    uint32_t revision;
    void *parent, *system, *device, *path, *reserved;
    uint32_t options_size; /* bytes */
    const uint16_t *options;
};
static_assert(offsetof(struct efi_loaded_image, options) == 56);
