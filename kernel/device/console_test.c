/* SPDX-License-Identifier: GPL-2.0-only */
/* The console: its buffer as a consumer reads it, UARTs that are slow, deaf or dead. */

#include "kernel/device/console.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch/contract/cpu.h"
#include "kernel/base/panic.h"
#include "kernel/ipc/semaphore.h"
#include "kernel/mm/phys.h"
#include "tests/lib/expect.h"

/* What the console needs of the rest of the kernel. */
struct cpu *sim_cpu_current;
uint64_t sim_stc;
void (*sim_relax)(void);
uint64_t kernel_phys;
static uint64_t ups;

status_t sm_up([[maybe_unused]] struct sm *sm)
{
    ups++;
    return OVRFLOW; /* it does not matter to the console */
}

static struct mbuf *ring(void)
{
    return phys_to_virt(console_mbuf());
}

/* All that is in the buffer, taken as a consumer does. */
static const char *take(void)
{
    static char text[MBUF_CHARS + 1];
    uint32_t length = 0;
    uint32_t at = ring()->read % MBUF_CHARS;
    for (; at != ring()->write; at = (at + 1) % MBUF_CHARS)
        text[length++] = ring()->text[at];
    ring()->read = at;
    text[length] = '\0';
    return text;
}

/* A UART: what came out of it, and how it behaves. */
static struct wire {
    char text[3 * MBUF_SIZE];
    size_t length;
    size_t room;    /* bytes it takes before it stops for good */
    unsigned polls; /* refuses this many before each byte      */
    unsigned waited;
    unsigned busy; /* polls until the last byte has left      */
    bool absent;
    unsigned inits;
} wires[CONSOLE_UART_MAX + 2];

static struct wire *wire_of(const struct uart *u)
{
    return &wires[u->port];
}

static bool wire_init(struct uart *u)
{
    wire_of(u)->inits++;
    return !wire_of(u)->absent;
}

static bool wire_try_put(struct uart *u, uint8_t byte)
{
    struct wire *const w = wire_of(u);
    if (w->length == w->room)
        return false;
    if (w->waited++ < w->polls)
        return false;
    w->waited = 0;
    w->text[w->length++] = (char)byte;
    return true;
}

static bool wire_is_idle(struct uart *u)
{
    struct wire *const w = wire_of(u);
    return w->busy == 0 || --w->busy == 0;
}

static const struct uart_ops ops = {
    .name = "wire", .init = wire_init, .try_put = wire_try_put, .is_idle = wire_is_idle};

static void add(uint16_t n)
{
    const struct uart uart = {.ops = &ops, .phys = 0x1000u + n, .port = n};
    console_add_uart(&uart);
}

static bool received(unsigned n, const char *text)
{
    return wires[n].length == strlen(text) && memcmp(wires[n].text, text, wires[n].length) == 0;
}

static void a_line_ends_with_cr_lf(void)
{
    console_print(CONSOLE_INFO, "%s is %u", "it", 7u);
    EXPECT(strcmp(take(), "it is 7\r\n") == 0);
}

static void a_line_of_no_interest_is_not_printed(void)
{
    console_print(CONSOLE_DEBUG, "details");
    EXPECT(strcmp(take(), "") == 0);
    console_print(CONSOLE_ERROR, "trouble");
    EXPECT(strcmp(take(), "trouble\r\n") == 0);
}

static void a_long_line_is_cut_off(void)
{
    char text[301];
    memset(text, 'x', 300);
    text[300] = '\0';
    console_print(CONSOLE_INFO, "%s", text);
    EXPECT_EQ(191 + 2, strlen(take()));
}

static void a_full_buffer_drops_its_oldest_text(void)
{
    for (unsigned i = 0; i < 1000; i++)
        console_print(CONSOLE_INFO, "line %u", 1000 + i); /* 11 characters each */
    const char *const text = take();
    EXPECT_EQ(MBUF_CHARS - 1, strlen(text));
    EXPECT(strcmp(text + MBUF_CHARS - 1 - 11, "line 1999\r\n") == 0);
    EXPECT(strncmp(text + (MBUF_CHARS - 1) % 11, "line 1629\r\n", 11) == 0);
}

/* Any other value would lead out of the buffer. */
static void what_the_consumer_writes_into_the_indices_is_harmless(void)
{
    static const uint32_t bad[] = {MBUF_CHARS, MBUF_SIZE - 1, MBUF_SIZE, 0x7fff'ffff, UINT32_MAX};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (unsigned j = 0; j < sizeof bad / sizeof bad[0]; j++) {
            ring()->write = bad[i];
            ring()->read = bad[j];
            console_print(CONSOLE_INFO, "%300s", "");
            EXPECT(ring()->write < MBUF_CHARS);
        }
    ring()->read = ring()->write;
    console_print(CONSOLE_INFO, "fine");
    EXPECT(strcmp(take(), "fine\r\n") == 0);
}

static void each_line_ups_the_semaphore_which_starts_with_all_so_far(void)
{
    static struct sm sm;
    console_print(CONSOLE_INFO, "one");
    console_print(CONSOLE_DEBUG, "none");
    console_print(CONSOLE_INFO, "two");
    console_set_semaphore(&sm);
    {
        SPIN_GUARD(&sm.lock);
        EXPECT_EQ(2, sm.count);
    }
    EXPECT_EQ(0, ups);
    console_print(CONSOLE_INFO, "three");
    EXPECT_EQ(1, ups);
}

static void a_uart_first_gets_what_is_in_the_buffer(void)
{
    wires[0].room = wires[1].room = SIZE_MAX;
    wires[1].polls = 3;
    console_print(CONSOLE_INFO, "early");
    add(0);
    console_print(CONSOLE_INFO, "later");
    add(1);
    EXPECT(received(0, "early\r\nlater\r\n"));
    EXPECT(received(1, "early\r\nlater\r\n"));
    EXPECT(strcmp(take(), "early\r\nlater\r\n") == 0); /* still there */
}

static void a_uart_is_used_once_and_only_if_it_answers(void)
{
    wires[0].room = wires[1].room = SIZE_MAX;
    wires[1].absent = true;
    add(0);
    add(0);
    add(1);
    console_print(CONSOLE_INFO, "x");
    EXPECT_EQ(1, wires[0].inits);
    EXPECT_EQ(1, wires[1].inits);
    EXPECT(received(0, "x\r\n"));
    EXPECT(received(1, ""));
}

static void there_are_as_many_uarts_as_fit(void)
{
    for (uint16_t n = 0; n <= CONSOLE_UART_MAX; n++) {
        wires[n].room = SIZE_MAX;
        add(n);
    }
    console_print(CONSOLE_INFO, "x");
    EXPECT(received(CONSOLE_UART_MAX - 1, "x\r\n"));
    EXPECT(received(CONSOLE_UART_MAX, ""));
    EXPECT_EQ(0, wires[CONSOLE_UART_MAX].inits);
}

static void a_uart_that_takes_no_more_is_given_up(void)
{
    wires[0].room = wires[2].room = SIZE_MAX;
    wires[1].room = 2;
    add(0);
    add(1);
    add(2);
    console_print(CONSOLE_INFO, "word");
    wires[1].room = SIZE_MAX; /* too late */
    console_print(CONSOLE_INFO, "more");
    EXPECT(received(0, "word\r\nmore\r\n"));
    EXPECT(received(1, "wo"));
    EXPECT(received(2, "word\r\nmore\r\n"));
}

static void a_uart_that_cannot_take_the_buffer_is_not_used(void)
{
    console_print(CONSOLE_INFO, "early");
    wires[0].room = 3;
    add(0);
    wires[0].room = SIZE_MAX;
    console_print(CONSOLE_INFO, "later");
    EXPECT(received(0, "ear"));
}

static void closed_uarts_are_drained_and_then_left_alone(void)
{
    wires[0].room = wires[1].room = SIZE_MAX;
    wires[0].busy = 10;
    wires[1].busy = UINT32_MAX; /* never: given up */
    add(0);
    add(1);
    console_print(CONSOLE_INFO, "last");
    console_close_uarts();
    EXPECT_EQ(0, wires[0].busy);
    console_print(CONSOLE_INFO, "for the buffer only");
    EXPECT(received(0, "last\r\n"));
    EXPECT(received(1, "last\r\n"));
}

/* The end of a CPU: where arch_cpu_stop would stay. */
static jmp_buf stopped;
static unsigned dumps;
static void (*on_dump)(void);

[[noreturn]] void arch_cpu_stop(void)
{
    longjmp(stopped, 1);
}

void arch_cpu_dump(void)
{
    dumps++;
    if (on_dump != nullptr)
        on_dump();
}

static struct cpu cpu = {.id = 3};

static void fails(void)
{
    sim_cpu_current = &cpu;
    if (setjmp(stopped) == 0)
        panic("no %s", "luck");
}

static void panic_says_where_and_why_and_stops(void)
{
    fails();
    EXPECT_EQ(1, dumps);
    EXPECT(strcmp(take(), "PANIC on CPU 3: no luck\r\nCPU 3 is stopped\r\n") == 0);
}

static void fail_again(void)
{
    panic("worse");
}

static void a_panic_in_a_panic_stops_at_once(void)
{
    on_dump = fail_again;
    fails();
    EXPECT_EQ(1, dumps);
    EXPECT(strcmp(take(), "PANIC on CPU 3: no luck\r\n") == 0);
}

/* It fails in the middle of a line, with the console's lock held. */
static bool wire_fails([[maybe_unused]] struct uart *u, [[maybe_unused]] uint8_t byte)
{
    static unsigned calls;
    if (calls++ == 0)
        panic("no wire");
    return true;
}

static void panic_does_not_wait_for_the_console_for_ever(void)
{
    static const struct uart_ops bad = {
        .name = "bad", .init = wire_init, .try_put = wire_fails, .is_idle = wire_is_idle};
    const struct uart uart = {.ops = &bad};
    console_add_uart(&uart);
    sim_cpu_current = &cpu;
    if (setjmp(stopped) == 0)
        console_print(CONSOLE_INFO, "x");
    EXPECT(strstr(take(), "PANIC on CPU 3: no wire\r\n") != nullptr);
}

/* Each claim begins with a console that has just been loaded. */
static void run(const char *name, void (*claim)(void))
{
    const pid_t child = fork();
    if (child == 0) {
        claim();
        exit(expect_failures != 0);
    }
    int status = -1;
    EXPECT(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    printf("%s %s\n", status == 0 ? "ok" : "not ok", name);
    fflush(stdout);
}
#define RUN(claim) run(#claim, claim)

int main(void)
{
    RUN(a_line_ends_with_cr_lf);
    RUN(a_line_of_no_interest_is_not_printed);
    RUN(a_long_line_is_cut_off);
    RUN(a_full_buffer_drops_its_oldest_text);
    RUN(what_the_consumer_writes_into_the_indices_is_harmless);
    RUN(each_line_ups_the_semaphore_which_starts_with_all_so_far);
    RUN(a_uart_first_gets_what_is_in_the_buffer);
    RUN(a_uart_is_used_once_and_only_if_it_answers);
    RUN(there_are_as_many_uarts_as_fit);
    RUN(a_uart_that_takes_no_more_is_given_up);
    RUN(a_uart_that_cannot_take_the_buffer_is_not_used);
    RUN(closed_uarts_are_drained_and_then_left_alone);
    RUN(panic_says_where_and_why_and_stops);
    RUN(a_panic_in_a_panic_stops_at_once);
    RUN(panic_does_not_wait_for_the_console_for_ever);
    return expect_result();
}
