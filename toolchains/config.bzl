# SPDX-License-Identifier: GPL-2.0-only
"""What Bazel is told about our compilers: tools, features and, from flags.bzl, every flag.

`no_legacy_features` keeps Bazel from adding flags of its own, so a command line is what is written here.
"""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl", "action_config", "feature", "feature_set", "flag_group", "flag_set", "tool", "variable_with_value", "with_feature_set")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load(":flags.bzl", "BARE_METAL", "BARE_METAL_LINK", "CFP", "CFP_DEFINES", "C_DIALECT", "HOST", "KERNEL", "LINK_EMULATION", "REPRODUCIBLE", "USER", "WARNINGS", "WATCHED")

_C = [ACTION_NAMES.c_compile, ACTION_NAMES.cpp_header_parsing]
_ASM = [ACTION_NAMES.preprocess_assemble, ACTION_NAMES.assemble]
_COMPILE = _C + _ASM
_LINK = [ACTION_NAMES.cpp_link_executable]
_ARCHIVE = [ACTION_NAMES.cpp_link_static_library]

def _flags(name, actions, flags, enabled = True, **kwargs):
    """A feature that adds plain flags to some actions."""
    return feature(
        name = name,
        enabled = enabled,
        flag_sets = [flag_set(actions = actions, flag_groups = [flag_group(flags = flags)])] if flags else [],
        **kwargs
    )

def _each(name, actions, flags, variable, **kwargs):
    """A feature that repeats flags for each value of a build variable."""
    return feature(
        name = name,
        enabled = True,
        flag_sets = [flag_set(actions = actions, flag_groups = [
            flag_group(flags = flags, iterate_over = variable, expand_if_available = variable),
        ])],
        **kwargs
    )

def _given(name, actions, flags, variable):
    """A feature that adds flags where a build variable is there."""
    return feature(
        name = name,
        enabled = True,
        flag_sets = [flag_set(actions = actions, flag_groups = [
            flag_group(flags = flags, expand_if_available = variable),
        ])],
    )

_MODULE_MAPS = [
    feature(name = "module_maps", enabled = True),
    feature(
        name = "layering_check",
        flag_sets = [flag_set(actions = _C, flag_groups = [
            flag_group(
                flags = ["-fmodules-strict-decluse", "-fmodule-name=%{module_name}", "-fmodule-map-file=%{module_map_file}"],
                expand_if_available = "module_map_file",
            ),
            flag_group(
                flags = ["-fmodule-map-file=%{dependent_module_map_files}"],
                iterate_over = "dependent_module_map_files",
                expand_if_available = "dependent_module_map_files",
            ),
        ])],
        requires = [feature_set(features = ["module_maps"])],
    ),
    # A header is compiled as if it were a source: it must stand alone.
    feature(
        name = "parse_headers",
        flag_sets = [flag_set(actions = [ACTION_NAMES.cpp_header_parsing], flag_groups = [
            flag_group(flags = ["-xc", "-Wno-pragma-once-outside-header", "-Wno-unused"]),
        ])],
    ),
]

_COMPILE_INPUTS = [
    _given("dependency_file", _COMPILE, ["-MD", "-MF", "%{dependency_file}"], "dependency_file"),
    _each("preprocessor_defines", _COMPILE, ["-D%{preprocessor_defines}"], "preprocessor_defines"),
    _each("includes", _COMPILE, ["-include", "%{includes}"], "includes"),
    feature(name = "include_paths", enabled = True, flag_sets = [flag_set(actions = _COMPILE, flag_groups = [
        flag_group(flags = ["-iquote", "%{quote_include_paths}"], iterate_over = "quote_include_paths"),
        flag_group(flags = ["-I%{include_paths}"], iterate_over = "include_paths"),
        flag_group(flags = ["-isystem", "%{system_include_paths}"], iterate_over = "system_include_paths"),
    ])]),
    _each("user_compile_flags", _COMPILE, ["%{user_compile_flags}"], "user_compile_flags"),
    _given("compiler_input_flags", _COMPILE, ["-c", "%{source_file}"], "source_file"),
    _given("compiler_output_flags", _COMPILE, ["-o", "%{output_file}"], "output_file"),
]

def _kind(kind, flags):
    """One kind of entry of the list of things to link."""
    return flag_group(flags = flags, expand_if_equal = variable_with_value(name = "libraries_to_link.type", value = kind))

def _link_inputs(to_linker):
    """The objects of the link, as arguments of the linker (prefix "") or of a driver (prefix "-Wl,")."""
    whole = [
        flag_group(flags = [to_linker + flag], expand_if_true = "libraries_to_link.is_whole_archive")
        for flag in ["--whole-archive", "--no-whole-archive"]
    ]
    libraries = flag_group(
        iterate_over = "libraries_to_link",
        expand_if_available = "libraries_to_link",
        flag_groups = [
            _kind("object_file_group", [to_linker + "--start-lib"]),
            whole[0],
            flag_group(
                flags = ["%{libraries_to_link.object_files}"],
                iterate_over = "libraries_to_link.object_files",
                expand_if_equal = variable_with_value(name = "libraries_to_link.type", value = "object_file_group"),
            ),
            _kind("object_file", ["%{libraries_to_link.name}"]),
            _kind("static_library", ["%{libraries_to_link.name}"]),
            whole[1],
            _kind("object_file_group", [to_linker + "--end-lib"]),
        ],
    )
    return [
        feature(name = "supports_start_end_lib", enabled = True),
        _given("output_execpath_flags", _LINK, ["-o", "%{output_execpath}"], "output_execpath"),
        feature(name = "libraries_to_link", enabled = True, flag_sets = [flag_set(actions = _LINK + _ARCHIVE, flag_groups = [libraries])]),
        _each("user_link_flags", _LINK, ["%{user_link_flags}"], "user_link_flags"),
        _given("linker_param_file", _LINK + _ARCHIVE, ["@%{linker_param_file}"], "linker_param_file"),
    ]

_ARCHIVER = feature(name = "archiver_flags", enabled = True, flag_sets = [flag_set(actions = _ARCHIVE, flag_groups = [
    flag_group(flags = ["rcsD"]),
    flag_group(flags = ["%{output_execpath}"], expand_if_available = "output_execpath"),
])])

_STRIP = _flags("strip_debug", [ACTION_NAMES.strip], ["--strip-debug", "%{input_file}", "%{output_file}"])

def _actions(compiler, linker, archiver, objcopy):
    # Nobody writes C++, but sh_binary asks for it: Bazel's launcher for Windows is configured, never built.
    programs = [(_COMPILE + [ACTION_NAMES.cpp_compile], compiler), (_LINK, linker), (_ARCHIVE, archiver), ([ACTION_NAMES.strip], objcopy)]
    return [
        action_config(action_name = action, tools = [tool(tool = program)], enabled = True)
        for actions, program in programs
        for action in actions
    ]

def _root(file):
    """The external repository a file is in, as a path that actions can use."""
    return file.path[:file.path.index("/usr/")]

def _include_flags(folders):
    return ["-nostdinc"] + [flag for folder in folders for flag in ["-isystem", folder]]

def _path_maps(ctx, root):
    """Debug information names the pinned tree and generated files alike in every mode of Bazel and every configuration."""
    return ["-ffile-prefix-map=%s=llvm" % root, "-ffile-prefix-map=%s=generated" % ctx.bin_dir.path]

def _bare_metal(ctx, root, headers):
    cpu = ctx.attr.cpu
    if ctx.attr.world == "kernel":
        world = KERNEL[cpu] + CFP[cpu][ctx.attr.cfp] + CFP_DEFINES[ctx.attr.cfp]
    else:
        world = USER[cpu]
    compile = ["--target=%s-none-elf" % cpu] + BARE_METAL + world + _include_flags(headers)
    return [
        _flags("compile", _COMPILE, REPRODUCIBLE + compile + _path_maps(ctx, root)),
        _flags("dialect", _C, C_DIALECT + WARNINGS),
        _flags("link", _LINK, BARE_METAL_LINK + LINK_EMULATION[cpu]),
    ]

def _sanitizer(name, compile, link = None):
    """A feature that is off unless a target or a configuration asks for it."""
    return feature(name = name, flag_sets = [
        flag_set(actions = _COMPILE, flag_groups = [flag_group(flags = compile)]),
        flag_set(actions = _LINK, flag_groups = [flag_group(flags = link or compile)]),
    ])

def _host(ctx, root, headers):
    # A sanitized program is dynamic: the kernel looks for its loader relative to the working directory,
    # which for a test is its runfiles, so the path below is right on every machine.
    loader = ctx.file.loader.short_path
    dynamic = [
        "-no-pie",
        "-Wl,--dynamic-linker=" + loader,
        "-Wl,-rpath," + ctx.file.libc.short_path.rpartition("/")[0],
    ]
    sanitized = [with_feature_set(features = [f]) for f in ["asan", "fuzzer"]]
    plain = [with_feature_set(not_features = ["asan", "fuzzer"])]
    link = [
        "--target=x86_64-linux-gnu",
        "--sysroot=" + root,
        "--gcc-install-dir=%s/usr/lib/gcc/x86_64-linux-gnu/14" % root,
        "--ld-path=" + ctx.file.linker.path,
        "-no-canonical-prefixes",
        "-Wl,--build-id=none",
        "-Wl,--fatal-warnings",
    ]
    return [
        _flags("compile", _COMPILE, REPRODUCIBLE + ["--target=x86_64-linux-gnu"] + HOST + _include_flags(headers) + _path_maps(ctx, root)),
        _flags("dialect", _C, C_DIALECT + WARNINGS),
        _flags("link", _LINK, link),
        feature(name = "how_linked", enabled = True, flag_sets = [
            flag_set(actions = _LINK, flag_groups = [flag_group(flags = ["-static"])], with_features = plain),
            flag_set(actions = _LINK, flag_groups = [flag_group(flags = dynamic)], with_features = sanitized),
        ]),
        _sanitizer("asan", ["-fsanitize=address"]),
        _sanitizer("ubsan", ["-fsanitize=undefined", "-fno-sanitize-recover=undefined"]),
        _sanitizer("fuzzer", ["-fsanitize=fuzzer-no-link"], ["-fsanitize=fuzzer"]),
        # Accesses to memory are calls of arch/sim/watch.h; undefined behaviour is a trap. Neither needs a library.
        _flags("watched", _COMPILE, WATCHED, enabled = False),
        _sanitizer("coverage_counters", ["-fprofile-instr-generate", "-fcoverage-mapping"]),
    ]

def _impl(ctx):
    root = _root(ctx.file.stddef)
    headers = [ctx.file.stddef.path.rpartition("/")[0]]
    if ctx.attr.world == "host":
        headers += [root + "/usr/include/x86_64-linux-gnu", root + "/usr/include"]
        flags = _host(ctx, root, headers)
        link_inputs = _link_inputs("-Wl,")
        linker = ctx.file.compiler
    else:
        flags = _bare_metal(ctx, root, headers)
        link_inputs = _link_inputs("")
        linker = ctx.file.linker
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        action_configs = _actions(ctx.file.compiler, linker, ctx.file.archiver, ctx.file.objcopy),
        compiler = "clang",
        cxx_builtin_include_directories = headers,
        features = [feature(name = "no_legacy_features")] + flags + _MODULE_MAPS + _COMPILE_INPUTS + [_ARCHIVER, _STRIP] + link_inputs,
        target_cpu = ctx.attr.cpu,
        target_libc = "glibc" if ctx.attr.world == "host" else "none",
        target_system_name = ctx.attr.world,
        toolchain_identifier = ctx.label.name,
    )

cc_config = rule(
    implementation = _impl,
    attrs = {
        "archiver": attr.label(allow_single_file = True, default = "@llvm//:bin/llvm-ar"),
        "cfp": attr.string(default = "none", doc = "Level of control-flow protection; kernel only."),
        "compiler": attr.label(allow_single_file = True, default = "@llvm//:bin/clang"),
        "cpu": attr.string(mandatory = True),
        "libc": attr.label(allow_single_file = True, default = "@llvm//:libc"),
        "linker": attr.label(allow_single_file = True, default = "@llvm//:bin/ld.lld"),
        "loader": attr.label(allow_single_file = True, default = "@llvm//:loader"),
        "objcopy": attr.label(allow_single_file = True, default = "@llvm//:bin/llvm-objcopy"),
        "stddef": attr.label(allow_single_file = True, default = "@llvm//:stddef", doc = "Says where the compiler's headers are."),
        "world": attr.string(mandatory = True, values = ["host", "kernel", "user"]),
    },
    provides = [CcToolchainConfigInfo],
)
