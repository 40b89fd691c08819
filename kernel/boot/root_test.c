/* SPDX-License-Identifier: GPL-2.0-only */
/* What root finds when it starts, which images are none, and what the HIP says; on a simulated machine. */

#include "kernel/boot/root.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/inline.h"
#include "kernel/abi/hip.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/boot/hip.h"
#include "kernel/cap/nova.h"
#include "kernel/cap/space_obj.h"
#include "kernel/cpu/cpu.h"
#include "kernel/hypercall/testing/calls.h"
#include "kernel/mm/frame.h"
#include "kernel/obj/pd.h"
#include "kernel/obj/sc.h"

/* arch/sim/boot.c: where its image lies, one page, of which byte 0x100 is the entry. */
enum : uint64_t { IMAGE = ARCH_KMAP_WINDOW, TEXT = 0x1000'0000, USER_END = UINT64_C(1) << 47 };

static struct elf_image image;
static struct boot_config config;
static struct prange nova;

static void start(unsigned cpus)
{
    sim_boot(cpus, 256);
    config = (struct boot_config){.root_image = paddr(IMAGE)};
    nova = (struct prange){paddr(0x20'0000), paddr(0x120'0000)};
}

static bool is_refused(const char *why)
{
    return !root_read(&config, nova, &image) && strstr(sim_console(), why) != nullptr;
}

static void put(uint64_t at, uint64_t value, size_t size)
{
    memcpy((char *)IMAGE + at, &value, size); /* NOLINT: physical memory */
}

static void an_image_is_read(void)
{
    start(1);
    CHECK(root_read(&config, nova, &image));
    CHECK_EQ(image.segment_count, 1);
    CHECK_EQ(image.entry, TEXT + 0x100);
    CHECK_EQ(root_range(&image).start.raw, IMAGE);
    CHECK_EQ(root_range(&image).end.raw, IMAGE + PAGE_SIZE);
}

static void no_image_is_told(void)
{
    start(1);
    config.root_image = paddr(0);
    CHECK(is_refused("No image"));
}

static void what_is_wrong_with_an_image_is_told(void)
{
    start(1);
    put(0, 0, 4);
    CHECK(is_refused(elf_error_text(ELF_NO_MAGIC)));
}

static void an_image_of_known_size_ends_there(void)
{
    start(1);
    config.root_size = 64 + 56;
    CHECK(is_refused(elf_error_text(ELF_TRUNCATED)));
}

static void an_image_in_the_kernel_is_told(void)
{
    start(1);
    nova = (struct prange){paddr(IMAGE), paddr(IMAGE + 1)};
    CHECK(is_refused("overlaps"));
}

/* Not its headers, but a segment. */
static void an_image_that_reaches_into_the_kernel_is_told(void)
{
    start(1);
    put(80, TEXT + 0xfff, 8); /* the segment is the last byte of the page */
    put(72, 0xfff, 8);
    put(96, 1, 8);
    put(104, 1, 8);
    put(24, TEXT + 0xfff, 8);
    CHECK(root_read(&config, nova, &image));
    nova = (struct prange){paddr(IMAGE + 0xfff), paddr(IMAGE + 0x1000)};
    CHECK(is_refused("overlaps"));
}

/* Its headers are in the last page that there is, what they promise goes on behind it. */
static void an_image_above_all_memory_is_told(void)
{
    enum : uint64_t { LAST = 2 * MIB - PAGE_SIZE }; /* in the large page that the window shows */
    start(1);
    put(96, 2 * PAGE_SIZE, 8);
    put(104, 2 * PAGE_SIZE, 8);
    void *const seen = mmap((void *)(IMAGE + LAST), PAGE_SIZE, PROT_READ | PROT_WRITE, /* NOLINT */
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    memcpy(seen, (const void *)IMAGE, PAGE_SIZE); /* NOLINT: physical memory */
    config.root_image = paddr(bit(arch_phys_bits()) - PAGE_SIZE);
    CHECK(is_refused("above the physical memory"));
}

/* UTCB and HIP are in the last two pages of user mode. */
static void an_image_cannot_lie_where_the_hip_is(void)
{
    start(1);
    put(80, USER_END - 3 * PAGE_SIZE, 8);
    put(24, USER_END - 3 * PAGE_SIZE, 8);
    CHECK(root_read(&config, nova, &image));
    put(80, USER_END - 2 * PAGE_SIZE, 8);
    CHECK(is_refused(elf_error_text(ELF_RANGE)));
}

static void root_finds_its_image_and_its_hip_and_nothing_else(void)
{
    start(2);
    CHECK_EQ(sim_user(0)->arch.regs.ip, TEXT + 0x100);
    CHECK_EQ(sim_user(0)->arch.regs.sp, USER_END - PAGE_SIZE);
    CHECK_EQ(arch_ec_slot(&sim_user(0)->arch, 1), IMAGE); /* as the loader left it */
    CHECK(sim_may_access(0, TEXT, PERM_MEM_R | PERM_MEM_XU));
    CHECK(!sim_may_access(0, TEXT, PERM_MEM_W));
    CHECK(!sim_may_access(0, TEXT + PAGE_SIZE, PERM_MEM_R));
    CHECK(sim_may_access(0, USER_END - PAGE_SIZE, PERM_MEM_R));
    CHECK(!sim_may_access(0, USER_END - PAGE_SIZE, PERM_MEM_W));
    CHECK(sim_may_access(0, USER_END - 2 * PAGE_SIZE, PERM_MEM_R | PERM_MEM_W));
    CHECK(!sim_may_use_port(0, 0x60));
}

/* A second segment, after the first: the same page, as data. */
static void load_data([[maybe_unused]] struct boot_entry *entry, [[maybe_unused]] void *loaded)
{
    put(56, 2, 2);
    put(120, 1, 4);
    put(124, 6, 4);
    put(136, TEXT + PAGE_SIZE, 8);
    put(152, PAGE_SIZE, 8);
    put(160, PAGE_SIZE, 8);
}

static void a_segment_of_data_is_no_code(void)
{
    sim_loader = load_data;
    start(1);
    CHECK(sim_may_access(0, TEXT, PERM_MEM_R | PERM_MEM_XU));
    CHECK(sim_may_access(0, TEXT + PAGE_SIZE, PERM_MEM_R | PERM_MEM_W));
    CHECK(!sim_may_access(0, TEXT + PAGE_SIZE, PERM_MEM_XU));
}

static void root_finds_these_capabilities_and_no_others(void)
{
    static const struct {
        uint64_t sel;
        enum kobj_type type;
        uint8_t perm;
    } found[] = {
        {SEL_ROOT_SC, KOBJ_SC, PERM_SC_ALL},
        {SEL_ROOT_EC, KOBJ_EC, PERM_EC_ALL},
        {SEL_ROOT_PD, KOBJ_PD, PERM_PD_ALL},
        {SEL_ROOT_OBJ, KOBJ_SPC_OBJ, PERM_OBJ_ALL},
        {SEL_ROOT_NOVA_OBJ, KOBJ_SPC_OBJ, PERM_SPC_TAKE},
    };
    start(1);
    unsigned n = 0;
    for (uint64_t sel = 0; sel < SELNUM; sel++) {
        const struct cap cap = space_obj_load(root_objects(), sel);
        if (cap.raw == 0)
            continue;
        CHECK(n < ARRAY_SIZE(found));
        CHECK_EQ(sel, found[n].sel);
        CHECK_EQ(cap_object(cap)->type, found[n].type);
        CHECK_EQ(cap_perm(cap), found[n].perm);
        n++;
    }
    CHECK_EQ(n, ARRAY_SIZE(found));
    CHECK(cap_object(space_obj_load(root_objects(), SEL_ROOT_OBJ)) == &root_objects()->obj);
}

static const struct sc *sc_at(struct space_obj *space, uint64_t sel)
{
    return CONTAINER_OF(cap_object(space_obj_load(space, sel)), struct sc, obj);
}

static void root_runs_at_the_highest_priority_on_the_boot_cpu(void)
{
    start(2);
    const struct sc *const sc = sc_at(root_objects(), SEL_ROOT_SC);
    const struct ec *const ec =
        CONTAINER_OF(cap_object(space_obj_load(root_objects(), SEL_ROOT_EC)), struct ec, obj);
    CHECK(sc->ec == ec && sim_user(boot_cpu.id) == ec);
    CHECK_EQ(sc->prio, 127);
    CHECK_EQ(sc->budget, SIM_FREQUENCY); /* 1000 ms */
    CHECK_EQ(sc->cos, 0);
    CHECK_EQ(ec->cpu, boot_cpu.id);
    CHECK_EQ(ec->kind, EC_GLOBAL);
    CHECK_EQ(ec->event_base, 0);
    CHECK(ec->objects == root_objects());
    CHECK(ec->arch.fpu != nullptr);
    CHECK(CONTAINER_OF(cap_object(space_obj_load(root_objects(), SEL_ROOT_PD)), struct pd, obj)
              ->host == &ec->host->obj);
}

static void idle_contexts_have_the_lowest_priority(void)
{
    start(3);
    for (uint16_t cpu = 0; cpu < 3; cpu++) {
        const struct sc *const sc = sc_at(nova_obj, SEL_NOVA_IDLE + cpu);
        CHECK_EQ(sc->prio, 0);
        CHECK_EQ(sc->budget, SIM_FREQUENCY);
        CHECK_EQ(sc->cos, 0);
        CHECK_EQ(sc->cpu, cpu);
    }
}

static uint8_t nova_perm(uint64_t sel, enum kobj_type type)
{
    const struct cap cap = space_obj_load(nova_obj, sel);
    CHECK(cap.raw != 0);
    CHECK_EQ(cap_object(cap)->type, type);
    return cap_perm(cap);
}

static void the_nova_space_holds_what_can_be_given_away(void)
{
    start(2);
    CHECK_EQ(nova_perm(SEL_NOVA_CONSOLE, KOBJ_SM), PERM_SM_ALL);
    CHECK_EQ(nova_perm(SEL_NOVA_OBJ, KOBJ_SPC_OBJ), PERM_SPC_TAKE);
    CHECK_EQ(nova_perm(SEL_NOVA_HST, KOBJ_SPC_HST), PERM_SPC_TAKE);
    CHECK_EQ(nova_perm(SEL_NOVA_PIO, KOBJ_SPC_PIO), PERM_SPC_TAKE);
    CHECK_EQ(nova_perm(SEL_NOVA_MSR, KOBJ_SPC_MSR), PERM_SPC_TAKE);
    CHECK_EQ(nova_perm(SEL_NOVA_ROOT_OBJ, KOBJ_SPC_OBJ), PERM_OBJ_ALL);
    CHECK_EQ(nova_perm(SEL_NOVA_ROOT_HST, KOBJ_SPC_HST), PERM_HST_ALL);
    CHECK_EQ(nova_perm(SEL_NOVA_ROOT_PIO, KOBJ_SPC_PIO), PERM_PIO_ALL);
    CHECK_EQ(nova_perm(SEL_NOVA_ROOT_PD, KOBJ_PD), PERM_PD_ALL);
    for (uint64_t cpu = 0; cpu < 2; cpu++)
        CHECK_EQ(nova_perm(SEL_NOVA_IDLE + cpu, KOBJ_SC), PERM_SC_CTRL);
    CHECK_EQ(space_obj_load(nova_obj, SEL_NOVA_IDLE + 2).raw, 0);
    for (uint64_t n = 0; n < SIM_INT_PIN + SIM_INT_MSI; n++)
        CHECK_EQ(nova_perm(SEL_NOVA_INT + n, KOBJ_SM), PERM_SM_INT);
    CHECK_EQ(space_obj_load(nova_obj, SEL_NOVA_INT + SIM_INT_PIN + SIM_INT_MSI).raw, 0);
}

static void start_again(void *hip)
{
    static const uint64_t reg[3];
    root_start(&image, hip, reg);
}

/* Wherever memory ends, somebody says so. */
static void root_cannot_start_without_memory(void)
{
    start(1);
    CHECK(root_read(&config, nova, &image));
    struct hip *const hip = frame_alloc(0, FRAME_ZERO);
    *hip = (struct hip){.int_pin = 4};
    for (size_t left = 0; left < 8; left++) {
        static void *taken[SIM_POOL_PAGES];
        size_t count = 0;
        while (frame_count_free() > left)
            taken[count++] = frame_alloc_reserve(0, FRAME_RAW);
        const char *const why = sim_panics(start_again, hip);
        CHECK(why != nullptr && strstr(why, "no memory for the root PD") != nullptr);
        while (count > 0)
            frame_free(taken[--count], 0);
    }
}

static void the_hip_describes_the_machine(void)
{
    start(3);
    const struct boot_entry entry = {
        .uefi = {.map = paddr(7), .map_size = 48, .desc_size = 24, .desc_version = 1}};
    config.rsdp = paddr(0xe'0000);
    struct hip hip = {};
    hip_fill(&hip, &entry, &config, nova, (struct prange){paddr(0x5000), paddr(0x9000)});
    CHECK_EQ(hip.signature, 0x4156'4f4e);
    CHECK_EQ(hip.nova_start, nova.start.raw);
    CHECK_EQ(hip.nova_end, nova.end.raw);
    CHECK_EQ(hip.mbuf_end - hip.mbuf_start, 4096);
    CHECK_EQ(hip.root_start, 0x5000);
    CHECK_EQ(hip.root_end, 0x9000);
    CHECK_EQ(hip.acpi_rsdp, 0xe'0000);
    CHECK_EQ(hip.uefi_map, 7);
    CHECK_EQ(hip.uefi_map_size, 48);
    CHECK_EQ(hip.uefi_desc_size, 24);
    CHECK_EQ(hip.uefi_desc_version, 1);
    CHECK_EQ(hip.sel_num, 0x40000);
    CHECK_EQ(hip.cpu_num, 3);
    CHECK_EQ(hip.cpu_bsp, boot_cpu.id);
    CHECK_EQ(hip.mco_obj, 9);
}

static void the_words_of_the_hip_sum_to_zero(void)
{
    struct hip hip;
    memset(&hip, 0xa7, sizeof hip);
    for (uint16_t length = 0x80; length <= 0x90; length += 2) {
        hip.length = length;
        hip.checksum = 0;
        hip.checksum = hip_checksum(&hip);
        uint16_t words[0x90 / 2], sum = 0;
        memcpy(words, &hip, length);
        for (unsigned i = 0; i < length / 2u; i++)
            sum = (uint16_t)(sum + words[i]);
        CHECK_EQ(sum, 0);
    }
}

int main(void)
{
    SIM_RUN(an_image_is_read);
    SIM_RUN(no_image_is_told);
    SIM_RUN(what_is_wrong_with_an_image_is_told);
    SIM_RUN(an_image_of_known_size_ends_there);
    SIM_RUN(an_image_in_the_kernel_is_told);
    SIM_RUN(an_image_that_reaches_into_the_kernel_is_told);
    SIM_RUN(an_image_above_all_memory_is_told);
    SIM_RUN(an_image_cannot_lie_where_the_hip_is);
    SIM_RUN(root_finds_its_image_and_its_hip_and_nothing_else);
    SIM_RUN(a_segment_of_data_is_no_code);
    SIM_RUN(root_finds_these_capabilities_and_no_others);
    SIM_RUN(root_runs_at_the_highest_priority_on_the_boot_cpu);
    SIM_RUN(idle_contexts_have_the_lowest_priority);
    SIM_RUN(the_nova_space_holds_what_can_be_given_away);
    SIM_RUN(root_cannot_start_without_memory);
    SIM_RUN(the_hip_describes_the_machine);
    SIM_RUN(the_words_of_the_hip_sum_to_zero);
}
