/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/acpi_fadt.h"

enum : unsigned {
    FADT_SIZE_MIN = 116, /* ACPI 1.0; what came later reads as 0 */
    FADT_FIRMWARE_CTRL = 36,
    FADT_SMI_CMD = 48,
    FADT_ACPI_ENABLE = 52,
    FADT_PSTATE_CNT = 55,
    FADT_CST_CNT = 95,
    FADT_FLAGS = 112,
    FADT_RESET_REG = 116,
    FADT_RESET_VALUE = 128,
    FADT_ARM_BOOT_ARCH = 129,
    FADT_X_FIRMWARE_CTRL = 132,
    FADT_SLEEP_CONTROL = 244,
    FADT_SLEEP_STATUS = 256, /* both since ACPI 5.0; read as 0 in shorter tables */
};

/*
 * A register block is described twice: by a Generic Address Structure at `x`, and by a port number of 32
 * bits at `port` with its length in bytes at `length`.
 */
static struct acpi_register block(struct bytes fadt, unsigned x, unsigned port, unsigned length)
{
    const struct acpi_register extended = acpi_register_at(fadt, x);
    if (extended.width != 0 && extended.address != 0)
        return extended;
    return (struct acpi_register){
        .address = bytes_le32(fadt, port),
        .width = (uint16_t)(8 * bytes_u8(fadt, length)),
        .space = ACPI_SPACE_IO,
    };
}

static void read_blocks(struct bytes b, struct acpi_fadt *out)
{
    out->pm1a_evt = block(b, 148, 56, 88);
    out->pm1b_evt = block(b, 160, 60, 88);
    out->pm1a_cnt = block(b, 172, 64, 89);
    out->pm1b_cnt = block(b, 184, 68, 89);
    out->pm2_cnt = block(b, 196, 72, 90);
    out->pm_timer = block(b, 208, 76, 91);
    out->gpe0 = block(b, 220, 80, 92);
    out->gpe1 = block(b, 232, 84, 93);
}

static void read_smi(struct bytes b, struct acpi_fadt *out)
{
    const uint32_t port = bytes_le32(b, FADT_SMI_CMD);
    if (port > UINT16_MAX)
        return;
    out->smi_cmd = (uint16_t)port;
    out->acpi_enable = bytes_u8(b, FADT_ACPI_ENABLE);
    out->pstate_cnt = bytes_u8(b, FADT_PSTATE_CNT);
    out->cst_cnt = bytes_u8(b, FADT_CST_CNT);
}

bool acpi_fadt_read(const struct acpi_table *fadt, struct acpi_fadt *out)
{
    const struct bytes b = acpi_bytes(fadt);
    *out = (struct acpi_fadt){0};
    if (b.size < FADT_SIZE_MIN)
        return false;

    out->flags = bytes_le32(b, FADT_FLAGS);
    out->arm_boot = bytes_le16(b, FADT_ARM_BOOT_ARCH);
    out->facs = bytes_le64(b, FADT_X_FIRMWARE_CTRL);
    if (out->facs == 0)
        out->facs = bytes_le32(b, FADT_FIRMWARE_CTRL);

    if (out->flags & ACPI_FADT_HW_REDUCED) {
        out->sleep_control = acpi_register_at(b, FADT_SLEEP_CONTROL);
        out->sleep_status = acpi_register_at(b, FADT_SLEEP_STATUS);
    } else {
        read_blocks(b, out);
        read_smi(b, out);
    }
    if (out->flags & ACPI_FADT_RESET_REG) {
        out->reset_reg = acpi_register_at(b, FADT_RESET_REG);
        out->reset_value = bytes_u8(b, FADT_RESET_VALUE);
    }
    return true;
}
