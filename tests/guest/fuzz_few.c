/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/guest/fuzz.h"

const uint64_t fuzz_replies = 5'000;
