/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/fdt.h"

#include <string.h>

#include "kernel/firmware/testing/expect.h"
#include "kernel/firmware/testing/memory.h"

/* ---- A small writer of trees ---- */

enum : uint64_t { BASE = 0x4000'0000 };
enum : unsigned { STRUCT = 40, STRINGS = 1024, SIZE = 1536 };

static uint8_t *blob;
static unsigned tree_used, strings_used;

static void begin(void)
{
    memory_reset();
    blob = memory_add(BASE, SIZE);
    tree_used = strings_used = 0;
}

static void cell(uint32_t value)
{
    put_be(blob + STRUCT + tree_used, value, 4);
    tree_used += 4;
}

static void text(const char *s, size_t size)
{
    memcpy(blob + STRUCT + tree_used, s, size);
    tree_used += (unsigned)(size + 3) & ~3u;
}

static void node(const char *name)
{
    cell(1);
    text(name, strlen(name) + 1);
}

static void node_end(void)
{
    cell(2);
}

static void property(const char *name, const void *value, size_t size)
{
    cell(3);
    cell((uint32_t)size);
    cell(strings_used);
    memcpy(blob + STRINGS + strings_used, name, strlen(name) + 1);
    strings_used += (unsigned)strlen(name) + 1;
    text(value, size);
}

static void number(const char *name, uint64_t value, unsigned size)
{
    uint8_t data[8];
    put_be(data, value, size);
    property(name, data, size);
}

static void finish(void)
{
    const uint32_t header[] = {
        0xd00d'feed, SIZE, STRUCT, STRINGS, SIZE - 16, 17, 16, 0, strings_used, tree_used,
    };
    for (unsigned i = 0; i < sizeof header / sizeof header[0]; i++)
        put_be(blob + 4ul * i, header[i], 4);
}

static void end(void)
{
    cell(9);
    finish();
}

static struct prange range;

static bool find(void)
{
    range = (struct prange){0};
    return fdt_find_root_image(memory_map, paddr(BASE), &range);
}

/* ---- Header ---- */

static bool opens(void)
{
    struct fdt fdt;
    return fdt_open(&fdt, memory_map, paddr(BASE));
}

static void empty_tree_opens(void)
{
    begin();
    node("");
    node_end();
    end();
    EXPECT(opens());
    EXPECT(!find());
}

static void header_must_be_right(void)
{
    static const struct {
        unsigned offset;
        uint32_t value;
    } wrong[] = {
        {0, 0xd00d'feee}, /* magic                                   */
        {4, 39},          /* total size: less than the header        */
        {4, SIZE + 1},    /* more than there is                      */
        {4, FDT_SIZE_MAX + 1},
        {4, UINT32_MAX},
        {8, SIZE}, /* structure block: outside                */
        {8, UINT32_MAX},
        {20, 16},   /* version: without size of the block      */
        {24, 18},   /* compatible with later ones only         */
        {36, 0},    /* structure block: empty                  */
        {36, SIZE}, /* longer than what is left                */
        {36, UINT32_MAX},
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        begin();
        node("");
        node_end();
        end();
        put_be(blob + wrong[i].offset, wrong[i].value, 4);
        EXPECT(!opens());
    }
}

static void misaligned_tree_is_refused(void)
{
    begin();
    node("");
    node_end();
    end();
    memory_add_copy(BASE + 0x1'0004, blob, SIZE);
    struct fdt fdt;
    EXPECT(!fdt_open(&fdt, memory_map, paddr(BASE + 0x1'0004)));
    EXPECT(!fdt_open(&fdt, memory_map, paddr(0)));
}

/* ---- Walk ---- */

static void walk_gives_nodes_and_properties_in_order(void)
{
    begin();
    node("");
    property("model", "box", 4);
    cell(4); /* no operation */
    node("cpus");
    node("cpu@0");
    number("reg", 7, 4);
    node_end();
    node_end();
    node_end();
    end();

    struct fdt fdt;
    EXPECT(fdt_open(&fdt, memory_map, paddr(BASE)));
    struct fdt_walk walk = {.fdt = &fdt};
    EXPECT(fdt_next(&walk) == FDT_NODE && walk.depth == 1 && fdt_is(walk.name, ""));
    EXPECT(fdt_next(&walk) == FDT_PROPERTY && fdt_is(walk.name, "model"));
    EXPECT(walk.value.size == 4 && fdt_has_string(walk.value, "box"));
    EXPECT(fdt_next(&walk) == FDT_NODE && walk.depth == 2 && fdt_is(walk.name, "cpus"));
    EXPECT(fdt_next(&walk) == FDT_NODE && walk.depth == 3 && fdt_is(walk.name, "cpu@0"));
    EXPECT(fdt_next(&walk) == FDT_PROPERTY && bytes_be32(walk.value, 0) == 7);
    EXPECT(fdt_next(&walk) == FDT_NODE_END && walk.depth == 2);
    EXPECT(fdt_next(&walk) == FDT_NODE_END && walk.depth == 1);
    EXPECT(fdt_next(&walk) == FDT_NODE_END && walk.depth == 0);
    EXPECT(fdt_next(&walk) == FDT_END);
    EXPECT(fdt_next(&walk) == FDT_END); /* and stays there */
}

/* What follows the root node's begin; the walk must end there. */
static void expect_broken(void)
{
    finish();
    struct fdt fdt;
    EXPECT(fdt_open(&fdt, memory_map, paddr(BASE)));
    struct fdt_walk walk = {.fdt = &fdt};
    EXPECT(fdt_next(&walk) == FDT_NODE);
    EXPECT(fdt_next(&walk) == FDT_END);
    EXPECT(fdt_next(&walk) == FDT_END);
}

static void broken_tokens_end_the_walk(void)
{
    static const uint32_t lengths[] = {8, 0x7fff'ffff, 0xffff'fffc, 0xffff'ffff};
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        begin();
        node("");
        cell(3); /* a property longer than the block */
        cell(lengths[i]);
        cell(0);
        cell(0);
        expect_broken();
    }
    begin();
    node("");
    cell(0x1234'5678); /* no token */
    expect_broken();

    begin();
    node("");
    cell(3); /* cut within the token */
    expect_broken();

    begin();
    node("");
    cell(3); /* the name lies outside of the strings */
    cell(0);
    cell(4096);
    expect_broken();

    begin();
    node("");
    cell(1);
    cell(0x6162'6364); /* a name without an end */
    expect_broken();

    begin();
    node("");
    expect_broken(); /* simply over */
}

static void end_without_begin_ends_the_walk(void)
{
    begin();
    node_end();
    node("");
    node_end();
    end();
    struct fdt fdt;
    EXPECT(fdt_open(&fdt, memory_map, paddr(BASE)));
    struct fdt_walk walk = {.fdt = &fdt};
    EXPECT(fdt_next(&walk) == FDT_END);
}

static void property_outside_of_nodes_ends_the_walk(void)
{
    begin();
    property("model", "box", 4);
    node("");
    node_end();
    end();
    struct fdt fdt;
    EXPECT(fdt_open(&fdt, memory_map, paddr(BASE)));
    struct fdt_walk walk = {.fdt = &fdt};
    EXPECT(fdt_next(&walk) == FDT_END);
}

static void strings_are_compared_whole(void)
{
    const struct bytes list = {(const uint8_t *)"one\0two\0broken", 14};
    EXPECT(fdt_has_string(list, "one"));
    EXPECT(fdt_has_string(list, "two"));
    EXPECT(!fdt_has_string(list, "tw"));
    EXPECT(!fdt_has_string(list, "twos"));
    EXPECT(!fdt_has_string(list, ""));
    EXPECT(!fdt_has_string(list, "broken")); /* not terminated */
}

/* ---- Root's image ---- */

static void expect_initrd(uint64_t start, uint64_t stop, unsigned size)
{
    begin();
    node("");
    node("memory@0");
    number("linux,initrd-start", 1, 4); /* not in /chosen */
    node_end();
    node("chosen");
    number("linux,initrd-end", stop, size);
    number("linux,initrd-start", start, size);
    node_end();
    node_end();
    end();
    EXPECT(find());
    EXPECT_EQUAL(range.start.raw, start);
    EXPECT_EQUAL(range.end.raw, stop);
}

static void initrd_may_have_one_or_two_cells(void)
{
    expect_initrd(0x4800'0000, 0x4810'0000, 4);
    expect_initrd(0x8'4800'0000, 0x8'4810'0000, 8);
}

static void initrd_that_is_nonsense_is_refused(void)
{
    static const struct {
        uint64_t start, stop;
        unsigned start_size, stop_size;
    } wrong[] = {
        {0x1000, 0x1000, 4, 4}, {0x2000, 0x1000, 8, 8}, {0, 0x1000, 0, 4},
        {0x1000, 0x2000, 4, 6}, {0x1000, 0x2000, 3, 4},
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        begin();
        node("");
        node("chosen");
        number("linux,initrd-start", wrong[i].start, wrong[i].start_size);
        number("linux,initrd-end", wrong[i].stop, wrong[i].stop_size);
        node_end();
        node_end();
        end();
        EXPECT(!find());
    }
}

static void module(const char *compatible, size_t size, uint64_t start, uint64_t length,
                   unsigned bytes)
{
    uint8_t reg[16];
    put_be(reg, start, bytes);
    put_be(reg + bytes, length, bytes);
    node("module@1");
    property("reg", reg, 2ul * bytes);
    property("compatible", compatible, size);
    node("inner"); /* its properties are not the module's */
    number("reg", 0xbad, 4);
    node_end();
    node_end();
}

static void first_module_serves_without_an_initrd(void)
{
    begin();
    node("");
    node("chosen");
    number("#address-cells", 2, 4);
    number("#size-cells", 2, 4);
    module("multiboot,kernel", 17, 0x1'0000, 0x1000, 8);
    module("vendor,x\0multiboot,module", 26, 0x9'0000'0000, 0x1234, 8);
    module("multiboot,module", 17, 0x3'0000, 0x1000, 8);
    node_end();
    node_end();
    end();
    EXPECT(find());
    EXPECT_EQUAL(range.start.raw, 0x9'0000'0000);
    EXPECT_EQUAL(range.end.raw, 0x9'0000'1234);
}

static void module_obeys_the_cells_of_chosen(void)
{
    begin();
    node("");
    node("chosen");
    number("#address-cells", 1, 4);
    number("#size-cells", 1, 4);
    module("multiboot,module", 17, 0x4000'0000, 0x1000, 4);
    node_end();
    node_end();
    end();
    EXPECT(find());
    EXPECT_EQUAL(range.start.raw, 0x4000'0000);
    EXPECT_EQUAL(range.end.raw, 0x4000'1000);
}

static void module_that_is_nonsense_is_refused(void)
{
    static const struct {
        uint32_t address_cells, size_cells;
        uint64_t start, length;
    } wrong[] = {
        {3, 2, 0x1000, 0x1000}, {0, 2, 0x1000, 0x1000}, {2, UINT32_MAX, 0x1000, 0x1000},
        {2, 2, 0x1000, 0},      {2, 2, UINT64_MAX, 2},  {1, 3, 0x1000, 0x1000},
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        begin();
        node("");
        node("chosen");
        number("#address-cells", wrong[i].address_cells, 4);
        number("#size-cells", wrong[i].size_cells, 4);
        module("multiboot,module", 17, wrong[i].start, wrong[i].length, 8);
        node_end();
        node_end();
        end();
        EXPECT(!find());
    }
}

static void modules_elsewhere_do_not_count(void)
{
    begin();
    node("");
    node("soc");
    module("multiboot,module", 17, 0x1000, 0x1000, 4);
    node_end();
    node("chosen");
    node_end();
    module("multiboot,module", 17, 0x1000, 0x1000, 4);
    node_end();
    end();
    EXPECT(!find());
}

int main(void)
{
    RUN(empty_tree_opens);
    RUN(header_must_be_right);
    RUN(misaligned_tree_is_refused);
    RUN(walk_gives_nodes_and_properties_in_order);
    RUN(broken_tokens_end_the_walk);
    RUN(end_without_begin_ends_the_walk);
    RUN(property_outside_of_nodes_ends_the_walk);
    RUN(strings_are_compared_whole);
    RUN(initrd_may_have_one_or_two_cells);
    RUN(initrd_that_is_nonsense_is_refused);
    RUN(first_module_serves_without_an_initrd);
    RUN(module_obeys_the_cells_of_chosen);
    RUN(module_that_is_nonsense_is_refused);
    RUN(modules_elsewhere_do_not_count);
    memory_reset();
    return failures != 0;
}
