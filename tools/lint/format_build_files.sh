#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Brings every BUILD and .bzl file of the source tree into form.
set -eu
exec "$1" -mode=fix -r "$BUILD_WORKSPACE_DIRECTORY"
