# SPDX-License-Identifier: GPL-2.0-only
"""tidy_test: clang-tidy on every C file that targets are made of, each in an action of its own."""

load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")

_PLATFORMS = "//command_line_option:platforms"

_EDGES = ["board_deps", "deps", "implementation_deps"]

_RUN = """tidy=$1 config=$2 report=$3 source=$4
shift 4
"$tidy" --quiet --config-file="$config" "$source" -- "$@" >"$report" 2>"$report.log" ||
    { echo "clang-tidy ended with $?" && cat "$report.log"; } >>"$report"
"""

def _arguments(argv):
    """What of the compiler's command line says how a file is to be understood."""
    kept, skip = [], False
    for arg in argv[1:]:
        if skip:
            skip = False
        elif arg in ["-c", "-o", "-MF"]:
            skip = True
        elif arg != "-MD" and not arg.startswith("-fmodule"):
            kept.append(arg)
    return kept

def _aspect_impl(target, ctx):
    reports = []
    deps = [dep for edge in _EDGES for dep in getattr(ctx.rule.attr, edge, None) or []]
    own = ctx.rule.files.srcs if hasattr(ctx.rule.files, "srcs") else []
    headers = depset(own, transitive = [lib[CcInfo].compilation_context.headers for lib in deps + [target] if CcInfo in lib])
    for action in target.actions:
        if action.mnemonic != "CppCompile" or "-c" not in action.argv:
            continue
        source = action.argv[action.argv.index("-c") + 1]
        if not source.endswith(".c") or source.startswith("external/"):
            continue
        report = ctx.actions.declare_file("_tidy/%s/%s" % (ctx.label.name, source.rpartition("/")[2]))
        ctx.actions.run_shell(
            outputs = [report],
            inputs = depset([ctx.file._config], transitive = [action.inputs, headers, ctx.attr._tidy_files[DefaultInfo].files]),
            arguments = [ctx.file._tidy.path, ctx.file._config.path, report.path, source] + _arguments(action.argv),
            command = _RUN,
            mnemonic = "ClangTidy",
            progress_message = "Looking at " + source,
        )
        reports.append(report)
    before = [dep[OutputGroupInfo].tidy for dep in deps if OutputGroupInfo in dep and hasattr(dep[OutputGroupInfo], "tidy")]
    return [OutputGroupInfo(tidy = depset(reports, transitive = before))]

_tidy = aspect(
    implementation = _aspect_impl,
    attr_aspects = _EDGES,
    attrs = {
        "_config": attr.label(default = "//:.clang-tidy", allow_single_file = True),
        "_tidy": attr.label(default = "@llvm//:bin/clang-tidy", allow_single_file = True),
        "_tidy_files": attr.label(default = "@llvm//:clang-tidy"),
    },
)

def _to_platform_impl(_settings, attr):
    return {_PLATFORMS: [Label(attr.platform)]}

_to_platform = transition(implementation = _to_platform_impl, inputs = [], outputs = [_PLATFORMS])

_TEST = """#!/bin/sh
bad=0
for report in {reports}; do
    [ ! -s "$report" ] || {{ cat "$report" && bad=1; }}
done
echo "{count} files looked at"
exit $bad
"""

def _test_impl(ctx):
    files = depset(transitive = [target[OutputGroupInfo].tidy for target in ctx.attr.targets]).to_list()
    reports = [file for file in files if [p for p in ctx.attr.rooms if file.short_path.startswith(p)]]
    for room in ctx.attr.rooms:
        if not [file for file in reports if file.short_path.startswith(room)]:
            fail("%s: no files in %s" % (ctx.label, room))
    start = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(start, _TEST.format(
        count = len(reports),
        reports = " ".join([file.short_path for file in reports]),
    ), is_executable = True)
    return [DefaultInfo(executable = start, runfiles = ctx.runfiles(reports))]

tidy_test = rule(
    implementation = _test_impl,
    doc = "clang-tidy with .clang-tidy's checks finds nothing in `rooms` of `targets`, built for `platform`.",
    attrs = {
        "platform": attr.string(mandatory = True),
        "rooms": attr.string_list(mandatory = True, doc = "Folders: ROOM/."),
        "targets": attr.label_list(cfg = _to_platform, aspects = [_tidy]),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
    test = True,
)
