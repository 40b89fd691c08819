#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks every shell script of the source tree: scripts_test.sh SHELLCHECK MODULE_FILE
set -eu
shellcheck=$PWD/$1
# The tree is where the link to the module file leads: no package has to list its scripts.
cd "$(dirname "$(readlink -f "$2")")"
list=$(mktemp)
find . -name '.?*' -prune -o -name 'bazel-*' -prune -o -type f -print |
    while read -r f; do
        # The first line says what a script is, whatever its name; sourced files have no such line.
        case $f in
        *.sh) echo "$f" ;;
        *.*) ;;
        *) if head -n 1 "$f" | grep -q '^#! */bin/\(ba\)\{0,1\}sh'; then echo "$f"; fi ;;
        esac
    done >"$list"
[ -s "$list" ] || {
    echo "no script found in $PWD"
    exit 1
}
status=0
while read -r f; do
    "$shellcheck" --external-sources "$f" || status=1
done <"$list"
echo "$(wc -l <"$list") scripts checked"
rm "$list"
exit $status
