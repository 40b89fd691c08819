# SPDX-License-Identifier: GPL-2.0-only
"""cc_test as a load()able name."""

cc_test = native.cc_test
