/* SPDX-License-Identifier: GPL-2.0-only */

#include "arch/aarch64/smc_proxy.h"

#include "arch/aarch64/sysreg.h"
#include "kernel/base/compiler.h"
#include "kernel/boot/root.h"

/* Permitted calls: services X0[29-24] and functions X0[15-0], from first to last. */
static const struct {
    uint8_t service_first, service_last;
    uint16_t function_first, function_last;
} permitted[] = {
    {0x02, 0x02, 0x0000, 0xffff}, /* SiP */
    {0x04, 0x04, 0x0050, 0x005f}, /* TRNG */
    {0x04, 0x04, 0x0130, 0x013f}, /* PCI configuration access */
    {0x30, 0x31, 0x0000, 0xffff}, /* trusted applications */
    {0x32, 0x3f, 0x0000, 0xffff}, /* trusted OS */
};

static bool is_permitted(uint64_t id)
{
    const uint64_t service = sysreg_field(id, 29, 24), function = sysreg_field(id, 15, 0);
    for (unsigned i = 0; i < ARRAY_SIZE(permitted); i++)
        if (service >= permitted[i].service_first && service <= permitted[i].service_last &&
            function >= permitted[i].function_first && function <= permitted[i].function_last)
            return true;
    return false;
}

/* SMC Calling Convention (Arm DEN 0028): X0-X17 are parameters and results, the others are kept. */
static void smc_exchange(uint64_t x[18])
{
    __asm__ volatile("mov x19, %0\n"
                     "ldp x0, x1, [x19]\n ldp x2, x3, [x19, #16]\n ldp x4, x5, [x19, #32]\n"
                     "ldp x6, x7, [x19, #48]\n ldp x8, x9, [x19, #64]\n ldp x10, x11, [x19, #80]\n"
                     "ldp x12, x13, [x19, #96]\n ldp x14, x15, [x19, #112]\n"
                     "ldp x16, x17, [x19, #128]\n"
                     "smc #0\n"
                     "stp x0, x1, [x19]\n stp x2, x3, [x19, #16]\n stp x4, x5, [x19, #32]\n"
                     "stp x6, x7, [x19, #48]\n stp x8, x9, [x19, #64]\n stp x10, x11, [x19, #80]\n"
                     "stp x12, x13, [x19, #96]\n stp x14, x15, [x19, #112]\n"
                     "stp x16, x17, [x19, #128]\n"
                     :
                     : "r"(x)
                     : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11",
                       "x12", "x13", "x14", "x15", "x16", "x17", "x19", "memory", "cc");
}

bool smc_proxy(struct ec *ec)
{
    /* ID_AA64PFR0_EL1.EL3. "In the root PD" means: with the root object space. */
    if (ec->objects != root_objects() || sysreg_field(SYSREG_READ(id_aa64pfr0_el1), 15, 12) == 0 ||
        !is_permitted(ec->arch.regs.x[0]))
        return false;
    smc_exchange(ec->arch.regs.x);
    return true;
}
