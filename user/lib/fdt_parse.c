/* SPDX-License-Identifier: GPL-2.0-only */
/* What a device tree says about memory, boot modules, the command line, the UART, the GIC and the timer. */
#include "user/lib/bootinfo.h"
#include "user/lib/bytes.h"
#include "user/lib/fdt.h"

enum : unsigned { DEPTH_MAX = 16, CELLS_MAX = 2 };
enum : size_t { GICV_ENTRY = 3 }; /* behind distributor, CPU interface, hypervisor's interface */

/* A node on the path from the root to where the walk is. */
struct node {
    const char *name;
    bool is_direct; /* its addresses are physical: no bus above translates them */
    bool is_memory, is_pl011, is_gicv2, is_timer, is_off, is_reserved;
    bool is_chosen, is_module;
    bool has_ranges;                    /* present and empty: the bus below is not translated */
    unsigned address_cells, size_cells; /* of its children                                   */
    const uint8_t *reg;
    size_t reg_size;
    const uint8_t *interrupts;
    size_t interrupts_size;
    struct fdt_item bootargs; /* FDT_PROPERTY if there */
};

/* Things that are complete only at the end of the walk. */
struct found {
    const char *stdout_path; /* terminated inside the property's value */
    uint64_t initrd_start, initrd_end;
    uint64_t uart;
    bool uart_is_stdout;
};

static uint64_t cells(const uint8_t *at, unsigned count)
{
    return count == 0 ? 0 : count == 1 ? be32(at) : be64(at);
}

static bool is_terminated(const struct fdt_item *item)
{
    return item->size > 0 && item->value[item->size - 1] == '\0';
}

/* Whether a list of texts has `text`. */
static bool has_text(const struct fdt_item *item, const char *text)
{
    if (!is_terminated(item))
        return false;
    for (size_t at = 0; at < item->size; at++)
        if ((at == 0 || item->value[at - 1] == '\0') &&
            fdt_name_is((const char *)item->value + at, text))
            return true;
    return false;
}

static uint64_t number(const struct fdt_item *item)
{
    return item->size == 4 ? be32(item->value) : item->size == 8 ? be64(item->value) : 0;
}

static void take_chosen(struct bootinfo *info, struct found *found, const struct fdt_item *item)
{
    if (fdt_name_is(item->name, "bootargs"))
        bootinfo_copy_text(info->text, item->value, item->size);
    else if (fdt_name_is(item->name, "stdout-path") && is_terminated(item))
        found->stdout_path = (const char *)item->value;
    else if (fdt_name_is(item->name, "linux,initrd-start"))
        found->initrd_start = number(item);
    else if (fdt_name_is(item->name, "linux,initrd-end"))
        found->initrd_end = number(item);
}

static void take_property(struct node *node, const struct fdt_item *item)
{
    if (fdt_name_is(item->name, "reg")) {
        node->reg = item->value;
        node->reg_size = item->size;
    } else if (fdt_name_is(item->name, "#address-cells")) {
        node->address_cells = (unsigned)number(item);
    } else if (fdt_name_is(item->name, "#size-cells")) {
        node->size_cells = (unsigned)number(item);
    } else if (fdt_name_is(item->name, "device_type")) {
        node->is_memory = has_text(item, "memory");
    } else if (fdt_name_is(item->name, "compatible")) {
        node->is_pl011 = has_text(item, "arm,pl011");
        node->is_gicv2 = has_text(item, "arm,cortex-a15-gic") || has_text(item, "arm,gic-400");
        node->is_timer = has_text(item, "arm,armv8-timer");
        node->is_module = has_text(item, "multiboot,module");
    } else if (fdt_name_is(item->name, "status")) {
        node->is_off = !has_text(item, "okay") && !has_text(item, "ok");
    } else if (fdt_name_is(item->name, "ranges")) {
        node->has_ranges = item->size == 0;
    } else if (fdt_name_is(item->name, "interrupts")) {
        node->interrupts = item->value;
        node->interrupts_size = item->size;
    } else if (fdt_name_is(item->name, "bootargs")) {
        node->bootargs = *item;
    }
}

/* Whether the last part of a path, which may be followed by ':' and options, is `name`. */
static bool path_ends_in(const char *path, const char *name)
{
    const char *last = path;
    for (const char *at = path; *at != '\0' && *at != ':'; at++)
        if (*at == '/')
            last = at + 1;
    size_t i = 0;
    while (name[i] != '\0' && last[i] == name[i])
        i++;
    return name[i] == '\0' && (last[i] == '\0' || last[i] == ':');
}

/* The number of a shared interrupt (GIC's binding: 0, number, flags); BOOT_SPI_NONE: it is none. */
static uint32_t spi_of(const struct node *node)
{
    if (node->interrupts_size < 12 || be32(node->interrupts) != 0)
        return BOOT_SPI_NONE;
    return be32(node->interrupts + 4);
}

/*
 * The third interrupt of a timer is the virtual one's (Linux' binding): 1, number of a private interrupt, flags,
 * and with some GICv3 the CPUs. 0: it is not like that.
 */
static uint32_t timer_of(const struct node *node)
{
    enum : size_t { VIRTUAL = 2 };
    for (size_t entry = 12; entry <= 16; entry += 4) {
        size_t count = 0;
        while ((count + 1) * entry <= node->interrupts_size &&
               be32(node->interrupts + count * entry) == 1)
            count++;
        if (count * entry != node->interrupts_size || count <= VIRTUAL)
            continue;
        const uint32_t ppi = be32(node->interrupts + VIRTUAL * entry + 4);
        return ppi < 16 ? 16 + ppi : 0;
    }
    return 0;
}

/* /chosen/module@...: address and size have as many cells each, whatever /chosen says (QEMU). */
static void take_module(struct bootinfo *info, const struct node *node)
{
    const unsigned count = (unsigned)(node->reg_size / 8);
    if (node->reg == nullptr || count == 0 || count > CELLS_MAX)
        return;
    const uint64_t start = cells(node->reg, count), size = cells(node->reg + 4 * count, count);
    struct boot_module *const module = bootinfo_add_module(info, start, start + size);
    if (module != nullptr && node->bootargs.kind == FDT_PROPERTY)
        bootinfo_copy_text(module->text, node->bootargs.value, node->bootargs.size);
}

/* All properties of `node` are known. */
static void finish_node(struct bootinfo *info, struct found *found, const struct node *node,
                        const struct node *parent)
{
    const unsigned a = parent->address_cells, s = parent->size_cells;
    const size_t entry = 4 * (size_t)(a + s);
    if (parent->is_chosen && node->is_module)
        take_module(info, node);
    if (node->is_timer && !node->is_off)
        info->timer_intid = timer_of(node);
    if (node->reg == nullptr || !node->is_direct || a == 0 || a > CELLS_MAX || s > CELLS_MAX)
        return;

    if ((node->is_memory && !node->is_off) || parent->is_reserved) {
        for (size_t at = 0; entry <= node->reg_size - at; at += entry)
            bootinfo_add_range(info, cells(node->reg + at, a), cells(node->reg + at + 4 * a, s),
                               node->is_memory ? MEMORY_USABLE : MEMORY_RESERVED);
    }
    if (node->is_pl011 && !node->is_off && entry <= node->reg_size) {
        const bool is_stdout =
            found->stdout_path != nullptr && path_ends_in(found->stdout_path, node->name);
        if (found->uart == 0 || (is_stdout && !found->uart_is_stdout)) {
            found->uart = cells(node->reg, a);
            info->uart_spi = spi_of(node);
        }
        found->uart_is_stdout |= is_stdout;
    }
    if (node->is_gicv2 && !node->is_off && GICV_ENTRY * entry + entry <= node->reg_size)
        info->gicv = cells(node->reg + GICV_ENTRY * entry, a);
}

/* /chosen may stand anywhere, and the rest depends on it. */
static void walk_chosen(struct bootinfo *info, struct found *found, const struct fdt *fdt)
{
    bool is_chosen = false;
    unsigned depth = 0;

    for (size_t at = 0;;) {
        const struct fdt_item item = fdt_next(fdt, &at);
        switch (item.kind) {
        case FDT_NODE:
            depth++;
            is_chosen = depth == 2 && fdt_name_is(item.name, "chosen");
            break;
        case FDT_PROPERTY:
            if (is_chosen)
                take_chosen(info, found, &item);
            break;
        case FDT_NODE_END:
            depth--;
            is_chosen = false;
            break;
        case FDT_END:
            return;
        }
    }
}

static void walk(struct bootinfo *info, struct found *found, const struct fdt *fdt)
{
    /* path[0] stands above the root; a node is finished when it closes. */
    struct node path[DEPTH_MAX + 1] = {{.address_cells = 2, .size_cells = 1}};
    unsigned depth = 0;

    for (size_t at = 0;;) {
        const struct fdt_item item = fdt_next(fdt, &at);
        struct node *const node = &path[depth];
        switch (item.kind) {
        case FDT_NODE:
            if (depth == DEPTH_MAX) {
                info->is_cut = true;
                return;
            }
            depth++;
            path[depth] = (struct node){
                .name = item.name,
                .is_direct = depth <= 2 || (node->is_direct && node->has_ranges),
                .is_chosen = depth == 2 && fdt_name_is(item.name, "chosen"),
                .is_reserved = depth == 2 && fdt_name_is(item.name, "reserved-memory"),
                .address_cells = 2,
                .size_cells = 1,
                .bootargs = {.kind = FDT_END},
            };
            break;
        case FDT_PROPERTY:
            take_property(node, &item);
            break;
        case FDT_NODE_END:
            if (depth == 0)
                return;
            finish_node(info, found, node, &path[depth - 1]);
            depth--;
            break;
        case FDT_END:
            info->is_cut |= depth != 0;
            return;
        }
    }
}

bool fdt_parse(struct bootinfo *info, const void *data, size_t size)
{
    struct fdt fdt;
    struct found found = {};
    if (!fdt_open(&fdt, data, size))
        return false;

    for (size_t at = 0; fdt.reserved_size - at >= 16; at += 16) {
        if (be64(fdt.reserved + at) == 0 && be64(fdt.reserved + at + 8) == 0)
            break;
        bootinfo_add_range(info, be64(fdt.reserved + at), be64(fdt.reserved + at + 8),
                           MEMORY_RESERVED);
    }
    info->uart_spi = BOOT_SPI_NONE;
    walk_chosen(info, &found, &fdt);
    if (found.initrd_start < found.initrd_end)
        (void)bootinfo_add_module(info, found.initrd_start, found.initrd_end);
    walk(info, &found, &fdt);
    info->uart = found.uart;
    return true;
}
