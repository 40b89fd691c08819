/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Root partition manager: starts virtual machines side by side and gives the person at the terminal
 * one console after the other. Words: vms=, vcpus=, memory= (MiB for each), shared (virtual CPU n of
 * every VM is on CPU n).
 */
#include "kernel/abi/selector.h"
#include "user/lib/console.h"
#include "user/lib/main.h"
#include "user/lib/power.h"
#include "user/lib/spaces.h"
#include "user/lib/thread.h"
#include "user/manager/mux.h"
#include "user/manager/vms.h"

enum : uint64_t { MIB = 0x10'0000 };
enum : sel_t { SEL_UART = 0x7000, SEL_KEYS_SC, SEL_SERVE_SC };
/* A VM that talks without end must not keep the keys from being read. */
enum : uint8_t { KEYS_PRIORITY = 126, SERVE_PRIORITY = 125 };
enum : uint16_t { BUDGET_MS = 10 };
enum : unsigned { REPLAY_LINES = 12 };

static struct mux mux;
static struct ring keys; /* from the thread that reads the UART */
static struct vm_plan plans[VMS_MAX];
static enum vm_state known[VMS_MAX];

static void put(char c)
{
    console_write(&c, 1);
}

static void help(void)
{
    print("\n--- VM %u of %u. Ctrl-T, then: 1 to %u shows another VM, r restarts this one, k ends "
          "it,\n"
          "    q switches everything off, h shows this. ---\n",
          mux.shown + 1, mux.vm_count, mux.vm_count);
}

[[noreturn]] static void give_up(const char *what)
{
    print("\nThis machine cannot run virtual machines: %s.\n", what);
    power_idle();
}

static void start(unsigned n)
{
    const status_t status = vm_create(n, &plans[n]);
    known[n] = status == SUCCESS ? VM_RUNNING : VM_OFF;
    if (status != SUCCESS)
        print("\n--- VM %u cannot be made: status %u ---\n", n + 1, status);
}

/* What has become of it, once. */
static void look_after(unsigned n)
{
    const enum vm_state state = vm_state(n);
    if (state == known[n] || state == VM_STARTING)
        return;
    known[n] = state;
    if (state == VM_OFF || state == VM_FAILED) {
        vm_destroy(n);
        known[n] = VM_OFF;
        print("\n--- VM %u %s; Ctrl-T %u, then Ctrl-T r starts it again ---\n", n + 1,
              state == VM_OFF ? "has switched itself off" : "has failed", n + 1);
    }
}

static void press(char c)
{
    switch (mux_key(&mux, c)) {
    case MUX_NOTHING:
        break;
    case MUX_SEND:
        vm_write(mux.shown, c);
        break;
    case MUX_SWITCH:
        help();
        mux_replay(&mux, REPLAY_LINES);
        break;
    case MUX_HELP:
        help();
        break;
    case MUX_RESTART:
        print("\n--- VM %u starts over ---\n", mux.shown + 1);
        vm_destroy(mux.shown);
        start(mux.shown);
        break;
    case MUX_KILL:
        vm_destroy(mux.shown);
        known[mux.shown] = VM_OFF;
        print("\n--- VM %u has been ended; Ctrl-T r starts it again ---\n", mux.shown + 1);
        break;
    case MUX_QUIT:
        print("\n--- Goodbye. ---\n");
        power_off();
    }
}

/* The UART's interrupt stays off until the next down: all that has arrived is taken before. */
static void read_keys([[maybe_unused]] uint64_t arg)
{
    for (;;) {
        for (int c = console_get(); c >= 0; c = console_get())
            (void)ring_put(&keys, (char)c);
        vms_wake();
        if (hc_sm_down(SEL_UART, 0, 0) != SUCCESS)
            return;
    }
}

static status_t run(const struct hip *hip, thread_fn *fn, sel_t sc, uint8_t priority)
{
    const struct thread_plan plan = {.cpu = hip->cpu_bsp};
    struct thread thread;
    const status_t status = thread_create_global(&thread, &plan, fn, 0);
    if (status != SUCCESS)
        return status;
    return hc_create_sc(sc, SEL_ROOT_PD, thread.ec,
                        (struct hc_sc){.prio = priority, .budget = BUDGET_MS});
}

static status_t open_keys(const struct hip *hip, uint32_t spi)
{
    if (spi >= hip->int_pin)
        return BAD_DEV;
    status_t status = spaces_fetch(SEL_NOVA_INT + spi, SEL_UART);
    if (status == SUCCESS)
        status = hc_assign_int(SEL_UART, ASSIGN_INT_LEVEL, hip->cpu_bsp, 0).status;
    if (status == SUCCESS)
        status = run(hip, read_keys, SEL_KEYS_SC, KEYS_PRIORITY);
    if (status == SUCCESS)
        console_listen();
    return status;
}

/* What a VM has said, but not for longer than what fits into its ring: others have their turn. */
static void listen_to(unsigned n)
{
    uint32_t count = 0;
    for (int c = vm_read(n); c >= 0; c = vm_read(n)) {
        if (c != '\r')
            mux_output(&mux, n, (char)c);
        if (++count == RING_SIZE) {
            vms_wake();
            return;
        }
    }
}

static void serve([[maybe_unused]] uint64_t arg)
{
    for (unsigned n = 0; n < mux.vm_count; n++) {
        print("Starting VM %u: %u virtual CPU%s, %lu MiB.\n", n + 1, plans[n].vcpu_count,
              plans[n].vcpu_count > 1 ? "s" : "", plans[n].ram_size / MIB);
        start(n);
    }
    help();
    for (;;) {
        for (int c = ring_get(&keys); c >= 0; c = ring_get(&keys))
            press((char)c);
        for (unsigned n = 0; n < mux.vm_count; n++) {
            listen_to(n);
            look_after(n);
        }
        vms_wait();
    }
}

/* Virtual CPUs on CPUs of their own, as far as there are any; CPU 0 is for us. */
static void make_plans(const struct hip *hip, const char *words)
{
    const uint64_t count = text_number(words, "vms", 2), vcpus = text_number(words, "vcpus", 1);
    const unsigned others = hip->cpu_num > 1 ? hip->cpu_num - 1 : 1;
    const bool is_shared = text_has_word(words, "shared");

    mux.vm_count = count > 0 && count <= VMS_MAX ? (unsigned)count : 1;
    for (unsigned n = 0; n < mux.vm_count; n++) {
        struct vm_plan *const plan = &plans[n];
        *plan = (struct vm_plan){
            .vcpu_count = vcpus > 0 && vcpus <= VCPUS_MAX ? (unsigned)vcpus : 1,
            .ram_size = text_number(words, "memory", 128) * MIB,
        };
        for (unsigned v = 0; v < plan->vcpu_count; v++)
            plan->cpu[v] = (uint16_t)((hip->cpu_num > 1) +
                                      (is_shared ? v : n * plan->vcpu_count + v) % others);
        if (!vms_modules(plan))
            give_up("the boot modules linux and initrd are missing");
    }
}

void user_main(const struct hip *hip, uint64_t boot0, uint64_t boot1,
               [[maybe_unused]] uint64_t boot2)
{
    static struct bootinfo info;
    const uint64_t boot[] = {boot0, boot1};

    if (spaces_open() != SUCCESS)
        power_idle();
    bootinfo_read(&info, hip, boot0, boot1);
    if (console_open(&info) != SUCCESS)
        power_idle();
    print("\nRoot partition manager: %u CPUs.\n", hip->cpu_num);
    const char *const missing = vms_open(hip, &info, boot);
    if (missing != nullptr)
        give_up(missing);
    make_plans(hip, bootinfo_root_text(&info));
    const status_t status = open_keys(hip, info.uart_spi);
    if (status != SUCCESS)
        print("The keyboard cannot be read: status %u.\n", status);

    mux.put = put;
    if (run(hip, serve, SEL_SERVE_SC, SERVE_PRIORITY) != SUCCESS)
        give_up("threads cannot be made");
    thread_exit();
}
