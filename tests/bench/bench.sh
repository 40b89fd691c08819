#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs the benchmark on each machine and prints a table: figure, last one in the ledger, change.
#
#   ./bazelw run //tests/bench                     print the table
#   ./bazelw run //tests/bench -- --record [NOTE]  also append the figures to doc/bench/ledger.csv
#
# Ledger columns: date, commit, board, benchmark, unit, median, p99, runs, note. Counts are exact, so
# median and p99 are the same figure of one run.
set -eu

machines=
while [ $# -gt 0 ] && [ "$1" != --record ]; do
    machines="$machines $1"
    shift
done
record=
note=
if [ "${1-}" = --record ]; then
    record=yes
    note=$(printf %s "${2-}" | tr ',\n' '; ')
fi
ledger=${BUILD_WORKSPACE_DIRECTORY:?start it with ./bazelw run //tests/bench}/doc/bench/ledger.csv
commit=$(git -C "$BUILD_WORKSPACE_DIRECTORY" rev-parse --short HEAD 2>/dev/null || echo unknown)
date=$(date -u +%Y-%m-%d)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for machine in $machines; do
    board=${machine##*/}
    echo "bench: measuring $board" >&2
    # The emulator's exit status says how it was switched off, not whether the figures are there.
    timeout 300 "$machine" </dev/null >"$work/out" 2>"$work/err" || :
    if ! grep -q '^bench done' "$work/out"; then
        cat "$work/out" "$work/err" >&2
        echo "bench: $board did not reach the end; see its output above" >&2
        exit 1
    fi
    tr -d '\r' <"$work/out" | awk -v board="$board" '$1 == "bench" && NF == 4 { print board, $2, $3, $4 }' >>"$work/figures"
done

awk -v ledger="$ledger" '
BEGIN {
    while ((getline line < ledger) > 0) {
        split(line, f, ",")
        last[f[3] " " f[4]] = f[6]
    }
    printf "%-14s %-36s %12s %12s %8s\n", "machine", "benchmark", "now", "ledger", "change"
}
{
    before = ($1 " " $2) in last ? last[$1 " " $2] : "-"
    change = before == "-" || before == 0 ? "-" : sprintf("%+.1f%%", 100 * ($3 - before) / before)
    printf "%-14s %-36s %12d %12s %8s\n", $1, $2, $3, before, change
}' "$work/figures"

if [ -n "$record" ]; then
    awk -v OFS=, -v date="$date" -v commit="$commit" -v note="$note" \
        '{ print date, commit, $1, $2, $4, $3, $3, 1, note }' "$work/figures" >>"$ledger"
    echo "bench: $(wc -l <"$work/figures") rows appended to doc/bench/ledger.csv" >&2
fi
