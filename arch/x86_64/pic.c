/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/x86_64/pic.h"

#include "arch/x86_64/insn.h"

/* Intel 8259A: ICW1 goes to the first port of a chip, the rest and OCW1, the mask, to the second. */
enum : uint16_t { MASTER = 0x20, SLAVE = 0xa0 };
enum : uint8_t {
    ICW1_INIT_ICW4 = 0x11,
    ICW2_MASTER = 0x20, /* vectors of inputs 0..7 */
    ICW2_SLAVE = 0x28,
    ICW3_MASTER = 1 << 2, /* slave at input 2     */
    ICW3_SLAVE = 2,
    ICW4_8086 = 0x01,
    OCW1_ALL = 0xff,
};

static void chip_disable(uint16_t port, uint8_t icw2, uint8_t icw3)
{
    out8(port, ICW1_INIT_ICW4);
    out8(port + 1, icw2);
    out8(port + 1, icw3);
    out8(port + 1, ICW4_8086);
    out8(port + 1, OCW1_ALL);
}

void pic_disable(void)
{
    chip_disable(MASTER, ICW2_MASTER, ICW3_MASTER);
    chip_disable(SLAVE, ICW2_SLAVE, ICW3_SLAVE);
}
