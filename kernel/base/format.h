/* SPDX-License-Identifier: GPL-2.0-only */
/* Text from values: the one formatting function of kernel console and user programs. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/*
 * Write `fmt` with its arguments to `out`, as C's snprintf does, in this subset of it:
 *
 *   %[flags][width][.precision][length]conversion
 *   flags       - left-justify, 0 pad numbers with zeros, # prefix 0x (not for zero)
 *   width       a number or *, in characters (a negative * left-justifies)
 *   precision   a number or *, for %s only: the most characters taken from the string
 *   length      z, l, ll
 *   conversion  c s d u x X p %
 *
 * `size` is the room at `out` in bytes, terminator included; nothing beyond it is written and the
 * text is always terminated unless `size` is 0. A null string prints as "(null)". Anything outside
 * the subset ends the formatting: from there on `fmt` is copied as it stands, since the types of
 * the remaining arguments are not known.
 *
 * Returns the length of the whole text in bytes without terminator: if it is not less than `size`,
 * the text was cut.
 * Context: any; keeps no state, allocates nothing, touches no floating-point register.
 */
size_t format_va(char *out, size_t size, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));
size_t format(char *out, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
