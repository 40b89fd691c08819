/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/spaces.h"

#include "kernel/abi/perm.h"

status_t spaces_fetch(sel_t from, sel_t to)
{
    return hc_ctrl_pd(SEL_ROOT_NOVA_OBJ, SEL_ROOT_OBJ,
                      (struct hc_range){.from = from, .to = to, .perm = PERM_MASK});
}

status_t spaces_open(void)
{
    static const struct {
        sel_t from, to;
    } wanted[] = {
        {SEL_NOVA_HST, SEL_LIB_NOVA_HST},    {SEL_NOVA_ROOT_HST, SEL_LIB_ROOT_HST},
        {SEL_NOVA_PIO, SEL_LIB_NOVA_PIO},    {SEL_NOVA_ROOT_PIO, SEL_LIB_ROOT_PIO},
        {SEL_NOVA_CONSOLE, SEL_LIB_CONSOLE},
    };

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const status_t status = spaces_fetch(wanted[i].from, wanted[i].to);
        if (status != SUCCESS)
            return status;
    }
    return SUCCESS;
}
