# SPDX-License-Identifier: GPL-2.0-only
"""cc_common as a load()able name."""

load("//cc/private:builtins.bzl", "builtin_cc_common")

cc_common = builtin_cc_common
