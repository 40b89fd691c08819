/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The demonstration root task: says what it sees, in words. With `off` on its command line it then
 * switches the machine off.
 */
#include "user/lib/console.h"
#include "user/lib/cpu.h"
#include "user/lib/main.h"
#include "user/lib/power.h"
#include "user/lib/spaces.h"
#include "user/root/report.h"

static void welcome(void)
{
    print("\n"
          "Hello from user mode!\n"
          "The NOVA microhypervisor has booted on this " CPU_NAME " machine, created its first\n"
          "protection domain and handed over to it. You are reading the output of that\n"
          "domain, the root task: all it has are the capabilities it started with, and all\n"
          "it knows is what follows.\n");
}

static void what_next(void)
{
    print("\n"
          "What next\n"
          "  This task creates nothing: a root partition manager would now divide the\n"
          "  machine among drivers, applications and virtual machines. Its source is in\n"
          "  user/root, what it stands on in user/lib, the interface in kernel/abi.\n"
          "  Give it the word \"off\" to switch the machine off at this point. To leave QEMU\n"
          "  type Ctrl-A, then X.\n");
}

void user_main(const struct hip *hip, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    static struct bootinfo info;

    if (spaces_open() != SUCCESS)
        power_idle();
    bootinfo_read(&info, hip, boot0, boot1);
    if (console_open(&info) != SUCCESS)
        power_idle();

    welcome();
    report_hip(hip);
    report_modules(&info);
    report_memory(hip, &info);

    if (text_has_word(bootinfo_root_text(&info), "off")) {
        print("\nSwitching off, as asked. Goodbye.\n");
        power_off();
    }
    what_next();
    power_idle();
}
