/* SPDX-License-Identifier: GPL-2.0-only */
/* The examples of FIPS 180-4, and the lengths where padding needs another block. */
#include "release/sha256.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *piece;
    size_t repeat;
    const char *hash;
} CASES[] = {
    {"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
    {"a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
    {"a", 1'000'000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

int main(void)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct sha256 hash;
        char text[SHA256_TEXT];
        sha256_start(&hash);
        for (size_t j = 0; j < CASES[i].repeat; j++) {
            sha256_add(&hash, CASES[i].piece, strlen(CASES[i].piece));
        }
        sha256_text(&hash, text);
        bool same = strcmp(text, CASES[i].hash) == 0;
        printf("%s %zu - sha256.%zu_bytes\n", same ? "ok" : "not ok", i + 1,
               CASES[i].repeat * strlen(CASES[i].piece));
        failed += !same;
    }
    return failed != 0;
}
