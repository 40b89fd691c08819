/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables and texts of the boot information; nothing here touches hardware. */
#include "user/lib/bootinfo.h"

#include <stdckdint.h>

void bootinfo_add_range(struct bootinfo *info, uint64_t start, uint64_t size, enum memory_kind kind)
{
    uint64_t end;
    if (size == 0)
        return;
    if (ckd_add(&end, start, size) || info->range_count == BOOT_RANGES_MAX) {
        info->is_cut = true;
        return;
    }
    info->range[info->range_count++] =
        (struct memory_range){.start = start, .end = end, .kind = kind};
}

struct boot_module *bootinfo_add_module(struct bootinfo *info, uint64_t start, uint64_t end)
{
    if (info->module_count == BOOT_MODULES_MAX || end < start) {
        info->is_cut = true;
        return nullptr;
    }
    struct boot_module *const module = &info->module[info->module_count++];
    *module = (struct boot_module){.start = start, .end = end};
    return module;
}

void bootinfo_copy_text(char to[BOOT_TEXT_SIZE], const void *text, size_t size)
{
    const char *const from = text;
    size_t i = 0;

    for (; i < size && i + 1 < BOOT_TEXT_SIZE && from[i] != '\0'; i++)
        to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
    to[i] = '\0';
}

const char *bootinfo_root_text(const struct bootinfo *info)
{
    if (info->launch == BOOT_SOURCE_FDT)
        return info->text;
    return info->module_count > 0 ? info->module[0].text : "";
}

/* Behind the first word of `text`, if that is `name`; else nullptr. */
static const char *after_first(const char *text, const char *name)
{
    size_t i = 0;
    while (name[i] != '\0' && text[i] == name[i])
        i++;
    return name[i] == '\0' && (text[i] == '\0' || text[i] == ' ') ? text + i : nullptr;
}

const struct boot_module *bootinfo_module(const struct bootinfo *info, const char *name)
{
    for (size_t i = 0; i < info->module_count; i++)
        if (after_first(info->module[i].text, name) != nullptr)
            return &info->module[i];
    return nullptr;
}

const char *bootinfo_module_words(const struct boot_module *module)
{
    const char *at = module->text;
    while (*at != '\0' && *at != ' ')
        at++;
    return *at == ' ' ? at + 1 : at;
}

/* Behind `name` at the start of a word of `text`; nullptr if no word starts with it. */
static const char *find_word(const char *text, const char *name)
{
    for (const char *word = text; *word != '\0'; word++) {
        if (word != text && word[-1] != ' ')
            continue;
        size_t i = 0;
        while (name[i] != '\0' && word[i] == name[i])
            i++;
        if (name[i] == '\0')
            return word + i;
    }
    return nullptr;
}

bool text_has_word(const char *text, const char *word)
{
    while ((text = find_word(text, word)) != nullptr) {
        if (*text == '\0' || *text == ' ')
            return true;
    }
    return false;
}

static unsigned digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    return UINT8_MAX;
}

uint64_t text_number(const char *text, const char *name, uint64_t otherwise)
{
    const char *at = find_word(text, name);
    if (at == nullptr || *at++ != '=')
        return otherwise;

    unsigned base = 10;
    if (at[0] == '0' && at[1] == 'x') {
        base = 16;
        at += 2;
    }
    uint64_t value = 0;
    const char *const first = at;
    for (; digit_of(*at) < base; at++) {
        if (ckd_mul(&value, value, base) || ckd_add(&value, value, digit_of(*at)))
            return otherwise;
    }
    return at == first || (*at != '\0' && *at != ' ') ? otherwise : value;
}
