/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual CPUs and the threads that handle their events. */
#pragma once

#include "user/vmm/vm.h"

/* Make the handler of virtual CPU `index`, which is there but has no time yet. The status of the hypercall that failed. */
status_t vcpu_create(struct vm *vm, unsigned index);
