#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Puts generated files where people look for them; with --check only says whether they are up to date.
# X.part goes between the markers of X in the root of the source tree.
#   update.sh [--check] FOLDER-OF-GENERATED-FILES FOLDER
set -eu
check=
if [ "$1" = --check ]; then
    check=1
    shift
fi
root=${BUILD_WORKSPACE_DIRECTORY:-.}
whole=$(mktemp)
trap 'rm -f "$whole"' EXIT

# The text of a document, with a generated part between its markers.
put_part() { # document part
    awk -v part="$2" '
        /^<!-- boards: end/ { inside = 0 }
        !inside { print }
        /^<!-- boards: begin/ {
            print ""
            while ((getline line <part) > 0) print line
            print ""
            inside = 1
        }' "$1"
}

for made in "$1"/*; do
    name=${made##*/}
    case $name in
    *.part)
        name=${name%.part}
        kept=$root/$name
        put_part "$kept" "$made" >"$whole"
        ;;
    *)
        kept=$root/$2/$name
        cat "$made" >"$whole"
        ;;
    esac
    if [ -z "$check" ]; then
        cat "$whole" >"$kept"
    elif cmp "$whole" "$kept"; then
        echo "ok - $name is up to date"
    else
        echo "not ok - $name is old: run ./bazelw run //platforms:update"
        exit 1
    fi
done
