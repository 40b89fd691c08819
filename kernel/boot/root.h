/* SPDX-License-Identifier: GPL-2.0-only */
/* The root protection domain (interface specification, 6.2). */
#pragma once

#include "kernel/base/types.h"
#include "kernel/boot/config.h"
#include "kernel/boot/elf.h"

struct hip;
struct space_obj;

/* The root object space; who runs in it may call ctrl_hw and assign_dev. */
struct space_obj *root_objects(void);

/*
 * Read the root image that the boot loader left. False, with a line on the console that says what is
 * wrong and how to mend it, if there is none or it cannot be run. `nova` is the kernel's memory.
 */
bool root_read(const struct boot_config *config, struct prange nova, struct elf_image *image);

/* Physical memory of the image's segments: lowest page start to highest page end. */
struct prange root_range(const struct elf_image *image);

/*
 * Make the root PD with its spaces, EC and SC, map the image and the HIP into it, fill the NOVA and root
 * object spaces, and let it be ready. *hip was filled; `reg` are the boot loader's registers. Panics if
 * memory has run out.
 */
void root_start(const struct elf_image *image, struct hip *hip, const uint64_t reg[3]);
