/* SPDX-License-Identifier: GPL-2.0-only */
/* An unused variable: a warning, so an error. */
#include "probe/middle.h"

int middle(int x)
{
    int unused;
    return x;
}
