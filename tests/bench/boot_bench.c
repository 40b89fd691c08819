/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/abi/console.h"
#include "kernel/abi/hypercall.h"
#include "kernel/abi/perm.h"
#include "tests/bench/bench.h"
#include "user/lib/memory.h"

/* The decimal number behind `key` in the kernel's log; 0 if it is not there. */
static uint64_t find_number(const struct mbuf *log, const char *key)
{
    const uint32_t end = log->write % MBUF_CHARS;
    for (uint32_t at = 0; at < end; at++) {
        uint32_t k = 0;
        while (key[k] != '\0' && at + k < end && log->text[at + k] == key[k])
            k++;
        if (key[k] != '\0')
            continue;
        uint64_t value = 0;
        for (at += k; at < end && log->text[at] >= '0' && log->text[at] <= '9'; at++)
            value = value * 10 + (uint64_t)(log->text[at] - '0');
        return value;
    }
    return 0;
}

void bench_boot(const struct hip *hip, uint64_t now)
{
    const struct memory_view view = memory_view(hip->mbuf_start, MBUF_SIZE, PERM_MEM_R, MAD_MEMORY);
    bench_expect(SUCCESS, view.status, "mapping the kernel's log");
    const uint64_t entry = find_number(view.base, "entered at STC ");
    if (entry != 0)
        bench_report("", "boot.kernel_entry_to_root", now - entry, "instructions");
    bench_report("", "image.memory_footprint", hip->nova_end - hip->nova_start, "bytes");
}
