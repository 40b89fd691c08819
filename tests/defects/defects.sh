#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Plants defects, one at a time, in a copy of the tree, and looks whether the nets catch them.
#   defects.sh LIB.SH APPLY.AWK [--all] [DEFECT...]
# Without --all only the nets that each patch names, which must all catch it; with --all every host test, and at
# least one must.
set -u
# shellcheck source=tests/build/lib.sh
. "$1"
apply=$PWD/$2
shift 2
all=
[ "${1-}" != --all ] || { all=1 && shift; }
cd "$BUILD_WORKSPACE_DIRECTORY" || exit 1
[ $# -gt 0 ] || set -- tests/defects/*.patch

work=$(mktemp -d) || exit 1
packages=$(cd "$(./bazelw info output_base 2>/dev/null)/.." && pwd)/cache/repos/v1
trap 'bazel "$work/tree" "$work/out" shutdown 2>/dev/null; remove "$work"' EXIT
trap 'exit 1' INT TERM HUP
tree=$work/tree
copy_tree . "$tree"
# What was built for another defect, or for none, is not built again.
cp user.bazelrc "$tree" 2>/dev/null || echo "build --disk_cache=$work/cache" >"$tree/user.bazelrc"
bad=0

# run_nets TARGET...: leaves the results of the tests in $work/log.
run_nets() {
    bazel "$tree" "$work/out" test --keep_going --test_output=summary --test_timeout=100 "$@" >"$work/log" 2>&1
}

# results WORD: "NET TIME" of the tests whose result begins so.
results() { sed -n "s#^\(//[^ ]*\) .*$1 in \([0-9.]*s\).*#\1 \2#p" "$work/log"; }

echo "running the nets without a defect"
nets=$(sed -n 's/^Nets: //p' tests/defects/*.patch | tr ' ' '\n' | sort -u)
[ -z "$all" ] || nets=$(bazel "$tree" "$work/out" query "kind('_instrumented_test', //...) except attr(tags, manual, //...)" 2>/dev/null)
# shellcheck disable=SC2086
if ! run_nets $nets; then
    tail -n 50 "$work/log"
    echo "defects: the nets must pass first"
    exit 1
fi

for defect in "$@"; do
    defect=${defect##*/}
    patch=tests/defects/${defect%.patch}.patch
    printf '\n%s\n' "$(head -n 1 "$patch")"
    named=$(sed -n 's/^Nets: //p' "$patch")
    awk -v tree="$tree" -f "$apply" "$patch" || { bad=1 && continue; }
    # shellcheck disable=SC2086
    run_nets ${all:+$nets} ${all:-$named}
    {
        results FAILED
        results TIMEOUT
    } >"$work/caught"
    sed 's/^/    caught by /' "$work/caught"
    if grep 'FAILED TO BUILD\|NO STATUS' "$work/log"; then
        grep 'error:' "$work/log"
        bad=1
    fi
    for net in ${all:-$named}; do
        [ "$net" != 1 ] || net=
        grep -q "^$net" "$work/caught" || { echo "    NOT CAUGHT ${net:+by $net}" && bad=1; }
    done
    sed -n 's/^--- //p' "$patch" | while read -r file; do cp "$file" "$tree/$file"; done
done
exit "$bad"
