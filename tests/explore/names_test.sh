#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What runs for long tells its names, and refuses others in one line.
#   names_test.sh EXPLORE FUZZ_LONG
set -eu

explore=$1
fuzz="sh $2 symbolizer kernel/boot/elf_fuzz --"

fail() {
    echo "$*"
    exit 1
}

# refuses COMMAND WORD...: exit status 2, nothing on stdout, one line on stderr that has the first word.
refuses() {
    command=$1
    shift
    status=0
    said=$($command "$@" 2>"$TEST_TMPDIR/errors") || status=$?
    [ $status -eq 2 ] || fail "'$command $*' ends with $status, not 2"
    [ -z "$said" ] || fail "'$command $*' says '$said'"
    [ "$(wc -l <"$TEST_TMPDIR/errors")" -eq 1 ] || fail "'$command $*' does not say one line"
    grep -q -w -e "$1" "$TEST_TMPDIR/errors" || fail "'$command $*' does not say what is wrong"
}

$explore | grep -q '^ *lookup  ' || fail "explore does not tell its scenarios"
$fuzz | grep -q '^ *elf  ' || fail "fuzz does not tell its fuzzers"
refuses "$explore" nobody
refuses "$explore" nobody 1
refuses "$fuzz" nobody
refuses "$fuzz" nobody 1
refuses "$fuzz" elf
refuses "$fuzz" elf 0
