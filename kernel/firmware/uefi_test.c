/* SPDX-License-Identifier: GPL-2.0-only */
/* The handover, against a firmware made of arrays. It notes the order of what is asked of it. */
#include "kernel/firmware/uefi.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/firmware/testing/expect.h"
#include "kernel/firmware/uefi_abi.h"

/* ---- PCI devices ---- */

struct device {
    struct efi_pci_io io;
    uint64_t bus;
    uint32_t class;
    uint16_t command;
    bool is_connected;
};

enum : unsigned { DEVICES = 4 };

/* What goes wrong with the firmware. */
static enum trouble {
    NONE,
    NO_LOCATION,
    NO_CLASS,
    NO_COMMAND,
    NO_PROTOCOL,
    NO_MAP_SIZE,
    NO_MEMORY,
    NO_MAP,
    LARGE_MAP,
    LARGE_DESCRIPTORS,
    LARGE_VERSION,
} trouble;
enum : uint64_t { DEVICE_ERROR = UINT64_C(1) << 63 | 7 };

static struct device devices[DEVICES];
static bool was_exited, was_stopped_while_connected;

static struct device *device_of(struct efi_pci_io *io)
{
    return (struct device *)(void *)io; /* its first member */
}

static EFIAPI efi_status_t get_location(struct efi_pci_io *io, uint64_t *segment, uint64_t *bus,
                                        uint64_t *number, uint64_t *function)
{
    *segment = *number = *function = 0;
    *bus = device_of(io)->bus;
    return trouble == NO_LOCATION ? DEVICE_ERROR : EFI_SUCCESS;
}

static EFIAPI efi_status_t config_read(struct efi_pci_io *io, enum efi_pci_width width,
                                       uint32_t offset, uint64_t count, void *buffer)
{
    EXPECT_EQUAL(count, 1);
    if (trouble == (offset == 8 ? NO_CLASS : NO_COMMAND))
        return DEVICE_ERROR;
    if (offset == 8 && width == EFI_PCI_32)
        memcpy(buffer, &device_of(io)->class, 4);
    else if (offset == 4 && width == EFI_PCI_16)
        memcpy(buffer, &device_of(io)->command, 2);
    else
        EXPECT(false);
    return EFI_SUCCESS;
}

static EFIAPI efi_status_t config_write(struct efi_pci_io *io, enum efi_pci_width width,
                                        uint32_t offset, uint64_t count, void *buffer)
{
    EXPECT(count == 1 && offset == 4 && width == EFI_PCI_16);
    memcpy(&device_of(io)->command, buffer, 2);
    for (unsigned i = 0; i < DEVICES; i++)
        was_stopped_while_connected |= devices[i].bus != 0 && devices[i].is_connected;
    return EFI_SUCCESS;
}

/* ---- Boot services ---- */

enum : unsigned { MAP_SIZE = 3 * 48 };

static unsigned pools, map_key, exits_refused, exit_calls;
static bool has_pci;

static EFIAPI efi_status_t allocate_pool(enum efi_memory_type type, uint64_t size, void **out)
{
    EXPECT(type == EFI_LOADER_DATA);
    EXPECT(!was_exited);
    if (trouble == NO_MEMORY)
        return DEVICE_ERROR;
    *out = malloc(size);
    pools++;
    map_key++; /* the map has changed */
    return EFI_SUCCESS;
}

static EFIAPI efi_status_t free_pool(void *pool)
{
    EXPECT(!was_exited);
    free(pool);
    pools--;
    map_key++;
    return EFI_SUCCESS;
}

static EFIAPI efi_status_t get_memory_map(uint64_t *size, void *map, uint64_t *key,
                                          uint64_t *desc_size, uint32_t *version)
{
    if (trouble == NO_MAP_SIZE || (trouble == NO_MAP && map != nullptr))
        return DEVICE_ERROR;
    *desc_size = trouble == LARGE_DESCRIPTORS ? 0x1'0000 : 48;
    *version = trouble == LARGE_VERSION ? 0x1'0000 : 1;
    const uint64_t need = MAP_SIZE + 48 * pools; /* each allocation makes it longer */
    const bool fits = *size >= need;
    *size = need;
    if (!fits)
        return EFI_BUFFER_TOO_SMALL;
    memset(map, 0x5a, need);
    *key = map_key;
    if (trouble == LARGE_MAP)
        *size = UINT64_C(1) << 32;
    return EFI_SUCCESS;
}

static int image; /* its address is the handle */

static EFIAPI efi_status_t exit_boot_services(void *handle, uint64_t key)
{
    EXPECT(handle == &image);
    EXPECT_EQUAL(key, map_key);
    exit_calls++;
    if (exit_calls <= exits_refused)
        return 1ull << 63 | 2;
    was_exited = true;
    return EFI_SUCCESS;
}

static EFIAPI efi_status_t locate_handle_buffer(enum efi_locate how,
                                                const struct efi_guid *protocol, void *key,
                                                uint64_t *count, void ***out)
{
    EXPECT(how == EFI_LOCATE_BY_PROTOCOL && protocol->a == 0x4cf5'b200 && key == nullptr);
    if (!has_pci)
        return 1ull << 63 | 14;
    if (allocate_pool(EFI_LOADER_DATA, DEVICES * sizeof **out, (void **)out) != EFI_SUCCESS)
        return DEVICE_ERROR;
    *count = DEVICES;
    for (unsigned i = 0; i < DEVICES; i++)
        (*out)[i] = &devices[i];
    return EFI_SUCCESS;
}

static EFIAPI efi_status_t handle_protocol(void *handle, const struct efi_guid *protocol,
                                           void **out)
{
    EXPECT(protocol->d[7] == 0x9a);
    if (handle == &devices[DEVICES - 1])
        return 1ull << 63 | 3; /* this handle is gone */
    *out = trouble == NO_PROTOCOL ? nullptr : handle;
    return EFI_SUCCESS;
}

static EFIAPI efi_status_t disconnect_controller(void *controller, void *driver, void *child)
{
    EXPECT(driver == nullptr && child == nullptr);
    ((struct device *)controller)->is_connected = false;
    return EFI_SUCCESS;
}

/* ---- The machine ---- */

static struct efi_boot_services boot;
static struct efi_system_table table;
static struct efi_configuration configuration[3];
static uint8_t rsdp, fdt, rsdp_1;

static void begin(void)
{
    boot = (struct efi_boot_services){
        .header = {.signature = EFI_BOOT_SIGNATURE, .size = sizeof boot},
        .get_memory_map = get_memory_map,
        .allocate_pool = allocate_pool,
        .free_pool = free_pool,
        .handle_protocol = handle_protocol,
        .exit_boot_services = exit_boot_services,
        .disconnect_controller = disconnect_controller,
        .locate_handle_buffer = locate_handle_buffer,
    };
    configuration[0] = (struct efi_configuration){
        {0xeb9d'2d30, 0x2d88, 0x11d3, {0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}}, &rsdp_1};
    configuration[1] = (struct efi_configuration){
        {0x8868'e871, 0xe4f1, 0x11d3, {0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}}, &rsdp};
    configuration[2] = (struct efi_configuration){
        {0xb1b6'21d5, 0xf19c, 0x41a5, {0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0}}, &fdt};
    table = (struct efi_system_table){
        .header = {.signature = EFI_SYSTEM_SIGNATURE, .size = sizeof table},
        .boot = &boot,
        .configuration_count = 3,
        .configuration = configuration,
    };
    for (unsigned i = 0; i < DEVICES; i++)
        devices[i] = (struct device){
            .io = {.config_read = config_read,
                   .config_write = config_write,
                   .get_location = get_location},
            .class = 0x0200'0000,
            .command = 7,
            .is_connected = true,
        };
    devices[1].class = 0x0604'0001;
    devices[2].bus = 3;
    has_pci = true;
    trouble = NONE;
    was_exited = was_stopped_while_connected = false;
    pools = exits_refused = exit_calls = 0;
    map_key = 1;
}

static struct uefi_handover hand_over(void)
{
    return uefi_exit((uintptr_t)&table, (uintptr_t)&image);
}

/* The map's buffer is ours now; give it back to the host. */
static void drop_map(const struct uefi_handover *uefi)
{
    if (!paddr_is_none(uefi->map))
        free((void *)uefi->map.raw); /* NOLINT: came from malloc above */
}

static bool is_none(struct uefi_handover uefi)
{
    return paddr_is_none(uefi.map) && paddr_is_none(uefi.rsdp) && paddr_is_none(uefi.fdt) &&
           uefi.map_size == 0;
}

/* ---- Claims ---- */

static void handover_gives_map_and_tables(void)
{
    begin();
    const struct uefi_handover uefi = hand_over();
    EXPECT(was_exited);
    EXPECT_EQUAL(pools, 1); /* the map's own buffer */
    EXPECT_EQUAL(uefi.map_size, MAP_SIZE + 48);
    EXPECT_EQUAL(uefi.desc_size, 48);
    EXPECT_EQUAL(uefi.desc_version, 1);
    EXPECT_EQUAL(((const uint8_t *)uefi.map.raw)[MAP_SIZE + 47], 0x5a); /* NOLINT */
    EXPECT_EQUAL(uefi.rsdp.raw, (uintptr_t)&rsdp);
    EXPECT_EQUAL(uefi.fdt.raw, (uintptr_t)&fdt);
    drop_map(&uefi);
}

static void devices_behind_bridges_lose_their_drivers_first(void)
{
    begin();
    const struct uefi_handover uefi = hand_over();
    EXPECT(devices[0].is_connected && devices[1].is_connected);
    EXPECT(!devices[2].is_connected);
    EXPECT(!was_stopped_while_connected);
    drop_map(&uefi);
}

static void only_bridges_stop_to_be_masters(void)
{
    begin();
    const struct uefi_handover uefi = hand_over();
    EXPECT_EQUAL(devices[0].command, 7);
    EXPECT_EQUAL(devices[1].command, 3);
    EXPECT_EQUAL(devices[2].command, 7);
    EXPECT_EQUAL(devices[3].command, 7);
    drop_map(&uefi);
}

static void machine_without_pci_hands_over(void)
{
    begin();
    has_pci = false;
    const struct uefi_handover uefi = hand_over();
    EXPECT(was_exited && !paddr_is_none(uefi.map));
    drop_map(&uefi);
}

static void stale_map_key_is_tried_again(void)
{
    begin();
    exits_refused = 2;
    const struct uefi_handover uefi = hand_over();
    EXPECT(was_exited && !paddr_is_none(uefi.map));
    EXPECT_EQUAL(exit_calls, 3);
    EXPECT_EQUAL(pools, 1);
    drop_map(&uefi);
}

static void firmware_that_will_not_go_leaves_no_map(void)
{
    begin();
    exits_refused = UINT32_MAX;
    const struct uefi_handover uefi = hand_over();
    EXPECT(!was_exited && paddr_is_none(uefi.map));
    EXPECT_EQUAL(exit_calls, 3);
    EXPECT_EQUAL(pools, 0);
    EXPECT_EQUAL(uefi.rsdp.raw, (uintptr_t)&rsdp); /* the tables are there all the same */
}

static void a_device_that_does_not_tell_is_left_alone(void)
{
    for (trouble = NO_LOCATION; trouble <= NO_PROTOCOL; trouble++) {
        const enum trouble now = trouble;
        begin();
        trouble = now;
        const struct uefi_handover uefi = hand_over();
        EXPECT_EQUAL(devices[2].is_connected, now == NO_LOCATION || now == NO_PROTOCOL);
        EXPECT_EQUAL(devices[1].command, now == NO_LOCATION ? 3 : 7);
        EXPECT(was_exited && !paddr_is_none(uefi.map));
        drop_map(&uefi);
    }
}

static void firmware_that_gives_no_usable_map_is_not_left(void)
{
    for (trouble = NO_MAP_SIZE; trouble <= LARGE_VERSION; trouble++) {
        const enum trouble now = trouble;
        begin();
        trouble = now;
        const struct uefi_handover uefi = hand_over();
        EXPECT(!was_exited && paddr_is_none(uefi.map));
        EXPECT_EQUAL(exit_calls, 0);
        EXPECT_EQUAL(pools, 0);
        EXPECT_EQUAL(uefi.rsdp.raw, (uintptr_t)&rsdp);
    }
}

static void wrong_tables_are_left_alone(void)
{
    begin();
    table.header.signature++;
    EXPECT(is_none(hand_over()));
    begin();
    table.header.size = sizeof table - 1;
    EXPECT(is_none(hand_over()));
    begin();
    table.boot = nullptr; /* boot services are over */
    EXPECT(is_none(hand_over()));
    begin();
    boot.header.signature++;
    EXPECT(is_none(hand_over()));
    begin();
    boot.header.size = 0;
    EXPECT(is_none(hand_over()));
    EXPECT_EQUAL(exit_calls, 0);
}

static void old_acpi_is_not_taken(void)
{
    begin();
    table.configuration_count = 1;
    const struct uefi_handover uefi = hand_over();
    EXPECT(paddr_is_none(uefi.rsdp) && paddr_is_none(uefi.fdt));
    drop_map(&uefi);
}

int main(void)
{
    RUN(handover_gives_map_and_tables);
    RUN(devices_behind_bridges_lose_their_drivers_first);
    RUN(only_bridges_stop_to_be_masters);
    RUN(machine_without_pci_hands_over);
    RUN(stale_map_key_is_tried_again);
    RUN(firmware_that_will_not_go_leaves_no_map);
    RUN(a_device_that_does_not_tell_is_left_alone);
    RUN(firmware_that_gives_no_usable_map_is_not_left);
    RUN(wrong_tables_are_left_alone);
    RUN(old_acpi_is_not_taken);
    return failures != 0;
}
