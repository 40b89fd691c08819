/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/boot/root.h"

#include "arch/contract/ec.h"
#include "arch/contract/space.h"
#include "kernel/abi/hip.h"
#include "kernel/abi/hypercall.h"
#include "kernel/abi/selector.h"
#include "kernel/base/bits.h"
#include "kernel/base/panic.h"
#include "kernel/cap/nova.h"
#include "kernel/cpu/cpu.h"
#include "kernel/device/console.h"
#include "kernel/irq/irq.h"
#include "kernel/mm/kmap.h"
#include "kernel/obj/pd.h"
#include "kernel/obj/sc.h"
#include "kernel/obj/sm.h"

static struct pd *root_pd;

struct space_obj *root_objects(void)
{
    return root_pd->objects;
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

/*
 * Put a capability into a slot; it and boot itself hold a reference each: what is made at boot stays.
 */
static void publish(struct space_obj *space, uint64_t sel, struct kobject *obj, uint8_t perm)
{
    struct cap old;
    kobject_get(obj);
    kobject_get(obj);
    must(space_obj_store(space, sel, cap_make(obj, perm), &old) == SUCCESS);
}

static void fill_nova_objects(void)
{
    struct sm *const console = sm_create(0);
    must(console != nullptr);
    console_set_semaphore(console);
    publish(nova_obj, SEL_NOVA_CONSOLE, &console->obj, PERM_SM_ALL);
    publish(nova_obj, SEL_NOVA_OBJ, &nova_obj->obj, PERM_SPC_TAKE);
    publish(nova_obj, SEL_NOVA_HST, &nova_hst->obj, PERM_SPC_TAKE);
    publish(nova_obj, SEL_NOVA_ROOT_OBJ, &root_pd->objects->obj, PERM_OBJ_ALL);
    publish(nova_obj, SEL_NOVA_ROOT_HST, &root_pd->host->obj, PERM_HST_ALL);
    publish(nova_obj, SEL_NOVA_ROOT_PD, &root_pd->obj, PERM_PD_ALL);
    if (ARCH_HAS_PIO) {
        publish(nova_obj, SEL_NOVA_PIO, &nova_pio->obj, PERM_SPC_TAKE);
        publish(nova_obj, SEL_NOVA_ROOT_PIO, &root_pd->ports->obj, PERM_PIO_ALL);
    }
    if (ARCH_HAS_MSR)
        publish(nova_obj, SEL_NOVA_MSR, &nova_msr->obj, PERM_SPC_TAKE);
}

static void fill_interrupts(const struct hip *hip)
{
    const unsigned count = hip->int_pin + hip->int_msi;
    must(irq_init(count));
    for (unsigned n = 0; n < count; n++)
        publish(nova_obj, SEL_NOVA_INT + n, &irq_sm(n)->obj, PERM_SM_INT);
}

static uint64_t kernel_budget(const struct hip *hip)
{
    return hip->stc_frequency / 1000 * SC_BUDGET_KERNEL_MS;
}

static void fill_idle_contexts(const struct hip *hip)
{
    for (uint16_t id = 0; id < cpu_count; id++) {
        struct sc *const idle = sc_create(nullptr, id, SC_PRIO_IDLE, kernel_budget(hip));
        must(idle != nullptr);
        publish(nova_obj, SEL_NOVA_IDLE + id, &idle->obj, PERM_SC_CTRL);
    }
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
        const uint64_t frame = (s->phys.raw >> PAGE_BITS) + (page - first);
        must(space_hst_delegate(nova_hst, root_pd->host, frame, page, 0, s->perm, MAD_MEMORY) ==
             SUCCESS);
    }
}

struct ec *root_create(const struct elf_image *image, struct hip *hip)
{
    root_pd = pd_create();
    must(root_pd != nullptr);
    root_pd->objects = space_obj_create(root_pd);
    root_pd->host = space_hst_create(root_pd);
    if (ARCH_HAS_PIO)
        root_pd->ports = space_bit_create(root_pd, KOBJ_SPC_PIO);
    must(root_pd->objects != nullptr && root_pd->host != nullptr &&
         (!ARCH_HAS_PIO || root_pd->ports != nullptr));

    status_t why;
    const uaddr_t hip_at = uaddr(user_end() - PAGE_SIZE);
    struct ec *const ec =
        ec_create_host(root_pd, boot_cpu.id, uaddr(user_end() - 2 * PAGE_SIZE), hip_at, 0, &why);
    must(ec != nullptr);
    for (unsigned i = 0; i < image->segment_count; i++)
        map_segment(&image->segment[i]);
    must(space_hst_map_owned(root_pd->host, hip_at, virt_to_phys(hip), PERM_MEM_R) == SUCCESS);
    arch_ec_init_host(ec, uaddr(image->entry), hip_at);

    struct sc *const sc = sc_create(ec, boot_cpu.id, SC_PRIO_MAX, kernel_budget(hip));
    must(sc != nullptr);

    fill_nova_objects();
    fill_interrupts(hip);
    fill_idle_contexts(hip);
    publish(root_pd->objects, SEL_ROOT_NOVA_OBJ, &nova_obj->obj, PERM_SPC_TAKE);
    publish(root_pd->objects, SEL_ROOT_OBJ, &root_pd->objects->obj, PERM_OBJ_ALL);
    publish(root_pd->objects, SEL_ROOT_PD, &root_pd->obj, PERM_PD_ALL);
    publish(root_pd->objects, SEL_ROOT_EC, &ec->obj, PERM_EC_ALL);
    publish(root_pd->objects, SEL_ROOT_SC, &sc->obj, PERM_SC_ALL);
    return ec;
}
