/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Linux's bindings (Documentation/devicetree/bindings): arm/cpus, interrupt-controller/arm,gic(-v3),
 * timer/arm,arch_timer, serial/pl011, virtio/mmio, arm/psci.
 */
#include "user/vmm/tree.h"

#include "kernel/base/format.h"
#include "user/vmm/fdt_write.h"
#include "user/vmm/gic.h"

enum : uint32_t { PHANDLE_GIC = 1, PHANDLE_CLOCK = 2, CLOCK_HZ = 24'000'000 };
enum : uint32_t { IRQ_SPI = 0, IRQ_PPI = 1, IRQ_HIGH = 4 };
enum : size_t { NAME_MAX = 32, VIRTIO_COUNT = 2 };

#define CELLS(w, name, ...)                                                                        \
    fdt_cells((w), (name), (const uint32_t[]){__VA_ARGS__},                                        \
              sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* A list of texts, one behind another, each with its terminator. */
#define TEXTS(w, name, texts) fdt_bytes((w), (name), (texts), sizeof(texts))

static void node_at(struct fdt_writer *w, const char *name, uint64_t at)
{
    char text[NAME_MAX];
    format(text, sizeof text, "%s@%lx", name, at);
    fdt_node(w, text);
}

static void reg(struct fdt_writer *w, uint64_t at, uint64_t size)
{
    CELLS(w, "reg", (uint32_t)(at >> 32), (uint32_t)at, (uint32_t)(size >> 32), (uint32_t)size);
}

static void write_chosen(struct fdt_writer *w, const struct tree_plan *plan)
{
    const uint64_t end = plan->initrd + plan->config->initrd.size;
    fdt_node(w, "chosen");
    fdt_text(w, "bootargs", plan->config->words);
    fdt_text(w, "stdout-path", "/serial@9000000");
    if (plan->config->initrd.size != 0) {
        CELLS(w, "linux,initrd-start", (uint32_t)(plan->initrd >> 32), (uint32_t)plan->initrd);
        CELLS(w, "linux,initrd-end", (uint32_t)(end >> 32), (uint32_t)end);
    }
    fdt_node_end(w);
}

static void write_cpus(struct fdt_writer *w, uint32_t count)
{
    fdt_node(w, "cpus");
    CELLS(w, "#address-cells", 1);
    CELLS(w, "#size-cells", 0);
    for (uint32_t i = 0; i < count; i++) {
        node_at(w, "cpu", i);
        fdt_text(w, "device_type", "cpu");
        fdt_text(w, "compatible", "arm,armv8");
        fdt_text(w, "enable-method", "psci");
        CELLS(w, "reg", i);
        fdt_node_end(w);
    }
    fdt_node_end(w);

    fdt_node(w, "psci");
    TEXTS(w, "compatible", "arm,psci-1.0\0arm,psci-0.2");
    fdt_text(w, "method", "hvc");
    fdt_node_end(w);
}

static void write_memory(struct fdt_writer *w, uint64_t size)
{
    node_at(w, "memory", GUEST_RAM);
    fdt_text(w, "device_type", "memory");
    reg(w, GUEST_RAM, size);
    fdt_node_end(w);
}

static void write_gic(struct fdt_writer *w, const struct vmm_config *config)
{
    node_at(w, "interrupt-controller", GUEST_GICD);
    if (config->gic_version == 2) {
        fdt_text(w, "compatible", "arm,cortex-a15-gic");
        CELLS(w, "reg", 0, GUEST_GICD, 0, 0x1000, 0, GUEST_GICC, 0, GUEST_GICC_SIZE);
    } else {
        fdt_text(w, "compatible", "arm,gic-v3");
        CELLS(w, "reg", 0, GUEST_GICD, 0, GICD_SIZE, 0, GUEST_GICR, 0,
              (uint32_t)(GICR_STRIDE * config->vcpu_count));
    }
    fdt_bytes(w, "interrupt-controller", "", 0);
    CELLS(w, "#interrupt-cells", 3);
    CELLS(w, "phandle", PHANDLE_GIC);
    fdt_node_end(w);
}

/* Secure and non-secure physical timer (not there: they trap), virtual timer. */
static void write_timer(struct fdt_writer *w, uint32_t vcpu_count)
{
    const uint32_t flags = IRQ_HIGH | ((1u << vcpu_count) - 1) << 8;
    fdt_node(w, "timer");
    fdt_text(w, "compatible", "arm,armv8-timer");
    CELLS(w, "interrupts", IRQ_PPI, 13, flags, IRQ_PPI, 14, flags, IRQ_PPI, INTID_TIMER - 16,
          flags);
    fdt_bytes(w, "always-on", "", 0);
    fdt_node_end(w);
}

static void write_uart(struct fdt_writer *w)
{
    fdt_node(w, "clock");
    fdt_text(w, "compatible", "fixed-clock");
    CELLS(w, "#clock-cells", 0);
    CELLS(w, "clock-frequency", CLOCK_HZ);
    CELLS(w, "phandle", PHANDLE_CLOCK);
    fdt_node_end(w);

    node_at(w, "serial", GUEST_UART);
    TEXTS(w, "compatible", "arm,pl011\0arm,primecell");
    reg(w, GUEST_UART, 0x1000);
    CELLS(w, "interrupts", IRQ_SPI, SPI_UART, IRQ_HIGH);
    CELLS(w, "clocks", PHANDLE_CLOCK, PHANDLE_CLOCK);
    TEXTS(w, "clock-names", "uartclk\0apb_pclk");
    fdt_node_end(w);
}

static void write_virtio(struct fdt_writer *w)
{
    for (uint32_t i = 0; i < VIRTIO_COUNT; i++) {
        const uint64_t at = GUEST_VIRTIO + i * 0x1000;
        node_at(w, "virtio_mmio", at);
        fdt_text(w, "compatible", "virtio,mmio");
        reg(w, at, 0x1000);
        CELLS(w, "interrupts", IRQ_SPI, SPI_VIRTIO + i, IRQ_HIGH);
        fdt_bytes(w, "dma-coherent", "", 0);
        fdt_node_end(w);
    }
}

size_t tree_write(void *data, size_t size, const struct tree_plan *plan)
{
    static struct fdt_writer w;
    fdt_begin(&w, data, size);
    fdt_node(&w, "");
    fdt_text(&w, "compatible", "nova,vm");
    fdt_text(&w, "model", "NOVA virtual machine");
    CELLS(&w, "#address-cells", 2);
    CELLS(&w, "#size-cells", 2);
    CELLS(&w, "interrupt-parent", PHANDLE_GIC);
    write_chosen(&w, plan);
    write_cpus(&w, plan->config->vcpu_count);
    write_memory(&w, plan->config->ram_size);
    write_gic(&w, plan->config);
    write_timer(&w, plan->config->vcpu_count);
    write_uart(&w);
    write_virtio(&w);
    fdt_node_end(&w);
    return fdt_finish(&w);
}
