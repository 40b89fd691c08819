/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/linux/guests.h"

#include "kernel/base/format.h"
#include "user/lib/console.h"

enum : size_t { LINE_MAX = 256 };

/* What has come of a line so far. */
static struct line {
    char text[LINE_MAX];
    size_t length;
} line_of[VMS_MAX];

bool text_is(const char *text, const char *other)
{
    size_t i = 0;
    while (text[i] != '\0' && text[i] == other[i])
        i++;
    return text[i] == other[i];
}

/* A byte of the console: true if a line is complete, which is told as a comment of the report. */
static bool take(unsigned n, char c)
{
    struct line *const line = &line_of[n];
    if (c == '\r')
        return false;
    if (c != '\n') {
        if (line->length + 1 < LINE_MAX)
            line->text[line->length++] = c;
        return false;
    }
    line->text[line->length] = '\0';
    line->length = 0;
    print("# VM %u: %s\n", n + 1, line->text);
    return true;
}

/* "T" alone is an empty one. */
static bool is_answer(const char *text)
{
    return text[0] == 'T' && (text[1] == ' ' || text[1] == '\0');
}

const char *guest_line(unsigned n)
{
    for (;;) {
        for (int c = vm_read(n); c >= 0; c = vm_read(n))
            if (take(n, (char)c) && is_answer(line_of[n].text))
                return line_of[n].text + (line_of[n].text[1] == ' ' ? 2 : 1);
        if (vm_state(n) == VM_FAILED || vm_state(n) == VM_OFF) {
            tap_fail(__FILE__, __LINE__, "VM %u has ended", n + 1);
            return "";
        }
        vms_wait();
    }
}

void guests_warm_up(unsigned count)
{
    for (unsigned n = 0; n < count; n++)
        EXPECT_STATUS(SUCCESS, vm_create(n, &plan));
    for (unsigned n = 0; n < count; n++)
        vm_destroy(n);
}

void guest_start(unsigned n)
{
    line_of[n] = (struct line){};
    EXPECT_STATUS(SUCCESS, vm_create(n, &plan));
    EXPECT(text_is(guest_line(n), "ready"));
}

void guest_do(unsigned n, const char *line)
{
    for (; *line != '\0'; line++)
        vm_write(n, *line);
    vm_write(n, '\n');
}

const char *guest_ask(unsigned n, const char *line)
{
    char text[LINE_MAX];
    format(text, sizeof text, "echo T $(%s)", line);
    guest_do(n, text);
    return guest_line(n);
}

uint64_t guest_number(unsigned n, const char *line)
{
    const char *at = guest_ask(n, line);
    uint64_t value = 0;
    if (*at == '\0')
        return UINT64_MAX;
    for (; *at >= '0' && *at <= '9'; at++)
        value = value * 10 + (uint64_t)(*at - '0');
    return *at == '\0' ? value : UINT64_MAX;
}

void guest_wait(unsigned n, enum vm_state state)
{
    while (vm_state(n) != state) {
        for (int c = vm_read(n); c >= 0; c = vm_read(n))
            (void)take(n, (char)c);
        vms_wait();
    }
}

void guest_wait_reset(unsigned n, uint32_t count)
{
    EXPECT(text_is(guest_line(n), "ready"));
    EXPECT_EQ(count, vm_resets(n));
}

uint64_t time_ms(uint64_t from, uint64_t to)
{
    return (to - from) / (hip->stc_frequency / 1000);
}
