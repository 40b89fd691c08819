# SPDX-License-Identifier: GPL-2.0-only
"""cc_toolchain as a load()able name."""

cc_toolchain = native.cc_toolchain
