/* SPDX-License-Identifier: GPL-2.0-only */
/* PrimeCell PL011 (Arm TRM DDI 0183, "Summary of registers"); baud rate as firmware left it. */
#include "user/lib/uart.h"

#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "user/lib/cpu.h"
#include "user/lib/memory.h"

enum : uint32_t { DR = 0x00, FR = 0x18, LCR_H = 0x2c, CR = 0x30, IMSC = 0x38, ICR = 0x44 };
enum : uint32_t { FR_RXFE = 1 << 4, FR_TXFF = 1 << 5, LCR_H_8BIT_FIFO = 7 << 4 };
enum : uint32_t { CR_ON = 1 << 9 | 1 << 8 | 1 << 0, INT_RX = 1 << 4, INT_RX_TIMEOUT = 1 << 6 };

enum : uint64_t { QEMU_VIRT_UART = 0x0900'0000 }; /* where no device tree can be asked */

static volatile uint32_t *regs;

static uint32_t reg_read(uint32_t offset)
{
    return regs[offset / sizeof *regs];
}

static void reg_write(uint32_t offset, uint32_t value)
{
    regs[offset / sizeof *regs] = value;
}

status_t uart_open(const struct bootinfo *info)
{
    const uint64_t phys = info->launch == BOOT_SOURCE_FDT ? info->uart : QEMU_VIRT_UART;
    if (phys == 0)
        return BAD_DEV;
    const struct memory_view view =
        memory_view(phys, PAGE_SIZE, PERM_MEM_R | PERM_MEM_W, MAD_DEVICE);
    if (view.status != SUCCESS)
        return view.status;

    regs = view.base;
    reg_write(CR, 0);
    reg_write(LCR_H, LCR_H_8BIT_FIFO);
    reg_write(CR, CR_ON);
    return SUCCESS;
}

void uart_put(char c)
{
    if (regs == nullptr)
        return;
    while (reg_read(FR) & FR_TXFF)
        cpu_relax();
    reg_write(DR, (uint8_t)c);
}

int uart_get(void)
{
    if (regs == nullptr || (reg_read(FR) & FR_RXFE))
        return -1;
    return (uint8_t)reg_read(DR);
}

/* The FIFO interrupts at its trigger level, and a while after the last byte. */
void uart_listen(void)
{
    if (regs == nullptr)
        return;
    reg_write(ICR, INT_RX | INT_RX_TIMEOUT);
    reg_write(IMSC, INT_RX | INT_RX_TIMEOUT);
}
