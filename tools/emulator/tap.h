/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads what a test in an emulator prints, line by line, and decides. Lines that are not TAP
 * (https://testanything.org) are ignored: the console is the kernel's too.
 */
#pragma once

enum : unsigned { TAP_REASON_SIZE = 160 };

struct tap {
    unsigned planned; /* valid if has_plan */
    unsigned seen;    /* results, whatever they are */
    unsigned failed;
    bool has_plan;
    bool stopped;                 /* Bail out! */
    bool confused;                /* second plan, or a result whose number is not the next one */
    char reason[TAP_REASON_SIZE]; /* the first thing that went wrong */
};

void tap_line(struct tap *tap, const char *line);

/* True if all planned results were seen and none failed; else `reason` says why not. */
bool tap_finish(struct tap *tap);
