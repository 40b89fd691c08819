/* SPDX-License-Identifier: GPL-2.0-only */
/* The options found are those that a simple-minded splitter finds. */
#include <stdlib.h>
#include <string.h>

#include "kernel/boot/config.h"
#include "kernel/firmware/cmdline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"insecure", "noccst", "nocpst", "nodl",  "nomktme",
                                    "nopcid",   "nosmmu", "nouart", "novpid"};

static uint32_t split(char *line)
{
    uint32_t found = 0;
    char *rest;
    for (char *word = strtok_r(line, " ", &rest); word != nullptr;
         word = strtok_r(nullptr, " ", &rest))
        for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
            if (strcmp(word, names[i]) == 0)
                found |= BOOT_INSECURE << i;
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const line = malloc(size + 1);
    if (size != 0)
        memcpy(line, data, size);
    line[size] = 0;
    const uint32_t found = cmdline_options(line);
    if (found != split(line))
        abort();
    free(line);
    return 0;
}
