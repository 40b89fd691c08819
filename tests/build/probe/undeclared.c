/* SPDX-License-Identifier: GPL-2.0-only */
/* Uses a header of a library that it does not name in deps. */
#include "probe/low.h"
#include "probe/middle.h"

int middle(int x)
{
    return low(x);
}
