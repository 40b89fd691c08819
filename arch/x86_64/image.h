/* SPDX-License-Identifier: GPL-2.0-only */
/* Where things are in the image: symbols of kernel.ld. */
#pragma once

#include "arch/types.h"

extern char image_text_end[];   /* code: [image_start, image_text_end)            */
extern char image_rodata_end[]; /* constants follow, then what is written         */
extern char image_free[];       /* end of code and data: the pool begins          */
extern char image_end[];        /* end of the footprint                           */

static const char *const image_start = (const char *)KERNEL_VIRT;
