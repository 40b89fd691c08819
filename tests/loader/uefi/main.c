/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A UEFI application that loads the hypervisor and hands it the machine with boot services running
 * (Multiboot2, "EFI boot services" and tags 12, 20). Without shift= it chooses the highest place below
 * 4 GiB, as the image's relocation tag asks for.
 */
#include "tests/loader/load.h"
#include "tests/loader/uefi/efi.h"

enum : size_t { WORDS_SIZE = 1024 };
enum : uint64_t { ALIGNMENT = 0x20'0000, BELOW = 0xffff'ffff };

static struct efi_system_table *efi;

uint64_t efi_main(void *image, struct efi_system_table *system);

static void print(const char *text)
{
    for (; *text != '\0'; text++) {
        const uint16_t unit[2] = {(uint8_t)*text, 0};
        efi->out->output(efi->out, unit);
    }
}

void load_fail(const char *why)
{
    print("\r\nloader: ");
    print(why);
    print("\r\n");
    for (;;)
        ;
}

/* The load options, one byte for each character. */
static const char *read_words(void *image)
{
    static const struct efi_guid loaded_image = {
        0x5b1b'31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
    static char words[WORDS_SIZE];
    void *protocol = nullptr;
    if (efi->boot->handle_protocol(image, &loaded_image, &protocol) != 0)
        load_fail("not a loaded image");
    const struct efi_loaded_image *const info = protocol;
    for (size_t i = 0; i < info->options_size / 2 && i < WORDS_SIZE - 1; i++)
        words[i] = (char)info->options[i];
    return words;
}

/* Something of ours is there already: the firmware must not use it. */
static void reserve(const char *words, const char *name)
{
    uint64_t address = word_number(words, name, 0);
    if (address == 0)
        return;
    const uint64_t pages = (elf_file_size(address) + EFI_PAGE - 1) / EFI_PAGE;
    if (efi->boot->allocate_pages(EFI_AT, EFI_LOADER_DATA, pages, &address) != 0)
        load_fail("the firmware uses the memory of a file");
}

/* Where the image goes; answers the displacement. Firmware maps data non-executable. */
static uint64_t find_place(const char *words)
{
    uint64_t start, end;
    if (!elf_extent(word_number(words, "kernel", 0), &start, &end))
        load_fail("no hypervisor at kernel=");
    const uint64_t size = end - start + word_number(words, "kmem", 0);
    const uint64_t shift = word_number(words, "shift", 1);
    if (shift != 1) {
        start += shift;
        if (efi->boot->allocate_pages(EFI_AT, EFI_LOADER_CODE, size / EFI_PAGE, &start) != 0)
            load_fail("the firmware uses the memory where the hypervisor goes");
        return shift;
    }
    uint64_t address = BELOW;
    if (efi->boot->allocate_pages(EFI_BELOW, EFI_LOADER_CODE, (size + ALIGNMENT) / EFI_PAGE,
                                  &address) != 0)
        load_fail("no memory for the hypervisor");
    return ((address + ALIGNMENT - 1) & ~(ALIGNMENT - 1)) - start;
}

/* The information to where 32 bits of address reach: the firmware may have put us above. */
static void bring_down(struct load_result *result)
{
    const uint32_t *const from = (const uint32_t *)result->info;
    uint64_t to = BELOW;
    if (efi->boot->allocate_pages(EFI_BELOW, EFI_LOADER_DATA, *from / EFI_PAGE + 1, &to) != 0)
        load_fail("no memory for the information");
    for (uint32_t i = 0; i < *from / sizeof *from; i++)
        ((volatile uint32_t *)to)[i] = from[i];
    result->info = to;
}

#ifdef __aarch64__
[[noreturn]] static void enter(const struct load_result *result)
{
    uint64_t ctr;
    __asm__("mrs %0, ctr_el0" : "=r"(ctr));
    const uint64_t line = UINT64_C(4) << (ctr >> 16 & 15);
    for (uint64_t at = result->start; at < result->end; at += line)
        __asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
    register uint64_t x0 __asm__("x0") = result->magic;
    register uint64_t x1 __asm__("x1") = result->info;
    __asm__ volatile("dsb sy\n\tic iallu\n\tdsb sy\n\tisb\n\tmsr daifset, #0xf\n\tbr %2"
                     :
                     : "r"(x0), "r"(x1), "r"(result->entry)
                     : "memory");
    __builtin_unreachable();
}
#else
[[noreturn]] static void enter(const struct load_result *result)
{
    __asm__ volatile("cli\n\tjmp *%2"
                     :
                     : "a"(result->magic), "b"(result->info), "r"(result->entry)
                     : "memory");
    __builtin_unreachable();
}
#endif

uint64_t efi_main(void *image, struct efi_system_table *system)
{
    static struct load_request request;
    static struct load_result result;
    static char words[WORDS_SIZE + 32];
    efi = system;
    request.words = read_words(image);
    reserve(request.words, "kernel");
    reserve(request.words, "root");

    /* load() takes the displacement from the first word of that name. */
    size_t at = 0;
    for (const char *c = "shift=0x"; *c != '\0'; c++)
        words[at++] = *c;
    const uint64_t shift = find_place(request.words);
    for (unsigned i = 64; i > 0; i -= 4)
        words[at++] = "0123456789abcdef"[shift >> (i - 4) & 15];
    words[at++] = ' ';
    for (const char *c = request.words; *c != '\0'; c++)
        words[at++] = *c;
    request.words = words;
    request.efi_system_table = (uintptr_t)system;
    request.efi_image_handle = (uintptr_t)image;

    const char *const why = load(&request, &result);
    if (why != nullptr)
        load_fail(why);
    bring_down(&result);
    enter(&result);
}
