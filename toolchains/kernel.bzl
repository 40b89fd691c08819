# SPDX-License-Identifier: GPL-2.0-only
"""Rules for the kernel: kernel_library, cpu_library, kernel_image; host_test for the tests beside the sources."""

load("@rules_cc//cc:cc_library.bzl", "cc_library")
load(":host.bzl", _host_test = "host_test", _watched_tests = "watched_tests")
load(":image.bzl", _kernel_image = "kernel_image")

host_test = _host_test
kernel_image = _kernel_image
watched_tests = _watched_tests

def kernel_library(name, once = False, copts = [], **kwargs):
    """A library that builds for every CPU of the kernel and, for unit tests, for the host.

    Args:
      name: of the target.
      once: its code runs once, at boot or at the end: small rather than fast.
      copts: more options of the compiler.
      **kwargs: as of cc_library.
    """
    cc_library(
        name = name,
        copts = copts + (["-Oz"] if once else []),
        linkstatic = True,
        **kwargs
    )

def cpu_library(name, cpu, **kwargs):
    """A kernel_library that exists on one CPU only ("aarch64" or "x86_64")."""
    kernel_library(
        name = name,
        target_compatible_with = ["@platforms//os:none", "@platforms//cpu:" + cpu],
        **kwargs
    )
