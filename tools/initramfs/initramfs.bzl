# SPDX-License-Identifier: GPL-2.0-only
"""initramfs: a RAM file system for Linux, of pinned and built files."""

def _impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".cpio")
    args = ctx.actions.args()
    args.add(out)
    files = []
    for target, path in ctx.attr.files.items():
        for file in target[DefaultInfo].files.to_list():
            # A folder's name takes all files of a group.
            args.add(file, format = (path + file.basename if path.endswith("/") else path) + "=%s")
            files.append(file)
    ctx.actions.run(
        outputs = [out],
        inputs = files,
        executable = ctx.executable._tool,
        arguments = [args],
        mnemonic = "Initramfs",
        progress_message = "Packing %{output}",
    )
    return DefaultInfo(files = depset([out]))

initramfs = rule(
    implementation = _impl,
    attrs = {
        "files": attr.label_keyed_string_dict(allow_files = True, doc = "Files and their paths; a path that ends in / is a folder."),
        "_tool": attr.label(default = "//tools/initramfs", executable = True, cfg = "exec"),
    },
)
