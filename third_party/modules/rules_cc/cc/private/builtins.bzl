# SPDX-License-Identifier: GPL-2.0-only
"""Bazel's own symbols under other names, so that files can export them under theirs."""

# buildifier: disable=native-cc-common
builtin_cc_common = cc_common

# buildifier: disable=native-cc-info
BuiltinCcInfo = CcInfo
