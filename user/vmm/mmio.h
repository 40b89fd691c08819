/* SPDX-License-Identifier: GPL-2.0-only */
/* An access of the guest to a register of a device. */
#pragma once

#include <stdint.h>

struct mmio {
    uint64_t offset; /* in the device's range                                             */
    uint8_t size;    /* bytes: 1, 2, 4, 8                                                 */
    uint8_t vcpu;    /* who does it                                                       */
    bool is_write;
    uint64_t value; /* what is written; or what is read, 0 unless the device answers     */
};

/* A data abort's syndrome as an access (Arm ARM DDI 0487, ESR_EL2, ISS for Data Abort). */
struct mmio_decoded {
    bool is_valid; /* the syndrome says all that is needed to emulate it  */
    bool is_signed, is_64;
    uint8_t reg; /* number of the general register, 31: zero            */
    struct mmio access;
};
struct mmio_decoded mmio_decode(uint32_t esr);

/* What the register gets for a value that was read. */
uint64_t mmio_extend(const struct mmio_decoded *d, uint64_t value);
