/* SPDX-License-Identifier: GPL-2.0-only */
/* Overflows a signed integer. */
#include <limits.h>

int main(void)
{
    volatile int x = INT_MAX;
    x = x + 1;
    return 0;
}
