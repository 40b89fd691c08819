# SPDX-License-Identifier: GPL-2.0-only
"""Rules for the kernel: kernel_library, cpu_library, kernel_image; host_test for the tests beside the sources."""

load("@rules_cc//cc:cc_library.bzl", "cc_library")
load(":host.bzl", _host_test = "host_test")
load(":image.bzl", _kernel_image = "kernel_image")

host_test = _host_test
kernel_image = _kernel_image

def kernel_library(name, **kwargs):
    """A library that builds for every CPU of the kernel and, for unit tests, for the host."""
    cc_library(
        name = name,
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
