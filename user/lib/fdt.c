/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/fdt.h"

#include "user/lib/bytes.h"

enum : uint32_t { MAGIC = 0xd00d'feed, VERSION = 17 };
enum : size_t { HEADER_SIZE = 40 };
enum token : uint32_t {
    TOKEN_BEGIN_NODE = 1,
    TOKEN_END_NODE = 2,
    TOKEN_PROP = 3,
    TOKEN_NOP = 4,
};

uint32_t fdt_size(const void *data)
{
    const uint8_t *const header = data;
    return be32(header) == MAGIC ? be32(header + 4) : 0;
}

static bool is_inside(size_t offset, size_t size, size_t total)
{
    return offset <= total && size <= total - offset;
}

bool fdt_open(struct fdt *fdt, const void *data, size_t size)
{
    const uint8_t *const header = data;
    if (size < HEADER_SIZE || fdt_size(data) < HEADER_SIZE || be32(header + 20) < VERSION)
        return false;
    const size_t total = fdt_size(data) < size ? fdt_size(data) : size;

    const size_t tokens = be32(header + 8), tokens_size = be32(header + 36);
    const size_t strings = be32(header + 12), strings_size = be32(header + 32);
    const size_t reserved = be32(header + 16);
    if (!is_inside(tokens, tokens_size, total) || !is_inside(strings, strings_size, total) ||
        !is_inside(reserved, 0, total))
        return false;

    *fdt = (struct fdt){
        .tokens = header + tokens,
        .tokens_size = tokens_size,
        .strings = (const char *)header + strings,
        .strings_size = strings_size,
        .reserved = header + reserved,
        .reserved_size = total - reserved,
    };
    return true;
}

/* Length of a terminated text of less than `size` bytes; `size` if the terminator is missing. */
static size_t text_length(const char *text, size_t size)
{
    size_t length = 0;
    while (length < size && text[length] != '\0')
        length++;
    return length;
}

/* `size` bytes of the structure block at *at, which moves behind them and to a multiple of 4. */
static const uint8_t *take(const struct fdt *fdt, size_t *at, size_t size)
{
    if (!is_inside(*at, size, fdt->tokens_size))
        return nullptr;
    const uint8_t *const bytes = fdt->tokens + *at;
    const size_t next = *at + ((size + 3) & ~(size_t)3);
    *at = next < fdt->tokens_size ? next : fdt->tokens_size;
    return bytes;
}

static struct fdt_item take_node(const struct fdt *fdt, size_t *at)
{
    const char *const name = (const char *)fdt->tokens + *at;
    const size_t room = fdt->tokens_size - *at;
    const size_t length = text_length(name, room);

    if (length == room || take(fdt, at, length + 1) == nullptr)
        return (struct fdt_item){.kind = FDT_END};
    return (struct fdt_item){.kind = FDT_NODE, .name = name};
}

static struct fdt_item take_property(const struct fdt *fdt, size_t *at)
{
    const struct fdt_item end = {.kind = FDT_END};
    const uint8_t *const head = take(fdt, at, 8);
    if (head == nullptr)
        return end;

    const size_t size = be32(head), name = be32(head + 4);
    const uint8_t *const value = take(fdt, at, size);
    if (value == nullptr || name >= fdt->strings_size)
        return end;

    const size_t room = fdt->strings_size - name;
    if (text_length(fdt->strings + name, room) == room)
        return end;
    return (struct fdt_item){
        .kind = FDT_PROPERTY, .name = fdt->strings + name, .value = value, .size = size};
}

struct fdt_item fdt_next(const struct fdt *fdt, size_t *at)
{
    const size_t start = *at;
    struct fdt_item item = {.kind = FDT_END};

    for (;;) {
        const uint8_t *const token = take(fdt, at, 4);
        if (token != nullptr && be32(token) == TOKEN_NOP)
            continue;
        if (token != nullptr && be32(token) == TOKEN_BEGIN_NODE)
            item = take_node(fdt, at);
        else if (token != nullptr && be32(token) == TOKEN_PROP)
            item = take_property(fdt, at);
        else if (token != nullptr && be32(token) == TOKEN_END_NODE)
            item.kind = FDT_NODE_END;
        break;
    }
    if (item.kind == FDT_END)
        *at = start;
    return item;
}

bool fdt_name_is(const char *name, const char *other)
{
    size_t i = 0;
    while (name[i] != '\0' && name[i] == other[i])
        i++;
    return name[i] == other[i];
}
