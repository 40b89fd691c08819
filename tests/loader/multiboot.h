/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The information structures of Multiboot 0.6.96 ("Boot information format") and Multiboot2 2.0 ("Boot
 * information"). Each answers its address. That of Multiboot2 holds no pointers and may be copied; the other
 * one is made by loaders that are below 4 GiB.
 */
#pragma once

#include "tests/loader/load.h"

uint64_t multiboot1_make(const struct load_request *request);
uint64_t multiboot2_make(const struct load_request *request);
