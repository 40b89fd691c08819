# SPDX-License-Identifier: GPL-2.0-only
"""Tells layering_check which headers come with a toolchain."""

def _impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".modulemap")

    # Names in a module map are relative to the map.
    up = "../" * out.path.count("/")
    lines = ["  textual header \"%s%s\"" % (up, file.path) for file in ctx.files.headers]
    ctx.actions.write(out, "\n".join(["module \"crosstool\" [system] {"] + lines + ["}", ""]))
    return DefaultInfo(files = depset([out]))

module_map = rule(
    implementation = _impl,
    attrs = {"headers": attr.label_list(allow_files = True)},
)
