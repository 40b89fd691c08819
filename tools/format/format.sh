#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Checks the layout of all C, or applies it; checks what holds for every text.
#   format.sh check|apply MODULE.bazel CLANG-FORMAT
set -u
mode=$1
clang_format=$PWD/$3
list=$(mktemp)
trap 'rm -f "$list"' EXIT
cd "$(dirname "$(readlink -f "$2")")" || exit 1

# files PATTERN...: the sources with such names, without what Bazel or git made.
files() {
    set -f
    names=
    for pattern in "$@"; do
        names="${names:+$names -o }-name $pattern"
    done
    # shellcheck disable=SC2086
    find . -path './bazel-*' -prune -o -path ./.git -prune -o -type f \( $names \) -print | sort >"$list"
    set +f
}

files '*.c' '*.h'
if [ "$mode" = apply ]; then
    xargs "$clang_format" -i <"$list"
    exit
fi

count=0
failed=0
# report NAME STATUS ADVICE: one result; STATUS 0 is good.
report() {
    count=$((count + 1))
    if [ "$2" = 0 ]; then
        echo "ok $count - format.$1"
    else
        echo "not ok $count - format.$1: $3"
        failed=1
    fi
}

xargs "$clang_format" --dry-run --Werror <"$list"
report c_is_laid_out $? 'run ./bazelw run //tools/format:apply'

files '*.c' '*.h' '*.S' '*.ld' '*.sh' '*.bazel' '*.bzl' '*.BUILD' bazelw WORKSPACE .bazelrc .clang-format .clang-tidy
! xargs grep -L "SPDX-License-Identifier: GPL-2.0-only" <"$list" | grep .
report every_file_names_its_licence $? 'add the line that all others have'
! xargs grep -nE '[[:blank:]]+$' <"$list"
report no_line_ends_in_blanks $? 'remove them'
echo "1..$count"
exit $failed
