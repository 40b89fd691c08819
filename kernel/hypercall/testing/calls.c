/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/hypercall/testing/calls.h"

#include "arch/inline.h"
#include "kernel/base/bits.h"
#include "kernel/base/compiler.h"
#include "kernel/boot/root.h"
#include "kernel/cap/space_obj.h"
#include "kernel/ipc/ipc.h"
#include "kernel/mm/frame.h"
#include "kernel/sync/rcu.h"

enum : uint64_t { UTCBS = UINT64_C(0x2000'0000) }; /* of the EC with selector n: n pages above */

status_t call_raw(unsigned cpu, uint64_t p0, uint64_t p1, uint64_t p2, uint64_t p3, uint64_t p4)
{
    const struct ec *const self = sim_user(cpu);
    CHECK(self != nullptr);
    return sim_hypercall(cpu, p0, p1, p2, p3, p4) == self ? call_status(self) : CALL_WAITS;
}

status_t call_status(const struct ec *ec)
{
    return (status_t)arch_ec_slot(&ec->arch, 0);
}

status_t call_create_pd(unsigned cpu, enum create_pd_op op, uint64_t sel, uint64_t pd)
{
    return call_raw(cpu, call_p0(HYPERCALL_CREATE_PD, op, sel), pd, 0, 0, 0);
}

status_t call_create_ec(unsigned cpu, unsigned flags, uint64_t sel, uint64_t pd, uint64_t at,
                        unsigned of_cpu, uint64_t event_base)
{
    return call_raw(cpu, call_p0(HYPERCALL_CREATE_EC, flags, sel), pd, at | of_cpu, 0, event_base);
}

status_t call_create_sc(unsigned cpu, uint64_t sel, uint64_t pd, uint64_t ec, unsigned prio,
                        unsigned ms)
{
    return call_raw(cpu, call_p0(HYPERCALL_CREATE_SC, 0, sel), pd, ec, prio << 16 | ms, 0);
}

status_t call_create_pt(unsigned cpu, uint64_t sel, uint64_t pd, uint64_t ec, uint64_t ip)
{
    return call_raw(cpu, call_p0(HYPERCALL_CREATE_PT, 0, sel), pd, ec, ip, 0);
}

status_t call_create_sm(unsigned cpu, uint64_t sel, uint64_t pd, uint64_t count)
{
    return call_raw(cpu, call_p0(HYPERCALL_CREATE_SM, 0, sel), pd, count, 0, 0);
}

status_t call_delegate(unsigned cpu, uint64_t src, uint64_t dst, uint64_t ssb, uint64_t dsb,
                       unsigned ord, uint8_t pmm)
{
    return call_raw(cpu, call_p0(HYPERCALL_CTRL_PD, 0, src), dst, ssb << PAGE_BITS | ord,
                    dsb << PAGE_BITS | pmm, 0);
}

status_t call_ctrl_ec(unsigned cpu, uint64_t ec, unsigned flags)
{
    return call_raw(cpu, call_p0(HYPERCALL_CTRL_EC, flags, ec), 0, 0, 0, 0);
}

status_t call_ctrl_pt(unsigned cpu, uint64_t pt, uint64_t id, uint32_t mtd)
{
    return call_raw(cpu, call_p0(HYPERCALL_CTRL_PT, 0, pt), id, mtd, 0, 0);
}

status_t call_up(unsigned cpu, uint64_t sm)
{
    return call_raw(cpu, call_p0(HYPERCALL_CTRL_SM, 0, sm), 0, 0, 0, 0);
}

status_t call_down(unsigned cpu, uint64_t sm, uint64_t deadline)
{
    return call_raw(cpu, call_p0(HYPERCALL_CTRL_SM, CTRL_SM_DOWN, sm), deadline, 0, 0, 0);
}

uint64_t call_ctrl_sc(unsigned cpu, uint64_t sc)
{
    const struct ec *const self = sim_user(cpu);
    CHECK_EQ(call_raw(cpu, call_p0(HYPERCALL_CTRL_SC, 0, sc), 0, 0, 0, 0), SUCCESS);
    return arch_ec_slot(&self->arch, 1);
}

struct ec *call_ipc(unsigned cpu, uint64_t pt, unsigned flags, uint32_t mtd)
{
    return sim_hypercall(cpu, call_p0(HYPERCALL_IPC_CALL, flags, pt), mtd, 0, 0, 0);
}

struct ec *call_reply(unsigned cpu, uint32_t mtd)
{
    return sim_hypercall(cpu, call_p0(HYPERCALL_IPC_REPLY, 0, 0), mtd, 0, 0, 0);
}

void call_revoke(unsigned cpu, uint64_t sel, unsigned ord)
{
    CHECK_EQ(call_delegate(cpu, SEL_ROOT_OBJ, SEL_ROOT_OBJ, sel, sel, ord, 0), SUCCESS);
}

void call_weaken(uint64_t from, uint64_t to, uint8_t perm)
{
    CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, SEL_ROOT_OBJ, from, to, 0, perm), SUCCESS);
}

struct kobject *call_object(uint64_t sel)
{
    return cap_object(space_obj_load(root_objects(), sel));
}

struct ec *call_ec(uint64_t sel)
{
    struct kobject *const obj = call_object(sel);
    CHECK(obj != nullptr && obj->type == KOBJ_EC);
    return CONTAINER_OF(obj, struct ec, obj);
}

struct ec *call_thread(uint64_t sel, unsigned of_cpu, unsigned prio, unsigned ms)
{
    CHECK_EQ(call_create_ec(0, CREATE_EC_GLOBAL, sel, SEL_ROOT_PD, UTCBS + (sel << PAGE_BITS),
                            of_cpu, SELNUM),
             SUCCESS);
    struct ec *const ec = call_ec(sel);
    ec->cont = ec_resume;
    CHECK_EQ(call_create_sc(0, sel + 1, SEL_ROOT_PD, sel, prio, ms), SUCCESS);
    return ec;
}

struct ec *call_server(uint64_t sel, unsigned of_cpu)
{
    CHECK_EQ(call_create_ec(0, 0, sel, SEL_ROOT_PD, UTCBS + (sel << PAGE_BITS), of_cpu, SELNUM),
             SUCCESS);
    CHECK_EQ(call_create_pt(0, sel + 1, SEL_ROOT_PD, sel, sel + 1), SUCCESS);
    CHECK_EQ(call_ctrl_pt(0, sel + 1, sel + 1, 0), SUCCESS);
    return call_ec(sel);
}

struct ec *call_boot(unsigned cpus, size_t pages)
{
    sim_boot(cpus, pages);
    CHECK_EQ(call_create_sm(0, CALL_SLEEP, SEL_ROOT_PD, 0), SUCCESS);
    return sim_user(0);
}

struct ec *call_root_sleeps(uint64_t deadline)
{
    CHECK(sim_user(0) == call_ec(SEL_ROOT_EC));
    CHECK_EQ(call_down(0, CALL_SLEEP, deadline), CALL_WAITS);
    return sim_user(0);
}

size_t call_settle(void)
{
    /* Each call that destroys something asks to pass by the scheduler once more. */
    do {
        CHECK_EQ(call_delegate(0, SEL_ROOT_OBJ, SEL_ROOT_OBJ, CALL_SLEEP, CALL_SLEEP, 0, PERM_MASK),
                 SUCCESS);
        sim_settle();
    } while (rcu_pending() != 0);
    return frame_count_free();
}
