#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs host tests and fuzzers with counters, and reports what of kernel/ they reach.
#   coverage.sh LLVM-PROFDATA LLVM-COV SUMMARY.AWK [TARGET-PATTERN...]
set -eu
profdata=$PWD/$1
cov=$PWD/$2
summary=$PWD/$3
shift 3
[ $# -gt 0 ] || set -- //...
cd "$BUILD_WORKSPACE_DIRECTORY"
report=$(./bazelw info output_path 2>/dev/null)/coverage
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

# Not those that go back to a snapshot with each order of CPUs: their counters go back, too.
tests=$(./bazelw query "kind('_instrumented_test', set($*)) except (attr(tags, manual, set($*)) + attr(instrument, watched, set($*)))" 2>/dev/null)
# shellcheck disable=SC2086
./bazelw test --config=coverage --keep_going --noshow_progress $tests >"$work/log" 2>&1 || {
    cat "$work/log"
    echo "coverage: some tests failed: the report lacks them"
    bad=1
}

objects=
for test in $tests; do
    path=${test#//}
    path=${path%:*}/${path#*:}
    program=bazel-bin/$path.runfiles/_main/$path.program
    for profile in bazel-testlogs/"$path"/test.outputs/*.profraw; do
        if [ -e "$profile" ] && [ -e "$program" ]; then
            echo "$profile" >>"$work/profiles"
            objects="$objects --object=$program"
        else
            echo "coverage: $test left no counters"
            bad=1
        fi
    done
done
"$profdata" merge --input-files="$work/profiles" -o "$work/all"

# Of kernel/ alone: neither the tests themselves nor what they need.
llvm_cov() { # command options
    command=$1
    shift
    # shellcheck disable=SC2086
    "$cov" "$command" --instr-profile="$work/all" $objects \
        --ignore-filename-regex='_(test|fuzz)\.c$|/testing/|^(arch|generated|llvm|platforms|release|tests|tools|user)/' \
        "$@" 2>"$work/errors" || {
        cat "$work/errors"
        exit 1
    }
}
rm -rf "$report"
llvm_cov show --format=html --show-branches=count --output-dir="$report"
llvm_cov export --format=lcov >"$work/lcov"

find kernel -name '*.c' ! -name '*_test.c' ! -name '*_fuzz.c' ! -name '*_proof.c' ! -path '*/testing/*' | sort >"$work/sources"
sed -n 's/^SF://p' "$work/lcov" | sort >"$work/linked"
missing=$(comm -23 "$work/sources" "$work/linked")
if [ -n "$missing" ]; then
    echo "coverage: no test links" "$missing"
    bad=1
fi

awk -v bad="$bad" -v report="$report" -f "$summary" "$work/lcov"
