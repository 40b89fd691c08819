# SPDX-License-Identifier: GPL-2.0-only
"""The repository that Bazel keeps the host's constraints in; WORKSPACE mode asks for it."""

def _impl(rctx):
    rctx.file("BUILD.bazel", "exports_files([\"constraints.bzl\"])\n", executable = False)
    rctx.file(
        "constraints.bzl",
        "HOST_CONSTRAINTS = [\"@platforms//cpu:x86_64\", \"@platforms//os:linux\"]\n",
        executable = False,
    )

host_platform_repo = repository_rule(implementation = _impl)
