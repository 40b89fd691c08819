#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Each defect can still be planted, and names its nets: patches_test.sh MODULE_FILE APPLY.AWK
set -u
apply=$PWD/$2
cd "$(dirname "$(readlink -f "$1")")" || exit 1
count=0
bad=0
for patch in tests/defects/*.patch; do
    count=$((count + 1))
    not=
    awk -v tree=. -v check=1 -f "$apply" "$patch" || not='not '
    grep -q '^Nets: //' "$patch" || not='not '
    echo "${not}ok $count - ${patch##*/} can be planted"
    [ -z "$not" ] || bad=1
done
echo "1..$count"
exit "$bad"
