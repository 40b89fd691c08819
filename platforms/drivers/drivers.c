/* SPDX-License-Identifier: GPL-2.0-only */

#include "platforms/drivers/drivers.h"

static const struct uart_ops *const by_kind[] = {
    [UART_NS16550] = &uart_ns16550, [UART_PL011] = &uart_pl011, [UART_IMX] = &uart_imx,
    [UART_MINI] = &uart_mini,       [UART_MESON] = &uart_meson, [UART_CADENCE] = &uart_cadence,
    [UART_SCIF] = &uart_scif,
};

const struct uart_ops *uart_ops_of(enum board_uart_kind kind)
{
    return kind < ARRAY_SIZE(by_kind) ? by_kind[kind] : nullptr;
}

/* Microsoft, "Debug Port Table 2", serial subtypes. */
static const struct {
    uint16_t subtype;
    const struct uart_ops *ops;
} by_subtype[] = {
    {0x00, &uart_ns16550}, {0x01, &uart_ns16550}, {0x12, &uart_ns16550},
    {0x03, &uart_pl011},   {0x0c, &uart_imx},     {0x10, &uart_mini},
};

const struct uart_ops *uart_ops_of_acpi(uint16_t subtype)
{
    for (unsigned i = 0; i < ARRAY_SIZE(by_subtype); i++)
        if (by_subtype[i].subtype == subtype)
            return by_subtype[i].ops;
    return nullptr;
}
