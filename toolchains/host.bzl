# SPDX-License-Identifier: GPL-2.0-only
"""Programs that run where the build runs: tests under sanitizers, fuzzers, and static tools."""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")

_FEATURES = "//command_line_option:features"
_SHEETS = "//toolchains:sheets"

# Whose sheets (arch/contract) a host program is compiled with: "sim", or a CPU whose part it plays.
sheets_setting = rule(implementation = lambda _: [], build_setting = config.string())

_HOST = ["@platforms//os:linux"]

def _instrumented_impl(settings, attr):
    return {
        _FEATURES: settings[_FEATURES] + [f for f in attr.instrument if f not in settings[_FEATURES]],
        _SHEETS: attr.sheets,
    }

_instrumented = transition(implementation = _instrumented_impl, inputs = [_FEATURES], outputs = [_FEATURES, _SHEETS])

# Profiles are written by programs that are built with --features=coverage_counters.
_START = """#!/bin/sh
export LLVM_PROFILE_FILE="${{TEST_UNDECLARED_OUTPUTS_DIR:-.}}/test-%m.profraw"
exec {program} {args} "$@"
"""

# A fuzzer keeps what it finds: inputs of new coverage for this run, those that break it for good.
_FUZZ_ARGS = """-artifact_prefix="${TEST_UNDECLARED_OUTPUTS_DIR:-.}/" "${TEST_TMPDIR:-.}" """

def _test_impl(ctx):
    program = ctx.file.program
    symbolizer = ctx.file._symbolizer
    start = ctx.actions.declare_file(ctx.label.name)
    args = " ".join(ctx.attr.fuzz_args)
    if args:
        corpus = {file.short_path.rpartition("/")[0]: True for file in ctx.files.corpus}
        args += " " + _FUZZ_ARGS + " ".join(corpus)
    ctx.actions.write(start, _START.format(program = program.short_path, args = args), is_executable = True)
    runfiles = ctx.runfiles(
        [program, symbolizer] + ctx.files.data + ctx.files.corpus,
        transitive_files = depset(transitive = [ctx.attr._runtime[DefaultInfo].files, ctx.attr._symbolizer_files[DefaultInfo].files]),
    ).merge_all([d[DefaultInfo].default_runfiles for d in ctx.attr.data])
    return [
        DefaultInfo(executable = start, runfiles = runfiles),
        RunEnvironmentInfo(environment = {
            "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
            "ASAN_SYMBOLIZER_PATH": symbolizer.short_path,
            "UBSAN_OPTIONS": "print_stacktrace=1",
        }),
    ]

_INSTRUMENTED = {
    "implementation": _test_impl,
    "attrs": {
        "corpus": attr.label_list(allow_files = True),
        "data": attr.label_list(allow_files = True),
        "fuzz_args": attr.string_list(),
        "instrument": attr.string_list(),
        "program": attr.label(cfg = _instrumented, allow_single_file = True),
        "sheets": attr.string(default = "sim"),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_runtime": attr.label(default = "@llvm//:host_runtime"),
        "_symbolizer": attr.label(default = "@llvm//:bin/llvm-symbolizer", allow_single_file = True),
        "_symbolizer_files": attr.label(default = "@llvm//:llvm-symbolizer"),
    },
}

_instrumented_test = rule(test = True, **_INSTRUMENTED)

_instrumented_program = rule(executable = True, **_INSTRUMENTED)

def _program(name, srcs, deps, copts, local_defines, linkopts = []):
    cc_binary(
        name = name + ".program",
        srcs = srcs,
        copts = copts,
        linkopts = linkopts,
        linkstatic = True,
        local_defines = local_defines,
        tags = ["manual"],
        target_compatible_with = _HOST,
        testonly = True,
        deps = deps,
    )
    return name + ".program"

def host_test(name, srcs, deps = [], copts = [], local_defines = [], linkopts = [], size = "small", **kwargs):
    """A C test: it and all it depends on run under the address and undefined-behaviour sanitizers."""
    _instrumented_test(
        name = name,
        instrument = ["asan", "ubsan"],
        program = _program(name, srcs, deps, copts, local_defines, linkopts),
        size = size,
        target_compatible_with = _HOST,
        **kwargs
    )

def fuzz_test(name, srcs, deps = [], corpus = [], runs = 20000, copts = [], local_defines = [], size = "medium", **kwargs):
    """A libFuzzer target. `bazel test` does a bounded number of runs; `bazel run X -- -runs=-1` goes on."""
    _instrumented_test(
        name = name,
        corpus = corpus,
        fuzz_args = ["-seed=1", "-runs=%d" % runs],
        instrument = ["asan", "ubsan", "fuzzer"],
        program = _program(name, srcs, deps, copts, local_defines),
        size = size,
        target_compatible_with = _HOST,
        **kwargs
    )

def watched_tests(name, srcs, cases, deps = [], local_defines = [], **kwargs):
    """One C program that is told of each access to memory (arch/sim/watch.h), and a test for each case, its argument.

    Args:
      name: of the program as people run it, with arguments of theirs; case c is the test NAME_c.
      srcs: sources.
      cases: what the program can be told to do.
      deps: what it is linked with.
      local_defines: of `srcs`.
      **kwargs: as of all tests.
    """
    program = _program(name, srcs, deps, copts = ["-fno-sanitize=thread"], local_defines = local_defines)
    common = {
        "instrument": ["watched"],
        "program": program,
        "target_compatible_with": _HOST,
        "testonly": True,
    }
    _instrumented_program(name = name, **common)
    for case in cases:
        _instrumented_test(name = "_".join([name, case]), args = [case], **(common | kwargs))

def host_binary(name, **kwargs):
    """A static program for actions and for people."""
    cc_binary(
        name = name,
        linkstatic = True,
        target_compatible_with = _HOST,
        **kwargs
    )
