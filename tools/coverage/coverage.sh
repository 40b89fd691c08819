#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs host tests and fuzzers with counters, and reports which lines they reach.
#   coverage.sh LLVM-PROFDATA LLVM-COV [TARGET-PATTERN...]
set -eu
profdata=$PWD/$1
cov=$PWD/$2
shift 2
[ $# -gt 0 ] || set -- //...
cd "$BUILD_WORKSPACE_DIRECTORY"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tests=$(./bazelw query "kind('_instrumented_test', set($*))" 2>/dev/null)
# shellcheck disable=SC2086
./bazelw test --config=coverage --keep_going $tests || echo "coverage: some tests failed, the report lacks them" >&2

objects=
for test in $tests; do
    path=${test#//}
    path=${path%:*}/${path#*:}
    profile=bazel-testlogs/$path/test.outputs/test.profraw
    program=bazel-bin/$path.runfiles/_main/$path.program
    if [ -e "$profile" ] && [ -e "$program" ]; then
        echo "$profile" >>"$work/profiles"
        objects="$objects --object=$program"
    fi
done
"$profdata" merge --input-files="$work/profiles" -o "$work/all.profdata"
# shellcheck disable=SC2086
"$cov" report --instr-profile="$work/all.profdata" --ignore-filename-regex='_(test|fuzz)\.c$|^llvm' $objects
