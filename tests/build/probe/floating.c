/* SPDX-License-Identifier: GPL-2.0-only */
/* Needs floating-point registers, which are the user's: the compiler asks for a library instead. */
[[noreturn]] void _start(void);

[[noreturn]] void _start(void)
{
    volatile double x = 1.0;
    while (true) {
        x = x * 1.5;
    }
}
