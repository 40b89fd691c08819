/* SPDX-License-Identifier: GPL-2.0-only */
/* Breaks on one word that only coverage leads to. */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 4 && data[0] == 'n' && data[1] == 'o' && data[2] == 'v' && data[3] == 'a') {
        __builtin_trap();
    }
    return 0;
}
