# SPDX-License-Identifier: GPL-2.0-only
"""Unpacks pinned Debian packages into one tree whose programs run through the tree's own loader.

Nothing on the host is used for it: Bazel fetches by sha256 and unpacks ar, xz and zstd itself.
"""

_LIB = "usr/lib/x86_64-linux-gnu"

# Packages of Debian 12 and before have their libraries in /lib too.
_OLD_LIB = "lib/x86_64-linux-gnu"
_LOADER = "lib64/ld-linux-x86-64.so.2"

# $d, the tree, is taken from $0 as text: in the sandbox it stays relative, so it never shows in outputs.
# clang finds its second stage through argv0; it must not see our arguments there (-cc1, -cc1as).
_WRAPPER = """#!/bin/sh
# Runs {program} with the loader and libraries of this tree.
case $0 in
*/bin/{name}) d=${{0%/bin/{name}}} ;;
bin/{name}) d=. ;;
*) d=$(dirname "$(command -v "$0")")/.. ;;
esac
case ${{1-}} in
-cc1*) ;;
*) set --{args} "$@" ;;
esac
{env}exec "$d/{loader}" --inhibit-cache --library-path "{lib}" --argv0 "$d/bin/{name}" "$d/{program}" "$@"
"""

def _apt_sources(rctx):
    """The Debian mirrors that the host's own apt uses, from one-line and deb822 files."""
    files = [rctx.path("/etc/apt/sources.list")]
    folder = rctx.path("/etc/apt/sources.list.d")
    if folder.exists:
        files += folder.readdir(watch = "no")
    mirrors = []
    for file in files:
        if not file.exists:
            continue
        for line in rctx.read(file, watch = "no").split("\n"):
            if line.startswith("URIs:") or line.startswith("deb "):
                mirrors += [word.rstrip("/") for word in line.split(" ") if word.rstrip("/").endswith("/debian")]
    return mirrors

def _mirrors(rctx):
    named = [m.rstrip("/") for m in rctx.os.environ.get("DEB_MIRROR", "").split(" ") if m]
    mirrors = named or _apt_sources(rctx)
    if not mirrors:
        fail("no Debian mirror known: set DEB_MIRROR=http://HOST/debian (or file:///DIR with a pool/ in it)")
    return mirrors

def _packages(rctx):
    """The lock's rows: name, version, architecture, sha256, size, path in the mirror."""
    rows = [line.split("\t") for line in rctx.read(rctx.attr.lock).split("\n") if line and not line.startswith("#")]
    for row in rows:
        if len(row) != 6:
            fail("%s: a row needs 6 fields separated by tabs: %s" % (rctx.attr.lock, row))
    return rows

def _unpack(rctx, rows):
    mirrors = _mirrors(rctx)
    debs = ["_%d.deb" % i for i in range(len(rows))]
    fetched = [
        rctx.download(url = [m + "/" + row[5] for m in mirrors], output = deb, sha256 = row[3], block = False)
        for row, deb in zip(rows, debs)
    ]
    for row, deb, fetch in zip(rows, debs, fetched):
        fetch.wait()
        rctx.report_progress("unpacking " + row[0])
        rctx.extract(deb, output = "_ar")
        data = [f for f in rctx.path("_ar").readdir(watch = "no") if f.basename.startswith("data.tar")]
        rctx.extract(data[0], output = "")
        rctx.delete("_ar")
        rctx.delete(deb)

def _package_list(rows):
    """A .bzl that tells the build what it was made with."""
    lines = ["    struct(name = \"%s\", version = \"%s\", arch = \"%s\", sha256 = \"%s\")," % tuple(row[:4]) for row in rows]
    return "\n".join(["\"\"\"The packages of this tree.\"\"\"", "", "PACKAGES = ["] + lines + ["]", ""])

def _deb_tree_impl(rctx):
    rows = _packages(rctx)
    _unpack(rctx, rows)
    rctx.file("packages.bzl", _package_list(rows), executable = False)
    for path in ["usr/share/doc", "usr/share/man", "usr/share/lintian", "usr/share/bug"] + rctx.attr.remove:
        rctx.delete(path)

    # libc.so and its like are linker scripts with absolute names: those would be the host's files.
    for name in rctx.attr.linker_scripts:
        path = _LIB + "/" + name
        text = rctx.read(path, watch = "no")
        for folder in ["/usr/lib/x86_64-linux-gnu/", "/lib/x86_64-linux-gnu/", "/lib64/"]:
            text = text.replace(" " + folder, " ")
        rctx.file(path, text, executable = False)
    for link, target in rctx.attr.links.items():
        rctx.symlink(target, link)
    loader = _LOADER if rctx.path(_LOADER).exists else "usr/" + _LOADER
    libs = ["$d/" + lib for lib in [_LIB, _OLD_LIB] if rctx.path(lib).exists]
    env = "".join(["export %s=\"%s\"\n" % variable for variable in rctx.attr.program_env.items()])
    for name, program in rctx.attr.programs.items():
        rctx.file("bin/" + name, _WRAPPER.format(
            program = program,
            name = name,
            env = env,
            loader = loader,
            lib = ":".join(libs),
            args = "".join([' "%s"' % arg for arg in rctx.attr.program_args.get(name, [])]),
        ))
    rctx.symlink(rctx.path(rctx.attr.build_file), "BUILD.bazel")

deb_tree = repository_rule(
    implementation = _deb_tree_impl,
    attrs = {
        "build_file": attr.label(mandatory = True, doc = "Becomes the repository's BUILD.bazel."),
        "links": attr.string_dict(doc = "Extra symbolic links: name to target, both inside the tree."),
        "linker_scripts": attr.string_list(doc = "Files of the library folder to strip absolute names from."),
        "lock": attr.label(mandatory = True, doc = "Pinned packages; see third_party/locks."),
        "program_args": attr.string_list_dict(doc = "Arguments put first; $d is the tree."),
        "program_env": attr.string_dict(doc = "Environment of all programs; $d is the tree."),
        "programs": attr.string_dict(doc = "bin/NAME to the program it starts."),
        "remove": attr.string_list(doc = "Paths nobody needs."),
    },
    environ = ["DEB_MIRROR"],
)
