/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
#include "probe/low.h"
int middle(int x);
