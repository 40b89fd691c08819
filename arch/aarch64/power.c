/* SPDX-License-Identifier: GPL-2.0-only */
/* Off and reset through PSCI. Sleep states that return (SYSTEM_SUSPEND) are not built yet. */

#include "arch/contract/power.h"

#include <stdatomic.h>

#include "arch/aarch64/psci.h"

status_t arch_power_transition(enum sleep_state state, [[maybe_unused]] uint8_t a,
                               [[maybe_unused]] uint8_t b)
{
    static _Atomic bool under_way;
    const bool is_off = state == SLEEP_S4 || state == SLEEP_S5;
    if (!psci_is_present() || !(is_off || state == SLEEP_RESET))
        return BAD_FTR;
    if (atomic_exchange_explicit(&under_way, true, memory_order_acq_rel))
        return ABORTED;
    if (is_off)
        psci_system_off();
    else
        psci_system_reset();
    atomic_store_explicit(&under_way, false, memory_order_release);
    return BAD_FTR; /* firmware is still there: it cannot */
}
