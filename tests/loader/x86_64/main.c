/* SPDX-License-Identifier: GPL-2.0-only */
/* A Multiboot kernel that loads the hypervisor. mode=32 (default), 64, or 57: long mode, five levels. */
#include "tests/loader/load.h"

enum : uint16_t { COM1 = 0x3f8 };

/* Multiboot 0.6.96, "Boot information format". */
enum info_flag : uint32_t { INFO_TEXT = 1 << 2, INFO_MODULES = 1 << 3, INFO_MAP = 1 << 6 };

struct info {
    uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
    uint32_t mods_count, mods_addr;
    uint32_t syms[4];
    uint32_t mmap_length, mmap_addr;
};

struct info_module {
    uint32_t start, end, text, reserved;
};

struct [[gnu::packed]] info_range {
    uint32_t size;
    uint64_t start, length;
    uint32_t type;
};

/* start.S relies on the layout. */
static_assert(offsetof(struct load_result, entry) == 0);
static_assert(offsetof(struct load_result, magic) == 8);
static_assert(offsetof(struct load_result, info) == 16);

[[noreturn]] void enter32(const struct load_result *result);
[[noreturn]] void enter64(const struct load_result *result, uint32_t levels);
[[noreturn]] void loader_main(uint32_t magic, const struct info *info);

static const void *at(uint32_t address)
{
    return (const void *)address; /* NOLINT: physical memory */
}

static void print(const char *text)
{
    for (; *text != '\0'; text++)
        __asm__ volatile("outb %0, %1" : : "a"(*text), "Nd"(COM1));
}

void load_fail(const char *why)
{
    print("loader: ");
    print(why);
    print("\n");
    for (;;)
        __asm__ volatile("cli; hlt");
}

static void read_info(struct load_request *request, const struct info *info)
{
    request->words = info->flags & INFO_TEXT ? at(info->cmdline) : "";
    if (info->flags & INFO_MODULES) {
        const struct info_module *const module = at(info->mods_addr);
        for (uint32_t i = 0; i < info->mods_count && i < LOAD_MODULES_MAX; i++)
            request->module[request->module_count++] = (struct load_module){
                .start = module[i].start, .end = module[i].end, .text = at(module[i].text)};
    }
    if (!(info->flags & INFO_MAP))
        return;
    for (uint32_t i = 0; i < info->mmap_length && request->ram_count < LOAD_RAM_MAX;) {
        const struct info_range *const range = at(info->mmap_addr + i);
        request->ram[request->ram_count++] =
            (struct load_ram){.start = range->start, .size = range->length, .type = range->type};
        i += range->size + (uint32_t)sizeof range->size;
    }
}

/*
 * Every vector pends at this CPU before the kernel has begun, which finds them when it first lets interrupts in.
 * The others take none until they are started. SDM vol. 3, "Interrupt Command Register", "Local Vector Table".
 */
static void pend_interrupts(void)
{
    enum : uint32_t { SVR = 0xfee0'00f0, ICR = 0xfee0'0300 };
    enum : uint32_t { SVR_ENABLE = 1 << 8, ICR_ASSERT = 1 << 14, ICR_SELF = 1 << 18 };
    *(volatile uint32_t *)SVR = SVR_ENABLE | 0xff; /* NOLINT: a register */
    for (uint32_t vector = 16; vector < 256; vector++)
        *(volatile uint32_t *)ICR = ICR_SELF | ICR_ASSERT | vector; /* NOLINT: likewise */
}

void loader_main(uint32_t magic, const struct info *info)
{
    static struct load_request request;
    static struct load_result result;
    if (magic != MULTIBOOT1_MAGIC)
        load_fail("not started by a Multiboot loader");
    read_info(&request, info);
    if (word_find(request.words, "pending"))
        pend_interrupts();
    const char *const why = load(&request, &result);
    if (why != nullptr)
        load_fail(why);

    const uint64_t mode = word_number(request.words, "mode", 32);
    if (mode != 32)
        enter64(&result, mode == 57 ? 5 : 4);
    enter32(&result);
}
