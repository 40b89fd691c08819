/* SPDX-License-Identifier: GPL-2.0-only */
/* A virtual machine that starts over, again and again: resets.S. */
#include "tests/linux/resets.h"

#include "tests/linux/guests.h"

/* Whichever virtual CPU asks for it, and whatever the other is about to do then. */
TEST(resets, come_as_often_as_the_guest_asks_for_them)
{
    if (resets_plan.vcpu_count == 1) {
        tap_skip("one virtual CPU");
        return;
    }
    EXPECT_STATUS(SUCCESS, vm_create(0, &resets_plan));
    EXPECT(text_is(guest_line(0), "done"));
    guest_wait(0, VM_OFF);
    EXPECT_EQ(RESETS_ROUNDS, vm_resets(0));
    vm_destroy(0);
}

static const struct tap_test tests[] = {
    TAP_TEST(resets, come_as_often_as_the_guest_asks_for_them),
};
const struct tap_suite resets_suite = TAP_SUITE(tests);
