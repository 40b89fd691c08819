# SPDX-License-Identifier: GPL-2.0-only
"""cc_binary as a load()able name."""

cc_binary = native.cc_binary
