#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Judges the stack of a kernel image by stack.awk:
#
#     stack_test.sh CPU IMAGE READELF OBJDUMP CPU.H TABLE...
#
# CPU.H says how large the stack of a CPU is.
set -eu
cpu=$1 image=$2 readelf=$3 objdump=$4 cpu_h=$5
shift 5
dir=$TEST_TMPDIR
order=$(sed -n 's/.*CPU_STACK_ORDER = \([0-9]*\).*/\1/p' "$cpu_h")
arm=0
[ "$cpu" != aarch64 ] || arm=1

"$readelf" -sW "$image" >"$dir/symbols"
"$objdump" -d --no-show-raw-insn "$image" >"$dir/disassembly"
awk -v "arm=$arm" -v "limit=$((4096 << order))" -f "${0%/*}/stack.awk" "$dir/symbols" "$dir/disassembly" "$@"
