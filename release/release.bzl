# SPDX-License-Identifier: GPL-2.0-only
"""Builds a kernel for every platform in one invocation, and describes the result."""

load("//platforms:matrix.bzl", "IMAGES")
load("//toolchains:image.bzl", "KernelImageInfo")
load(":documents.bzl", "provenance", "spdx", "sums")

_PLATFORMS = "//command_line_option:platforms"

def _names(attr):
    return attr.only or [image.name for image in IMAGES]

def _all_impl(_settings, attr):
    return {name: {_PLATFORMS: "//platforms:" + name} for name in _names(attr)}

_all = transition(implementation = _all_impl, inputs = [], outputs = [_PLATFORMS])

def _named(ctx):
    """The files of the release: name to what was built."""
    files = {}
    for name in _names(ctx.attr):
        image = ctx.split_attr.image[name][KernelImageInfo]
        files[name + ".elf"] = image.elf
        files["%s.%s" % (name, image.boot.extension)] = image.boot
        files["debug/%s.elf" % name] = image.debug
        files["debug/%s.map" % name] = image.map
    return files

def _place(ctx, name, source):
    out = ctx.actions.declare_file(name)
    ctx.actions.symlink(output = out, target_file = source)
    return out

def _fill(ctx, files, templates):
    """Writes documents; `files` (name to file) are what their sums are of."""
    pairs = []
    outs = []
    for name, text in templates.items():
        template = ctx.actions.declare_file(ctx.label.name + "/" + name + ".template")
        ctx.actions.write(template, text)
        out = ctx.actions.declare_file(name)
        pairs.append((template, out))
        outs.append(out)
    args = ctx.actions.args()
    args.add_all(["%s=%s" % (name, file.path) for name, file in files.items()])
    args.add("--")
    args.add_all(["%s=%s" % (template.path, out.path) for template, out in pairs])
    ctx.actions.run(
        outputs = outs,
        inputs = files.values() + [template for template, _ in pairs],
        executable = ctx.executable._fill,
        arguments = [args],
        mnemonic = "Describe",
        progress_message = "Describing the release in %{output}",
    )
    return outs

def _release_impl(ctx):
    sources = _named(ctx)
    files = {name: _place(ctx, name, source) for name, source in sources.items()}
    checked = _fill(ctx, sources, {"SHA256SUMS": sums(sources)})
    documents = _fill(ctx, sources | {"SHA256SUMS": checked[0]}, {
        "provenance.intoto.json": provenance(sources),
        "sbom.spdx.json": spdx(sources),
    })
    return DefaultInfo(files = depset(files.values() + checked + documents))

release = rule(
    implementation = _release_impl,
    attrs = {
        "image": attr.label(mandatory = True, cfg = _all, providers = [KernelImageInfo]),
        "only": attr.string_list(doc = "The platforms to build for; all if empty."),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
        "_fill": attr.label(default = ":fill", executable = True, cfg = "exec"),
    },
)
