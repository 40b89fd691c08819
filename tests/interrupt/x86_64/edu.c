/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/interrupt/x86_64/edu.h"

#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "user/lib/memory.h"
#include "user/lib/x86_64/port.h"

/* PCI Local Bus Specification 3.0: "Configuration Mechanism #1", "MSI Capability Structure". */
enum : uint16_t { CONFIG_ADDRESS = 0xcf8, CONFIG_DATA = 0xcfc };
enum : uint8_t { PCI_ID = 0x00, PCI_COMMAND = 0x04, PCI_BAR0 = 0x10, PCI_CAP = 0x34 };
enum : uint8_t { MSI_CONTROL = 0, MSI_ADDRESS = 4, MSI_ADDRESS_HIGH = 8, MSI_DATA = 12 };
enum : uint32_t {
    EDU_ID = 0x11e8'1234,
    COMMAND_MEMORY = 1 << 1,
    COMMAND_MASTER = 1 << 2,
    CAP_MSI = 0x05,
    MSI_ENABLE = 1u << 16,
};
enum : uint64_t { EDU_SIZE = 0x1000, EDU_RAISE = 0x60, EDU_END = 0x64 };

static uint16_t function;
static uint8_t msi;
static volatile uint32_t *registers;

static void config_select(uint8_t offset)
{
    port_write32(CONFIG_ADDRESS, 1u << 31 | (uint32_t)function << 8 | offset);
}

static uint32_t config_read(uint8_t offset)
{
    config_select(offset);
    return port_read32(CONFIG_DATA);
}

static void config_write(uint8_t offset, uint32_t value)
{
    config_select(offset);
    port_write32(CONFIG_DATA, value);
}

static uint8_t find_msi(void)
{
    uint8_t at = config_read(PCI_CAP) & 0xfc;
    while (at != 0 && (config_read(at) & 0xff) != CAP_MSI)
        at = config_read(at) >> 8 & 0xfc;
    return at;
}

uint16_t edu_open(void)
{
    if (port_open(CONFIG_ADDRESS, 3) != SUCCESS)
        return 0xffff;
    for (function = 0; config_read(PCI_ID) != EDU_ID; function++)
        if (function == 0xff)
            return 0xffff;
    msi = find_msi();
    config_write(PCI_COMMAND, COMMAND_MEMORY | COMMAND_MASTER);
    registers =
        memory_view(config_read(PCI_BAR0) & ~0xfu, EDU_SIZE, PERM_MEM_R | PERM_MEM_W, MAD_DEVICE)
            .base;
    return registers != nullptr && msi != 0 ? function : 0xffff;
}

void edu_use_pin(void)
{
    config_write(msi + MSI_CONTROL, config_read(msi + MSI_CONTROL) & ~MSI_ENABLE);
}

void edu_use_message(uint32_t address, uint16_t data)
{
    config_write(msi + MSI_ADDRESS, address);
    config_write(msi + MSI_ADDRESS_HIGH, 0);
    config_write(msi + MSI_DATA, data);
    config_write(msi + MSI_CONTROL, config_read(msi + MSI_CONTROL) | MSI_ENABLE);
}

void edu_raise(void)
{
    registers[EDU_RAISE / 4] = 1;
}

void edu_end(void)
{
    registers[EDU_END / 4] = 1;
}
