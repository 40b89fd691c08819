# SPDX-License-Identifier: GPL-2.0-only
"""One C toolchain: configuration, files and the platforms it is for."""

load("@rules_cc//cc/toolchains:cc_toolchain.bzl", "cc_toolchain")
load(":config.bzl", "cc_config")

def c_toolchain(name, world, cpu, constraints, cfp = "none"):
    """Declares and registers (by //toolchains:all) the toolchain of one world on one CPU."""
    host = world == "host"
    headers = "host" if host else "freestanding"
    cc_config(
        name = name + "_config",
        cfp = cfp,
        cpu = cpu,
        world = world,
    )
    cc_toolchain(
        name = name + "_cc",
        all_files = ":host_files" if host else ":bare_metal_files",
        ar_files = "@llvm//:llvm-ar",
        as_files = ":%s_compile_files" % headers,
        compiler_files = ":%s_compile_files" % headers,
        dwp_files = ":none",
        linker_files = ":host_link_files" if host else "@llvm//:ld.lld",
        module_map = ":%s_headers" % headers,
        objcopy_files = ":none",
        strip_files = "@llvm//:llvm-objcopy",
        supports_header_parsing = True,
        supports_param_files = True,
        toolchain_config = name + "_config",
    )
    native.toolchain(
        name = name,
        exec_compatible_with = [
            "@platforms//cpu:x86_64",
            "@platforms//os:linux",
        ],
        target_compatible_with = ["@platforms//cpu:" + cpu] + constraints,
        toolchain = name + "_cc",
        toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
    )
