# SPDX-License-Identifier: GPL-2.0-only
"""proof_test: claims about C code that CBMC proves for all inputs within bounds. See README.md."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("//toolchains:flags.bzl", "PREPROCESS")

_PLATFORMS = "//command_line_option:platforms"

def _to_platform_impl(settings, attr):
    return {_PLATFORMS: [Label(attr.platform)] if attr.platform else settings[_PLATFORMS]}

_to_platform = transition(implementation = _to_platform_impl, inputs = [_PLATFORMS], outputs = [_PLATFORMS])

def _preprocessed_impl(ctx):
    toolchain = ctx.toolchains["@bazel_tools//tools/cpp:toolchain_type"].cc
    features = cc_common.configure_features(ctx = ctx, cc_toolchain = toolchain, requested_features = ctx.features, unsupported_features = ctx.disabled_features)
    context = cc_common.merge_compilation_contexts(
        compilation_contexts = [dep[CcInfo].compilation_context for dep in ctx.attr.deps + [ctx.attr._words]],
    )
    out = ctx.actions.declare_file(ctx.label.name + ".i")
    variables = cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        include_directories = context.includes,
        output_file = out.path,
        preprocessor_defines = depset(ctx.attr.local_defines, transitive = [context.defines]),
        quote_include_directories = context.quote_includes,
        source_file = ctx.file.src.path,
        system_include_directories = context.system_includes,
        user_compile_flags = PREPROCESS + ["-include", ctx.file._words_h.path],
    )
    ctx.actions.run(
        outputs = [out],
        inputs = depset([ctx.file.src, ctx.file._words_h] + ctx.files.code, transitive = [context.headers, toolchain.all_files]),
        executable = cc_common.get_tool_for_action(feature_configuration = features, action_name = ACTION_NAMES.c_compile),
        arguments = cc_common.get_memory_inefficient_command_line(
            action_name = ACTION_NAMES.c_compile,
            feature_configuration = features,
            variables = variables,
        ),
        mnemonic = "Preprocess",
    )
    return [DefaultInfo(files = depset([out]))]

_preprocessed = rule(
    implementation = _preprocessed_impl,
    attrs = {
        "code": attr.label_list(allow_files = True),
        "deps": attr.label_list(providers = [CcInfo]),
        "local_defines": attr.string_list(),
        "src": attr.label(allow_single_file = [".c"], mandatory = True),
        "_words": attr.label(default = "//tests/proof:words", providers = [CcInfo]),
        "_words_h": attr.label(default = "//tests/proof:cbmc.h", allow_single_file = True),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def _quote(word):
    return "'" + word.replace("'", "'\\''") + "'"

def _test_impl(ctx):
    table = ctx.actions.declare_file(ctx.label.name + ".breaks")
    ctx.actions.write(table, "".join(["%s\t%s\n" % item for item in ctx.attr.breaks.items()]))
    start = ctx.actions.declare_file(ctx.label.name)
    words = [ctx.file._script.short_path, ctx.attr.mode, ctx.file.src.short_path, ctx.file.preprocessed.short_path, table.short_path]
    words += ["--unwind", str(ctx.attr.unwind)] + ctx.attr.args_of_cbmc
    edits = "".join(["s/%s/%s/;" % item for item in ctx.attr.scale.items()])
    ctx.actions.write(start, "#!/bin/sh\nSCALE=%s CBMC=%s exec sh %s\n" % (
        _quote(edits),
        ctx.file._cbmc.short_path,
        " ".join([_quote(word) for word in words]),
    ), is_executable = True)
    return [DefaultInfo(executable = start, runfiles = ctx.runfiles(
        [ctx.file._script, ctx.file.src, ctx.file.preprocessed, table] + ctx.files._cbmc_files,
    ))]

_proof_test = rule(
    implementation = _test_impl,
    attrs = {
        "args_of_cbmc": attr.string_list(),
        "breaks": attr.string_dict(),
        "mode": attr.string(values = ["prove", "break"]),
        "platform": attr.string(),
        "preprocessed": attr.label(cfg = _to_platform, allow_single_file = True),
        "scale": attr.string_dict(),
        "src": attr.label(allow_single_file = [".c"]),
        "unwind": attr.int(),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_cbmc": attr.label(default = "@cbmc//:bin/cbmc", allow_single_file = True),
        "_cbmc_files": attr.label(default = "@cbmc//:all"),
        "_script": attr.label(default = "//tests/proof:prove.sh", allow_single_file = True),
    },
    test = True,
)

def proof_test(name, src, breaks, unwind, code = [], deps = [], local_defines = [], scale = {}, platform = "", args_of_cbmc = []):
    """Proves each PROOF of `src`; NAME_breaks shows that each can fail.

    Args:
      name: of the test.
      src: the file of PROOFs; it includes the code that they are about.
      breaks: for each PROOF a sed expression that breaks the code, so that it must fail.
      unwind: how often a loop may go around, plus 1; more is a failure.
      code: the C files that `src` includes.
      deps: libraries whose headers are included.
      local_defines: for the preprocessor.
      scale: constants of the code that are smaller in the proof: text and what replaces it.
      platform: whose sheets are used; none: those of the simulated CPU.
      args_of_cbmc: more options.
    """
    _preprocessed(
        name = name + ".preprocessed",
        code = code,
        local_defines = local_defines,
        src = src,
        tags = ["manual"],
        testonly = True,
        deps = deps,
    )
    for test, mode in [(name, "prove"), (name + "_breaks", "break")]:
        _proof_test(
            name = test,
            args_of_cbmc = args_of_cbmc,
            breaks = breaks,
            mode = mode,
            platform = platform,
            preprocessed = name + ".preprocessed",
            scale = scale,
            src = src,
            tags = ["proof"],
            target_compatible_with = ["@platforms//os:linux"],
            unwind = unwind,
        )
