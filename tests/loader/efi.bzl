# SPDX-License-Identifier: GPL-2.0-only
"""efi_application: a program that UEFI firmware starts."""

load("//toolchains:flags.bzl", "C_DIALECT", "EFI_COMPILE", "EFI_LINK", "REPRODUCIBLE", "WARNINGS")

def _impl(ctx):
    cpu = "x86_64" if ctx.target_platform_has_constraint(ctx.attr._x86_64[platform_common.ConstraintValueInfo]) else "aarch64"
    include = ctx.file._stddef.path.rpartition("/")[0]
    objects = []
    for source in [file for file in ctx.files.srcs if file.extension == "c"]:
        object = ctx.actions.declare_file("%s.objects/%s.obj" % (ctx.label.name, source.basename))
        objects.append(object)
        ctx.actions.run(
            outputs = [object],
            inputs = depset(ctx.files.srcs, transitive = [ctx.attr._headers[DefaultInfo].files]),
            executable = ctx.executable._clang,
            tools = [ctx.attr._clang_files[DefaultInfo].files],
            arguments = ["--target=%s-unknown-windows" % cpu] + REPRODUCIBLE + C_DIALECT + WARNINGS + EFI_COMPILE +
                        ["-nostdinc", "-isystem", include, "-iquote", ".", "-c", source.path, "-o", object.path],
            mnemonic = "EfiCompile",
            progress_message = "Compiling %{input}",
        )
    out = ctx.actions.declare_file(ctx.label.name + ".efi")
    ctx.actions.run(
        outputs = [out],
        inputs = objects,
        executable = ctx.executable._lld,
        tools = [ctx.attr._lld_files[DefaultInfo].files],
        arguments = EFI_LINK + ["-out:" + out.path] + [object.path for object in objects],
        mnemonic = "EfiLink",
        progress_message = "Linking %{output}",
    )
    return DefaultInfo(files = depset([out]))

efi_application = rule(
    doc = "NAME.efi from C sources and headers; its entry point is efi_main.",
    implementation = _impl,
    attrs = {
        "srcs": attr.label_list(allow_files = [".c", ".h"], mandatory = True),
        "_clang": attr.label(default = "@llvm//:bin/clang", executable = True, allow_single_file = True, cfg = "exec"),
        "_clang_files": attr.label(default = "@llvm//:clang", cfg = "exec"),
        "_headers": attr.label(default = "@llvm//:freestanding_headers"),
        "_lld": attr.label(default = "@llvm//:bin/ld.lld", executable = True, allow_single_file = True, cfg = "exec"),
        "_lld_files": attr.label(default = "@llvm//:ld.lld", cfg = "exec"),
        "_stddef": attr.label(default = "@llvm//:stddef", allow_single_file = True),
        "_x86_64": attr.label(default = "@platforms//cpu:x86_64"),
    },
)
