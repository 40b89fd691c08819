/* SPDX-License-Identifier: GPL-2.0-only */
#include "kernel/firmware/cmdline.h"

#include "kernel/boot/config.h"
#include "kernel/firmware/testing/expect.h"

static void every_option_is_known(void)
{
    EXPECT_EQUAL(cmdline_options("insecure noccst nocpst nodl nomktme nopcid nosmmu nouart novpid"),
                 BOOT_INSECURE | BOOT_NOCCST | BOOT_NOCPST | BOOT_NODL | BOOT_NOMKTME |
                     BOOT_NOPCID | BOOT_NOSMMU | BOOT_NOUART | BOOT_NOVPID);
}

static void order_and_blanks_do_not_matter(void)
{
    EXPECT_EQUAL(cmdline_options("   novpid    nodl "), BOOT_NODL | BOOT_NOVPID);
    EXPECT_EQUAL(cmdline_options("nodl nodl"), BOOT_NODL);
}

static void nothing_gives_nothing(void)
{
    EXPECT_EQUAL(cmdline_options(""), 0);
    EXPECT_EQUAL(cmdline_options("    "), 0);
}

static void unknown_words_are_ignored(void)
{
    EXPECT_EQUAL(cmdline_options("/boot/hypervisor serial --nouart nouart=1"), 0);
}

static void a_word_matches_exactly(void)
{
    EXPECT_EQUAL(cmdline_options("no nouar nouarts NOUART xnouart"), 0);
    EXPECT_EQUAL(cmdline_options("nouart\tnodl"), 0); /* only blanks separate */
}

int main(void)
{
    RUN(every_option_is_known);
    RUN(order_and_blanks_do_not_matter);
    RUN(nothing_gives_nothing);
    RUN(unknown_words_are_ignored);
    RUN(a_word_matches_exactly);
    return failures != 0;
}
