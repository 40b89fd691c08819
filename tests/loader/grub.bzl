# SPDX-License-Identifier: GPL-2.0-only
"""grub_application: GRUB as a program that UEFI firmware starts, with its commands built in."""

def _impl(ctx):
    program = [file for file in ctx.files._grub if file.path.endswith("/bin/grub-mkimage") and "/usr/" not in file.path][0]
    modules = [file for file in ctx.files._grub if file.path.endswith("/x86_64-efi/multiboot2.mod")][0].dirname
    commands = ctx.actions.declare_file(ctx.label.name + ".cfg")
    ctx.actions.write(commands, "\n".join(ctx.attr.commands) + "\n")
    out = ctx.actions.declare_file(ctx.label.name + ".efi")
    ctx.actions.run(
        outputs = [out],
        inputs = [commands],
        executable = program,
        tools = ctx.files._grub,
        arguments = ["-O", "x86_64-efi", "-d", modules, "-p", "/", "-c", commands.path, "-o", out.path] + ctx.attr.modules,
        mnemonic = "GrubMkimage",
        progress_message = "Making %{output}",
    )
    return DefaultInfo(files = depset([out]))

grub_application = rule(
    implementation = _impl,
    attrs = {
        "commands": attr.string_list(mandatory = True, doc = "What GRUB does."),
        "modules": attr.string_list(mandatory = True, doc = "Modules the commands need."),
        "_grub": attr.label(default = "@grub//:all", cfg = "exec"),
    },
)
