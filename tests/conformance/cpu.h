/* SPDX-License-Identifier: GPL-2.0-only */
/* What the suites ask the CPU; answered by <cpu>/cpu.c and <cpu>/cpu.S. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/abi/utcb.h"
#include "user/lib/hypercall.h"

/* Registers as the assembly code loads and stores them; vectors are VECTOR_STRIDE bytes apart. */
#if defined(__x86_64__)
/* RAX RCX RDX RBX RSP RBP RSI RDI R8 to R15, as the UTCB has them; then RFLAGS. */
enum : size_t {
    REG_P0 = 7,
    REG_P1 = 6,
    REG_P2 = 2,
    REG_P3 = 0,
    REG_P4 = 8,
    REG_SP = 4,
    REG_FLAGS = 16,
    REGS = 17
};
enum : size_t { VECTORS = 16, VECTOR_STRIDE = 32, VECTORS_SIZE = VECTORS * VECTOR_STRIDE };
enum : size_t { REG_CODE = REGS };
#elif defined(__aarch64__)
/* X0 to X30, SP, NZCV. */
enum : size_t {
    REG_P0 = 0,
    REG_P1 = 1,
    REG_P2 = 2,
    REG_P3 = 3,
    REG_P4 = 4,
    REG_SP = 31,
    REG_FLAGS = 32,
    REGS = 33
};
enum : size_t { VECTORS = 32, VECTOR_STRIDE = 16, VECTORS_SIZE = VECTORS * VECTOR_STRIDE };
enum : size_t { REG_CODE = 30 }; /* jumps of provoke() and of the exceptions need one */
#endif
struct regs {
    uint64_t r[REGS];
};

/* One access to `hva`: 1 if it went well, 0 if the handler of its fault goes on at probe_fault. */
uint64_t probe_read(uint64_t hva);
uint64_t probe_write(uint64_t hva);
uint64_t probe_execute(uint64_t hva);
extern const char probe_fault[];

/* Write an instruction to `hva` that can be called: a return. */
void write_return(uint64_t hva);

/* Events of memory accesses. */
extern const unsigned page_fault_event[];
extern const size_t page_fault_count;

/*
 * Load all registers but SP from `in`, execute the instructions at `code`, go on at provoke_back, by a
 * jump at their end or because the handler of their event says so, and store all registers to `out`.
 * SP is the same at `code` as at provoke_back; in->r[REG_SP] is set to it. One thread at a time.
 */
void provoke(struct regs *in, struct regs *out, const char *code);
extern const char provoke_back[];

/* A hypercall, for provoke(); register `index` behind it if it is no output. */
extern const char hypercall_code[], hypercall_back[];
uint64_t behind_hypercall(const struct regs *in, size_t index);

/* An exception that user mode can raise. */
struct exception {
    const char *name;
    const char *code; /* for provoke()                                         */
    const char *at;   /* IP that the handler is told                           */
    unsigned event;
    uint64_t syndrome; /* x86_64: error code; aarch64: ESR; as far as mask goes */
    uint64_t mask;
    uint64_t address;      /* of a memory access, 0: there is none                */
    bool may_be_undefined; /* on a CPU that lacks it, event 0                     */
};
extern const struct exception exceptions[];
extern const size_t exception_count;

/* Registers that the codes above need: to be set before provoke(). */
void exception_registers(struct regs *in);

/*
 * Two instructions that raise trap_event and have been executed then, and, elsewhere, a third. The
 * handler is told the addresses behind them: trap_first, trap_second, trap_detour_end.
 */
extern const char trap_code[], trap_first[], trap_second[], trap_detour[], trap_detour_end[];
extern const unsigned trap_event;

/* An instruction that uses the FPU, at fpu_code, and the event that it is without one. */
extern const char fpu_code[];
extern const unsigned fpu_event;

/* What an MTD bit moves, as ranges of bytes of the UTCB. */
struct mtd_bit {
    uint32_t bit;
    uint16_t first, end; /* bytes of struct utcb_arch that the bit fills for a host EC */
    bool is_taken_back;  /* a reply changes the EC's state                             */
};
extern const struct mtd_bit mtd_bits[];
extern const size_t mtd_bit_count;

/* The registers of struct regs but the flags in the UTCB. */
uint64_t *state_register(struct utcb *utcb, size_t index);
uint64_t *state_flags(struct utcb *utcb);
uint64_t state_syndrome(struct utcb *utcb);

/* Flags that a handler's reply changes, that user mode has anyway, and that makes a single step. */
extern const uint64_t flags_changeable, flags_given, flags_step;

/* A portal's entry: stores all registers to raw_portal_seen, loads raw_portal_regs but SP, replies. */
extern const char raw_portal_entry[];
extern struct regs raw_portal_seen, raw_portal_regs;

/* The start of a thread: stores all registers to raw_thread_seen, counts, and sleeps for ever. */
extern const char raw_thread_entry[];
extern struct regs raw_thread_seen;
extern _Atomic uint64_t raw_thread_count;

/*
 * Load the FPU's registers from `in`, do the hypercall with P0 = `p0` and P1 = `p1`, store them to
 * `out`; answers its status. VECTORS_SIZE bytes each. Call fpu_width() before.
 */
status_t fpu_across(const uint8_t *in, uint8_t *out, uint64_t p0, uint64_t p1);

/* Store them as they are. */
void fpu_store(uint8_t *out);

/* Bytes of each vector that these two move. */
size_t fpu_width(void);

/* What the FPU has besides vectors: x87 with its control and status, MXCSR; FPCR, FPSR. */
#if defined(__x86_64__)
struct fpu_rest {
    uint16_t fcw, fsw, ftw; /* ftw as FXSAVE has it: a bit for each register that is not empty */
    uint32_t mxcsr;
    uint16_t st[8][5];
};
#elif defined(__aarch64__)
struct fpu_rest {
    uint64_t fpcr, fpsr;
};
#endif

/* What a new thread has. */
extern const struct fpu_rest fpu_rest_initial;

/* Random ones that raise nothing; to load them, and to store what there is. */
struct fpu_rest fpu_rest_random(uint64_t *state);
void fpu_rest_load(const struct fpu_rest *rest);
struct fpu_rest fpu_rest_store(void);
bool fpu_rest_equals(const struct fpu_rest *a, const struct fpu_rest *b);
