#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Puts generated files where people look for them; with --check only says whether they are up to date.
#   update.sh [--check] FOLDER-OF-GENERATED-FILES FOLDER
set -eu
check=
if [ "$1" = --check ]; then
    check=1
    shift
fi
for made in "$1"/*; do
    kept=${BUILD_WORKSPACE_DIRECTORY:-.}/$2/${made##*/}
    if [ -z "$check" ]; then
        cp "$made" "$kept"
        chmod 644 "$kept"
    elif cmp "$made" "$kept"; then
        echo "ok - ${made##*/} is up to date"
    else
        echo "not ok - ${made##*/} is old: run ./bazelw run //platforms:update"
        exit 1
    fi
done
