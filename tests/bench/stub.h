/* SPDX-License-Identifier: GPL-2.0-only */
/* What the stubs know of the UTCB; event_bench.c asserts that it is so. */
#pragma once

#if defined(__x86_64__)
#define STUB_UTCB_IP 0x88
#define STUB_UTCB_IP_FIELD rip
#define STUB_MTD_IP (1 << 4)
#else
#define STUB_UTCB_IP 0x1e0
#define STUB_UTCB_IP_FIELD elr_el2
#define STUB_MTD_IP (1 << 25)

/* Entries of guest programs in their page, and its size. */
#define STUB_GUEST_EXITS 0
#define STUB_GUEST_GAPS 0x40
#define STUB_GUEST_SIZE 0x80
#endif
