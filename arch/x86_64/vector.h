/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupt vectors: exceptions (SDM vol. 3, "Exception and Interrupt Reference"), then ours. layout.h has those that assembly knows. */
#pragma once

#include <stdint.h>

enum vector : uint8_t {
    VECTOR_NM = 7,
    VECTOR_PF = 14,
    VECTOR_EXCEPTIONS = 32, /* number of exceptions; their names: dump.c */
    VECTOR_DEVICE = 32,     /* interrupt n of the interface: + n         */
    VECTOR_TIMER = 0xf9,    /* of the local APIC                         */
    VECTOR_KICK = 0xfd,     /* from another CPU                          */
    VECTOR_SPURIOUS = 0xff, /* of the local APIC                         */
};
