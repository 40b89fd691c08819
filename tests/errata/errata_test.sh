#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Looks for sequences of instructions in programs by errata.awk, after it has shown that it finds them:
#
#     errata_test.sh OBJDUMP PROGRAM...
set -eu
objdump=$1
shift
awk=${0%/*}/errata.awk
dir=$TEST_TMPDIR

# Some words that nobody minds, and the instructions on stdin, from address 0xff0 + 4 * $1 on.
program() {
    awk -v "at=$1" 'BEGIN { print "0000000000000f00 <f>:"; for (i = 0; i < 100; i++) printf "     100: \tnop\n" }
        { printf "     %x: \t%s\n", 4080 + 4 * (at + NR - 1), $0 }'
}

finds() { # what, number or nothing, where it begins
    found=$(program "$3" | awk -f "$awk") || :
    case $found in
    *"${2:+erratum }$2"*) [ -n "$2" ] || [ -z "$found" ] || : >"$dir/bad" ;; # a subshell: no variable
    *) : >"$dir/bad" ;;
    esac
    echo "$1: ${found:-nothing}"
}
printf 'ldr\tx1, [x2]\nmadd\tx3, x4, x5, x6\n' | finds "load, madd" 835769 0
printf 'str\tx1, [x2], #8\numaddl\tx3, w4, w5, x6\n' | finds "store, umaddl" 835769 0
printf 'ldr\tx1, [x2]\nmadd\tw3, w4, w5, w6\n' | finds "32 bits" "" 0
printf 'ldr\tx1, [x2]\nnop\nmadd\tx3, x4, x5, x6\n' | finds "nop between" "" 0
for at in 2 3; do
    printf 'adrp\tx8, 0x10000 <g>\nldr\tx1, [x2]\nldr\tx3, [x8, #0x10]\n' | finds "three at $at" 843419 $at
    printf 'adrp\tx8, 0x10000 <g>\nstp\tx1, x2, [sp]\nadd\tx2, x2, #1\nstr\tx3, [x8]\n' | finds "four at $at" 843419 $at
done
printf 'adrp\tx8, 0x10000 <g>\nldr\tx1, [x2]\nldr\tx3, [x8, #0x10]\n' | finds "elsewhere" "" 1
printf 'adrp\tx8, 0x10000 <g>\nldr\tx8, [x2]\nldr\tx3, [x8, #0x10]\n' | finds "another value" "" 2
printf 'adrp\tx8, 0x10000 <g>\nldr\tx1, [x2]\nb\t0x2000\nldr\tx3, [x8]\n' | finds "branch" "" 2

for program in "$@"; do
    "$objdump" -d --no-show-raw-insn "$program" >"$dir/disassembly"
    echo "$program"
    awk -f "$awk" "$dir/disassembly" || : >"$dir/bad"
done
[ ! -e "$dir/bad" ]
