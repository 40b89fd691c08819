/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes an initial RAM file system for Linux: an archive in cpio's "newc" form (Linux's
 * Documentation, "initramfs buffer format").
 *
 *   initramfs OUTPUT PATH=FILE...
 *
 * Files are executable and belong to root; folders above them are made. The bytes depend on the
 * arguments and the files' contents only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDER = 040755, FILE_MODE = 0100755, FOLDERS_MAX = 64, PATH_SIZE = 256 };

[[noreturn]] static void die(const char *what, const char *detail)
{
    fprintf(stderr, "initramfs: %s%s\n", what, detail);
    exit(1);
}

/* Everything starts at a multiple of 4. */
static void put(FILE *out, const void *bytes, size_t size)
{
    static const char zeros[4];
    if (fwrite(bytes, 1, size, out) != size || fwrite(zeros, 1, -size % 4, out) != -size % 4)
        die("cannot write: ", strerror(errno));
}

static void put_entry(FILE *out, const char *path, unsigned mode, const void *bytes, size_t size)
{
    static unsigned number;
    char head[110 + PATH_SIZE + 1];
    const int length = snprintf(
        head, sizeof head, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x%s",
        ++number, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, strlen(path) + 1, 0, path);
    if (length < 0 || (size_t)length >= sizeof head)
        die("name is too long: ", path);
    put(out, head, (size_t)length + 1);
    put(out, bytes, size);
}

/* The folders above `path` that are not there yet. */
static void put_folders(FILE *out, const char *path)
{
    static char made[FOLDERS_MAX][PATH_SIZE];
    static size_t count;

    for (const char *end = strchr(path, '/'); end != nullptr; end = strchr(end + 1, '/')) {
        const size_t length = (size_t)(end - path);
        size_t i = 0;
        if (length >= PATH_SIZE)
            die("name is too long: ", path);
        while (i < count && (strlen(made[i]) != length || memcmp(made[i], path, length) != 0))
            i++;
        if (i < count)
            continue;
        if (count == FOLDERS_MAX)
            die("too many folders: ", path);
        memcpy(made[count], path, length);
        put_entry(out, made[count++], FOLDER, "", 0);
    }
}

static void put_file(FILE *out, const char *path, const char *file)
{
    FILE *const in = fopen(file, "rb");
    if (in == nullptr || fseek(in, 0, SEEK_END) != 0)
        die("cannot read ", file);
    const long size = ftell(in);
    rewind(in);
    char *const bytes = malloc(size > 0 ? (size_t)size : 1);
    if (size < 0 || bytes == nullptr || fread(bytes, 1, (size_t)size, in) != (size_t)size)
        die("cannot read ", file);
    put_entry(out, path, FILE_MODE, bytes, (size_t)size);
    free(bytes);
    fclose(in);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        die("usage: initramfs OUTPUT PATH=FILE...", "");
    FILE *const out = fopen(argv[1], "wb");
    if (out == nullptr)
        die("cannot write ", argv[1]);
    for (int i = 2; i < argc; i++) {
        char *const equals = strchr(argv[i], '=');
        if (equals == nullptr)
            die("not PATH=FILE: ", argv[i]);
        *equals = '\0';
        put_folders(out, argv[i]);
        put_file(out, argv[i], equals + 1);
    }
    put_entry(out, "TRAILER!!!", 0, "", 0);
    if (fclose(out) != 0)
        die("cannot write: ", strerror(errno));
    return 0;
}
