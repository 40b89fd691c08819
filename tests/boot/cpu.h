/* SPDX-License-Identifier: GPL-2.0-only */
/* What the suites ask the CPU; answered by tests/boot/<cpu>/. */
#pragma once

#include <stdint.h>

/* A memory attribute descriptor that ctrl_pd must refuse, and the flags a host EC starts with. */
#if defined(__x86_64__)
enum : uint32_t { MAD_INVALID = 0x5 };   /* reserved cacheability */
enum : uint64_t { START_FLAGS = 0x202 }; /* RFLAGS                */
#elif defined(__aarch64__)
enum : uint32_t { MAD_INVALID = 0x1c }; /* reserved cacheability */
enum : uint64_t { START_FLAGS = 0 };    /* NZCV                  */
#endif

/* Registers at the first instruction, recorded by start.S. */
uint64_t start_stack_pointer(void);
uint64_t start_flags(void);

/* Bit n: register n in the CPU's own numbering holds something that it was not given. */
uint64_t start_registers_leaked(void);
uint64_t start_vectors_leaked(void);
