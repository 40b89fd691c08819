/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages of any MTD, and the copy of short ones on each CPU. Long ones are an instruction or two of assembly. */
#include "arch/inline.h"

static void words_copy(void *to, const void *from, size_t count);
#define arch_words_copy words_copy
#include "kernel/ipc/link.h"
#undef arch_words_copy

enum : size_t { SHORT = 4 };

static void words_copy(void *to, const void *from, size_t count)
{
    CLAIM(count >= 1 && __CPROVER_w_ok(to, 8 * count) && __CPROVER_r_ok(from, 8 * count), "inside");
}

PROOF(a_message_stays_inside_the_utcbs)
{
    static struct utcb from, to;
    static struct ec sender, receiver;
    sender.utcb = &from;
    receiver.utcb = &to;
    ipc_copy(&sender, &receiver, ANY(uint32_t));
}

PROOF(a_short_message_is_copied_and_no_more)
{
    uint64_t from[SHORT], to[SHORT + 1], before[SHORT + 1];
    for (unsigned i = 0; i <= SHORT; i++)
        to[i] = before[i] = ANY(uint64_t);
    for (unsigned i = 0; i < SHORT; i++)
        from[i] = ANY(uint64_t);
    const size_t count = ANY(uint8_t);
    GIVEN(count >= 1 && count <= SHORT);
    arch_words_copy(to, from, count);
    for (unsigned i = 0; i <= SHORT; i++)
        CLAIM(to[i] == (i < count ? from[i] : before[i]), "copied");
}
