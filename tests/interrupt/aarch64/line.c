/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/interrupt/aarch64/line.h"

#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "user/lib/memory.h"

enum : uint64_t { UART = 0x0900'0000, RTC = 0x0901'0000 };

/* PrimeCell PL011 (Arm TRM DDI 0183): it has sent something, so there is room, and the mask decides. */
enum : uint32_t { UART_IMSC = 0x38, UART_TXIM = 1 << 5 };

/* PrimeCell PL031 (Arm TRM DDI 0224): once the match was there, the mask decides. */
enum : uint32_t { RTC_DR = 0x00, RTC_MR = 0x04, RTC_CR = 0x0c, RTC_IMSC = 0x10 };

static volatile uint32_t *uart, *rtc;

static void reg_write(volatile uint32_t *regs, uint32_t offset, uint32_t value)
{
    regs[offset / sizeof *regs] = value;
}

static status_t open(uint64_t phys, volatile uint32_t **regs)
{
    const struct memory_view view =
        memory_view(phys, PAGE_SIZE, PERM_MEM_R | PERM_MEM_W, MAD_DEVICE);
    *regs = view.base;
    return view.status;
}

status_t line_open(void)
{
    status_t status = open(UART, &uart);
    if (status == SUCCESS)
        status = open(RTC, &rtc);
    if (status != SUCCESS)
        return status;
    reg_write(uart, UART_IMSC, 0);
    reg_write(rtc, RTC_IMSC, 0);
    reg_write(rtc, RTC_CR, 1);
    reg_write(rtc, RTC_MR, rtc[RTC_DR / sizeof *rtc]);
    return SUCCESS;
}

void line_set(enum line line, bool high)
{
    switch (line) {
    case LINE_UART:
        reg_write(uart, UART_IMSC, high ? UART_TXIM : 0);
        break;
    case LINE_RTC:
        reg_write(rtc, RTC_IMSC, high);
        break;
    }
}

void line_pulse(enum line line)
{
    line_set(line, true);
    line_set(line, false);
}
