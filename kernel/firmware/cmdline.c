/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/cmdline.h"

#include "kernel/base/compiler.h"
#include "kernel/boot/config.h"

static const struct {
    char name[12];
    uint32_t option;
} options[] = {
    {"insecure", BOOT_INSECURE}, {"noccst", BOOT_NOCCST},   {"nocpst", BOOT_NOCPST},
    {"nodl", BOOT_NODL},         {"nomktme", BOOT_NOMKTME}, {"nopcid", BOOT_NOPCID},
    {"nosmmu", BOOT_NOSMMU},     {"nouart", BOOT_NOUART},   {"novpid", BOOT_NOVPID},
};

static bool is_end_of_word(char c)
{
    return c == ' ' || c == 0;
}

/* Is the word at `text` exactly `name`? */
static bool word_is(const char *text, const char *name)
{
    while (*name != 0 && *text == *name) {
        text++;
        name++;
    }
    return *name == 0 && is_end_of_word(*text);
}

uint32_t cmdline_options(const char *line)
{
    uint32_t found = 0;
    for (const char *word = line; *word != 0;) {
        for (unsigned i = 0; i < ARRAY_SIZE(options); i++)
            if (word_is(word, options[i].name))
                found |= options[i].option;
        while (!is_end_of_word(*word))
            word++;
        while (*word == ' ')
            word++;
    }
    return found;
}
