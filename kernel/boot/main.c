/* SPDX-License-Identifier: GPL-2.0-only */
/* The one place that knows the order of initialisation: read it aloud. */

#include "arch/contract/boot.h"
#include "arch/contract/cpu.h"
#include "arch/contract/platform.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/boot/config.h"
#include "kernel/boot/hip.h"
#include "kernel/boot/root.h"
#include "kernel/cap/nova.h"
#include "kernel/device/console.h"
#include "kernel/mm/frame.h"
#include "kernel/obj/sc.h"
#include "kernel/sched/sched.h"

enum : uint64_t { POOL_MAX = 512 * MIB, POOL_STEP = 2 * MIB };

/* Give the pool what the loader offers behind the image; answers the end of the kernel's memory. */
static paddr_t extend_pool(const struct boot_entry *entry, const struct boot_config *config)
{
    const uint64_t room = POOL_MAX - entry->image_size;
    const uint64_t extra = align_down(min_u64(config->pool_extra, room), POOL_STEP);
    const paddr_t end = paddr(entry->image.raw + entry->image_size + extra);
    if (extra > 0) {
        arch_boot_extend(entry, extra);
        frame_extend(phys_to_virt(end));
    }
    return end;
}

/* All of the kernel's memory but the console's buffer, which root may read. */
static void protect_kernel(struct prange nova)
{
    const paddr_t mbuf = console_mbuf();
    nova_protect("kernel", nova.start, mbuf.raw - nova.start.raw);
    nova_protect("kernel", paddr(mbuf.raw + MBUF_SIZE), nova.end.raw - mbuf.raw - MBUF_SIZE);
}

static void wait_for_cpus(void)
{
    for (uint16_t id = 0; id < cpu_count; id++)
        while (!atomic_load_explicit(&cpu_table[id]->shared.online, memory_order_acquire))
            arch_cpu_relax();
    console_print(CONSOLE_INFO, "CPUS: %u online, boot CPU is %u", cpu_count, boot_cpu.id);
}

/* This CPU takes part in scheduling, with its idle context. */
static void join(void)
{
    const struct sc_plan plan = {
        .cpu = cpu_local()->id, .prio = SC_PRIO_IDLE, .budget = sched_budget(SC_BUDGET_KERNEL_MS)};
    struct sc *const idle = sc_create(&plan);
    if (idle == nullptr)
        panic("no memory for the idle context of a CPU: build with a larger pool");
    kobject_get(&idle->obj);
    sched_init(idle);
    /* Release: who sees the CPU online sees its struct as it was made. */
    atomic_store_explicit(&cpu_local()->shared.online, true, memory_order_release);
}

[[noreturn]] void boot_main(const struct boot_entry *entry)
{
    /* Memory: the pool behind the image. */
    kernel_phys = entry->image.raw;
    frame_init(phys_to_virt(entry->free),
               phys_to_virt(paddr(entry->image.raw + entry->image_size)));
    console_print(CONSOLE_INFO, "NOVA microhypervisor, %s, at %#lx, entered at STC %lu", ARCH_NAME,
                  entry->image.raw, entry->stc);

    /* What the boot loader said. */
    struct boot_config config;
    config_read(entry, &config);
    const struct prange nova = {.start = entry->image, .end = extend_pool(entry, &config)};

    /* The spaces that platform code withholds resources from. */
    nova_init();
    protect_kernel(nova);
    config_protect_firmware(entry);

    /* The machine. From here on people can read along. */
    arch_platform_console(&config);
    arch_platform_init(&config);
    console_print(CONSOLE_INFO, "POOL: %zu of %zu KiB free", frame_count_free() * 4,
                  frame_count_total() * 4);

    /* All CPUs. */
    arch_cpu_init(&boot_cpu);
    arch_cpu_start_others();
    join();
    wait_for_cpus();

    /* The first program. */
    struct elf_image image;
    if (!root_read(&config, nova, &image)) {
        console_print(CONSOLE_ERROR, "Nothing to run: all CPUs are idle");
        sched_restart();
    }
    struct hip *const hip = frame_alloc(0, FRAME_ZERO);
    if (hip == nullptr)
        panic("no memory for the HIP: build with a larger pool");
    hip_fill(hip, entry, &config, nova, root_range(&image));
    root_start(&image, hip, entry->reg);
    console_close_uarts();
    sched_restart();
}

[[noreturn]] void boot_secondary([[maybe_unused]] struct cpu *cpu)
{
    join();
    sched_restart();
}
