# SPDX-License-Identifier: GPL-2.0-only
"""emulator_test and emulator_run: a kernel and a root task in QEMU, as a test and for people; kernel_file,
program_file.

Both build the image for the board and the programs for its CPU by themselves, whatever --platforms says.
"""

load("//platforms:boards.bzl", "BOARDS")
load("//platforms:matrix.bzl", "image_name")
load("//toolchains:image.bzl", "KernelImageInfo")

_PLATFORMS = "//command_line_option:platforms"
_POOL_MIB = "//platforms:pool_mib"

def _to_board_impl(settings, attr):
    return {
        _PLATFORMS: "//platforms:" + image_name(attr.board, attr.cfp),
        _POOL_MIB: getattr(attr, "pool_mib", 0) or settings[_POOL_MIB],
    }

_to_board = transition(implementation = _to_board_impl, inputs = [_POOL_MIB], outputs = [_PLATFORMS, _POOL_MIB])

def _to_user_impl(_settings, attr):
    return {_PLATFORMS: "//platforms:user_" + BOARDS[attr.board]["cpu"]}

_to_user = transition(implementation = _to_user_impl, inputs = [], outputs = [_PLATFORMS])

def _quote(word):
    return "'" + word.replace("'", "'\\''") + "'"

# Where modules lie that a device tree names; each has 64 MiB.
_MODULES_START = 0x50000000
_MODULE_SIZE = 0x4000000

def _guest_loaders(elements):
    """Modules for the device tree: nodes of /chosen, their words are bootargs."""
    args = []
    for i, (file, words) in enumerate(elements):
        args += ["-device", "guest-loader,addr=0x%x,kernel=%s,bootargs=%s" % (
            _MODULES_START + i * _MODULE_SIZE,
            file.short_path,
            words.replace(",", ",,"),
        )]
    return args

def _modules(ctx, cpu):
    """-initrd: all modules in multiboot's way (x86_64), the root task alone elsewhere.

    Not the root task if machine_args hand it over.
    """
    roots = []
    if ctx.file.root and not [arg for arg in ctx.attr.machine_args if "{root" in arg]:
        roots.append((ctx.file.root, ctx.attr.root_args))
    elements = []
    for target, words in ctx.attr.modules.items():
        elements += [(file, words) for file in target[DefaultInfo].files.to_list()]
    if cpu != "x86_64":
        if ctx.attr.root_args:
            fail("%s: a Linux-style boot hands over the root task without words; use cmdline" % ctx.label)
        return (["-initrd", roots[0][0].short_path] if roots else []) + _guest_loaders(elements)
    elements = roots + elements
    if not elements:
        return []
    return ["-initrd", ",".join([(file.short_path + " " + words).strip() for file, words in elements])]

def _machine(ctx):
    """The board's line of the table, or an error that names the boards that have an emulator."""
    row = BOARDS[ctx.attr.board]
    if "emulator" not in row:
        can = [name for name, other in BOARDS.items() if "emulator" in other]
        fail("%s: no emulator models board %s; these have one: %s" % (ctx.label, ctx.attr.board, ", ".join(can)))
    return row["emulator"]

def _program(ctx, cpu):
    for file in ctx.files.qemu:
        if file.basename == "qemu-system-" + cpu and "/usr/bin/" not in file.path:
            return file.short_path
    fail("%s: %s has no emulator for %s" % (ctx.label, ctx.attr.qemu.label, cpu))

def _folder(file):
    return file.short_path.rpartition("/")[0]

def _extra(ctx):
    """The test's own arguments, with the names of its files put in."""
    image = ctx.attr.kernel[0][KernelImageInfo]
    names = {"{boot}": image.boot.short_path, "{elf}": image.elf.short_path, "{elf_folder}": _folder(image.elf)}
    if ctx.file.root:
        names |= {"{root}": ctx.file.root.short_path, "{root_folder}": _folder(ctx.file.root)}
    args = []
    for arg in ctx.attr.machine_args:
        for name, path in names.items():
            arg = arg.replace(name, path)
        args.append(ctx.expand_location(arg, ctx.attr.data + ctx.attr.writable))
    return args

def _command(ctx, console, boot):
    """QEMU's command line; all names are relative to the runfiles."""
    cpu = BOARDS[ctx.attr.board]["cpu"]
    default = _machine(ctx)
    kernel = ctx.file.loader or boot
    command = [_program(ctx, cpu), "-accel", "tcg,thread=single" if ctx.attr.one_thread else "tcg"]
    command += ["-machine", ctx.attr.machine or default.machine]
    command += ["-cpu", ctx.attr.cpu_model or default.cpu]
    command += ["-smp", "%d" % (ctx.attr.cpus or default.cpus)]
    command += ["-m", ctx.attr.memory or default.memory]
    command += ["-nodefaults", "-display", "none", "-nic", "none", "-no-reboot"]

    # The board's console; the serial lines before it lead nowhere.
    command += ["-serial", "null"] * default.serial + ["-serial", console]
    if cpu == "x86_64":
        command += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    if ctx.attr.icount:
        # When all CPUs rest, time goes on to the next timer at once, not with the host's clock.
        command += ["-icount", "shift=0,sleep=off"]
    command += ["-kernel", kernel.short_path]
    if ctx.attr.cmdline:
        command += ["-append", ctx.attr.cmdline]
    return command + _modules(ctx, cpu) + _extra(ctx)

def _runfiles(ctx, more = []):
    image = ctx.attr.kernel[0][KernelImageInfo]
    return ctx.runfiles(
        [image.boot, image.elf] + ctx.files.root + ctx.files.loader + ctx.files.modules +
        ctx.files.data + ctx.files.writable + ctx.files.qemu + more,
    )

def _shell_words(words):
    return " ".join([_quote(word) for word in words])

def _emulator_test_impl(ctx):
    runner = [ctx.executable._run.short_path, "--timeout", "%d" % ctx.attr.timeout_s]
    for pattern in ctx.attr.expect_console:
        runner += ["--expect", pattern]
    for pattern in ctx.attr.refuse_console:
        runner += ["--refuse", pattern]
    for line, command in ctx.attr.monitor.items():
        runner += ["--when", line, "--type", command]
    for i in range(0, len(ctx.attr.keys), 2):
        runner += ["--when", ctx.attr.keys[i], "--press", ctx.attr.keys[i + 1]]
    for file in ctx.files.writable:
        runner += ["--copy", file.short_path]
    console = "mon:stdio" if ctx.attr.monitor else "stdio"
    start = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(start, "#!/bin/sh\nexec %s \"$@\"\n" % _shell_words(runner + ["--"] + _command(ctx, console, ctx.attr.kernel[0][KernelImageInfo].boot)), is_executable = True)
    return DefaultInfo(executable = start, runfiles = _runfiles(ctx, [ctx.executable._run]))

_RUN = """#!/bin/sh
# Console in this terminal. --gdb as the first argument waits for a debugger; the rest goes to QEMU.
if [ "${{1-}}" = --gdb ]; then
    shift
    set -- -gdb tcp:127.0.0.1:1234 -S "$@"
    echo "Waiting for a debugger: gdb -ex 'target remote :1234' {elf}"
fi
cat <<'END'
{says}
To leave the emulator type Ctrl-A, then X.
END
exec {command} "$@"
"""

def _emulator_run_impl(ctx):
    start = ctx.actions.declare_file(ctx.label.name)
    image = ctx.attr.kernel[0][KernelImageInfo]

    # A name of its own: a program that runs several machines has the kernels of all among its files.
    boot = ctx.actions.declare_file(ctx.label.name + "." + image.boot.extension)
    ctx.actions.symlink(output = boot, target_file = image.boot)
    ctx.actions.write(start, _RUN.format(command = _shell_words(_command(ctx, "mon:stdio", boot)), elf = image.debug.short_path, says = ctx.attr.says), is_executable = True)
    return DefaultInfo(executable = start, runfiles = _runfiles(ctx, [boot, image.debug]))

def _kernel_file_impl(ctx):
    elf = ctx.actions.declare_file(ctx.label.name + ".elf")
    ctx.actions.symlink(output = elf, target_file = ctx.attr.kernel[0][KernelImageInfo].elf)
    return DefaultInfo(files = depset([elf]), runfiles = ctx.runfiles([elf]))

def _program_file_impl(ctx):
    elf = ctx.actions.declare_file(ctx.label.name + ".elf")
    ctx.actions.symlink(output = elf, target_file = ctx.file.root)
    return DefaultInfo(files = depset([elf]), runfiles = ctx.runfiles([elf]))

_ATTRS = {
    "board": attr.string(mandatory = True, doc = "A row of platforms/boards.bzl."),
    "cfp": attr.string(default = "none", doc = "Level of control-flow protection."),
    "cmdline": attr.string(doc = "The kernel's command line."),
    "cpu_model": attr.string(doc = "-cpu; the board's if empty."),
    "cpus": attr.int(doc = "-smp; the board's if 0."),
    "data": attr.label_list(allow_files = True, doc = "Files for machine_args, there as $(rootpath LABEL)."),
    "icount": attr.bool(doc = "Time is the number of instructions."),
    "kernel": attr.label(cfg = _to_board, default = "//:hypervisor", providers = [KernelImageInfo]),
    "loader": attr.label(cfg = _to_user, allow_single_file = True, doc = "Started in the kernel's place; name the kernel in machine_args."),
    "machine": attr.string(doc = "-machine; the board's if empty."),
    "machine_args": attr.string_list(doc = "More arguments; {boot}, {elf} and {root} are the kernel's and the root task's files, {elf_folder} and {root_folder} where they are."),
    "memory": attr.string(doc = "-m; the board's if empty."),
    "modules": attr.label_keyed_string_dict(allow_files = True, cfg = _to_user, doc = "Boot modules and the words behind their names."),
    "one_thread": attr.bool(doc = "The machine's CPUs take turns: none waits for a lock that another holds while the host does not run it."),
    "pool_mib": attr.int(doc = "MiB of the kernel's pool; as built elsewhere if 0."),
    "qemu": attr.label(default = "@qemu10//:all", cfg = "exec"),
    "root": attr.label(cfg = _to_user, allow_single_file = True, doc = "The root task: a user_program."),
    "root_args": attr.string(doc = "Words behind the root task's name."),
    "writable": attr.label_list(allow_files = True, doc = "Files for machine_args that the machine writes: it gets copies."),
    "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
}

_emulator_test = rule(
    implementation = _emulator_test_impl,
    attrs = _ATTRS | {
        "expect_console": attr.string_list(doc = "Regular expressions that lines match in order; replaces TAP."),
        "keys": attr.string_list(doc = "Pairs: when a line matches the regular expression, the text is typed at the console; in order."),
        "monitor": attr.string_dict(doc = "When a line matches the regular expression, QEMU's monitor gets the command; in order."),
        "refuse_console": attr.string_list(doc = "Regular expressions that no line may match."),
        "timeout_s": attr.int(default = 60, doc = "Seconds until the machine is stopped and the test fails."),
        "_run": attr.label(default = "//tools/emulator:run", executable = True, cfg = "exec"),
    },
    test = True,
)

_emulator_run = rule(
    implementation = _emulator_run_impl,
    attrs = _ATTRS | {
        "says": attr.string(default = "Booting in the emulator.", doc = "Told to the person before it starts."),
    },
    executable = True,
)

_kernel_file = rule(
    implementation = _kernel_file_impl,
    attrs = {name: _ATTRS[name] for name in ["board", "cfp", "kernel", "_allowlist_function_transition"]},
)

_program_file = rule(
    implementation = _program_file_impl,
    attrs = {name: _ATTRS[name] for name in ["board", "root", "_allowlist_function_transition"]},
)

def _machine_attrs(cpu, board, qemu):
    """The board (qemu stands for any aarch64 one) and the emulator's label."""
    board = board or {"aarch64": "qemu", "x86_64": "x86_64"}[cpu]
    return {"board": board, "qemu": "@qemu%s//:all" % qemu}

def emulator_test(name, cpu = "aarch64", board = None, qemu = "10", size = "medium", **kwargs):
    """Boots a kernel with a root task and judges its TAP report, or `expect_console`.

    Args:
      name: of the test.
      cpu: "aarch64" or "x86_64"; chooses the board if none is named.
      board: a row of platforms/boards.bzl that has an emulator.
      qemu: "10", or "7" for exact instruction counts on x86_64.
      size: of the test.
      **kwargs: see _ATTRS above.
    """
    _emulator_test(name = name, size = size, **(_machine_attrs(cpu, board, qemu) | kwargs))

def emulator_run(name, cpu = "aarch64", board = None, qemu = "10", **kwargs):
    """`bazel run` of it boots the machine with its console in the terminal; arguments as for emulator_test."""
    _emulator_run(name = name, **(_machine_attrs(cpu, board, qemu) | kwargs))

def kernel_file(name, cpu = "aarch64", board = None, **kwargs):
    """The ELF file of the kernel that a machine with the same arguments boots."""
    _kernel_file(name = name, **({"board": _machine_attrs(cpu, board, "10")["board"]} | kwargs))

def program_file(name, root, cpu = "aarch64"):
    """The ELF file of the root task that a machine with the same arguments starts."""
    _program_file(name = name, board = _machine_attrs(cpu, None, "10")["board"], root = root)
