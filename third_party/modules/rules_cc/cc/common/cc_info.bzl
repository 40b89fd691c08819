# SPDX-License-Identifier: GPL-2.0-only
"""CcInfo as a load()able name."""

load("//cc/private:builtins.bzl", "BuiltinCcInfo")

CcInfo = BuiltinCcInfo
