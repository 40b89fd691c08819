/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "tests/bench/bench.h"

enum : uint8_t { ORDER = 12 }; /* 4096 pages: 16 MiB */

/* Page numbers in the root host space, far from everything else. */
enum : uint64_t {
    PAGE_FROM = 0x100'0000,
    PAGE_TO = 0x200'0000,
    PAGE_CONTIGUOUS = 0x300'0000,
    PAGE_SCATTERED = 0x400'0000,
    PAGE_SCATTERED_TO = 0x500'0000,
    PAGE_EMPTY = 0x600'0000,
};

static status_t map(uint64_t frame, uint64_t page, uint8_t order, uint8_t perm)
{
    return hc_ctrl_pd(
        SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST,
        (struct hc_range){
            .from = frame, .to = page, .order = order, .perm = perm, .mad = MAD_MEMORY});
}

static status_t copy(uint64_t from, uint64_t to, uint8_t order, uint8_t perm)
{
    return hc_ctrl_pd(SEL_LIB_ROOT_HST, SEL_LIB_ROOT_HST,
                      (struct hc_range){.from = from, .to = to, .order = order, .perm = perm});
}

void bench_memory(const struct hip *hip)
{
    /* 16 MiB of frames outside the kernel, aligned: nothing touches them, so any will do. */
    const uint64_t frame = ((hip->nova_end >> 12) + 0xffff) & ~UINT64_C(0xffff);

    bench_expect(SUCCESS, map(frame, PAGE_FROM, 0, PERM_MEM_R | PERM_MEM_W), "mapping a page");
    BENCH("mem.delegate.1", WARMUP, ROUNDS, copy(PAGE_FROM, PAGE_TO, 0, PERM_MEM_ALL));
    BENCH("mem.revoke.1", WARMUP, ROUNDS, copy(PAGE_TO, PAGE_TO, 0, 0));

    BENCH("mem.delegate.4096_contiguous", 0, 1, map(frame, PAGE_CONTIGUOUS, ORDER, PERM_MEM_R));
    BENCH("mem.delegate.4096_contiguous_again", 1, ROUNDS,
          map(frame, PAGE_CONTIGUOUS, ORDER, PERM_MEM_R));
    BENCH("mem.revoke.4096_contiguous", 0, 1, copy(PAGE_CONTIGUOUS, PAGE_CONTIGUOUS, ORDER, 0));

    for (uint64_t i = 0; i < UINT64_C(1) << ORDER; i++)
        bench_expect(SUCCESS, map(frame, PAGE_SCATTERED + i, 0, PERM_MEM_R), "4096 pages");
    BENCH("mem.delegate.4096_scattered", 0, 1,
          copy(PAGE_SCATTERED, PAGE_SCATTERED_TO, ORDER, PERM_MEM_R));
    BENCH("mem.delegate.4096_scattered_again", 0, 1,
          copy(PAGE_SCATTERED, PAGE_SCATTERED_TO, ORDER, PERM_MEM_R));
    BENCH("mem.revoke.4096_scattered", 0, 1, copy(PAGE_SCATTERED_TO, PAGE_SCATTERED_TO, ORDER, 0));
    BENCH("mem.revoke.4096_unmapped", 1, ROUNDS, copy(PAGE_EMPTY, PAGE_EMPTY, ORDER, 0));
}
