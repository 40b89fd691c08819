/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Status codes: the low byte of P0 after a hypercall (interface specification, 5.1).
 * One table makes the enum, the names in traces and the table in the manual.
 */
#pragma once

#include <stdint.h>

#define STATUS_TABLE(S)                                                                            \
    S(SUCCESS, 0x0, "done")                                                                        \
    S(TIMEOUT, 0x1, "gave up because of a timeout")                                                \
    S(ABORTED, 0x2, "aborted")                                                                     \
    S(OVRFLOW, 0x3, "would overflow")                                                              \
    S(BAD_HYP, 0x4, "hypercall not valid (here)")                                                  \
    S(BAD_CAP, 0x5, "capability unsuitable")                                                       \
    S(BAD_PAR, 0x6, "parameter unsuitable")                                                        \
    S(BAD_FTR, 0x7, "feature absent")                                                              \
    S(BAD_CPU, 0x8, "CPU number unsuitable")                                                       \
    S(BAD_DEV, 0x9, "device identifier unsuitable")                                                \
    S(MEM_OBJ, 0xa, "no memory for the object")                                                    \
    S(MEM_CAP, 0xb, "no memory for capability storage")

#define STATUS_ENUM_(name, code, text) name = code,
typedef enum [[nodiscard]] status : uint32_t { STATUS_TABLE(STATUS_ENUM_) } status_t;
#undef STATUS_ENUM_
