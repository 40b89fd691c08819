/* SPDX-License-Identifier: GPL-2.0-only */
/* Includes a header of the host. */
#include <stdio.h>
#include "probe/middle.h"

int middle(int x)
{
    return x;
}
