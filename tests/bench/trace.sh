#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs the few rows of the machines with one CPU, an instruction at a time, and prints where the instructions go.
#
#   ./bazelw run //tests/bench:trace
#
# trace.sh OBJDUMP AWK { MACHINE KERNEL }...
set -eu
objdump=$1
walk=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkfifo "$work/log"

while [ $# -gt 0 ]; do
    echo "== ${1##*/}"
    "$objdump" --syms "$2" | awk '$3 == ".text" || $4 == ".text" { print $1, $NF }' | sort >"$work/symbols"
    awk -v symbols="$work/symbols" -f "$walk" "$work/log" &
    # Only the kernel and the root task are logged, not the firmware.
    "$1" -singlestep -d exec,nochain -D "$work/log" \
        -dfilter 0x10000000..0x10100000,0xff8000000000..0xff8000200000,0xffffffff80000000..0xffffffff80200000 \
        </dev/null >"$work/console" 2>&1 || :
    wait
    grep -q '^bench done' "$work/console" || cat "$work/console"
    shift 2
done
