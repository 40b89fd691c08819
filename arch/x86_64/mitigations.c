/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/mitigations.h"

#include "arch/x86_64/cpu.h"

bool mitigations_verw(void)
{
    return cpu_has(CPU_MD_CLEAR);
}
