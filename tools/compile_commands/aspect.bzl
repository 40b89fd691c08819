# SPDX-License-Identifier: GPL-2.0-only
"""An aspect that writes down how each C source is compiled, for editors (clangd) and clang-tidy."""

_EDGES = ["board_deps", "deps", "implementation_deps", "kernel", "loader", "program", "root"]

def _entry(action):
    """One entry of compile_commands.json; the launcher script puts the folder in for @ROOT@."""
    argv = [
        arg.replace("external/", "bazel-out/../../../external/")
        for arg in action.argv
        if not arg.startswith("-fmodule")
    ]
    source = argv[argv.index("-c") + 1]
    return json.encode({"arguments": argv, "directory": "@ROOT@", "file": source})

def _impl(target, ctx):
    entries = [_entry(a) for a in target.actions if a.mnemonic == "CppCompile" and a.argv and "-c" in a.argv]
    own = []
    if entries:
        out = ctx.actions.declare_file(ctx.label.name + ".compile_commands.json")
        ctx.actions.write(out, ",\n".join(entries))
        own.append(out)
    before = []
    for edge in _EDGES:
        deps = getattr(ctx.rule.attr, edge, None) or []
        before += [
            dep[OutputGroupInfo].compile_commands
            for dep in (deps if type(deps) == "list" else [deps])
            if OutputGroupInfo in dep and hasattr(dep[OutputGroupInfo], "compile_commands")
        ]
    return [OutputGroupInfo(compile_commands = depset(own, transitive = before))]

compile_commands = aspect(
    implementation = _impl,
    attr_aspects = _EDGES,
)
