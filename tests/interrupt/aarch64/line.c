/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/interrupt/aarch64/line.h"

#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "user/lib/memory.h"

enum : uint64_t { RTC = 0x0901'0000, GPIO = 0x0903'0000 };

/* PrimeCell PL031 (Arm TRM DDI 0224): once the match was there, the mask decides. */
enum : uint32_t { RTC_DR = 0x00, RTC_MR = 0x04, RTC_CR = 0x0c, RTC_IMSC = 0x10 };

/* PrimeCell PL061 (Arm TRM DDI 0190): input 0 is low, and that is what interrupts. */
enum : uint32_t { GPIO_IS = 0x404, GPIO_IEV = 0x40c, GPIO_IE = 0x410, INPUT_0 = 1 };

static volatile uint32_t *rtc, *gpio;

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
    status_t status = open(RTC, &rtc);
    if (status == SUCCESS)
        status = open(GPIO, &gpio);
    if (status != SUCCESS)
        return status;
    reg_write(rtc, RTC_IMSC, 0);
    reg_write(rtc, RTC_CR, 1);
    reg_write(rtc, RTC_MR, rtc[RTC_DR / sizeof *rtc]);
    reg_write(gpio, GPIO_IE, 0);
    reg_write(gpio, GPIO_IS, INPUT_0);
    reg_write(gpio, GPIO_IEV, 0);
    return SUCCESS;
}

void line_set(enum line line, bool high)
{
    switch (line) {
    case LINE_RTC:
        reg_write(rtc, RTC_IMSC, high);
        break;
    case LINE_GPIO:
        reg_write(gpio, GPIO_IE, high ? INPUT_0 : 0);
        break;
    }
}

void line_pulse(enum line line)
{
    line_set(line, true);
    line_set(line, false);
}
