/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frequency comes from CPUID (SDM vol. 2, "CPUID", leaf 15H), from what is known of a model (SDM
 * vol. 3, "Time-Stamp Counter", and vol. 4), or is measured with the ACPI power-management timer (ACPI
 * 6.5, "Power Management Timer").
 */

#include "arch/x86_64/stc.h"

#include "arch/inline.h"
#include "arch/x86_64/cpu.h"
#include "arch/x86_64/insn.h"
#include "arch/x86_64/platform.h"
#include "arch/x86_64/regs.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"

/* ---- Known ---- */

enum source : uint8_t { CRYSTAL, BUS_100, BUS_133, BUS_CORE, BUS_ATOM3, BUS_ATOM4 };

/* Models of Intel family 6. CRYSTAL: kHz of the clock that leaf 15H speaks of. */
static const struct {
    uint8_t model;
    enum source source;
    uint32_t crystal_khz;
} models[] = {
    {0xa6, CRYSTAL, 24000}, {0xa5, CRYSTAL, 24000}, {0x9e, CRYSTAL, 24000}, {0x8e, CRYSTAL, 24000},
    {0x5e, CRYSTAL, 24000}, {0x4e, CRYSTAL, 24000}, {0x5f, CRYSTAL, 25000}, {0x5c, CRYSTAL, 19200},
    {0x6a, BUS_100, 0},     {0x55, BUS_100, 0},     {0x56, BUS_100, 0},     {0x4f, BUS_100, 0},
    {0x3f, BUS_100, 0},     {0x3e, BUS_100, 0},     {0x2d, BUS_100, 0},     {0x47, BUS_100, 0},
    {0x3d, BUS_100, 0},     {0x46, BUS_100, 0},     {0x45, BUS_100, 0},     {0x3c, BUS_100, 0},
    {0x3a, BUS_100, 0},     {0x2a, BUS_100, 0},     {0x2f, BUS_133, 0},     {0x2c, BUS_133, 0},
    {0x25, BUS_133, 0},     {0x2e, BUS_133, 0},     {0x1a, BUS_133, 0},     {0x1f, BUS_133, 0},
    {0x1e, BUS_133, 0},     {0x1d, BUS_CORE, 0},    {0x17, BUS_CORE, 0},    {0x0f, BUS_CORE, 0},
    {0x4c, BUS_ATOM4, 0},   {0x5d, BUS_ATOM3, 0},   {0x5a, BUS_ATOM3, 0},   {0x4a, BUS_ATOM3, 0},
    {0x37, BUS_ATOM3, 0},
};

/* Bus clocks in Hz by MSR_FSB_FREQ. */
static const uint32_t core_hz[8] = {266'666'667, 133'333'333, 200'000'000, 166'666'667,
                                    333'333'333, 100'000'000, 400'000'000, 0};
static const uint32_t atom_hz[16] = {83'333'333, 100'000'000, 133'333'333, 116'666'667, 80'000'000,
                                     93'333'333, 90'000'000,  88'888'889,  87'500'000};

static uint64_t bus_hz(enum source source)
{
    switch (source) {
    case BUS_100:
        return 100'000'000;
    case BUS_133:
        return 133'333'333;
    case BUS_CORE:
        return core_hz[rdmsr_try(MSR_FSB_FREQ) & 7];
    case BUS_ATOM3:
        return atom_hz[rdmsr_try(MSR_FSB_FREQ) & 7];
    case BUS_ATOM4:
        return atom_hz[rdmsr_try(MSR_FSB_FREQ) & 15];
    case CRYSTAL:
        break;
    }
    unreachable();
}

static bool is_intel_family_6(void)
{
    const struct cpuid vendor = cpuid(0, 0);
    return vendor.ebx == 0x756e'6547 && vendor.edx == 0x4965'6e69 && vendor.ecx == 0x6c65'746e &&
           (cpuid(1, 0).eax >> 8 & 0xf) == 6;
}

/* 0 if nobody says. */
static uint64_t known_hz(void)
{
    struct cpuid ratio = {};
    if (cpuid(0, 0).eax >= 0x15)
        ratio = cpuid(0x15, 0);
    const bool has_ratio = ratio.eax != 0 && ratio.ebx != 0;
    if (has_ratio && ratio.ecx != 0)
        return (uint64_t)ratio.ecx * ratio.ebx / ratio.eax;
    /* A virtual machine may claim to be any model, but it does not have the model's registers. */
    if (!is_intel_family_6() || cpu_has(CPU_HYPERVISOR))
        return 0;
    const uint32_t signature = cpuid(1, 0).eax;
    const uint32_t model = (signature >> 4 & 0xf) | (signature >> 12 & 0xf0);
    for (unsigned i = 0; i < ARRAY_SIZE(models); i++) {
        if (models[i].model != model)
            continue;
        if (models[i].source != CRYSTAL)
            return bus_hz(models[i].source) * (rdmsr_try(MSR_PLATFORM_INFO) >> 8 & 0xff);
        return has_ratio ? models[i].crystal_khz * UINT64_C(1000) * ratio.ebx / ratio.eax : 0;
    }
    return 0;
}

/* ---- Measured ---- */

enum : uint32_t {
    PM_HZ = 3'579'545,
    PM_MASK = 0xff'ffff,    /* the upper 8 bits are not there everywhere */
    PM_SPAN = PM_HZ / 1000, /* 1 ms                                      */
    SAMPLE_TRIES = 8,
    WAIT_TRIES = 10'000'000,
};

struct sample {
    uint32_t pm;
    uint64_t tsc; /* in the middle of reading `pm` */
};

static struct sample first;
static uint64_t known;

static bool has_pm_timer(void)
{
    return platform.fadt.pm_timer.address != 0 && platform.fadt.pm_timer.space == ACPI_SPACE_IO;
}

static uint32_t pm_read(void)
{
    return in32((uint16_t)platform.fadt.pm_timer.address) & PM_MASK;
}

/* Of some readings that are bracketed by the TSC the one that took least. */
static struct sample sample(void)
{
    struct sample best = {};
    uint64_t best_width = UINT64_MAX;
    for (unsigned i = 0; i < SAMPLE_TRIES; i++) {
        const uint64_t before = arch_stc_read();
        const uint32_t pm = pm_read();
        const uint64_t width = arch_stc_read() - before;
        if (width < best_width) {
            best_width = width;
            best = (struct sample){.pm = pm, .tsc = before + width / 2};
        }
    }
    return best;
}

void stc_begin(void)
{
    known = known_hz();
    if (known == 0 && has_pm_timer())
        first = sample();
}

uint64_t stc_end(void)
{
    if (known != 0)
        return known;
    if (!has_pm_timer())
        panic("neither CPUID nor an ACPI timer tells the frequency of the TSC");
    for (unsigned tries = 0; ((pm_read() - first.pm) & PM_MASK) < PM_SPAN; tries++)
        if (tries == WAIT_TRIES)
            panic("the ACPI timer does not count");
    const struct sample last = sample();
    const uint64_t ticks = (last.pm - first.pm) & PM_MASK;
    return (last.tsc - first.tsc) * PM_HZ / ticks;
}
