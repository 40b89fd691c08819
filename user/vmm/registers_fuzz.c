/* SPDX-License-Identifier: GPL-2.0-only */
/* Fuzz target: syndromes, ID registers and the serial line, with anything a guest can make of them. */
#include <string.h>

#include "user/vmm/idregs.h"
#include "user/vmm/pl011.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct step {
    uint8_t what;
    uint32_t esr;
    uint16_t offset;
    uint64_t value;
} __attribute__((packed));

static void put([[maybe_unused]] void *owner, [[maybe_unused]] char c)
{
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pl011 uart = {.put = put};
    pl011_reset(&uart);
    for (size_t at = 0; at + sizeof(struct step) <= size; at += sizeof(struct step)) {
        struct step step;
        memcpy(&step, data + at, sizeof step);
        struct mmio_decoded d = mmio_decode(step.esr);
        if (d.reg > 31 || d.access.size == 0 || d.access.size > 8)
            __builtin_trap();
        d.access.offset = step.offset % (0x1000 - 7);
        d.access.value = step.value;
        pl011_access(&uart, &d.access);
        (void)mmio_extend(&d, d.access.value);
        if (step.what & 1)
            pl011_receive(&uart, (char)step.what);
        if (uart.count > PL011_FIFO_SIZE || uart.first >= PL011_FIFO_SIZE)
            __builtin_trap();

        uint64_t hints[31];
        for (unsigned i = 0; i < 31; i++)
            hints[i] = step.value << i | step.value >> (63 - i);
        const uint64_t value = idreg_read(hints, step.what >> 1 & 15, step.what >> 5, step.esr & 1);
        if ((step.what >> 1 & 15) > 7 && value != 0)
            __builtin_trap();
    }
    return 0;
}
