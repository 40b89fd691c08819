/* SPDX-License-Identifier: GPL-2.0-only */
/* How long fuzz.c goes on: fuzz_few.c for the gate, fuzz_many.c for a person. */
#pragma once

#include <stdint.h>

extern const uint64_t fuzz_replies;
