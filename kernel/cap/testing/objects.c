/* SPDX-License-Identifier: GPL-2.0-only */

#include "kernel/cap/testing/objects.h"

#include "arch/sim/sim.h"
#include "kernel/base/compiler.h"
#include "kernel/cap/space_bit.h"
#include "kernel/cap/space_hst.h"
#include "kernel/cap/space_obj.h"
#include "kernel/sync/rcu.h"

enum : unsigned { OBJECTS_MAX = 2048 };

static struct kobject *deferred;

struct kobject *testing_object(enum kobj_type type)
{
    static struct {
        alignas(KOBJ_ALIGN) struct kobject obj;
    } objects[OBJECTS_MAX];
    static unsigned next;
    CHECK(next < OBJECTS_MAX);
    struct kobject *const obj = &objects[next++].obj;
    *obj = (struct kobject){.type = type, .refs = 1};
    return obj;
}

struct pd *testing_pd(const struct pd *owner)
{
    struct pd *const pd = pd_create(owner);
    CHECK(pd != nullptr);
    kobject_get(&pd->obj);
    return pd;
}

void rcu_defer(struct kobject *obj)
{
    CHECK_EQ(obj->refs, 0);
    obj->next = deferred;
    deferred = obj;
}

void kobject_drop(struct kobject *obj)
{
    if (obj->type == KOBJ_SPC_OBJ)
        pd_unlink(&CONTAINER_OF(obj, struct space_obj, obj)->pd->objects, obj);
    else if (obj->type == KOBJ_SPC_HST)
        pd_unlink(&CONTAINER_OF(obj, struct space_hst, obj)->pd->host, obj);
    rcu_defer(obj);
}

/* There is one CPU. */
void rcu_await([[maybe_unused]] const _Atomic uint64_t *cpus)
{
}

static bool destroy(struct kobject *obj)
{
    switch (obj->type) {
    case KOBJ_SLOTS:
        return space_obj_destroy_old(CONTAINER_OF(obj, struct space_obj, old));
    case KOBJ_PD:
        pd_free(CONTAINER_OF(obj, struct pd, obj));
        return true;
    case KOBJ_SPC_OBJ:
        return space_obj_destroy(CONTAINER_OF(obj, struct space_obj, obj));
    case KOBJ_SPC_HST:
    case KOBJ_SPC_GST:
        return space_hst_destroy(CONTAINER_OF(obj, struct space_hst, obj));
    case KOBJ_SPC_PIO:
    case KOBJ_SPC_MSR:
        return space_bit_destroy(CONTAINER_OF(obj, struct space_bit, obj));
    case KOBJ_EC:
    case KOBJ_SC:
    case KOBJ_PT:
    case KOBJ_SM:
    case KOBJ_SPC_DMA:
    case KOBJ_COUNT:
        return true;
    }
    unreachable();
}

unsigned testing_reap(void)
{
    unsigned steps = 0;
    while (deferred != nullptr) {
        struct kobject *const obj = deferred;
        deferred = obj->next;
        do
            steps++;
        while (!destroy(obj));
    }
    return steps;
}
