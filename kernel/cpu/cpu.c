/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cpu/cpu.h"

#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/device/console.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/kmap.h"

struct cpu boot_cpu;
struct cpu *cpu_table[CPU_MAX];
uint16_t cpu_count;

static_assert(sizeof(struct cpu) <= 4 * PAGE_SIZE);

static unsigned struct_order(void)
{
    unsigned order = 0;
    while (bit(order) * PAGE_SIZE < sizeof(struct cpu))
        order++;
    return order;
}

/*
 * A CPU takes fewer than CPU_PAGES until it takes part in scheduling. Beside the reserve, a share of the pool is
 * left for the start of root and for what root makes: CPUs alone are of no use.
 */
enum : size_t { CPU_PAGES = 32, CPU_LEAVE_SHARE = 8 };

static bool has_room(void)
{
    return frame_count_free() >=
           frame_count_reserve() + frame_count_total() / CPU_LEAVE_SHARE + CPU_PAGES;
}

static struct cpu *cpu_make(void)
{
    if (!has_room())
        return nullptr;
    struct cpu *const cpu = frame_alloc(struct_order(), FRAME_ZERO);
    if (cpu == nullptr)
        return nullptr;
    cpu->self = cpu;
    cpu->stack_top = kmap_stack(CPU_STACK_ORDER);
    if (cpu->stack_top == nullptr) {
        frame_free(cpu, struct_order());
        return nullptr;
    }
    return cpu;
}

struct cpu *cpu_create(bool boot)
{
    if (cpu_count == CPU_MAX) {
        console_print(CONSOLE_WARN, "only %u CPUs are used: the kernel numbers no more", CPU_MAX);
        return nullptr;
    }
    struct cpu *const cpu = boot ? &boot_cpu : cpu_make();
    if (cpu == nullptr) {
        console_print(CONSOLE_WARN,
                      "not all CPUs are used: no memory for number %u, build with a larger pool",
                      cpu_count);
        return nullptr;
    }
    cpu->id = cpu_count;
    cpu_table[cpu_count++] = cpu;
    return cpu;
}

void cpu_drop_last(void)
{
    /* Its stack stays: the CPU may still come to life, late, and find it. */
    ASSERT(cpu_count > 0 && cpu_table[cpu_count - 1] != &boot_cpu);
    cpu_table[--cpu_count] = nullptr;
}

const char *cpu_cfp_name(bool branch, bool returns)
{
    static const char *const names[2][2] = {{"none", "return"}, {"branch", "full"}};
    return names[branch][returns];
}
