/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/vmm/mmio.h"

/* Arm ARM DDI 0487, ESR_EL2, "ISS encoding for an exception from a Data Abort". */
enum : uint32_t {
    ISS_WNR = 1 << 6,
    ISS_CM = 1 << 8,
    ISS_SF = 1 << 15,
    ISS_SRT_SHIFT = 16,
    ISS_SSE = 1 << 21,
    ISS_SAS_SHIFT = 22,
    ISS_ISV = 1 << 24,
};

struct mmio_decoded mmio_decode(uint32_t esr)
{
    return (struct mmio_decoded){
        .is_valid = (esr & ISS_ISV) && !(esr & ISS_CM),
        .is_signed = esr & ISS_SSE,
        .is_64 = esr & ISS_SF,
        .reg = esr >> ISS_SRT_SHIFT & 31,
        .access = {.size = (uint8_t)(1 << (esr >> ISS_SAS_SHIFT & 3)), .is_write = esr & ISS_WNR},
    };
}

uint64_t mmio_extend(const struct mmio_decoded *d, uint64_t value)
{
    const unsigned unused = 64 - 8u * d->access.size;
    if (d->is_signed)
        value = (uint64_t)((int64_t)(value << unused) >> unused);
    else
        value = value << unused >> unused;
    return d->is_64 ? value : (uint32_t)value;
}
