/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/child.h"

#include "kernel/abi/perm.h"
#include "kernel/abi/selector.h"
#include "user/lib/alloc.h"
#include "user/lib/event.h"
#include "user/lib/memory.h"

extern char user_image_start[], user_image_end[];

status_t child_create(struct child *child)
{
    *child = (struct child){
        .pd = sel_alloc(0), .obj = sel_alloc(0), .hst = sel_alloc(0), .pio = sel_alloc(0)};
    status_t status = hc_create_pd(child->pd, CREATE_PD_PD, SEL_ROOT_PD);
    if (status == SUCCESS)
        status = hc_create_pd(child->obj, CREATE_PD_OBJ, child->pd);
    if (status == SUCCESS)
        status = hc_create_pd(child->hst, CREATE_PD_HST, child->pd);
    if (status == SUCCESS && cpu_has_ports())
        status = hc_create_pd(child->pio, CREATE_PD_PIO, child->pd);
    return status;
}

status_t child_share_memory(const struct child *child)
{
    const struct {
        uint64_t start, end;
    } range[] = {
        {(uint64_t)user_image_start, (uint64_t)user_image_end},
        {PAGES_START, PAGES_END},
    };
    status_t status = SUCCESS;
    for (size_t i = 0; status == SUCCESS && i < sizeof range / sizeof *range; i++)
        status =
            memory_share(child->hst, range[i].start, range[i].end - range[i].start, PERM_MEM_ALL);
    return status;
}

status_t child_give(const struct child *child, sel_t from, sel_t to, uint8_t perm)
{
    return hc_ctrl_pd(SEL_ROOT_OBJ, child->obj,
                      (struct hc_range){.from = from, .to = to, .perm = perm});
}
