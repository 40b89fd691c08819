#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Claims: a call takes no lock and no atomic read-modify-write, names no variable, and calls nobody else; and this test
# would notice if it did.
#
# path_test.sh OBJDUMP AWK { PATH KERNEL }...
set -eu
objdump=$1
walk=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

# spoil INSTRUCTION: replaces the first of ipc_reply.
spoil() {
    awk -v insn="$1" 'after { sub(/:.*/, ":\t" insn); after = 0 } / <ipc_reply>:$/ { after = 1 } { print }' "$work/kernel"
}

while [ $# -gt 0 ]; do
    echo "== $2"
    "$objdump" --disassemble --no-show-raw-insn "$2" >"$work/kernel"
    awk -f "$walk" "$1" "$work/kernel" || bad=1
    case $1 in
    */x86_64/*) wrong='lock|xchgl	%eax, (%rdi)|movq	-0x7ffead80, %rax|callq	*(%rax)|callq	0xffffffff80001000 <nobody>' ;;
    *) wrong='ldaxr	w8, [x0]|ldaddal	w8, w9, [x0]|adrp	x8, 0x1000 <nobody>|blr	x8|bl	0x1000 <nobody>' ;;
    esac
    printf %s "$wrong" | tr '|' '\n' >"$work/wrong"
    echo >>"$work/wrong"
    while read -r insn; do
        spoil "$insn" >"$work/spoilt"
        if awk -f "$walk" "$1" "$work/spoilt" >"$work/out"; then
            echo "not noticed: $insn"
            bad=1
        fi
    done <"$work/wrong"
    shift 2
done
exit $bad
