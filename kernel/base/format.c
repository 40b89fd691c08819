/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/base/format.h"

#include <stdint.h>

struct sink {
    char *out;
    size_t size;
    size_t length; /* of the whole text, whether it fitted or not */
};

struct spec {
    bool left, zero, prefix;
    bool is_long; /* long, long long or size_t, all of which have 64 bits, not int */
    size_t width;
    size_t precision;
};
static_assert(sizeof(long) == 8 && sizeof(long long) == 8 && sizeof(size_t) == 8);

enum : size_t { NO_LIMIT = SIZE_MAX, DIGITS_MAX = 20 /* 2^64 - 1, decimal */ };

static void put(struct sink *sink, char c)
{
    if (sink->length + 1 < sink->size)
        sink->out[sink->length] = c;
    sink->length++;
}

/* Characters before the terminator, at most `limit`. */
static size_t length_of(const char *text, size_t limit)
{
    size_t length = 0;
    while (length < limit && text[length] != '\0')
        length++;
    return length;
}

static void put_repeated(struct sink *sink, char c, size_t count)
{
    while (count-- > 0)
        put(sink, c);
}

static void put_text(struct sink *sink, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(sink, text[i]);
}

/* A field: padding, what stands before the digits, zeros, the digits or text, padding. */
static void put_field(struct sink *sink, const struct spec *spec, const char *prefix,
                      const char *text, size_t count)
{
    const size_t prefix_count = length_of(prefix, NO_LIMIT);
    const size_t used = prefix_count + count;
    const size_t pad = spec->width > used ? spec->width - used : 0;
    const bool zeros = spec->zero && !spec->left;

    put_repeated(sink, ' ', spec->left || zeros ? 0 : pad);
    put_text(sink, prefix, prefix_count);
    put_repeated(sink, '0', zeros ? pad : 0);
    put_text(sink, text, count);
    put_repeated(sink, ' ', spec->left ? pad : 0);
}

static void put_number(struct sink *sink, const struct spec *spec, uint64_t value, unsigned base,
                       const char *digits, const char *prefix)
{
    char text[DIGITS_MAX];
    size_t first = DIGITS_MAX;

    do {
        text[--first] = digits[value % base];
        value /= base;
    } while (value != 0);
    put_field(sink, spec, prefix, text + first, DIGITS_MAX - first);
}

static void put_signed(struct sink *sink, const struct spec *spec, int64_t value)
{
    const uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    put_number(sink, spec, magnitude, 10, "0123456789", value < 0 ? "-" : "");
}

static void put_string(struct sink *sink, struct spec spec, const char *text)
{
    if (text == nullptr)
        text = "(null)";
    spec.zero = false;
    put_field(sink, &spec, "", text, length_of(text, spec.precision));
}

static size_t parse_number(const char **fmt)
{
    size_t value = 0;
    while (**fmt >= '0' && **fmt <= '9') {
        const size_t digit = (size_t)(*(*fmt)++ - '0');
        value = value < INT32_MAX / 10 ? value * 10 + digit : INT32_MAX;
    }
    return value;
}

/* A va_list that functions can advance for each other: handed on by value, it may or may not. */
struct args {
    va_list list;
};

static uint64_t take_unsigned(struct args *args, bool is_long)
{
    return is_long ? va_arg(args->list, uint64_t) : va_arg(args->list, unsigned);
}

static int64_t take_signed(struct args *args, bool is_long)
{
    const uint64_t value = take_unsigned(args, is_long);
    return is_long ? (int64_t)value : (int32_t)value;
}

static struct spec parse_spec(const char **fmt, struct args *args)
{
    struct spec spec = {.precision = NO_LIMIT};

    for (;; ++*fmt) {
        if (**fmt == '-')
            spec.left = true;
        else if (**fmt == '0')
            spec.zero = true;
        else if (**fmt == '#')
            spec.prefix = true;
        else
            break;
    }
    if (**fmt == '*') {
        const int64_t width = take_signed(args, false);
        spec.left = spec.left || width < 0;
        spec.width = (size_t)(width < 0 ? -width : width);
        ++*fmt;
    } else {
        spec.width = parse_number(fmt);
    }
    if (**fmt == '.') {
        ++*fmt;
        if (**fmt == '*') {
            const int64_t precision = take_signed(args, false);
            spec.precision = precision < 0 ? NO_LIMIT : (size_t)precision;
            ++*fmt;
        } else {
            spec.precision = parse_number(fmt);
        }
    }
    for (; **fmt == 'l' || **fmt == 'z'; ++*fmt)
        spec.is_long = true;
    return spec;
}

/* One conversion; false if it is none of ours. */
static bool convert(struct sink *sink, struct spec *spec, char conversion, struct args *args)
{
    static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";

    switch (conversion) {
    case '%':
        put(sink, '%');
        return true;
    case 'c':
        spec->zero = false;
        put_field(sink, spec, "", &(char){(char)take_signed(args, false)}, 1);
        return true;
    case 's':
        put_string(sink, *spec, va_arg(args->list, const char *));
        return true;
    case 'd':
        put_signed(sink, spec, take_signed(args, spec->is_long));
        return true;
    case 'u':
        put_number(sink, spec, take_unsigned(args, spec->is_long), 10, lower, "");
        return true;
    case 'p':
        put_number(sink, spec, (uintptr_t)va_arg(args->list, void *), 16, lower, "0x");
        return true;
    case 'x':
    case 'X': {
        const uint64_t value = take_unsigned(args, spec->is_long);
        const char *const prefix = conversion == 'x' ? "0x" : "0X";
        put_number(sink, spec, value, 16, conversion == 'x' ? lower : upper,
                   spec->prefix && value != 0 ? prefix : "");
        return true;
    }
    default:
        return false;
    }
}

size_t format_va(char *out, size_t size, const char *fmt, va_list list)
{
    struct sink sink = {.out = out, .size = size};
    struct args args;
    va_copy(args.list, list);

    while (*fmt != '\0') {
        const char *const start = fmt;
        if (*fmt++ != '%') {
            put(&sink, *start);
            continue;
        }
        struct spec spec = parse_spec(&fmt, &args);
        if (!convert(&sink, &spec, *fmt, &args)) {
            put_text(&sink, start, length_of(start, NO_LIMIT));
            break;
        }
        fmt++;
    }
    va_end(args.list);
    if (size > 0)
        out[sink.length < size ? sink.length : size - 1] = '\0';
    return sink.length;
}

size_t format(char *out, size_t size, const char *fmt, ...)
{
    va_list list;
    va_start(list, fmt);
    const size_t length = format_va(out, size, fmt, list);
    va_end(list);
    return length;
}
