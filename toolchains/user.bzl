# SPDX-License-Identifier: GPL-2.0-only
"""Rules for user mode: user_library and user_program."""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("@rules_cc//cc:cc_library.bzl", "cc_library")

_USER = ["@platforms//os:none", "//platforms/world:user"]

def user_library(name, **kwargs):
    """A library for user programs; what does not touch hypercalls also builds for the host."""
    cc_library(
        name = name,
        linkstatic = True,
        **kwargs
    )

def user_program(name, srcs, deps = [], linker_script = "//user/lib:user.ld", target_compatible_with = [], **kwargs):
    """A static ELF executable as the kernel takes it for a root task.

    Build it for //platforms:user_x86_64 or //platforms:user_aarch64; emulator_test does so by itself.
    """
    cc_binary(
        name = name,
        srcs = srcs,
        additional_linker_inputs = [linker_script],
        linkopts = ["-T", "$(execpath %s)" % linker_script],
        linkstatic = True,
        target_compatible_with = _USER + target_compatible_with,
        deps = deps,
        **kwargs
    )
