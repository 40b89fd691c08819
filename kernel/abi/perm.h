/* SPDX-License-Identifier: GPL-2.0-only */
/* Permission bits of capabilities, by type (interface specification, 4.1). */
#pragma once

#include <stdint.h>

enum perm : uint8_t {
    PERM_NONE = 0,

    PERM_PD_PD = 1 << 0, /* create_pd with this PD as owner, for PDs and all spaces */
    PERM_PD_EC = 1 << 1,
    PERM_PD_SC = 1 << 2,
    PERM_PD_PT = 1 << 3,
    PERM_PD_SM = 1 << 4,
    PERM_PD_ALL = 0x1f,

    PERM_SPC_GRANT = 1 << 0,  /* may be the destination of ctrl_pd                  */
    PERM_SPC_TAKE = 1 << 1,   /* may be the source of ctrl_pd                       */
    PERM_SPC_ASSIGN = 1 << 2, /* guest ECs / devices may be assigned to the space   */
    PERM_OBJ_ALL = 0x03,
    PERM_HST_ALL = 0x03,
    PERM_GST_ALL = 0x05,
    PERM_DMA_ALL = 0x05,
    PERM_PIO_ALL = 0x07,
    PERM_MSR_ALL = 0x07,

    PERM_EC_CTRL = 1 << 0,
    PERM_EC_BIND_PT = 1 << 2,
    PERM_EC_BIND_SC = 1 << 3,
    PERM_EC_ALL = 0x0d,

    PERM_SC_CTRL = 1 << 0,
    PERM_SC_ALL = 0x01,

    PERM_PT_CTRL = 1 << 0,
    PERM_PT_CALL = 1 << 1,
    PERM_PT_EVENT = 1 << 2,
    PERM_PT_ALL = 0x07,

    PERM_SM_UP = 1 << 0,
    PERM_SM_DOWN = 1 << 1,
    PERM_SM_ASSIGN = 1 << 4, /* interrupt semaphores only                           */
    PERM_SM_ALL = 0x03,
    PERM_SM_INT = 0x12, /* interrupt semaphores in the NOVA object space            */

    PERM_MEM_R = 1 << 0,
    PERM_MEM_W = 1 << 1,
    PERM_MEM_XU = 1 << 2, /* executable in user mode                                */
    PERM_MEM_XS = 1 << 3, /* executable in supervisor mode                          */
    PERM_MEM_ALL = 0x0f,

    PERM_PIO_A = 1 << 0, /* port usable by IN/OUT                                   */

    PERM_MSR_R = 1 << 0,
    PERM_MSR_W = 1 << 1,
    PERM_MSR_RW = 0x03,

    PERM_MASK = 0x1f,
};
