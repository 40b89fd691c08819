/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86_64: what user mode can do to the state that is the CPU's and not a thread's: segments,
 * privileged instructions (interface specification, 8.7.5 and 8.8; SDM vol. 3, "Protection").
 */
#include <stdatomic.h>

#include "tests/conformance/conf.h"
#include "tests/conformance/cpu.h"
#include "tests/conformance/x86_64/attempt.h"

/* system.S */
uint64_t load_ds(uint64_t sel), load_es(uint64_t sel), load_fs(uint64_t sel), load_gs(uint64_t sel),
    load_ss(uint64_t sel), load_cs(uint64_t sel);
void segments_load(uint64_t ds_es_fs_gs);
uint64_t segments_read(void);
uint64_t read_by_fs(uint64_t hva), read_by_gs(uint64_t hva), look_at(uint64_t sel);
extern const char interrupts[];

enum : uint64_t { INTERRUPT_SIZE = 16, SELECTORS = 0x1'0000 };

/* ---- Segments ---- */

/* Null, and the two segments of user mode: any RPL will do. */
static bool is_loadable(uint64_t sel)
{
    return sel < 4 || (sel & ~3ull) == 0x18 || (sel & ~3ull) == 0x20;
}

static bool is_stack(uint64_t sel)
{
    return sel == 0x1b;
}

static bool is_code(uint64_t sel)
{
    return sel == 0x23;
}

/* The CPU makes null selectors zero when it comes back from the kernel (SDM vol. 2, "IRET"). */
static bool is_same(uint64_t want, uint64_t got)
{
    return got == want || (want < 4 && got == 0);
}

struct load {
    const char *name;
    peer_fn *load;
    bool (*is_good)(uint64_t sel);
    unsigned shift; /* in segments_read(), if below 64 */
};

/* In the trier's thread. Answers how many selectors did not do what they should. */
static uint64_t load_each(uint64_t at)
{
    const struct load *const l = (const struct load *)at;
    uint64_t wrong = 0;
    for (uint64_t sel = 0; sel < SELECTORS; sel++) {
        attempt_seen.event = NO_EVENT;
        const bool is_loaded = l->load(sel) != 0;
        if (is_loaded)
            wrong += !l->is_good(sel) ||
                     (l->shift < 64 && !is_same(sel, segments_read() >> l->shift & 0xffff));
        else
            wrong += l->is_good(sel) || attempt_seen.event != EVENT_HST_GP ||
                     attempt_seen.error != (sel & ~3ull);
    }
    segments_load(0);
    return wrong;
}

TEST(system, selectors_of_user_segments_load_and_no_others)
{
    static const struct load loads[] = {
        {"DS", load_ds, is_loadable, 0},  {"ES", load_es, is_loadable, 16},
        {"FS", load_fs, is_loadable, 32}, {"GS", load_gs, is_loadable, 48},
        {"SS", load_ss, is_stack, 64},    {"CS", load_cs, is_code, 64},
    };
    attempt_open();
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
        const uint64_t wrong = attempt(load_each, (uint64_t)&loads[i]);
        if (wrong != 0)
            tap_fail(__FILE__, __LINE__, "%s: %lu selectors", loads[i].name, wrong);
    }
}

/* LAR, LSL, VERR, VERW: the user's data segment can be read and written, its code read. */
TEST(system, descriptors_of_the_kernel_cannot_be_looked_at)
{
    for (uint64_t sel = 0; sel < SELECTORS; sel++) {
        const uint64_t index = sel & ~3ull, want = index == 0x18 ? 0xf : index == 0x20 ? 7 : 0;
        if (look_at(sel) != want)
            tap_fail(__FILE__, __LINE__, "selector %#lx: %#lx, not %#lx", sel, look_at(sel), want);
    }
}

/* One selector after the other in all four registers, or in one of them. */
enum : uint64_t { LOADABLE = 12, PLANS = LOADABLE * 5 };

static uint64_t loadable(uint64_t i)
{
    static const uint8_t first[] = {0, 0x18, 0x20};
    return first[i / 4] + i % 4;
}

static uint64_t segments_plan(uint64_t i)
{
    const uint64_t sel = loadable(i % LOADABLE), where = i / LOADABLE;
    return where == 4 ? sel * 0x0001'0001'0001'0001 : sel << 16 * where;
}

static bool are_bases_zero(void)
{
    static const uint64_t word[2] = {0x1122'3344'5566'7788, 0x99aa'bbcc'ddee'ff00};
    return read_by_fs((uint64_t)&word[0]) == word[0] && read_by_gs((uint64_t)&word[1]) == word[1];
}

static bool are_same(uint64_t want, uint64_t got)
{
    for (unsigned shift = 0; shift < 64; shift += 16)
        if (!is_same(want >> shift & 0xffff, got >> shift & 0xffff))
            return false;
    return true;
}

static sel_t server_pt, done;

static uint32_t answer([[maybe_unused]] uint64_t pid, uint32_t mtd,
                       [[maybe_unused]] struct utcb *utcb)
{
    return mtd;
}

static uint32_t go_on([[maybe_unused]] struct utcb_arch *state)
{
    return 0;
}

/* Into the kernel by each way, and out of it: SYSRET to another thread and to this one, IRET. */
static uint64_t enter_with_segments(uint64_t i)
{
    const uint64_t want = segments_plan(i);
    uint64_t wrong = 0;
    segments_load(want);
    wrong += !are_bases_zero();
    (void)trap_1(0xf);
    wrong += !are_same(want, segments_read());
    wrong += hc_ipc_call(server_pt, 0, 0).status != SUCCESS;
    wrong += !are_same(want, segments_read());
    __asm__ volatile("int3");
    wrong += !are_same(want, segments_read());
    wrong += !are_bases_zero();
    segments_load(0);
    return wrong;
}

TEST(system, kernel_goes_on_with_any_selectors)
{
    attempt_open();
    const struct thread server = new_local(cpu_here(), answer);
    server_pt = new_pt(&server, 0);
    attempt_react = go_on;
    attempt_seen.count = 0;
    for (uint64_t i = 0; i < PLANS; i++)
        EXPECT_EQ(0, attempt(enter_with_segments, i));
    EXPECT_EQ(PLANS, attempt_seen.count);
}

/*
 * Selectors are the CPU's and no thread's: what one leaves another finds. It is never more than what
 * anybody can load, with bases of zero. Two threads on budgets of a millisecond, so interrupts come too.
 */
static _Atomic uint64_t strange;

static void change_segments(uint64_t me)
{
    uint64_t i = me;
    for (uint64_t end = time_after(hip, 40'000); stc_now() < end;) {
        const uint64_t found = segments_read();
        for (unsigned shift = 0; shift < 64; shift += 16)
            if (!is_loadable(found >> shift & 0xffff))
                atomic_fetch_add(&strange, 1);
        if (!are_bases_zero())
            atomic_fetch_add(&strange, 1);
        segments_load(segments_plan(i++ % PLANS));
    }
    up(done);
}

TEST(system, selectors_that_others_left_are_user_segments)
{
    done = new_sm(0);
    atomic_store(&strange, 0);
    for (uint64_t i = 0; i < 3; i++) {
        const struct thread t =
            new_global_plan(&(struct thread_plan){.cpu = cpu_there()}, change_segments, 7 * i);
        new_sc(&t, LOW, 1);
    }
    for (uint64_t i = 0; i < 3; i++)
        EXPECT(down(done));
    EXPECT_EQ(0, atomic_load(&strange));
}

/* ---- Instructions ---- */

enum : unsigned {
    GP = 1u << EVENT_HST_GP,
    UD = 1u << EVENT_HST_UD,
    NOT_HERE = GP | UD, /* depends on what the CPU has */
    UMIP = 0,           /* #GP where the CPU has UMIP; else it tells kernel addresses */
};

extern uint64_t system_scratch[2];
uint64_t system_scratch[2];

/* INVD and WBINVD are not here: the emulator takes them for NOPs in user mode, too. */
/* clang-format off */
#define INSNS(I) \
    I(cli, "cli", GP) \
    I(sti, "sti", GP) \
    I(hlt, "hlt", GP) \
    I(clts, "clts", GP) \
    I(invlpg, "invlpg (%rsp)", GP) \
    I(invpcid, "invpcid system_scratch(%rip), %rax", NOT_HERE) \
    I(lgdt, "lgdt system_scratch(%rip)", GP) \
    I(lidt, "lidt system_scratch(%rip)", GP) \
    I(lldt, "xor %eax, %eax; lldt %ax", GP) \
    I(ltr, "mov $0x30, %eax; ltr %ax", GP) \
    I(lmsw, "mov $1, %eax; lmsw %ax", GP) \
    I(read_cr0, "mov %cr0, %rax", GP) \
    I(read_cr2, "mov %cr2, %rax", GP) \
    I(read_cr3, "mov %cr3, %rax", GP) \
    I(read_cr4, "mov %cr4, %rax", GP) \
    I(read_cr8, "mov %cr8, %rax", GP) \
    I(write_cr0, "mov %rax, %cr0", GP) \
    I(write_cr2, "mov %rax, %cr2", GP) \
    I(write_cr3, "mov %rax, %cr3", GP) \
    I(write_cr4, "mov %rax, %cr4", GP) \
    I(write_cr8, "mov %rax, %cr8", GP) \
    I(read_dr0, "mov %dr0, %rax", GP) \
    I(read_dr6, "mov %dr6, %rax", GP) \
    I(read_dr7, "mov %dr7, %rax", GP) \
    I(write_dr0, "mov %rax, %dr0", GP) \
    I(write_dr7, "mov %rax, %dr7", GP) \
    I(rdmsr, "mov $0xc0000101, %ecx; rdmsr", GP) \
    I(wrmsr, "mov $0xc0000101, %ecx; wrmsr", GP) \
    I(rdpmc, "xor %ecx, %ecx; rdpmc", GP) \
    I(swapgs, "swapgs", GP) \
    I(sysret, "sysretq", GP) \
    I(sysexit, "sysexitq", NOT_HERE) \
    I(sysenter, "sysenter", NOT_HERE) \
    I(xsetbv, "xor %ecx, %ecx; xsetbv", NOT_HERE) \
    I(monitor, "mov %rsp, %rax; xor %ecx, %ecx; xor %edx, %edx; monitor", NOT_HERE) \
    I(mwait, "xor %eax, %eax; xor %ecx, %ecx; mwait", NOT_HERE) \
    I(clac, "clac", UD) \
    I(stac, "stac", UD) \
    I(rsm, "rsm", UD) \
    I(vmcall, "vmcall", UD) \
    I(vmmcall, "vmmcall", UD) \
    I(vmxon, "vmxon system_scratch(%rip)", NOT_HERE) \
    I(vmrun, "vmrun", NOT_HERE) \
    I(stgi, "stgi", NOT_HERE) \
    I(getsec, "xor %eax, %eax; getsec", NOT_HERE) \
    I(rdfsbase, "rdfsbase %rax", UD) \
    I(rdgsbase, "rdgsbase %rax", UD) \
    I(wrfsbase, "wrfsbase %rax", UD) \
    I(wrgsbase, "wrgsbase %rax", UD) \
    I(rdpkru, "xor %ecx, %ecx; rdpkru", UD) \
    I(wrpkru, "xor %ecx, %ecx; xor %edx, %edx; wrpkru", UD) \
    I(in, "in $0x80, %al", GP) \
    I(out, "out %al, $0x80", GP) \
    I(ins, "lea system_scratch(%rip), %rdi; mov $0x80, %edx; insb", GP) \
    I(outs, "mov $0x80, %edx; outsb", GP) \
    I(sgdt, "sgdt system_scratch(%rip)", UMIP) \
    I(sidt, "sidt system_scratch(%rip)", UMIP) \
    I(sldt, "sldt %eax", UMIP) \
    I(str, "str %eax", UMIP) \
    I(smsw, "smsw %eax", UMIP)
/* clang-format on */

#define INSN_TRY(name, code, events)                                                               \
    [[gnu::naked]] static uint64_t try_##name([[maybe_unused]] uint64_t arg)                       \
    {                                                                                              \
        __asm__ volatile("mov %rsp, %rsi; " code "; mov $1, %eax; ret");                           \
    }
INSNS(INSN_TRY)

#define INSN_ROW(name, code, events) {#name, try_##name, events},
static const struct {
    const char *name;
    peer_fn *fn;
    unsigned events;
} insns[] = {INSNS(INSN_ROW)};

/* CPUID.7.0:ECX.UMIP. */
static bool has_umip(void)
{
    uint32_t eax = 0, ebx, ecx = 0, edx;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    if (eax < 7)
        return false;
    eax = 7;
    ecx = 0;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return ecx & 1u << 2;
}

TEST(system, instructions_of_the_kernel_are_exceptions)
{
    attempt_open();
    for (size_t i = 0; i < sizeof insns / sizeof *insns; i++) {
        unsigned want = insns[i].events;
        if (want == UMIP && !has_umip())
            continue;
        if (want == UMIP)
            want = GP;
        attempt_seen.event = NO_EVENT;
        if (attempt(insns[i].fn, 0) != 0 || !(want >> attempt_seen.event & 1) ||
            attempt_seen.error != 0)
            tap_fail(__FILE__, __LINE__, "%s: event %#x, error code %#lx", insns[i].name,
                     attempt_seen.event, attempt_seen.error);
    }
}

TEST(system, two_gates_are_for_user_mode)
{
    attempt_open();
    for (uint64_t n = 0; n < 256; n++) {
        attempt_seen.event = NO_EVENT;
        EXPECT_EQ(0, attempt((peer_fn *)((uint64_t)interrupts + n * INTERRUPT_SIZE), 0));
        const bool is_open = n == EVENT_HST_BP || n == EVENT_HST_OF;
        EXPECT_EQ(is_open ? n : EVENT_HST_GP, attempt_seen.event);
        EXPECT_EQ(is_open ? 0 : n * 8 + 2, attempt_seen.error);
    }
}

/* ---- Control words of the FPU ---- */

static sel_t turn[2];
enum : uint32_t { MXCSR_START = 0x1f80 };
enum : uint16_t { FCW_START = 0x037f };

static uint32_t mxcsr_read(void)
{
    uint32_t value;
    __asm__ volatile("stmxcsr %0" : "=m"(value));
    return value;
}

static uint16_t fcw_read(void)
{
    uint16_t value;
    __asm__ volatile("fnstcw %0" : "=m"(value));
    return value;
}

static void keep_control(uint64_t me)
{
    uint32_t mxcsr = MXCSR_START;
    uint16_t fcw = FCW_START;
    for (uint32_t i = 0; i < 40; i++) {
        MUST(hc_sm_down(turn[me], 0, 0));
        EXPECT_EQ(mxcsr, mxcsr_read());
        EXPECT_EQ(fcw, fcw_read());
        mxcsr = MXCSR_START | (i + 13 * (uint32_t)me) % 0x40; /* flags of exceptions that were */
        fcw = (uint16_t)(FCW_START ^ ((i + me) % 4) << 10);   /* rounding */
        __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
        __asm__ volatile("fldcw %0" : : "m"(fcw));
        up(turn[1 - me]);
    }
    up(done);
}

TEST(system, each_thread_has_its_own_fpu_control)
{
    done = new_sm(0);
    turn[0] = new_sm(1);
    turn[1] = new_sm(0);
    new_global(cpu_here(), LOW, keep_control, 0);
    new_global(cpu_here(), LOW, keep_control, 1);
    EXPECT(down(done));
    EXPECT(down(done));
}

/* ---- The CPU's number ---- */

/* CPUID.8000'0001:EDX.RDTSCP. */
static bool has_rdtscp(void)
{
    uint32_t eax = 0x8000'0001, ebx, ecx, edx;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
    return edx & 1u << 27;
}

static uint64_t stay_arg(uint16_t cpu, sel_t sm)
{
    return sm << 16 | cpu;
}

static void stay(uint64_t arg)
{
    for (unsigned i = 0; i < 20; i++) {
        uint32_t eax, edx, number;
        __asm__ volatile("rdtscp" : "=a"(eax), "=d"(edx), "=c"(number));
        if (number != (arg & 0xffff))
            atomic_fetch_add(&strange, 1);
        EXPECT_STATUS(TIMEOUT, hc_sm_down(arg >> 16, 0, time_after(hip, 200)));
    }
    up(done);
}

/* Two threads each, so that there is a choice whenever one goes on; on the first few CPUs. */
TEST(system, each_thread_stays_on_its_cpu)
{
    if (!has_rdtscp()) {
        tap_skip("no RDTSCP");
        return;
    }
    done = new_sm(0);
    atomic_store(&strange, 0);
    const uint16_t cpus = hip->cpu_num < 8 ? hip->cpu_num : 8;
    for (uint16_t i = 0; i < 2 * cpus; i++)
        new_global(i % cpus, LOW, stay, stay_arg(i % cpus, new_sm(0)));
    for (uint16_t i = 0; i < 2 * cpus; i++)
        EXPECT(down(done));
    EXPECT_EQ(0, atomic_load(&strange));
}

/* ---- Switching off ---- */

/* Memory comes and goes, and each time the CPU of root has to forget it. */
static _Atomic uint64_t flushes, is_enough;

static void flush_often([[maybe_unused]] uint64_t arg)
{
    const uint64_t page = HVA_FREE >> 12;
    while (atomic_load(&is_enough) == 0) {
        MUST(hc_ctrl_pd(
            SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST,
            (struct hc_range){
                .from = free_frames() >> 12, .to = page, .perm = PERM_MEM_R, .mad = MAD_MEMORY}));
        MUST(hc_ctrl_pd(SEL_LIB_NOVA_HST, SEL_LIB_ROOT_HST,
                        (struct hc_range){.from = page, .to = page, .perm = PERM_NONE}));
        atomic_fetch_add(&flushes, 1);
    }
    up(done);
}

/* QEMU's chip sets ignore a type of sleep that they do not know; the kernel waits for the end in vain. */
TEST(system, others_go_on_while_the_machine_does_not_switch_off)
{
    enum : uint64_t { UNKNOWN = 7 };
    done = new_sm(0);
    atomic_store(&flushes, 0);
    atomic_store(&is_enough, 0);
    new_global(cpu_there(), LOW, flush_often, 0);
    EXPECT(wait_until(&flushes, 3));
    const uint64_t before = atomic_load(&flushes);
    EXPECT_STATUS(BAD_FTR, hc_ctrl_hw(CTRL_HW_SLEEP, UNKNOWN << 6 | UNKNOWN << 3 | SLEEP_S5));
    const uint64_t behind = atomic_load(&flushes);
    if (cpu_there() != cpu_here())
        EXPECT(behind > before + 10);
    atomic_store(&is_enough, 1);
    EXPECT(down(done));
}

static const struct tap_test tests[] = {
    TAP_TEST(system, selectors_of_user_segments_load_and_no_others),
    TAP_TEST(system, descriptors_of_the_kernel_cannot_be_looked_at),
    TAP_TEST(system, kernel_goes_on_with_any_selectors),
    TAP_TEST(system, selectors_that_others_left_are_user_segments),
    TAP_TEST(system, instructions_of_the_kernel_are_exceptions),
    TAP_TEST(system, two_gates_are_for_user_mode),
    TAP_TEST(system, each_thread_has_its_own_fpu_control),
    TAP_TEST(system, each_thread_stays_on_its_cpu),
    TAP_TEST(system, others_go_on_while_the_machine_does_not_switch_off),
};
const struct tap_suite system_suite = CONF_SUITE(tests);
