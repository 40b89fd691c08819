/* SPDX-License-Identifier: GPL-2.0-only */
/* The one place of user/lib that names the CPUs: it picks the primitives of the one built for. */
#pragma once

#if defined(__x86_64__)
#include "user/lib/x86_64/trap.h" // IWYU pragma: export
#elif defined(__aarch64__)
#include "user/lib/aarch64/trap.h" // IWYU pragma: export
#else
#error "no such CPU"
#endif
