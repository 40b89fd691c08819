# SPDX-License-Identifier: GPL-2.0-only
#
# Debugging the microhypervisor in QEMU. Needs gdb (gdb-multiarch for the other CPU), no Python.
#
#   qemu-system-... -s -S ...                 (or: bazel run TARGET -- --gdb)
#   gdb -x tools/gdb/hypervisor.gdb hypervisor.debug.elf
#   (gdb) nova-connect
#
# `help user-defined` lists the commands, `help nova-walk` explains one.

set pagination off
set print pretty on
set confirm off
set output-radix 16

define nova-connect
  if $argc == 1
    target remote $arg0
  else
    target remote localhost:1234
  end
  # Only x86_64 has this register; elsewhere it is an empty variable.
  set $nova_x86 = !$_isvoid($rip)
end
document nova-connect
Connect to QEMU: nova-connect [HOST:PORT], by default localhost:1234. Do this first.
end

# --- CPUs and execution contexts -------------------------------------------------------------------

define nova-regs
  set $nova_r = &((struct ec *)$arg0)->arch.regs
  if $nova_x86
    printf "  rax %016lx  rcx %016lx  rdx %016lx  rbx %016lx\n", $nova_r->rax, $nova_r->rcx, $nova_r->rdx, $nova_r->rbx
    printf "  rsp %016lx  rbp %016lx  rsi %016lx  rdi %016lx\n", $nova_r->rsp, $nova_r->rbp, $nova_r->rsi, $nova_r->rdi
    printf "  r8  %016lx  r9  %016lx  r10 %016lx  r11 %016lx\n", $nova_r->r8, $nova_r->r9, $nova_r->r10, $nova_r->r11
    printf "  r12 %016lx  r13 %016lx  r14 %016lx  r15 %016lx\n", $nova_r->r12, $nova_r->r13, $nova_r->r14, $nova_r->r15
    printf "  rip %016lx  rflags %lx  vector %lx  error %lx\n", $nova_r->rip, $nova_r->rflags, $nova_r->vector, $nova_r->error
  else
    set $nova_i = 0
    while $nova_i < 28
      printf "  x%-2d %016lx  x%-2d %016lx  x%-2d %016lx  x%-2d %016lx\n", $nova_i, $nova_r->x[$nova_i], $nova_i + 1, $nova_r->x[$nova_i + 1], $nova_i + 2, $nova_r->x[$nova_i + 2], $nova_i + 3, $nova_r->x[$nova_i + 3]
      set $nova_i = $nova_i + 4
    end
    printf "  x28 %016lx  x29 %016lx  x30 %016lx  sp  %016lx\n", $nova_r->x[28], $nova_r->x[29], $nova_r->x[30], $nova_r->sp
    printf "  elr %016lx  spsr %lx  esr %lx  far %lx  hpfar %lx\n", $nova_r->elr, $nova_r->spsr, $nova_r->esr, $nova_r->far, $nova_r->hpfar
  end
end
document nova-regs
Registers that an execution context had when it last entered the kernel: nova-regs EC
While the EC runs in user mode they are older than those of `info registers`.
end

define nova-ec
  set $nova_e = (struct ec *)$arg0
  printf "EC %p on CPU %d: object space %p, host space %p, UTCB %p, events from %#lx, %d references\n", $nova_e, (int)$nova_e->cpu, $nova_e->objects, $nova_e->host, $nova_e->utcb, $nova_e->event_base, (int)$nova_e->obj.refs
  nova-regs $nova_e
end
document nova-ec
An execution context and its registers: nova-ec ADDRESS
end

define nova-cpus
  set $nova_n = 0
  while $nova_n < cpu_count
    set $nova_c = cpu_table[$nova_n]
    printf "CPU %d: struct cpu %p, stack %p, online %d\n", $nova_n, $nova_c, $nova_c->stack_top, (int)$nova_c->shared.online
    if $nova_c->current
      nova-ec $nova_c->current
    else
      printf "  no current EC\n"
    end
    set $nova_n = $nova_n + 1
  end
end
document nova-cpus
All CPUs and what each runs.
end

# --- Capabilities ----------------------------------------------------------------------------------

define nova-object
  set $nova_o = (struct kobject *)$arg0
  printf "%p ", $nova_o
  output $nova_o->type
  printf ", %d references", (int)$nova_o->refs
end
document nova-object
Kind and references of a kernel object: nova-object KOBJECT
end

define nova-cap
  set $nova_s = (struct space_obj *)$arg0
  set $nova_page = 0
  if $arg1 < 0x40000
    set $nova_page = (unsigned long *)$nova_s->root[$arg1 / 512]
  end
  set $nova_word = 0
  if $nova_page
    set $nova_word = $nova_page[$arg1 % 512]
  end
  if $nova_word
    printf "%#7lx: permissions %#04lx, object ", (unsigned long)$arg1, $nova_word & 0x1f
    nova-object ($nova_word&~0x1fUL)
    printf "\n"
  else
    printf "%#7lx: null\n", (unsigned long)$arg1
  end
end
document nova-cap
What a slot of an object space holds: nova-cap SPACE SELECTOR
SPACE is a struct space_obj *, for example nova_obj or root_pd->objects.
end

define nova-caps
  set $nova_space = (struct space_obj *)$arg0
  set $nova_p = 0
  while $nova_p < 512
    set $nova_slots = (unsigned long *)$nova_space->root[$nova_p]
    if $nova_slots
      set $nova_q = 0
      while $nova_q < 512
        if $nova_slots[$nova_q]
          nova-cap $nova_space ($nova_p*512+$nova_q)
        end
        set $nova_q = $nova_q + 1
      end
    end
    set $nova_p = $nova_p + 1
  end
end
document nova-caps
All slots of an object space that hold something: nova-caps SPACE
end

# --- Host spaces -----------------------------------------------------------------------------------

# The kernel's address of a physical one that lies in its image or pool.
define nova-virt
  if $nova_x86
    set $nova_v = (unsigned long)$arg0 - kernel_phys + 0xffffffff80000000
  else
    set $nova_v = (unsigned long)$arg0 - kernel_phys + 0xff8000000000
  end
end
document nova-virt
Sets $nova_v to where the kernel sees a physical address of its own memory: nova-virt PHYSICAL
end

define nova-walk
  set $nova_t = ((struct space_hst *)$arg0)->arch.root
  set $nova_a = (unsigned long)$arg1
  set $nova_level = $nova_x86 ? 3 : 2
  set $nova_root = 1
  set $nova_phys = -1UL
  while $nova_level >= 0
    # The root of a 40-bit stage 2 is two tables, one behind the other.
    set $nova_mask = ($nova_root && !$nova_x86) ? 0x3ff : 0x1ff
    set $nova_index = ($nova_a >> (12 + 9 * $nova_level)) & $nova_mask
    set $nova_pte = $nova_t[$nova_index]
    printf "  level %d, table %p, entry %#5x: %016lx", $nova_level, $nova_t, (int)$nova_index, $nova_pte
    set $nova_leaf = $nova_level == 0 || ($nova_x86 ? ($nova_pte & 0x80) != 0 : ($nova_pte & 2) == 0)
    if !($nova_pte & 1)
      printf "  not present\n"
      set $nova_level = -1
    else
      if $nova_leaf
        set $nova_low = (1UL << (12 + 9 * $nova_level)) - 1
        set $nova_phys = ($nova_pte & 0xfffffffff000 & ~$nova_low) | ($nova_a & $nova_low)
        printf "  physical %#lx", $nova_phys
        # Strings would need memory of the target's; characters do not.
        if $nova_x86
          printf "  R%c%c", ($nova_pte & 2) ? 'W' : '-', ($nova_pte >> 63) ? '-' : 'X'
          set $nova_owned = $nova_pte & 0x200
        else
          printf "  %c%c%c", ($nova_pte & 0x40) ? 'R' : '-', ($nova_pte & 0x80) ? 'W' : '-', ($nova_pte & (1UL << 56)) ? 'X' : '-'
          set $nova_owned = $nova_pte & (1UL << 55)
        end
        if $nova_owned
          printf ", kernel-owned"
        end
        printf "\n"
        set $nova_level = -1
      else
        printf "\n"
        nova-virt ($nova_pte&0xfffffffff000)
        set $nova_t = (unsigned long *)$nova_v
        set $nova_level = $nova_level - 1
        set $nova_root = 0
      end
    end
  end
end
document nova-walk
Walk the page tables of a host space: nova-walk SPACE ADDRESS
SPACE is a struct space_hst *, for example root_pd->host. Sets $nova_phys to the physical address, or
to all ones if nothing is mapped.
end

define nova-hip
  # Its address follows from the size of the user address space: the last page.
  if $nova_x86
    set $nova_hva = 0x7ffffffff000
  else
    set $nova_hva = (1UL << arch_features.hva_bits) - 0x1000
  end
  printf "HIP at %#lx of the root task\n", $nova_hva
  nova-walk root_pd->host $nova_hva
  if $nova_phys != -1UL
    nova-virt $nova_phys
    print *(struct hip *)$nova_v
  end
end
document nova-hip
The hypervisor information page, as the root task sees it.
end

# --- Console ---------------------------------------------------------------------------------------

define nova-console
  set $nova_at = (unsigned int)ring.read % 4088
  set $nova_end = (unsigned int)ring.write % 4088
  while $nova_at != $nova_end
    printf "%c", ring.text[$nova_at]
    set $nova_at = ($nova_at + 1) % 4088
  end
end
document nova-console
What the memory-buffer console holds and nobody has read.
end

# --- Stops -----------------------------------------------------------------------------------------

define nova-hypercalls
  rbreak ^\(ipc_call\|ipc_reply\|hypercall_\(create\|ctrl\|assign\)_.*\)$
  commands
    silent
    printf "hypercall by EC %p:\n", self
    nova-regs self
    continue
  end
end
document nova-hypercalls
Print the registers of each hypercall from now on; `delete` ends it. Of what C preserves, the frame has
older values: `info registers`.
end
