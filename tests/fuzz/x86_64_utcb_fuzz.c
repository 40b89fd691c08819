/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Any reply of a handler on x86_64: whatever the UTCB and the MTD say, the affected thread stays one of user
 * mode, only what the MTD selects moves, and the message of its next event has nothing else in it.
 */
#include "arch/x86_64/utcb.c" // NOLINT: the filter itself

#include "kernel/abi/utcb.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum : uint64_t {
    IF = UINT64_C(1) << 9,
    ALWAYS_1 = UINT64_C(1) << 1,
    /* SDM vol. 1, "EFLAGS Register": CF PF AF ZF SF TF DF OF AC ID. */
    USER_FLAGS = 0x24'0dd5,
};

/* What a thread looks like that has come into the kernel. */
static void arrive(struct ec *ec, struct input *in)
{
    struct arch_regs *const r = &ec->arch.regs;
    input_fill(in, r, sizeof *r);
    r->vector = r->vector & 1 ? VECTOR_SYSCALL : r->vector & 0xff;
    r->rflags = (r->rflags & USER_FLAGS) | IF | ALWAYS_1;
    r->cs = SEL_USER_CODE;
    r->ss = SEL_USER_DATA;
    ec->arch.cr2 = input_word(in);
}

static void check_store(const struct arch_regs *old, const struct arch_regs *new, uint32_t mtd,
                        bool may_go_on, const struct utcb_arch *u)
{
    const bool gpr = !(mtd & MTD_POISON) && (mtd & MTD_GPR_0_7);
    const bool gpr8 = !(mtd & MTD_POISON) && (mtd & MTD_GPR_8_15);
    const bool rip = !(mtd & MTD_POISON) && (mtd & MTD_RIP);
    const bool rflags = !(mtd & MTD_POISON) && (mtd & MTD_RFLAGS);
    require(may_go_on == !(mtd & MTD_POISON));
    require(new->cs == old->cs && new->ss == old->ss && new->error == old->error);
    require((new->rflags & ~USER_FLAGS) == (IF | ALWAYS_1));
    require(rflags ? (new->rflags & RFLAGS_WRITABLE) == (u->rflags & RFLAGS_WRITABLE)
                   : new->rflags == old->rflags);
    require(new->rip == (rip ? u->rip : old->rip));
    require(new->rax == (gpr ? u->rax : old->rax) && new->rsp == (gpr ? u->rsp : old->rsp));
    require(new->rcx == (gpr ? u->rcx : old->rcx) && new->rdi == (gpr ? u->rdi : old->rdi));
    require(new->r8 == (gpr8 ? u->r8 : old->r8) && new->r15 == (gpr8 ? u->r15 : old->r15));
    /* SYSRET takes RIP from RCX and flags from R11: not with registers that somebody has set. */
    require(gpr || gpr8 || rflags ? new->vector == (old->vector & 0xff)
                                  : new->vector == old->vector);
}

/* Of the page only the words change that the MTD selects, for threads. */
static void check_load(const struct utcb *old, const struct utcb *new, uint32_t mtd)
{
    static const struct {
        uint32_t mtd;
        size_t from, to;
    } groups[] = {
        {MTD_GPR_0_7, offsetof(struct utcb_arch, rax), offsetof(struct utcb_arch, r8)},
        {MTD_GPR_8_15, offsetof(struct utcb_arch, r8), offsetof(struct utcb_arch, rflags)},
        {MTD_RFLAGS, offsetof(struct utcb_arch, rflags), offsetof(struct utcb_arch, rip)},
        {MTD_RIP, offsetof(struct utcb_arch, rip), offsetof(struct utcb_arch, rip) + 8},
        {MTD_QUAL, offsetof(struct utcb_arch, qual), offsetof(struct utcb_arch, qual) + 24},
    };
    for (size_t at = 0; at < sizeof(struct utcb); at += 8) {
        bool selected = old->word[at / 8] == new->word[at / 8];
        for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
            selected |= (mtd & groups[i].mtd) && at >= groups[i].from && at < groups[i].to;
        require(selected);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct utcb page, before;
    struct input in = input_begin(data, size);
    struct ec ec = {}, handler = {.utcb = &page};
    const uint32_t reply = (uint32_t)input_word(&in), next = (uint32_t)input_word(&in);
    const unsigned event = input_byte(&in) % 2 == 0 ? ARCH_EVENT_RECALL : VECTOR_PF;
    arrive(&ec, &in);
    input_fill(&in, &page, sizeof page);

    before = page;
    const struct arch_regs old = ec.arch.regs;
    const bool may_go_on = arch_ec_store_utcb(&ec, &handler, reply);
    require(memcmp(&page, &before, sizeof page) == 0);
    check_store(&old, &ec.arch.regs, reply, may_go_on, (const struct utcb_arch *)&page); // NOLINT

    arch_ec_load_utcb(&ec, &page, next, event);
    check_load(&before, &page, next);
    require((ec.arch.regs.rflags & ~USER_FLAGS) == (IF | ALWAYS_1));
    return 0;
}
