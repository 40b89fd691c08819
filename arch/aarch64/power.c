/* SPDX-License-Identifier: GPL-2.0-only */
/* Off and reset through PSCI. Sleep states that return (SYSTEM_SUSPEND) are not built yet. */

#include "arch/contract/power.h"

#include "arch/aarch64/psci.h"

status_t arch_power_transition(enum sleep_state state, [[maybe_unused]] uint8_t a,
                               [[maybe_unused]] uint8_t b)
{
    static _Atomic bool under_way;
    const bool is_off = state == SLEEP_S4 || state == SLEEP_S5;
    if (!psci_is_present() || !(is_off || state == SLEEP_RESET))
        return BAD_FTR;
    if (__c11_atomic_exchange(&under_way, true, __ATOMIC_ACQ_REL))
        return ABORTED;
    if (is_off)
        psci_system_off();
    else
        psci_system_reset();
    under_way = false;
    return BAD_FTR; /* firmware is still there: it cannot */
}
