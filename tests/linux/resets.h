/* SPDX-License-Identifier: GPL-2.0-only */
/* What the guest resets.S and its test agree on; also for assembly. */
#pragma once

#define RESETS_ROUNDS 512 /* times that it starts over, and then switches itself off */
