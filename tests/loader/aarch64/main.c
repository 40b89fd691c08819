/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A Linux-style kernel that loads the hypervisor. Its words are /chosen/bootargs of the device tree, in
 * X0 or, if nobody told (ELF file), at the start of the RAM of QEMU's virt; the root task is the initial
 * RAM disk. Everything is reached relative to the program counter: no pointers in constants.
 */
#include "tests/loader/load.h"

enum : uint64_t { VIRT_RAM = 0x4000'0000, VIRT_UART = 0x0900'0000 };

/* Devicetree specification, "Flattened Devicetree (DTB) Format". */
enum : uint32_t { FDT_MAGIC = 0xd00d'feed };
enum fdt_token : uint32_t { FDT_BEGIN_NODE = 1, FDT_END_NODE = 2, FDT_PROP = 3, FDT_NOP = 4 };

[[noreturn]] void enter(uint64_t x0, uint64_t x1, uint64_t entry);
[[noreturn]] void loader_main(uint64_t x0);

static uint32_t be32(uint64_t address)
{
    const volatile uint8_t *const b = (const volatile uint8_t *)address;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

void load_fail(const char *why)
{
    volatile uint32_t *const uart = (volatile uint32_t *)VIRT_UART;
    for (const char *c = "loader: "; *c != '\0'; c++)
        *uart = (uint8_t)*c;
    for (; *why != '\0'; why++)
        *uart = (uint8_t)*why;
    *uart = '\n';
    for (;;)
        __asm__ volatile("wfe");
}

static bool is_same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* The first property of that name in the tree: /chosen alone has those we ask for. 0: there is none. */
static uint64_t fdt_find(uint64_t fdt, const char *name, uint32_t *size)
{
    const uint64_t strings = fdt + be32(fdt + 12);
    for (uint64_t at = fdt + be32(fdt + 8);;) {
        const uint32_t token = be32(at);
        at += 4;
        if (token == FDT_BEGIN_NODE) {
            while (*(const char *)at != '\0')
                at++;
            at = (at + 4) & ~UINT64_C(3);
        } else if (token == FDT_PROP) {
            *size = be32(at);
            if (is_same((const char *)(strings + be32(at + 4)), name))
                return at + 8;
            at = (at + 8 + be32(at) + 3) & ~UINT64_C(3);
        } else if (token != FDT_END_NODE && token != FDT_NOP) {
            return 0;
        }
    }
}

static const char *fdt_text(uint64_t fdt, const char *name)
{
    uint32_t size;
    const uint64_t text = fdt_find(fdt, name, &size);
    return text == 0 ? "" : (const char *)text;
}

/* A number of one or two cells. */
static uint64_t fdt_number(uint64_t fdt, const char *name)
{
    uint32_t size;
    const uint64_t cells = fdt_find(fdt, name, &size);
    if (cells == 0)
        return 0;
    return size == 4 ? be32(cells) : (uint64_t)be32(cells) << 32 | be32(cells + 4);
}

/*
 * Software-generated and private interrupts of all CPUs, on or off, pend before the kernel has begun: each CPU
 * finds them when it opens its interface. Arm IHI 0048, GICD_SGIR; Arm IHI 0069, GICR_ISPENDR0; QEMU virt.
 */
static void pend_interrupts(void)
{
    enum : uint64_t { GICD = 0x800'0000, GICR = 0x80a'0000, GICR_STRIDE = 0x2'0000, CPUS = 4 };
    enum : uint64_t { PIDR2 = 0xfe8, SGIR = 0xf00, ISPENDR0 = 0x1'0200 };
    const uint32_t version = *(const volatile uint32_t *)(GICD + PIDR2) >> 4 & 0xf;
    if (version != 2) { /* where GICv3 has its own there is nothing */
        for (uint64_t cpu = 0; cpu < CPUS; cpu++)
            *(volatile uint32_t *)(GICR + cpu * GICR_STRIDE + ISPENDR0) = ~0u;
        return;
    }
    for (uint32_t sgi = 0; sgi < 16; sgi++)
        *(volatile uint32_t *)(GICD + SGIR) = 0xffu << 16 | sgi;
}

void loader_main(uint64_t x0)
{
    static struct load_request request;
    static struct load_result result;
    const uint64_t fdt = x0 != 0 ? x0 : VIRT_RAM;
    if (be32(fdt) != FDT_MAGIC)
        load_fail("no device tree");
    request.words = fdt_text(fdt, "bootargs");
    if (word_find(request.words, "pending"))
        pend_interrupts();
    const uint64_t initrd = fdt_number(fdt, "linux,initrd-start");
    if (initrd != 0)
        request.module[request.module_count++] = (struct load_module){
            .start = initrd, .end = fdt_number(fdt, "linux,initrd-end"), .text = request.words};
    const char *const why = load(&request, &result);
    if (why != nullptr)
        load_fail(why);
    if (result.info == 0)
        enter(fdt, result.root, result.entry);
    enter(result.magic, result.info, result.entry);
}
