/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/lib/thread.h"

#include "kernel/abi/selector.h"
#include "user/lib/alloc.h"
#include "user/lib/event.h"
#include "user/lib/memory.h"

/* At the stack pointer that an EC is created with; the stubs of <cpu>/thread.S read it. */
struct thread_frame {
    uint64_t function;
    uint64_t argument; /* local: its UTCB */
};

enum : uint8_t { EVENTS_ORDER = 7 }; /* room for SEL_HST/ARCH + SEL_HST/NOVA of any CPU */
enum : uint16_t { CPUS_MAX = 512 };

extern const char portal_entry[], thread_entry[];

static sel_t events[CPUS_MAX];

sel_t thread_events(uint16_t cpu)
{
    return events[cpu];
}

static status_t create(struct thread *t, const struct thread_plan *plan, uint8_t flags,
                       struct thread_frame frame)
{
    char *const stack = pages_alloc(THREAD_STACK_SIZE / PAGE_SIZE);
    if (stack == nullptr)
        return MEM_OBJ;
    struct thread_frame *const top = (void *)(stack + THREAD_STACK_SIZE - sizeof frame);
    *top = frame;
    *t = (struct thread){.ec = sel_alloc(0), .utcb = (struct utcb *)frame.argument};
    if (flags & CREATE_EC_GLOBAL)
        t->utcb = (struct utcb *)utcb_alloc();
    return hc_create_ec(t->ec, plan->pd != 0 ? plan->pd : SEL_ROOT_PD,
                        (struct hc_ec){
                            .flags = flags | (plan->has_no_fpu ? 0 : CREATE_EC_FPU),
                            .cpu = plan->cpu,
                            .page = (uint64_t)t->utcb,
                            .sp = (uint64_t)top,
                            .evt = plan->events != 0 ? plan->events : events[plan->cpu],
                        });
}

status_t thread_create_local(struct thread *t, const struct thread_plan *plan, portal_fn *handler)
{
    const uint64_t utcb = utcb_alloc();
    return create(t, plan, 0, (struct thread_frame){(uint64_t)handler, utcb});
}

status_t thread_create_global(struct thread *t, const struct thread_plan *plan, thread_fn *fn,
                              uint64_t arg)
{
    return create(t, plan, CREATE_EC_GLOBAL, (struct thread_frame){(uint64_t)fn, arg});
}

status_t thread_create_portal(const struct thread *t, sel_t pt, uint64_t pid, uint32_t mtd)
{
    const status_t status = hc_create_pt(pt, SEL_ROOT_PD, t->ec, (uint64_t)portal_entry);
    return status == SUCCESS ? hc_ctrl_pt(pt, pid, mtd) : status;
}

/* STARTUP: the stack pointer is in place, the rest of the registers is zero. */
static uint32_t startup([[maybe_unused]] uint64_t pid, [[maybe_unused]] uint32_t mtd,
                        struct utcb *utcb)
{
    *event_ip(event_state(utcb)) = (uint64_t)thread_entry;
    return MTD_IP;
}

static status_t open_cpu(const struct hip *hip, uint16_t cpu, portal_fn *fault, uint32_t fault_mtd)
{
    const struct thread_plan plan = {.cpu = cpu};
    struct thread starter, catcher;

    events[cpu] = sel_alloc(EVENTS_ORDER);
    status_t status = thread_create_local(&starter, &plan, startup);
    if (status == SUCCESS)
        status = thread_create_portal(
            &starter, events[cpu] + hip->sel_hst_arch + EVENT_NOVA_STARTUP, 0, MTD_IP);
    if (status == SUCCESS)
        status = thread_create_local(&catcher, &plan, fault);
    for (sel_t event = 0; status == SUCCESS && event < hip->sel_hst_arch; event++)
        status = thread_create_portal(&catcher, events[cpu] + event, event, fault_mtd);
    return status;
}

status_t threads_open(const struct hip *hip, portal_fn *fault, uint32_t fault_mtd)
{
    status_t status = SUCCESS;
    for (uint16_t cpu = 0; status == SUCCESS && cpu < hip->cpu_num && cpu < CPUS_MAX; cpu++)
        status = open_cpu(hip, cpu, fault, fault_mtd);
    return status;
}
