# SPDX-License-Identifier: GPL-2.0-only
"""Turns the board of the target platform into C and into symbols for the linker."""

load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load(":boards.bzl", "BOARDS", "link_address")
load(":settings.bzl", "IntInfo")

def _irq(irq):
    return "{ %d, %d }" % irq

def _uart(uart):
    stride_log2 = {1: 0, 2: 1, 4: 2}[uart.stride]
    return "{ .kind = UART_%s, .stride_log2 = %d, .clock_hz = %d, .base = 0x%x }" % (uart.kind, stride_log2, uart.clock, uart.base)

def _range(range):
    return "{ 0x%x, 0x%x }" % range

def _array(type, name, values):
    return "static const %s %s[] = { %s };" % (type, name, ", ".join(values))

def _smmu(index, smmu):
    spis = ", ".join([_irq(i) for i in smmu.spis])
    return "    { .base = 0x%x, .global = { %s }, .global_count = %d, .context_count = %d, .context = context_%d }," % (
        smmu.base,
        spis,
        len(smmu.spis),
        len(smmu.contexts),
        index,
    )

def board_source(name, row):
    """The C source of one row."""
    smmu = row.get("smmu", [])
    mpidr = row.get("mpidr", [])
    lines = ["/* SPDX-License-Identifier: GPL-2.0-only */", "#include \"platforms/board.h\"", ""]
    fields = [("name", "\"%s\"" % name)]
    if "ram" in row:
        fields += [("ram_base", "0x%x" % row["ram"][0]), ("ram_size", "0x%x" % row["ram"][1])]
    if mpidr:
        lines.append(_array("uint64_t", "mpidr", ["0x%x" % m for m in mpidr]))
        fields += [("cpu_mpidr", "mpidr"), ("cpu_count", "%d" % len(mpidr))]
    fields.append(("start", "BOARD_START_SPIN" if "spin_table" in row else "BOARD_START_PSCI"))
    if "spin_table" in row:
        fields.append(("spin_table", "0x%x" % row["spin_table"]))
    if "uart" in row:
        fields.append(("uart", _uart(row["uart"])))
    fields += [(key, _range(row[key])) for key in ["gicd", "gicr", "gicc", "gich", "gicv"] if key in row]
    fields += [(field, _irq(row[key])) for field, key in [
        ("timer_el2", "timer_el2"),
        ("timer_virt", "timer_virt"),
        ("gic_maintenance", "maintenance"),
    ] if key in row]
    if smmu:
        lines += [_array("struct board_irq", "context_%d" % i, [_irq(c) for c in s.contexts]) for i, s in enumerate(smmu)]
        lines += ["static const struct board_smmu smmu[] = {"] + [_smmu(i, s) for i, s in enumerate(smmu)] + ["};"]
        fields += [("smmu", "smmu"), ("smmu_count", "%d" % len(smmu))]
    if "withhold" in row:
        lines.append(_array("struct board_range", "withhold", [_range(r) for r in row["withhold"]]))
        fields += [("withhold", "withhold"), ("withhold_count", "%d" % len(row["withhold"]))]
    lines += ["", "const struct board board = {"] + ["    .%s = %s," % f for f in fields] + ["};", ""]
    return "\n".join(lines)

def _has(ctx, label):
    return ctx.target_platform_has_constraint(label[platform_common.ConstraintValueInfo])

def _row(ctx):
    """The name of the target platform's board, or an error that says what to do."""
    names = [name for value, name in ctx.attr.boards.items() if _has(ctx, value)]
    if not names:
        fail("the target platform names no board: use --platforms=//platforms:NAME, names are in platforms/BOARDS.md")
    cpu = BOARDS[names[0]]["cpu"]
    if not [value for value, name in ctx.attr.cpus.items() if name == cpu and _has(ctx, value)]:
        fail("board %s has CPU %s, the target platform another: use a platform of platforms/BOARDS.md" % (names[0], cpu))
    return names[0]

def _board_impl(ctx):
    name = _row(ctx)
    out = ctx.actions.declare_file(ctx.label.name + ".c")
    ctx.actions.write(out, board_source(name, BOARDS[name]))
    symbols = {
        "BOARD_LINK_BASE": link_address(BOARDS[name]),
        "KERNEL_POOL_SIZE": ctx.attr._pool_mib[IntInfo].value << 20,
    }
    linker_input = cc_common.create_linker_input(
        owner = ctx.label,
        user_link_flags = depset(["--defsym=%s=0x%x" % s for s in symbols.items()]),
    )
    return [
        DefaultInfo(files = depset([out])),
        CcInfo(linking_context = cc_common.create_linking_context(linker_inputs = depset([linker_input]))),
    ]

_board_data = rule(
    implementation = _board_impl,
    attrs = {
        "boards": attr.label_keyed_string_dict(providers = [platform_common.ConstraintValueInfo]),
        "cpus": attr.label_keyed_string_dict(providers = [platform_common.ConstraintValueInfo]),
        "_pool_mib": attr.label(default = "//platforms:pool_mib"),
    },
)

def board_data(name, **kwargs):
    """NAME.c with `const struct board board`, and BOARD_LINK_BASE and KERNEL_POOL_SIZE for the linker."""
    _board_data(
        name = name,
        boards = {"//platforms/board:" + board: board for board in BOARDS},
        cpus = {"@platforms//cpu:" + row["cpu"]: row["cpu"] for row in BOARDS.values()},
        target_compatible_with = ["@platforms//os:none"],
        **kwargs
    )
