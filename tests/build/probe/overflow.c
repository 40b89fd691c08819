/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads behind the end of a buffer. */
#include <stdlib.h>

int main(void)
{
    volatile char *buffer = malloc(4);
    return buffer == nullptr ? 1 : buffer[4];
}
