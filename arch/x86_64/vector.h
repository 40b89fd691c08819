/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupt vectors behind the exceptions (SDM vol. 3, "Exception and Interrupt Reference"). layout.h has
 * those.
 */
#pragma once

#include <stdint.h>

enum vector : uint8_t {
    VECTOR_DEVICE = 32,     /* interrupt n of the interface: + n */
    VECTOR_TIMER = 0xf9,    /* of the local APIC                 */
    VECTOR_KICK = 0xfd,     /* from another CPU                  */
    VECTOR_SPURIOUS = 0xff, /* of the local APIC                 */
};
