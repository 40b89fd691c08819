/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fills SHA-256 sums into texts.
 *
 *   fill NAME=FILE... -- TEMPLATE=OUTPUT...
 *
 * Each <sha256 NAME> in a template becomes the sum of FILE.
 */
#include "release/sha256.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sum {
    const char *name;
    char text[SHA256_TEXT];
};

[[noreturn]] [[gnu::format(printf, 1, 2)]] static void die(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fputs("fill: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    exit(1);
}

static FILE *open_file(const char *name, const char *mode)
{
    FILE *file = fopen(name, mode);
    if (file == nullptr) {
        die("%s: %s", name, strerror(errno));
    }
    return file;
}

/* Cuts "A=B" in two and returns B. */
static char *cut(char *pair)
{
    char *second = strchr(pair, '=');
    if (second == nullptr) {
        die("not A=B: %s", pair);
    }
    *second = '\0';
    return second + 1;
}

static void hash_file(const char *name, char text[static SHA256_TEXT])
{
    char buffer[1 << 16];
    struct sha256 hash;
    FILE *file = open_file(name, "rb");
    sha256_start(&hash);
    for (size_t length; (length = fread(buffer, 1, sizeof(buffer), file)) > 0;) {
        sha256_add(&hash, buffer, length);
    }
    if (ferror(file) != 0) {
        die("%s: cannot be read", name);
    }
    fclose(file);
    sha256_text(&hash, text);
}

static const char *find(const struct sum *sums, size_t count, const char *name, size_t length)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(sums[i].name) == length && memcmp(sums[i].name, name, length) == 0) {
            return sums[i].text;
        }
    }
    die("no file for <sha256 %.*s>", (int)length, name);
}

static void fill_line(FILE *out, const char *line, const struct sum *sums, size_t count)
{
    static const char MARK[] = "<sha256 ";
    const char *mark;
    while ((mark = strstr(line, MARK)) != nullptr) {
        const char *name = mark + sizeof(MARK) - 1;
        size_t length = strcspn(name, ">");
        fprintf(out, "%.*s%s", (int)(mark - line), line, find(sums, count, name, length));
        line = name + length + (name[length] == '>');
    }
    fputs(line, out);
}

static void fill(const char *template, const char *output, const struct sum *sums, size_t count)
{
    FILE *in = open_file(template, "r");
    FILE *out = open_file(output, "w");
    char *line = nullptr;
    size_t room = 0;
    while (getline(&line, &room, in) > 0) {
        fill_line(out, line, sums, count);
    }
    free(line);
    fclose(in);
    if (fclose(out) != 0) {
        die("%s: %s", output, strerror(errno));
    }
}

int main(int argc, char **argv)
{
    struct sum *sums = calloc((size_t)argc, sizeof(*sums));
    size_t count = 0;
    char **argument = argv + 1;
    if (sums == nullptr) {
        die("out of memory");
    }
    for (; *argument != nullptr && strcmp(*argument, "--") != 0; argument++, count++) {
        const char *file = cut(*argument);
        sums[count].name = *argument;
        hash_file(file, sums[count].text);
    }
    if (*argument == nullptr) {
        die("usage: fill NAME=FILE... -- TEMPLATE=OUTPUT...");
    }
    while (*++argument != nullptr) {
        const char *output = cut(*argument);
        fill(*argument, output, sums, count);
    }
    free(sums);
    return 0;
}
