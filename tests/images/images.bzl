# SPDX-License-Identifier: GPL-2.0-only
"""Bad root images, and what the kernel says to each."""

_OUTSIDE = "the file ends before its headers or segments do"
_CLASS = "not a 64-bit little-endian ELF file of version 1"
_RANGE = "a segment lies outside of user memory"
_EMPTY = "no loadable segment"
_ENTRY = "the entry point is in no executable segment"

# Kinds of spoil.c; the texts are those of kernel/boot/elf.h.
BAD_IMAGES = {
    "bss": "a segment has p_memsz other than p_filesz; put .bss into the file",
    "big_endian": _CLASS,
    "class_32": _CLASS,
    "cut": _OUTSIDE,
    "entry_in_data": _ENTRY,
    "entry_outside": _ENTRY,
    "header_size": "program headers of a size other than 56 bytes",
    "headers_outside": _OUTSIDE,
    "many_segments": "too many segments",
    "misaligned": "p_vaddr and file position of a segment differ modulo the page size",
    "no_segment": _EMPTY,
    "not_elf": "not an ELF file",
    "nothing_to_load": _EMPTY,
    "offset_outside": _OUTSIDE,
    "other_machine": "built for another machine",
    "out_of_range": _RANGE,
    "over_utcb": _RANGE,
    "overlap": "two segments overlap",
    "pie": "not an executable (ET_EXEC); link it statically, not as PIE",
    "short_file": _OUTSIDE,
    "wrapping": _RANGE,
}

def invalid(why):
    """The lines of the console for an image that is invalid."""
    escaped = "".join(["\\" + c if c in ".()" else c for c in why.elems()])
    return ["^ROOT: Invalid image at 0x[0-9a-f]+: %s$" % escaped] + IDLE

IDLE = ["^Nothing to run: all CPUs are idle$"]

def _impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.run(
        outputs = [out],
        inputs = [ctx.file.good],
        executable = ctx.executable._spoil,
        arguments = [ctx.attr.kind or ctx.label.name, ctx.file.good.path, out.path],
        mnemonic = "Spoil",
    )
    return DefaultInfo(files = depset([out]))

bad_image = rule(
    doc = "A root image with one mistake.",
    implementation = _impl,
    attrs = {
        "good": attr.label(allow_single_file = True, mandatory = True),
        "kind": attr.string(doc = "A key of BAD_IMAGES; the target's name if empty."),
        "_spoil": attr.label(default = "//tests/images:spoil", executable = True, cfg = "exec"),
    },
)
