# SPDX-License-Identifier: GPL-2.0-only
"""shell_test and shell_program: POSIX sh scripts (Bazel's own sh_test wants a C++ compiler)."""

def _impl(ctx):
    start = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = start, target_file = ctx.file.script, is_executable = True)
    runfiles = ctx.runfiles([ctx.file.script] + ctx.files.data)
    return [
        DefaultInfo(
            executable = start,
            runfiles = runfiles.merge_all([d[DefaultInfo].default_runfiles for d in ctx.attr.data]),
        ),
        RunEnvironmentInfo(inherited_environment = ctx.attr.env_inherit),
    ]

_ATTRS = {
    "data": attr.label_list(allow_files = True),
    "env_inherit": attr.string_list(doc = "Variables of the caller's environment that the script sees."),
    "script": attr.label(allow_single_file = [".sh"], mandatory = True),
}

shell_test = rule(
    implementation = _impl,
    doc = "Runs `script` with `args` ($(rootpath) is expanded); it fails by its exit status.",
    attrs = _ATTRS,
    test = True,
)

shell_program = rule(
    implementation = _impl,
    doc = "`bazel run` of it runs `script` with `args`; the source tree is $BUILD_WORKSPACE_DIRECTORY.",
    attrs = _ATTRS,
    executable = True,
)
