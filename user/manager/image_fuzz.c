/* SPDX-License-Identifier: GPL-2.0-only */
/* Fuzz target: a program of any bytes has segments inside of its file, or is refused. */
#include "user/manager/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image image;
    if (!image_parse(&image, data, size))
        return 0;
    for (size_t i = 0; i < image.count; i++)
        if (image.segment[i].offset > size ||
            image.segment[i].size > size - image.segment[i].offset)
            __builtin_trap();
    return 0;
}
