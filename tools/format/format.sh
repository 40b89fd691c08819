#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Checks the layout of all sources, or applies it.
#   format.sh check|apply MODULE.bazel CLANG-FORMAT SHELLCHECK
# Starlark files are looked at where buildifier is on PATH or in $BUILDIFIER.
set -u
mode=$1
clang_format=$PWD/$3
shellcheck=$PWD/$4
buildifier=$(command -v "${BUILDIFIER:-buildifier}")
list=$(mktemp)
trap 'rm -f "$list"' EXIT
cd "$(dirname "$(readlink -f "$2")")" || exit 1
warnings=-function-docstring-args,-function-docstring-return

# files PATTERN...: the sources with such names, without what Bazel made.
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

if [ "$mode" = apply ]; then
    files '*.c' '*.h'
    xargs "$clang_format" -i <"$list"
    files '*.bazel' '*.bzl' '*.BUILD' WORKSPACE
    if [ -n "$buildifier" ]; then xargs "$buildifier" -lint=fix "-warnings=$warnings" <"$list"; fi
    exit
fi

count=0
failed=0
# Fails and names the files without a licence line.
licensed() { ! xargs grep -L "SPDX-License-Identifier: GPL-2.0-only" <"$list" | grep .; }

blank_free() { ! xargs grep -nE '[[:blank:]]+$' <"$list"; }

passes() { xargs "$@" <"$list" 2>&1; }

# claim NAME COMMAND...: says whether the command succeeds.
claim() {
    name=$1
    shift
    count=$((count + 1))
    if "$@"; then
        echo "ok $count - format.$name"
    else
        echo "not ok $count - format.$name: run ./bazelw run //tools/format:apply"
        failed=1
    fi
}

files '*.c' '*.h'
claim c_is_laid_out passes "$clang_format" --dry-run --Werror
files '*.sh' bazelw
claim shell_is_sound passes "$shellcheck" --external-sources --severity=warning
files '*.bazel' '*.bzl' '*.BUILD' WORKSPACE
if [ -n "$buildifier" ]; then
    claim starlark_is_laid_out passes "$buildifier" -mode=check -lint=warn "-warnings=$warnings"
else
    count=$((count + 1))
    echo "ok $count - format.starlark_is_laid_out # SKIP no buildifier on PATH or in BUILDIFIER"
fi
files '*.c' '*.h' '*.S' '*.ld' '*.sh' '*.bazel' '*.bzl' '*.BUILD' '*.lds' bazelw WORKSPACE .bazelrc .clang-format .clang-tidy
claim every_file_names_its_licence licensed
claim no_line_ends_in_blanks blank_free
echo "1..$count"
exit $failed
