/* SPDX-License-Identifier: GPL-2.0-only */
/* What all hypercalls have in common: numbers, the answer in P0, registers that are no output. */

#include "arch/inline.h"
#include "kernel/hypercall/testing/calls.h"

enum : uint64_t { NOTHING = 0x20, SM }; /* an empty slot, a semaphore */

static struct ec *root;

static void start(void)
{
    root = call_boot(1, 256);
    CHECK_EQ(call_create_sm(0, SM, SEL_ROOT_PD, 0), SUCCESS);
}

static void the_last_number_is_no_hypercall(void)
{
    start();
    for (unsigned flags = 0; flags < 16; flags++)
        CHECK_EQ(call_raw(0, call_p0((enum hypercall)0xf, flags, SEL_ROOT_PD), 0, 0, 0, 0),
                 BAD_HYP);
}

/* All but ipc_reply, which answers nobody. */
static void a_refusal_is_the_status_alone_and_all_else_stays(void)
{
    start();
    root->arch.regs.ip = 0x1234;
    root->arch.regs.sp = 0x5678;
    for (unsigned number = 0; number < 16; number++) {
        if (number == HYPERCALL_IPC_REPLY)
            continue;
        const uint64_t far = UINT64_C(0xff'ffff'ffff'ffff);
        const status_t status =
            call_raw(0, call_p0((enum hypercall)number, 1, far), far, far, far, far);
        CHECK(status != SUCCESS && status <= MEM_CAP);
        CHECK_EQ(arch_ec_slot(&root->arch, 0), status); /* nothing above it */
        for (unsigned slot = 1; slot < 5; slot++)
            CHECK_EQ(arch_ec_slot(&root->arch, slot), far);
        CHECK_EQ(root->arch.regs.ip, 0x1234);
        CHECK_EQ(root->arch.regs.sp, 0x5678);
    }
}

static void success_is_zero_in_all_of_p0(void)
{
    start();
    CHECK_EQ(call_up(0, SM), SUCCESS);
    CHECK_EQ(arch_ec_slot(&root->arch, 0), 0);
}

static void reserved_flags_are_ignored(void)
{
    start();
    CHECK_EQ(call_raw(0, call_p0(HYPERCALL_CREATE_SM, 0xf, NOTHING), SEL_ROOT_PD, 0, 0, 0),
             SUCCESS);
    CHECK_EQ(call_raw(0, call_p0(HYPERCALL_CTRL_SM, 0xe, SM), 0, 0, 0, 0), SUCCESS); /* an up */
    CHECK_EQ(call_down(0, SM, 1), SUCCESS);
    CHECK_EQ(call_raw(0, call_p0(HYPERCALL_CTRL_PD, 0xf, SEL_ROOT_OBJ), SEL_ROOT_OBJ,
                      UINT64_C(0xfe0) | SM << 12, UINT64_C(0xfe0) | SM << 12, 0),
             SUCCESS); /* so are the bits between order and selector: it was emptied */
    CHECK(call_object(SM) == nullptr);
}

int main(void)
{
    SIM_RUN(the_last_number_is_no_hypercall);
    SIM_RUN(a_refusal_is_the_status_alone_and_all_else_stays);
    SIM_RUN(success_is_zero_in_all_of_p0);
    SIM_RUN(reserved_flags_are_ignored);
}
