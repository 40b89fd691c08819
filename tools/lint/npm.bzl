# SPDX-License-Identifier: GPL-2.0-only
"""npm_program: a program that is pinned in an npm lock, or one that says why there is none.

Debian has no package of buildifier. An npm registry has, but not everybody has a registry: its address is
never written here, and without one the checks that want the program say SKIPPED and pass.
"""

_SKIP = """#!/bin/sh
echo 'SKIPPED: {why}'
"""

def _registry(rctx):
    """The registry that the user or the host's npm names, or None."""
    for name in ["NPM_REGISTRY", "npm_config_registry"]:
        if rctx.os.environ.get(name):
            return rctx.os.environ[name]
    npm = rctx.which("npm")
    if npm:
        asked = rctx.execute([npm, "config", "get", "registry"], timeout = 20)
        if asked.return_code == 0 and "://" in asked.stdout:
            return asked.stdout.strip()
    return None

def _get(rctx):
    """Downloads the package; returns None, or why it is not there."""
    if not rctx.os.name.startswith("linux") or rctx.os.arch not in rctx.attr.programs:
        return "%s has no program for %s %s" % (rctx.attr.package, rctx.os.name, rctx.os.arch)
    registry = _registry(rctx)
    if not registry:
        return "no npm registry is known, set NPM_REGISTRY to the address of one"
    for line in rctx.read(rctx.attr.lock).splitlines():
        name, _version, _arch, integrity, _size, path = line.split("\t")
        if name == rctx.attr.package:
            got = rctx.download(
                url = registry.rstrip("/") + "/" + path,
                output = "package.tgz",
                integrity = integrity,
                allow_fail = True,
            )
            if not got.success:
                return "the npm registry has no good copy of %s, set NPM_REGISTRY to another one" % path
            rctx.extract("package.tgz")
            rctx.delete("package.tgz")
            return None
    fail("%s does not pin %s" % (rctx.attr.lock, rctx.attr.package))

def _npm_program_impl(rctx):
    why = _get(rctx)
    if why:
        rctx.file("program", _SKIP.format(why = why))
    else:
        rctx.symlink(rctx.attr.programs[rctx.os.arch], "program")
    rctx.file("BUILD.bazel", 'exports_files(["program"], visibility = ["//visibility:public"])\n')

npm_program = repository_rule(
    implementation = _npm_program_impl,
    attrs = {
        "lock": attr.label(mandatory = True, doc = "Pinned packages; see third_party/locks."),
        "package": attr.string(mandatory = True, doc = "The package's name in the lock."),
        "programs": attr.string_dict(mandatory = True, doc = "CPU to the path of its program in the package."),
    },
    environ = [
        "NPM_REGISTRY",
        "npm_config_registry",
    ],
)
