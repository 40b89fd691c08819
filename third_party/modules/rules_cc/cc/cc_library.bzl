# SPDX-License-Identifier: GPL-2.0-only
"""cc_library as a load()able name."""

cc_library = native.cc_library
