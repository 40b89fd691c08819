/* SPDX-License-Identifier: GPL-2.0-only */
/* Host test of the formatter: what it writes, and that it never writes more than it may. */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/base/format.h"
#include "tests/lib/expect.h"

/* The text is `want`, and the length that is returned is its length. */
#define EXPECT_TEXT(want, ...)                                                                     \
    do {                                                                                           \
        char text_[256];                                                                           \
        const size_t length_ = format(text_, sizeof text_, __VA_ARGS__);                           \
        if (strcmp(text_, (want)) != 0 || length_ != strlen(want)) {                               \
            printf("%s:%d: \"%s\" (%zu), not \"%s\"\n", __FILE__, __LINE__, text_, length_, want); \
            expect_failures++;                                                                     \
        }                                                                                          \
    } while (0)

/* Our text is that of the C library. */
#define EXPECT_SAME(...)                                                                           \
    do {                                                                                           \
        char want_[256];                                                                           \
        snprintf(want_, sizeof want_, __VA_ARGS__);                                                \
        EXPECT_TEXT(want_, __VA_ARGS__);                                                           \
    } while (0)

/* The compiler must not see the format: these are outside of what it would let pass. */
static const char *volatile hidden;
#define HIDE(fmt) (hidden = (fmt), hidden)

static void plain_text_is_copied(void)
{
    EXPECT_TEXT("", "%s", "");
    EXPECT_TEXT("plain", "plain");
    EXPECT_TEXT("100%", "100%%");
}

static void numbers_print_at_their_limits(void)
{
    EXPECT_SAME("%d %d %d", 0, INT_MIN, INT_MAX);
    EXPECT_SAME("%u %u", 0u, UINT_MAX);
    EXPECT_SAME("%ld %ld", LONG_MIN, LONG_MAX);
    EXPECT_SAME("%lu %llu %zu", ULONG_MAX, ULLONG_MAX, SIZE_MAX);
    EXPECT_SAME("%x %X %lx", 0xdeadbeefu, 0xdeadbeefu, ULONG_MAX);
    EXPECT_SAME("%#x %#lx %#X", 0x1fu, 0x1ful, 0x1fu);
    EXPECT_SAME("%#x", 0u);
    EXPECT_SAME("%p", (void *)0x1234);
    EXPECT_TEXT("0x0", "%p", nullptr);
}

static void fields_are_padded(void)
{
    EXPECT_SAME("[%5d|%-5d|%05d|%2d]", 42, 42, 42, 12345);
    EXPECT_SAME("[%5d|%-5d|%05d]", -42, -42, -42);
    EXPECT_SAME("[%8x|%-8x|%08x|%#8x|%#010x|%#-8x]", 1u, 2u, 3u, 4u, 5u, 6u);
    EXPECT_SAME("[%6s|%-6s|%2s]", "abc", "abc", "abc");
    EXPECT_SAME("[%3c|%-3c]", 'x', 'y');
    EXPECT_SAME("[%*d|%-*d|%*d]", 6, 1, 6, 2, -6, 3);
    EXPECT_SAME("[%016lx]", 0x1234'5678'9abcul);
}

static void left_wins_over_zeros(void)
{
    EXPECT_TEXT("[7   ]", HIDE("[%-04d]"), 7);
    EXPECT_TEXT("[  ab]", HIDE("[%04s]"), "ab");
}

static void precision_limits_strings(void)
{
    static const char unterminated[3] = {'a', 'b', 'c'};

    EXPECT_TEXT("abc", "%.3s", unterminated);
    EXPECT_TEXT("ab", "%.*s", 2, unterminated);
    EXPECT_TEXT("", "%.0s", unterminated);
    EXPECT_SAME("[%5.2s|%-5.9s|%.*s]", "xyz", "xyz", -1, "whole");
}

static void null_string_has_a_name(void)
{
    EXPECT_TEXT("(null)", HIDE("%s"), (const char *)nullptr);
}

static void unknown_conversion_ends_the_formatting(void)
{
    EXPECT_TEXT("1 %f %s", HIDE("%d %f %s"), 1, 2.0, (const char *)8);
    EXPECT_TEXT("%", HIDE("%"), 0);
    EXPECT_TEXT("%-08l", HIDE("%-08l"), 0);
    EXPECT_TEXT("%n", HIDE("%n"), nullptr);
}

static void text_is_cut_and_terminated(void)
{
    for (size_t size = 0; size <= 16; size++) {
        char *const out = malloc(size ? size : 1); /* exactly as large: the sanitizer watches */
        EXPECT(format(out, size, "%s-%05d|%#x", "abc", -12, 0x1fu) == 14);
        if (size > 0)
            EXPECT(strncmp(out, "abc--0012|0x1f", size - 1) == 0 &&
                   strlen(out) == (size <= 14 ? size - 1 : 14));
        free(out);
    }
    EXPECT(format(nullptr, 0, "%d", 12345) == 5);
}

static void huge_width_is_bounded(void)
{
    char text[8];
    EXPECT(format(text, sizeof text, HIDE("%99999999999999999999d"), 1) == INT32_MAX);
    EXPECT(strcmp(text, "       ") == 0);
}

/* Property: any mix of flags, width and value prints as in the C library. */
static void random_integers_print_as_in_c(void)
{
    static const char *const flags[] = {"", "-", "0", "#", "-#", "0#"};
    static const char conversions[] = "duxX";
    uint64_t state = 1;

    for (unsigned i = 0; i < 20'000; i++) {
        state = state * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
        const uint64_t value = state >> (state >> 58);
        const char conversion = conversions[i % 4];
        const char *flag = flags[i / 4 % 6];
        if (conversion == 'd' || conversion == 'u')
            flag = flags[i / 4 % 3];

        char fmt[32], want[128], text[128];
        snprintf(fmt, sizeof fmt, "<%%%s%ul%c>", flag, i % 25, conversion);
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
        snprintf(want, sizeof want, fmt, value);
        format(text, sizeof text, fmt, value);
#pragma clang diagnostic pop
        if (strcmp(text, want) != 0) {
            printf("%s: \"%s\", not \"%s\"\n", fmt, text, want);
            expect_failures++;
        }
    }
}

int main(void)
{
    plain_text_is_copied();
    numbers_print_at_their_limits();
    fields_are_padded();
    left_wins_over_zeros();
    precision_limits_strings();
    null_string_has_a_name();
    unknown_conversion_ends_the_formatting();
    text_is_cut_and_terminated();
    huge_width_is_bounded();
    random_integers_print_as_in_c();
    return expect_result();
}
