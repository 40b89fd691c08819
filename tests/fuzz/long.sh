#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs one fuzzer for long. What it finds is kept outside of the source tree.
#   long.sh SYMBOLIZER FUZZER... -- [NAME [MINUTES | merge | INPUT]]
set -eu

export ASAN_SYMBOLIZER_PATH="$PWD/$1"
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
shift
fuzzers=
while [ "$1" != -- ]; do
    fuzzers="$fuzzers $1"
    shift
done
shift

# The fuzzer of that name; nothing if there is none.
path_of() {
    for fuzzer in $fuzzers; do
        [ "${fuzzer##*/}" != "$1_fuzz" ] || echo "$fuzzer"
    done
}

say_usage() {
    echo "./bazelw run //tests/fuzz:long -- NAME MINUTES   look for new inputs"
    echo "./bazelw run //tests/fuzz:long -- NAME merge     the fewest inputs that reach all that is reached"
    echo "./bazelw run //tests/fuzz:long -- NAME INPUT     run one input, a file"
    echo "Names:"
    for fuzzer in $fuzzers; do
        name=${fuzzer##*/}
        printf '    %-14s  %s\n' "${name%_fuzz}" "$fuzzer.c"
    done
}

refuse() {
    echo "$1; without arguments all are told." >&2
    exit 2
}

if [ $# -eq 0 ]; then
    say_usage
    exit
fi
path=$(path_of "$1")
[ -n "$path" ] || refuse "There is no fuzzer $1"
if [ $# -ne 2 ] || [ "$2" = 0 ]; then
    refuse "Behind $1 there are minutes, an input or the word merge"
fi
name=$1
what=$2

out=${XDG_CACHE_HOME:-$HOME/.cache}/nova-fuzz/$name
kept=${path%/*}/corpus/$name
mkdir -p "$out/found"

say_what_to_do() {
    for input in "$out"/crash-* "$out"/timeout-* "$out"/oom-* "$out"/leak-*; do
        [ -e "$input" ] || continue
        echo
        echo "An input that breaks it: $input"
        echo "    see why     ./bazelw run //tests/fuzz:long -- $name $input"
        echo "    then        write a test that fails for the same reason, beside the source that is wrong; repair"
        echo "                it; move the input to $kept, so that each test run tries it"
    done
}

case $what in
merge)
    rm -rf "$out/merged"
    mkdir -p "$out/merged"
    set -- "$out/merged" "$out/found"
    [ ! -d "$kept" ] || set -- "$@" "$kept"
    "$path.program" -set_cover_merge=1 -use_counters=0 "$@" 2>&1 | tail -n 1
    echo "The fewest inputs: $out/merged. To keep them: copy them to $kept"
    ;;
*[!0-9]*)
    exec "$path.program" "$what"
    ;;
*)
    # The test's own arguments first: it knows its corpus. Later ones prevail.
    status=0
    TEST_TMPDIR=$out/found TEST_UNDECLARED_OUTPUTS_DIR=$out "$path" -runs=-1 -seed=0 \
        -max_total_time=$((what * 60)) -timeout=60 -print_final_stats=1 >"$out/log" 2>&1 || status=$?
    sed -n 's/^stat::number_of_executed_units: */executions             /p
        s/^stat::average_exec_per_sec: */executions per second  /p
        s/^stat::new_units_added: */inputs of new coverage /p' "$out/log"
    echo "inputs found: $out/found ($(find "$out/found" -type f | wc -l) by now); all it said: $out/log"
    say_what_to_do
    exit $status
    ;;
esac
