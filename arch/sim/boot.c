/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine as boot code finds it: the pool, a root image where a loader would leave it, CPUs. */

#include "arch/sim/boot.h"

#include <string.h>
#include <sys/mman.h>

#include "arch/contract/boot.h"
#include "arch/contract/platform.h"
#include "arch/contract/power.h"
#include "arch/sim/machine.h"
#include "kernel/base/bits.h"
#include "kernel/device/console.h"
#include "kernel/obj/sm.h"

/*
 * The root image: one page, readable and executable. It lies at the physical address at which the kernel
 * looks through its window, so that what is mapped there can be read.
 */
enum : uint64_t { IMAGE = ARCH_KMAP_WINDOW, IMAGE_SIZE = PAGE_SIZE, ENTRY = 0x1000'0100 };

static void put(uint64_t at, uint64_t value, size_t size)
{
    memcpy((char *)IMAGE + at, &value, size); /* NOLINT: physical memory */
}

/* ELF-64: a header and one program header. */
static void load_root(void)
{
    void *const image = mmap((void *)IMAGE, IMAGE_SIZE, PROT_READ | PROT_WRITE, /* NOLINT */
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(image == (void *)IMAGE); /* NOLINT: as above */
    put(0, 0x0001'0102'464c'457f, 8);
    put(16, 2, 2); /* executable */
    put(18, ARCH_ELF_MACHINE, 2);
    put(24, ENTRY, 8);
    put(32, 64, 8); /* program headers: where, how large, how many */
    put(54, 56, 2);
    put(56, 1, 2);
    put(64, 1, 4); /* to be loaded, readable, executable */
    put(68, 5, 4);
    put(80, ENTRY & ~PAGE_MASK, 8);
    put(96, IMAGE_SIZE, 8);
    put(104, IMAGE_SIZE, 8);
}

static paddr_t pool_start(void)
{
    return paddr((uintptr_t)sim_pool());
}

void (*sim_loader)(struct boot_entry *entry, void *image);

/* The console's buffer is the first page of the pool. */
struct boot_entry boot_load(size_t pages)
{
    CHECK(pages < SIM_POOL_PAGES);
    load_root();
    memset(sim_pool(), 0xa5, (pages + 1) * PAGE_SIZE);
    struct boot_entry entry = {
        .reg = {0, IMAGE},
        .free = paddr(pool_start().raw + PAGE_SIZE),
        .image_size = pool_start().raw + (pages + 1) * PAGE_SIZE,
        .uefi = {.map = paddr(UINT64_MAX), .rsdp = paddr(UINT64_MAX), .fdt = paddr(UINT64_MAX)},
    };
    if (sim_loader != nullptr)
        sim_loader(&entry, (void *)IMAGE); /* NOLINT: as above */
    return entry;
}

paddr_t console_mbuf(void)
{
    return pool_start();
}

void console_close_uarts(void)
{
}

void console_set_semaphore([[maybe_unused]] struct sm *sm)
{
}

void arch_platform_console([[maybe_unused]] const struct boot_config *config)
{
}

void arch_platform_init([[maybe_unused]] const struct boot_config *config)
{
}

void arch_platform_hip(struct hip *hip)
{
    hip->length = HIP_LENGTH_X86_64;
    hip->stc_frequency = SIM_FREQUENCY;
    hip->sel_hst_arch = ARCH_EVENT_STARTUP;
    hip->sel_hst_nova = 2;
    hip->int_pin = SIM_INT_PIN;
    hip->int_msi = SIM_INT_MSI;
}

struct sim_power sim_power = {.answer = BAD_FTR};

status_t arch_power_transition(enum sleep_state state, uint8_t a, uint8_t b)
{
    sim_power = (struct sim_power){.state = state, .a = a, .b = b, .answer = sim_power.answer};
    return sim_power.answer;
}
