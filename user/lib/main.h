/* SPDX-License-Identifier: GPL-2.0-only */
/* What a root task defines; start.S calls it on a stack of 32 KiB. */
#pragma once

#include <stdint.h>

#include "kernel/abi/hip.h"

/*
 * `hip` is the hypervisor information page. The boot registers are as the boot loader set them:
 * magic and physical address of the information structure, or, for the legacy launch on aarch64,
 * physical addresses of device tree and root image (kernel/abi/boot.h). `boot2` is 0 on x86_64.
 */
[[noreturn]] void user_main(const struct hip *hip, uint64_t boot0, uint64_t boot1, uint64_t boot2);
