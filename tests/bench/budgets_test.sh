#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Claim: nothing has become slower than it may be, on the machines named.
#
# budgets_test.sh OBJDUMP LIB JUDGE REFERENCE LIMITS { MACHINE KERNEL }...
set -eu
objdump=$1
# shellcheck source=tests/bench/lib.sh
. "./$2"
judge=$3
reference=$4
limits=$5
shift 5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

while [ $# -gt 0 ]; do
    measure "$1" "$2" "$objdump" >>"$work/figures"
    shift 2
done
awk -v reference="$reference" -v limits="$limits" -v ledger=/dev/null -f "$judge" "$work/figures"
