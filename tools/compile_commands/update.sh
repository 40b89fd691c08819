#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Writes compile_commands.json for the kernel on some platforms (arguments; default: one for each CPU)
# and for all that is built for the host.
set -eu
cd "$BUILD_WORKSPACE_DIRECTORY"
[ $# -gt 0 ] || set -- x86_64 aarch64-qemu
list=$(mktemp)
trap 'rm -f "$list"' EXIT

# collect ARGUMENT...: builds the parts of the file and remembers their names.
collect() {
    ./bazelw build --keep_going --aspects=//tools/compile_commands:aspect.bzl%compile_commands \
        --output_groups=compile_commands --show_result=1000000 "$@" 2>&1 |
        sed -n 's/^  \(bazel-.*\.compile_commands\.json\)$/\1/p' | while read -r part; do readlink -f "$part"; done >>"$list"
}

for platform in "$@"; do
    collect "--config=$platform" //:hypervisor
done
collect //...
{
    echo '['
    sort -u "$list" | xargs awk 'FNR == 1 && NR > 1 { print "," } { print }' | sed "s|@ROOT@|$PWD|"
    echo ']'
} >compile_commands.json
echo "compile_commands.json: $(grep -c '"directory"' compile_commands.json) sources"
