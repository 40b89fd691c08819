/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/manager/mux.h"

void mux_output(struct mux *mux, unsigned vm, char c)
{
    struct mux_memory *const memory = &mux->memory[vm];
    memory->bytes[memory->count++ % MUX_MEMORY] = c;
    if (vm == mux->shown)
        mux->put(c);
}

static enum mux_action command(struct mux *mux, char c)
{
    switch (c) {
    case MUX_KEY:
        return MUX_SEND;
    case 'h':
        return MUX_HELP;
    case 'r':
        return MUX_RESTART;
    case 'k':
        return MUX_KILL;
    case 'q':
        return MUX_QUIT;
    default:
        if (c < '1' || (unsigned)(c - '1') >= mux->vm_count)
            return MUX_HELP;
        mux->shown = (unsigned)(c - '1');
        return MUX_SWITCH;
    }
}

enum mux_action mux_key(struct mux *mux, char c)
{
    if (mux->is_command) {
        mux->is_command = false;
        return command(mux, c);
    }
    mux->is_command = c == MUX_KEY;
    return mux->is_command ? MUX_NOTHING : MUX_SEND;
}

void mux_replay(const struct mux *mux, unsigned lines)
{
    const struct mux_memory *const memory = &mux->memory[mux->shown];
    const uint32_t there = memory->count < MUX_MEMORY ? memory->count : MUX_MEMORY;
    uint32_t back = 0;

    for (; back < there; back++)
        if (memory->bytes[(memory->count - 1 - back) % MUX_MEMORY] == '\n' && lines-- == 0)
            break;
    for (; back > 0; back--)
        mux->put(memory->bytes[(memory->count - back) % MUX_MEMORY]);
}
