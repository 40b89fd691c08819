/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/power.h"

#include "kernel/abi/hypercall.h"
#include "user/lib/debug_exit.h"
#include "user/lib/hypercall.h"

void power_idle(void)
{
    for (;;)
        cpu_relax();
}

/* A and B, the bytes of the ACPI \_Sx package, are 0: right for emulated chip sets and PSCI. */
[[noreturn]] static void sleep(enum sleep_state first, enum sleep_state second)
{
    (void)hc_ctrl_hw(CTRL_HW_SLEEP, first);
    (void)hc_ctrl_hw(CTRL_HW_SLEEP, second);
    power_idle();
}

void power_off(void)
{
    sleep(SLEEP_S5, SLEEP_RESET);
}

void power_reset(void)
{
    sleep(SLEEP_RESET, SLEEP_S5);
}

void power_exit(int status)
{
    debug_exit(status);
    power_off();
}
