/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/boot/root.h"

#include "arch/contract/ec.h"
#include "arch/contract/space.h"
#include "arch/inline.h"
#include "kernel/abi/hip.h"
#include "kernel/abi/hypercall.h"
#include "kernel/abi/selector.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/cap/nova.h"
#include "kernel/cpu/cpu.h"
#include "kernel/device/console.h"
#include "kernel/ipc/ipc.h"
#include "kernel/irq/irq.h"
#include "kernel/mm/kmap.h"
#include "kernel/obj/pd.h"
#include "kernel/obj/sc.h"
#include "kernel/obj/sm.h"
#include "kernel/sched/sched.h"

static struct pd *root_pd;
static struct space_obj *root_objects_space;
static struct space_hst *root_host;

struct space_obj *root_objects(void)
{
    return root_objects_space;
}

static uint64_t user_end(void)
{
    return bit(arch_hva_bits());
}

static bool refuse(const char *why)
{
    console_print(CONSOLE_ERROR, "ROOT: %s", why);
    return false;
}

static const char overlap[] = "The image overlaps the kernel's memory: load one of them elsewhere";

bool root_read(const struct boot_config *config, struct prange nova, struct elf_image *image)
{
    if (config->root_image.raw == 0)
        return refuse("No image: give the root task's ELF file to the boot loader as first module");
    const struct elf_limits limits = {
        .machine = ARCH_ELF_MACHINE,
        .user_end = user_end() - 2 * PAGE_SIZE, /* HIP and UTCB are above */
        .image_size = config->root_size,
    };
    if (config->root_image.raw < nova.end.raw && config->root_image.raw >= nova.start.raw)
        return refuse(overlap);
    const elf_error_t error = elf_read(kmap_window, config->root_image, &limits, image);
    if (error != ELF_OK) {
        console_print(CONSOLE_ERROR, "ROOT: Invalid image at %#lx: %s", config->root_image.raw,
                      elf_error_text(error));
        return false;
    }
    const struct prange range = root_range(image);
    if (range.start.raw < nova.end.raw && nova.start.raw < range.end.raw)
        return refuse(overlap);
    if (range.end.raw > bit(arch_phys_bits()))
        return refuse("The image lies above the physical memory that the CPU can reach");
    console_print(CONSOLE_INFO, "ROOT: %u segments at %#lx..%#lx, entry %#lx", image->segment_count,
                  range.start.raw, range.end.raw, image->entry);
    return true;
}

struct prange root_range(const struct elf_image *image)
{
    struct prange r = {.start = paddr(UINT64_MAX), .end = paddr(0)};
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *const s = &image->segment[i];
        r.start.raw = min_u64(r.start.raw, align_down(s->phys.raw, PAGE_SIZE));
        r.end.raw = max_u64(r.end.raw, align_up(s->phys.raw + s->size, PAGE_SIZE));
    }
    return r;
}

static void must(bool good)
{
    if (!good)
        panic("no memory for the root PD: build with a larger pool");
}

static void publish(struct space_obj *space, uint64_t sel, struct kobject *obj, uint8_t perm)
{
    must(space_obj_insert(space, sel, obj, perm) == SUCCESS);
}

/* Publish what the kernel itself uses for as long as it runs. */
static void publish_own(uint64_t sel, struct kobject *obj, uint8_t perm)
{
    kobject_get(obj);
    publish(nova_obj, sel, obj, perm);
}

static void fill_nova_objects(void)
{
    struct sm *const console = sm_create(nullptr, 0);
    must(console != nullptr);
    console_set_semaphore(console);
    publish_own(SEL_NOVA_CONSOLE, &console->obj, PERM_SM_ALL);
    publish_own(SEL_NOVA_OBJ, &nova_obj->obj, PERM_SPC_TAKE);
    publish_own(SEL_NOVA_HST, &nova_hst->obj, PERM_SPC_TAKE);
    publish_own(SEL_NOVA_ROOT_OBJ, &root_objects_space->obj, PERM_OBJ_ALL);
    publish_own(SEL_NOVA_ROOT_HST, &root_host->obj, PERM_HST_ALL);
    publish_own(SEL_NOVA_ROOT_PD, &root_pd->obj, PERM_PD_ALL);
    if (ARCH_HAS_PIO) {
        publish_own(SEL_NOVA_PIO, &nova_pio->obj, PERM_SPC_TAKE);
        publish_own(SEL_NOVA_ROOT_PIO,
                    atomic_load_explicit(&root_host->ports, memory_order_relaxed), PERM_PIO_ALL);
    }
    if (ARCH_HAS_MSR)
        publish_own(SEL_NOVA_MSR, &nova_msr->obj, PERM_SPC_TAKE);
    for (uint16_t id = 0; id < cpu_count; id++)
        publish_own(SEL_NOVA_IDLE + id, &cpu_table[id]->sched.idle->obj, PERM_SC_CTRL);
}

static void fill_interrupts(const struct hip *hip)
{
    const unsigned count = hip->int_pin + hip->int_msi;
    must(irq_init(count));
    for (unsigned n = 0; n < count; n++)
        publish_own(SEL_NOVA_INT + n, &irq_sm(n)->obj, PERM_SM_INT);
}

/* The loader wrote the image as data; root_read has seen that all of it can be mapped. */
static void sync_code(const struct elf_segment *s)
{
    enum : uint64_t { PIECE = 1 << 20 };
    for (uint64_t done = 0; done < s->size; done += PIECE) {
        const uint64_t size = min_u64(PIECE, s->size - done);
        const void *const code = kmap_window(paddr(s->phys.raw + done), size);
        must(code != nullptr);
        arch_code_sync(code, size);
    }
}

static void map_segment(const struct elf_segment *s)
{
    if (s->perm & PERM_MEM_XU)
        sync_code(s);
    const uint64_t first = s->vaddr >> PAGE_BITS;
    const uint64_t last = (s->vaddr + s->size - 1) >> PAGE_BITS;
    for (uint64_t page = first; page <= last; page++) {
        struct hst_delegation d = {
            .src = nova_hst,
            .dst = root_host,
            .ssb = (s->phys.raw >> PAGE_BITS) + (page - first),
            .dsb = page,
            .size = 1,
            .mad = MAD_MEMORY,
            .pmm = s->perm,
        };
        while (!d.is_finished)
            must(space_hst_delegate(&d) == SUCCESS);
    }
}

static void make_spaces(void)
{
    root_pd = pd_create(nullptr);
    must(root_pd != nullptr);
    kobject_get(&root_pd->obj);
    root_objects_space = space_obj_create(root_pd);
    root_host = space_hst_create(root_pd, KOBJ_SPC_HST);
    must(root_objects_space != nullptr && root_host != nullptr);
    atomic_init(&root_pd->objects, &root_objects_space->obj);
    atomic_init(&root_pd->host, &root_host->obj);
    if (ARCH_HAS_PIO) {
        struct space_bit *const ports = space_bit_create(root_pd, KOBJ_SPC_PIO);
        must(ports != nullptr);
        atomic_init(&root_host->ports, &ports->obj);
    }
}

void root_start(const struct elf_image *image, struct hip *hip, const uint64_t reg[3])
{
    make_spaces();
    const struct ec_plan ec_plan = {
        .pd = root_pd,
        .cpu = boot_cpu.id,
        .kind = EC_GLOBAL,
        .fpu = true,
        .hvp = uaddr(user_end() - 2 * PAGE_SIZE),
        .sp = uaddr(user_end() - PAGE_SIZE), /* the HIP */
    };
    status_t why;
    struct ec *const ec = ec_create(&ec_plan, &why);
    must(ec != nullptr && ec_map_utcb(ec) == SUCCESS);
    for (unsigned i = 0; i < image->segment_count; i++)
        map_segment(&image->segment[i]);
    must(space_hst_map_owned(root_host, ec_plan.sp, virt_to_phys(hip), PERM_MEM_R) == SUCCESS);
    arch_ec_set_ip(&ec->arch, image->entry);
    arch_ec_set_boot_regs(ec, reg);
    ec->cont = ec_resume; /* it is started here, not by an event */

    const struct sc_plan sc_plan = {.pd = root_pd,
                                    .ec = ec,
                                    .cpu = boot_cpu.id,
                                    .prio = SC_PRIO_MAX,
                                    .budget = sched_budget(SC_BUDGET_KERNEL_MS)};
    struct sc *const sc = sc_create(&sc_plan);
    must(sc != nullptr);

    fill_nova_objects();
    fill_interrupts(hip);
    publish(root_objects_space, SEL_ROOT_NOVA_OBJ, &nova_obj->obj, PERM_SPC_TAKE);
    publish(root_objects_space, SEL_ROOT_OBJ, &root_objects_space->obj, PERM_OBJ_ALL);
    publish(root_objects_space, SEL_ROOT_PD, &root_pd->obj, PERM_PD_ALL);
    publish(root_objects_space, SEL_ROOT_EC, &ec->obj, PERM_EC_ALL);
    publish(root_objects_space, SEL_ROOT_SC, &sc->obj, PERM_SC_ALL);
    kobject_get(&sc->obj); /* for being ready */
    sched_ready(sc);
}
