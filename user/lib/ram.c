/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/ram.h"

#include "user/lib/ranges.h"

enum : uint64_t { APART = 0x20'0000 };

void ram_free(struct ranges *set, const struct bootinfo *info, const struct hip *hip,
              const uint64_t boot[2])
{
    *set = (struct ranges){};
    for (size_t i = 0; i < info->range_count; i++)
        if (info->range[i].kind == MEMORY_USABLE)
            ranges_add(set, info->range[i].start, info->range[i].end);
    for (size_t i = 0; i < info->range_count; i++)
        if (info->range[i].kind != MEMORY_USABLE)
            ranges_remove(set, info->range[i].start, info->range[i].end);
    ranges_remove(set, hip->nova_start, hip->nova_end);
    ranges_remove(set, hip->root_start, hip->root_end);
    for (size_t i = 0; i < info->module_count; i++)
        ranges_remove(set, info->module[i].start, info->module[i].end);
    ranges_remove(set, boot[0], boot[0] + APART);
    ranges_remove(set, boot[1], boot[1] + APART);
    ranges_remove(set, 0, APART);
}

uint64_t ram_take(struct ranges *set, uint64_t size, uint64_t align)
{
    /* From the top: loaders put their things low. */
    for (size_t i = set->count; i-- > 0;) {
        const uint64_t start = set->range[i].start, end = set->range[i].end;
        if (end - start < size)
            continue;
        const uint64_t at = (end - size) / align * align;
        if (at >= start) {
            ranges_remove(set, at, at + size);
            return at;
        }
    }
    return 0;
}

uint64_t ram_find(const struct bootinfo *info, const struct hip *hip, const uint64_t boot[2],
                  uint64_t size)
{
    static struct ranges set;
    ram_free(&set, info, hip, boot);
    return ram_take(&set, size, size);
}
