#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs the benchmark on each machine and prints a table: judge.awk says what is in it.
#
#   ./bazelw run //tests/bench                     print the table
#   ./bazelw run //tests/bench -- --record [NOTE]  also append the figures to doc/bench/ledger.csv
#
# bench.sh OBJDUMP LIB JUDGE REFERENCE LIMITS { MACHINE KERNEL }... [--record [NOTE]]
#
# Ledger columns: date, commit, board, benchmark, unit, median, p99, runs, note. Counts are exact, so
# median and p99 are the same figure of one run.
set -eu
objdump=$1
# shellcheck source=tests/bench/lib.sh
. "./$2"
judge=$3
reference=$4
limits=$5
shift 5
ledger=${BUILD_WORKSPACE_DIRECTORY:?start it with ./bazelw run //tests/bench}/doc/bench/ledger.csv
commit=$(git -C "$BUILD_WORKSPACE_DIRECTORY" rev-parse --short HEAD 2>/dev/null || echo unknown)
date=$(date -u +%Y-%m-%d)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

while [ $# -gt 1 ] && [ "$1" != --record ]; do
    echo "bench: measuring ${1##*/}" >&2
    measure "$1" "$2" "$objdump" >>"$work/figures"
    shift 2
done
awk -v reference="$reference" -v limits="$limits" -v ledger="$ledger" -f "$judge" "$work/figures" ||
    echo "bench: something is beyond its limit" >&2

if [ "${1-}" = --record ]; then
    note=$(printf %s "${2-}" | tr ',\n' '; ')
    awk -v OFS=, -v date="$date" -v commit="$commit" -v note="$note" \
        '{ print date, commit, $1, $2, $4, $3, $3, 1, note }' "$work/figures" >>"$ledger"
    echo "bench: $(wc -l <"$work/figures") rows appended to doc/bench/ledger.csv" >&2
fi
