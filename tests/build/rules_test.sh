#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Mistakes are refused, in words that say what to do; tests that must fail do fail.
set -u
here=$(dirname "$0")
# shellcheck source=tests/build/lib.sh
. "${here%/*}/build/lib.sh"

packages=$(known_packages)
tree=$TEST_TMPDIR/nova
out=$TEST_TMPDIR/out
log=$TEST_TMPDIR/log
copy_tree "$(source_tree "$1")" "$tree"
mkdir "$tree/probe"
cp -L tests/build/probe/* "$tree/probe"
mv "$tree/probe/BUILD.probe" "$tree/probe/BUILD.bazel"
trap 'bazel "$tree" "$out" shutdown; remove "$out"' EXIT

# refused NAME PATTERN COMMAND ARGUMENT...: the command fails and says so.
refused() {
    name=$1 pattern=$2
    shift 2
    if bazel "$tree" "$out" "$@" >"$log" 2>&1; then
        echo "# succeeded"
        report "$name" 1
    elif grep -q -e "$pattern" "$log"; then
        report "$name" 0
    else
        quote "$log"
        report "$name" 1
    fi
}

# A build that works comes first: else everything below would fail for one wrong reason.
bazel "$tree" "$out" build //probe:low //probe:middle >"$log" 2>&1
report good_code_builds $?
[ "$failed" = 0 ] || quote "$log"

refused kernel_without_platform_says_how_to_choose 'choose-one-with---config=NAME' build //:hypervisor
refused unknown_platform "target 'aarch64-zx81' not declared in package 'platforms'" \
    build //:hypervisor --platforms=//platforms:aarch64-zx81
refused unknown_config "Config value 'aarch64-qemu-best' is not defined" build //:hypervisor --config=aarch64-qemu-best
refused board_of_another_cpu 'board qemu has CPU aarch64' build //platforms:board --platforms=//probe:mixed
refused platform_without_board 'names no board: use --platforms=' build //platforms:board --platforms=//platforms:core_aarch64
refused pool_of_no_size 'choose 4 to 512' build //platforms:board --config=x86_64 --//platforms:pool_mib=1
refused board_without_emulator 'no emulator models board ti_j721e; these have one: acpi, qemu' build //probe:no_emulator
refused unknown_board_of_a_test 'no board zx81; boards: acpi' build //probe:no_board

for platform in --config=x86_64 --config=aarch64-qemu; do
    cpu=${platform#--config=}
    refused "undeclared_include_$cpu" 'does not depend on a module exporting' build //probe:undeclared "$platform"
    refused "header_of_the_host_$cpu" "'stdio.h' file not found" build //probe:hosted "$platform"
    refused "floating_point_$cpu" 'undefined symbol: __muldf3' build //probe:floating_image "$platform"
done
refused undeclared_include_on_the_host 'does not depend on a module exporting' build //probe:undeclared
refused header_that_needs_another "unknown type name 'uint64_t'" build //probe:dependent
refused warning_is_an_error 'Werror,-Wunused-variable' build //probe:lax
refused time_of_the_build 'Werror,-Wdate-time' build //probe:dated
refused function_that_nobody_defines 'undefined symbol: middle' build //probe:missing_image --config=x86_64

refused address_sanitizer_fails_a_test 'heap-buffer-overflow' test //probe:overflow_test
grep -q 'probe/overflow.c:8' "$log"
report sanitizer_names_the_line $?
refused undefined_behaviour_sanitizer_fails_a_test 'signed integer overflow' test //probe:undefined_test
refused fuzzer_finds_four_magic_bytes 'deadly signal' test //probe:magic_test

finish
