/* SPDX-License-Identifier: GPL-2.0-only */
#include "tools/emulator/tap.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void complain(struct tap *tap, const char *what, const char *line)
{
    if (tap->reason[0] == '\0') {
        snprintf(tap->reason, sizeof(tap->reason), "%s%s%s", what, *line != '\0' ? ": " : "", line);
    }
}

/* What follows `word`, or null if the line does not begin with it. */
static const char *after(const char *line, const char *word)
{
    size_t length = strlen(word);
    return strncmp(line, word, length) == 0 ? line + length : nullptr;
}

/* Parses an unsigned decimal number and returns what follows, or null. */
static const char *number(const char *text, unsigned *value)
{
    if (!isdigit((unsigned char)*text)) {
        return nullptr;
    }
    char *end = nullptr;
    errno = 0;
    unsigned long parsed = strtoul(text, &end, 10);
    if (errno != 0 || parsed > UINT_MAX) {
        return nullptr;
    }
    *value = (unsigned)parsed;
    return end;
}

static void plan(struct tap *tap, const char *rest, const char *line)
{
    if (tap->has_plan) {
        tap->confused = true;
        complain(tap, "a second plan", line);
    } else if (number(rest, &tap->planned) != nullptr) {
        tap->has_plan = true;
    }
}

static void result(struct tap *tap, const char *rest, bool passed, const char *line)
{
    if (*rest != ' ' && *rest != '\0') {
        return; /* "okay" is no result */
    }
    tap->seen++;
    unsigned given = tap->seen;
    if (*rest == ' ') {
        number(rest + 1, &given);
    }
    if (given != tap->seen) {
        tap->confused = true;
        complain(tap, "results are not numbered in order", line);
    }
    if (!passed && strstr(rest, "# TODO") == nullptr) {
        tap->failed++;
        complain(tap, "failed", line);
    }
}

void tap_line(struct tap *tap, const char *line)
{
    const char *rest;
    if ((rest = after(line, "1..")) != nullptr) {
        plan(tap, rest, line);
    } else if ((rest = after(line, "ok")) != nullptr) {
        result(tap, rest, true, line);
    } else if ((rest = after(line, "not ok")) != nullptr) {
        result(tap, rest, false, line);
    } else if (after(line, "Bail out!") != nullptr) {
        tap->stopped = true;
        complain(tap, "stopped", line);
    }
}

bool tap_finish(struct tap *tap)
{
    if (!tap->has_plan) {
        complain(tap, "no plan (1..N) was seen", "");
    } else if (tap->planned != tap->seen) {
        char counts[64];
        snprintf(counts, sizeof(counts), "%u planned, %u seen", tap->planned, tap->seen);
        complain(tap, "results are missing or too many", counts);
    }
    return tap->has_plan && tap->planned == tap->seen && tap->failed == 0 && !tap->stopped &&
           !tap->confused;
}
