#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks form and style of every BUILD and .bzl file of the source tree:
# build_files_test.sh BUILDIFIER MODULE_FILE
set -eu
buildifier=$PWD/$1
cd "$(dirname "$(readlink -f "$2")")"
# Not wanted: loads of what Bazel 7 has built in, and a word on every argument.
exec "$buildifier" -mode=check -lint=warn \
    -warnings=-function-docstring-args,-function-docstring-return,-native-cc-common,-native-cc-info,-unnamed-macro -r .
