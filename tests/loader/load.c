/* SPDX-License-Identifier: GPL-2.0-only */
/* ELF-64 Object File Format 1.5; what becomes of the words. */
#include "tests/loader/load.h"

#include "kernel/abi/elf.h"
#include "tests/loader/multiboot.h"

enum : uint64_t { PAGE = 4096 };

#ifdef __aarch64__
enum : uint16_t { EM_OURS = EM_AARCH64 };
#else
enum : uint16_t { EM_OURS = EM_X86_64 };
#endif

static void *at(uint64_t address)
{
    return (void *)(uintptr_t)address;
}

/* Volatile: or else the compiler calls memcpy and memset, which nobody has. */
static void copy(uint64_t to, uint64_t from, uint64_t size)
{
    volatile uint8_t *const t = at(to);
    const uint8_t *const f = at(from);
    for (uint64_t i = 0; i < size; i++)
        t[i] = f[i];
}

static void fill(uint64_t start, uint64_t size, uint8_t byte)
{
    volatile uint64_t *const words = at((start + 7) & ~UINT64_C(7));
    volatile uint8_t *const bytes = at(start);
    const uint64_t head = ((start + 7) & ~UINT64_C(7)) - start;
    for (uint64_t i = 0; i < head && i < size; i++)
        bytes[i] = byte;
    const uint64_t rest = size > head ? size - head : 0;
    for (uint64_t i = 0; i < rest / 8; i++)
        words[i] = UINT64_C(0x0101'0101'0101'0101) * byte;
    for (uint64_t i = size - rest % 8; i < size; i++)
        bytes[i] = byte;
}

/* ---- Words ---- */

/* Behind `name` at the start of a word in front of "--"; nullptr: there is none. */
static const char *find(const char *words, const char *name)
{
    for (const char *w = words; *w != '\0';) {
        if (w[0] == '-' && w[1] == '-')
            return nullptr;
        size_t i = 0;
        while (name[i] != '\0' && w[i] == name[i])
            i++;
        if (name[i] == '\0')
            return w + i;
        while (*w != ' ' && *w != '\0')
            w++;
        while (*w == ' ')
            w++;
    }
    return nullptr;
}

static unsigned digit(char c)
{
    return c >= '0' && c <= '9'   ? (unsigned)(c - '0')
           : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                  : 99;
}

static uint64_t number(const char **text)
{
    const char *c = *text;
    const bool negative = *c == '-';
    c += negative;
    const unsigned base = c[0] == '0' && c[1] == 'x' ? 16 : 10;
    c += base == 16 ? 2 : 0;
    uint64_t value = 0;
    for (; digit(*c) < base; c++)
        value = value * base + digit(*c);
    *text = c;
    return negative ? -value : value;
}

bool word_find(const char *words, const char *word)
{
    const char *const end = find(words, word);
    return end != nullptr && (*end == ' ' || *end == '\0');
}

uint64_t word_number(const char *words, const char *name, uint64_t otherwise)
{
    const char *value = find(words, name);
    if (value == nullptr || *value++ != '=')
        return otherwise;
    return number(&value);
}

const char *word_kernel_text(const char *words)
{
    for (; *words != '\0'; words++)
        if (words[0] == '-' && words[1] == '-' && words[2] == ' ')
            return words + 3;
    return "";
}

static void read_ram(struct load_request *request)
{
    const char *at_word = request->words;
    while ((at_word = find(at_word, "ram=")) != nullptr && request->ram_count < LOAD_RAM_MAX) {
        struct load_ram *const ram = &request->ram[request->ram_count++];
        ram->type = 1;
        ram->start = number(&at_word);
        at_word++;
        ram->size = number(&at_word);
        while (*at_word == ' ')
            at_word++;
    }
}

/* ---- ELF ---- */

static bool is_elf(const struct elf_header *h)
{
    return h->ident[0] == 0x7f && h->ident[1] == 'E' && h->ident[2] == 'L' && h->ident[3] == 'F' &&
           h->ident[4] == ELFCLASS64;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint64_t elf_file_size(uint64_t elf)
{
    const struct elf_header *const h = at(elf);
    if (!is_elf(h))
        return PAGE;
    uint64_t end = larger(sizeof *h, h->phoff + (uint64_t)h->phnum * sizeof(struct elf_phdr));
    end = larger(end, h->shoff + (uint64_t)h->shnum * h->shentsize);
    const struct elf_phdr *const p = at(elf + h->phoff);
    for (unsigned i = 0; i < h->phnum; i++)
        end = larger(end, p[i].offset + p[i].filesz);
    return end;
}

bool elf_extent(uint64_t elf, uint64_t *start, uint64_t *end)
{
    const struct elf_header *const h = at(elf);
    if (!is_elf(h) || h->machine != EM_OURS || h->phnum == 0)
        return false;
    *start = UINT64_MAX;
    *end = 0;
    const struct elf_phdr *const p = at(elf + h->phoff);
    for (unsigned i = 0; i < h->phnum; i++) {
        if (p[i].type != PT_LOAD || p[i].memsz == 0)
            continue;
        *start = p[i].paddr < *start ? p[i].paddr : *start;
        *end = larger(*end, p[i].paddr + p[i].memsz);
    }
    return *start < *end;
}

/* Each segment to its physical address, all displaced alike; the entry point, too. */
static uint64_t place(uint64_t elf, uint64_t shift, uint8_t byte)
{
    const struct elf_header *const h = at(elf);
    const struct elf_phdr *const p = at(elf + h->phoff);
    uint64_t entry = h->entry;
    for (unsigned i = 0; i < h->phnum; i++) {
        if (p[i].type != PT_LOAD || p[i].memsz == 0)
            continue;
        copy(p[i].paddr + shift, elf + p[i].offset, p[i].filesz);
        fill(p[i].paddr + shift + p[i].filesz, p[i].memsz - p[i].filesz, byte);
        if (h->entry >= p[i].vaddr && h->entry - p[i].vaddr < p[i].memsz)
            entry = h->entry - p[i].vaddr + p[i].paddr;
    }
    return entry + shift;
}

/* ---- All of it ---- */

static bool overlap(uint64_t start, uint64_t end, uint64_t other, uint64_t other_end)
{
    return start < other_end && other < end;
}

static void move_root(struct load_module *root, uint64_t to)
{
    copy(to, root->start, root->end - root->start);
    root->end = to + (root->end - root->start);
    root->start = to;
}

const char *load(struct load_request *request, struct load_result *result)
{
    const char *const words = request->words;
    const uint64_t kernel = word_number(words, "kernel", 0);
    const uint64_t shift = word_number(words, "shift", 0);
    const uint64_t protocol = word_number(words, "protocol", 2);
    const uint64_t root = word_number(words, "root", 0);
    const uint64_t to = word_number(words, "move_root", 0);

    if (request->module_count == 0 && root != 0)
        request->module[request->module_count++] =
            (struct load_module){.start = root, .end = root + elf_file_size(root), .text = words};
    if (request->ram_count == 0)
        read_ram(request);

    if (!elf_extent(kernel, &result->start, &result->end))
        return "no hypervisor at kernel=";
    result->start += shift;
    result->end += shift;
    if (overlap(result->start, result->end, kernel, kernel + elf_file_size(kernel)))
        return "the hypervisor's file is where the hypervisor goes";
    for (size_t i = 0; i < request->module_count; i++)
        if (overlap(result->start, result->end, request->module[i].start, request->module[i].end))
            return "a module is where the hypervisor goes";

    result->entry = place(kernel, shift, (uint8_t)word_number(words, "fill", 0));
    if (to != 0 && request->module_count > 0)
        move_root(&request->module[0], to);
    result->root = request->module_count > 0 ? request->module[0].start : 0;

    result->magic = protocol == 1 ? MULTIBOOT1_MAGIC : MULTIBOOT2_MAGIC;
    result->magic = (uint32_t)word_number(words, "magic", result->magic);
    if (protocol == 1)
        result->info = multiboot1_make(request);
    else if (protocol == 2)
        result->info = multiboot2_make(request);
    else if (protocol != 0)
        return "protocol= is 0, 1 or 2";
    return nullptr;
}
