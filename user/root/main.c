/* SPDX-License-Identifier: GPL-2.0-only */
/* The demonstration root task. */
#include "user/lib/bootinfo.h"
#include "user/lib/console.h"
#include "user/lib/main.h"
#include "user/lib/power.h"
#include "user/lib/spaces.h"

void user_main(const struct hip *hip, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    static struct bootinfo info;

    if (spaces_open() != SUCCESS)
        power_idle();
    bootinfo_read(&info, hip, boot0, boot1);
    if (console_open(&info) != SUCCESS)
        power_idle();

    print("Hello from the root task: HIP at %p, %u CPUs online.\n", (const void *)hip,
          hip->cpu_num);
    power_exit(0);
}
