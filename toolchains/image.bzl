# SPDX-License-Identifier: GPL-2.0-only
"""The final link of the kernel."""

load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("//platforms:matrix.bzl", "IMAGES")

KernelImageInfo = provider(
    "The files of one kernel image.",
    fields = {
        "boot": "what a loader takes: a flat binary (aarch64) or an ELF of 32-bit class (x86_64)",
        "debug": "the ELF with debug information",
        "elf": "the ELF without debug information",
        "map": "the linker's map",
    },
)

_PLATFORMS = "//command_line_option:platforms"

_CORE = {image.name: image.core for image in IMAGES}

def _core_impl(settings, _attr):
    """Leaves the board out of the platform, so all boards of a CPU share one compilation."""
    platform = settings[_PLATFORMS][0]
    if platform.package == "platforms" and platform.name in _CORE:
        return {_PLATFORMS: [Label("//platforms:" + _CORE[platform.name])]}
    return {_PLATFORMS: settings[_PLATFORMS]}

_core = transition(implementation = _core_impl, inputs = [_PLATFORMS], outputs = [_PLATFORMS])

def _objcopy(ctx, source, suffix, *args):
    out = ctx.actions.declare_file(ctx.label.name + suffix)
    ctx.actions.run(
        outputs = [out],
        inputs = [source],
        executable = ctx.executable._objcopy,
        tools = [ctx.attr._objcopy_files[DefaultInfo].files],
        arguments = list(args) + [source.path, out.path],
        mnemonic = "Objcopy",
        progress_message = "Making %{output}",
    )
    return out

def _link(ctx):
    toolchain = ctx.toolchains["@bazel_tools//tools/cpp:toolchain_type"].cc
    features = cc_common.configure_features(ctx = ctx, cc_toolchain = toolchain, requested_features = ctx.features, unsupported_features = ctx.disabled_features)
    map = ctx.actions.declare_file(ctx.label.name + ".map")
    scripts = [flag for file in ctx.files.linker_script for flag in ["-T", file.path]]
    linked = cc_common.link(
        actions = ctx.actions,
        additional_inputs = ctx.files.linker_script,
        additional_outputs = [map],
        cc_toolchain = toolchain,
        feature_configuration = features,
        linking_contexts = [dep[CcInfo].linking_context for dep in ctx.attr.deps + ctx.attr.board_deps],
        name = ctx.label.name + ".debug.elf",
        user_link_flags = scripts + ["-Map=" + map.path],
    )
    return linked.executable, map

def _kernel_image_impl(ctx):
    debug, map = _link(ctx)
    elf = _objcopy(ctx, debug, ".elf", "--strip-debug")
    if ctx.target_platform_has_constraint(ctx.attr._x86_64[platform_common.ConstraintValueInfo]):
        boot = _objcopy(ctx, elf, ".elf32", "-O", "elf32-i386")
    else:
        boot = _objcopy(ctx, elf, ".bin", "-O", "binary")
    return [
        DefaultInfo(files = depset([elf, boot])),
        KernelImageInfo(boot = boot, debug = debug, elf = elf, map = map),
        OutputGroupInfo(debug = depset([debug, map])),
    ]

_kernel_image = rule(
    implementation = _kernel_image_impl,
    attrs = {
        "board_deps": attr.label_list(providers = [CcInfo], doc = "What differs between boards."),
        "deps": attr.label_list(providers = [CcInfo], cfg = _core, doc = "What all boards of a CPU share."),
        "linker_script": attr.label(allow_files = [".ld"], mandatory = True),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_objcopy": attr.label(default = "@llvm//:bin/llvm-objcopy", executable = True, allow_single_file = True, cfg = "exec"),
        "_objcopy_files": attr.label(default = "@llvm//:llvm-objcopy", cfg = "exec"),
        "_x86_64": attr.label(default = "@platforms//cpu:x86_64"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def kernel_image(name, **kwargs):
    """Links a kernel: NAME.elf and what a boot loader takes; output group `debug` has debug ELF and map."""
    _kernel_image(
        name = name,
        target_compatible_with = select({
            "//platforms:is_kernel": [],
            "//conditions:default": ["//platforms:choose-one-with---config=NAME"],
        }),
        **kwargs
    )
