# SPDX-License-Identifier: GPL-2.0-only
"""The one kind of machine that can build: x86_64 Linux."""

HOST_CONSTRAINTS = [
    "@platforms//cpu:x86_64",
    "@platforms//os:linux",
]
