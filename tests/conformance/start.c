/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/conformance/start.h"

#include "tests/conformance/conf.h"
#include "user/lib/bootinfo.h"
#include "user/lib/console.h"
#include "user/lib/power.h"
#include "user/lib/ram.h"

const struct hip *hip;

enum : uint64_t { POOL_SIZE = 0x100'0000 };

static uint64_t frames;

uint64_t free_frames(void)
{
    return frames;
}

static struct bootinfo info;

bool root_has_word(const char *word)
{
    return text_has_word(bootinfo_root_text(&info), word);
}

extern const char user_image_start[], user_image_end[];

/* Nobody expects it: the test that runs has failed. The thread, or all of it, ends here. */
static uint32_t on_fault(uint64_t pid, [[maybe_unused]] uint32_t mtd, struct utcb *utcb)
{
    struct utcb_arch *const state = event_state(utcb);
    tap_fail(__FILE__, __LINE__, "event %#lx at %#lx, stack %#lx, address %#lx", pid,
             *event_ip(state), *event_sp(state), event_fault_address(state));
    if (*event_sp(state) - (uint64_t)user_image_start <
        (uint64_t)(user_image_end - user_image_start)) {
        print("Bail out! That was root itself\n"); /* only its stack is in the image */
        power_exit(1);
    }
    return MTD_POISON;
}

static void must(const char *what, status_t status)
{
    if (status == SUCCESS)
        return;
    print("Bail out! %s answers %s\n", what, status_name(status));
    power_exit(1);
}

void conf_start(const struct hip *page, uint64_t boot0, uint64_t boot1)
{
    const uint64_t boot[] = {boot0, boot1};

    hip = page;
    if (spaces_open() != SUCCESS)
        power_idle();
    bootinfo_read(&info, hip, boot0, boot1);
    if (console_open(&info) != SUCCESS)
        power_idle();

    /* The upper half for stacks and the like, the lower for tests that map frames. */
    const uint64_t ram = ram_find(&info, hip, boot, 2 * POOL_SIZE);
    must("ram_find", ram != 0 ? SUCCESS : MEM_OBJ);
    frames = ram;
    must("alloc_open", alloc_open(ram + POOL_SIZE, POOL_SIZE));
    must("threads_open", threads_open(hip, on_fault, MTD_IP | MTD_SP | MTD_FAULT));

    /* Root's own event selectors begin at 0. */
    must("events of root", hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                                      (struct hc_range){.from = thread_events(hip->cpu_bsp),
                                                        .to = 0,
                                                        .order = 5,
                                                        .perm = PERM_PT_ALL}));
    if (hip->sel_hst_arch > 32)
        must("events of root",
             hc_ctrl_pd(SEL_ROOT_OBJ, SEL_ROOT_OBJ,
                        (struct hc_range){.from = thread_events(hip->cpu_bsp) + 32,
                                          .to = 32,
                                          .order = 5,
                                          .perm = PERM_PT_ALL}));
    probe_open();
    conf_after(); /* what is there now stays */
}
