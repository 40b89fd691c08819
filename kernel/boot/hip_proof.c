/* SPDX-License-Identifier: GPL-2.0-only */
/* Any information page of either length. */
#include "kernel/boot/hip.c"

static void sums_to_zero(uint16_t length)
{
    union {
        struct hip hip;
        uint16_t word[sizeof(struct hip) / 2];
    } page;
    uint16_t sum = 0;
    page.hip.length = length;
    page.hip.checksum = 0;
    for (unsigned i = 0; i < length / 2; i++)
        sum = (uint16_t)(sum + page.word[i]);
    CLAIM((uint16_t)(sum + hip_checksum(&page.hip)) == 0, "sum");
}

PROOF(with_the_checksum_all_words_sum_to_zero)
{
    sums_to_zero(HIP_LENGTH_X86_64);
    sums_to_zero(HIP_LENGTH_AARCH64);
}
