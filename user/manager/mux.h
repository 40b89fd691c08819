/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One terminal for the consoles of several VMs: it shows one of them and remembers what the others
 * say; a key leads from one to the other. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum : unsigned { MUX_VMS_MAX = 4 };
enum : uint32_t { MUX_MEMORY = 2048 };
enum : char { MUX_KEY = 'T' & 0x1f }; /* Ctrl-T, the beginning of a command */

/* The last bytes that a VM has said. */
struct mux_memory {
    uint32_t count; /* all that it has said; may wrap */
    char bytes[MUX_MEMORY];
};

struct mux {
    void (*put)(char c); /* to the terminal */
    unsigned vm_count, shown;
    bool is_command; /* the next key belongs to a command */
    struct mux_memory memory[MUX_VMS_MAX];
};

enum mux_action : uint8_t {
    MUX_NOTHING,
    MUX_SEND,    /* the key is for the VM that is shown */
    MUX_SWITCH,  /* another VM is shown now             */
    MUX_HELP,    /* the person wants to know the keys   */
    MUX_RESTART, /* the VM that is shown is to start over */
    MUX_KILL,    /* the VM that is shown is to end      */
    MUX_QUIT,    /* the machine is to be switched off   */
};

/* A VM says something. */
void mux_output(struct mux *mux, unsigned vm, char c);

/* A key is pressed. */
enum mux_action mux_key(struct mux *mux, char c);

/* Show again what the VM that is shown has said last: at most `lines` lines. */
void mux_replay(const struct mux *mux, unsigned lines);
