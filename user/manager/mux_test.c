/* SPDX-License-Identifier: GPL-2.0-only */
/* Host test: one terminal shows one console and loses nothing of the others. */
#include <string.h>

#include "tests/lib/expect.h"
#include "user/manager/mux.h"

static char seen[4096];
static size_t count;

static void put(char c)
{
    seen[count++ % sizeof seen] = c;
    seen[count % sizeof seen] = '\0';
}

static struct mux mux;

static void start(void)
{
    mux = (struct mux){.put = put, .vm_count = 2};
    count = 0;
    seen[0] = '\0';
}

static void say(unsigned vm, const char *text)
{
    while (*text != '\0')
        mux_output(&mux, vm, *text++);
}

static void only_the_one_that_is_shown_is_seen(void)
{
    start();
    say(0, "one\n");
    say(1, "two\n");
    EXPECT(strcmp(seen, "one\n") == 0);
}

static void the_last_lines_of_the_other_come_back(void)
{
    start();
    say(1, "a\nb\nc\nprompt");
    EXPECT_EQ(MUX_NOTHING, mux_key(&mux, MUX_KEY));
    EXPECT_EQ(MUX_SWITCH, mux_key(&mux, '2'));
    mux_replay(&mux, 2);
    EXPECT(strcmp(seen, "b\nc\nprompt") == 0);
}

static void memory_keeps_the_end(void)
{
    start();
    for (unsigned i = 0; i < 3 * MUX_MEMORY; i++)
        mux_output(&mux, 1, (char)('a' + i % 26));
    mux.shown = 1;
    mux_replay(&mux, 100);
    EXPECT_EQ(MUX_MEMORY, count);
    EXPECT_EQ('a' + (3 * MUX_MEMORY - 1) % 26, seen[count - 1]);
}

static void keys_are_sent_or_are_commands(void)
{
    start();
    EXPECT_EQ(MUX_SEND, mux_key(&mux, '2'));
    EXPECT_EQ(0, mux.shown);
    EXPECT_EQ(MUX_NOTHING, mux_key(&mux, MUX_KEY));
    EXPECT_EQ(MUX_SEND, mux_key(&mux, MUX_KEY));
    EXPECT_EQ(MUX_NOTHING, mux_key(&mux, MUX_KEY));
    EXPECT_EQ(MUX_HELP, mux_key(&mux, '3')); /* there are two */
    EXPECT_EQ(0, mux.shown);
    EXPECT_EQ(MUX_SEND, mux_key(&mux, 'q'));
    EXPECT_EQ(MUX_NOTHING, mux_key(&mux, MUX_KEY));
    EXPECT_EQ(MUX_QUIT, mux_key(&mux, 'q'));
}

int main(void)
{
    only_the_one_that_is_shown_is_seen();
    the_last_lines_of_the_other_come_back();
    memory_keeps_the_end();
    keys_are_sent_or_are_commands();
    return expect_result();
}
