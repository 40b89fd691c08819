# SPDX-License-Identifier: GPL-2.0-only
"""BOARDS.md, configs.bazelrc and the table of the README: what people and the command line see of the rows."""

load(":boards.bzl", "BOARDS", "link_address")
load(":matrix.bzl", "IMAGES", "image_name")

_HEAD = """# Boards

Made from `boards.bzl` by `./bazelw run //platforms:update`; do not edit.

An interrupt is its number after the first private (PPI) or shared (SPI) one, with the flags of a device tree:
1 rising edge, 4 level high, 8 level low. A range is base + size.

"""

def _hex(value):
    return "0x%x" % value

def _range(row, key):
    return "%s + %s" % (_hex(row[key][0]), _hex(row[key][1])) if key in row else ""

def _irq(irq):
    return "%d/%d" % irq if irq else ""

def _uart(uart):
    if not uart:
        return ""
    clock = ", %d Hz" % uart.clock if uart.clock else ""
    return "%s, %s%s" % (uart.kind, _hex(uart.base), clock)

def _smmu(smmu):
    return "%s: SPI %s, %d contexts" % (_hex(smmu.base), ", ".join([_irq(i) for i in smmu.spis]), len(smmu.contexts))

def _start(row):
    if row["cpu"] != "aarch64":
        return ""
    return "table at " + _hex(row["spin_table"]) if "spin_table" in row else "PSCI"

def _emulator(row):
    return "`-M %s -cpu %s`" % (row["emulator"].machine, row["emulator"].cpu) if "emulator" in row else ""

# One column of a table: its head and how a row fills it.
_MACHINES = [
    ("board", lambda name, row: "`%s`" % name),
    ("platform", lambda name, row: "`%s`" % image_name(name)),
    ("machine", lambda name, row: row["machine"]),
    ("device tree", lambda name, row: row.get("tree", "")),
    ("link address", lambda name, row: _hex(link_address(row))),
    ("start", lambda name, row: _start(row)),
    ("CPU affinities", lambda name, row: " ".join([_hex(m) for m in row.get("mpidr", [])])),
    ("emulator", lambda name, row: _emulator(row)),
]

_DEVICES = [
    ("board", lambda name, row: "`%s`" % name),
    ("UART", lambda name, row: _uart(row.get("uart"))),
    ("its SPI", lambda name, row: _irq(row["uart"].irq) if "uart" in row else ""),
    ("GICD", lambda name, row: _range(row, "gicd")),
    ("GICR", lambda name, row: _range(row, "gicr")),
    ("GICC", lambda name, row: _range(row, "gicc")),
    ("GICH", lambda name, row: _range(row, "gich")),
    ("GICV", lambda name, row: _range(row, "gicv")),
    ("timer EL2 / virtual", lambda name, row: " ".join([_irq(row[k]) for k in ["timer_el2", "timer_virt"] if k in row])),
    ("maintenance", lambda name, row: _irq(row.get("maintenance"))),
    ("SMMU", lambda name, row: "; ".join([_smmu(s) for s in row.get("smmu", [])])),
]

# The README's table names what fits on a line.
_OVERVIEW = [
    ("`--config=`", lambda name, row: "`%s`" % image_name(name)),
    ("machine", lambda name, row: row["machine"]),
    ("emulated", lambda name, row: "`-M %s`" % row["emulator"].machine.split(",")[0] if "emulator" in row else ""),
]

def _line(cells):
    return "| %s |" % " | ".join(cells)

def _table(columns):
    lines = [_line([head for head, _ in columns]), _line(["---"] * len(columns))]
    lines += [_line([fill(name, row) for _, fill in columns]) for name, row in BOARDS.items()]
    return "\n".join(lines) + "\n"

def _boards_md():
    remarks = ["- `%s`: %s." % (name, row["remark"]) for name, row in BOARDS.items() if "remark" in row]
    return _HEAD + _table(_MACHINES) + "\n## Devices\n\n" + _table(_DEVICES) + "\n## Remarks\n\n" + "\n".join(remarks) + "\n"

def _configs():
    head = "# SPDX-License-Identifier: GPL-2.0-only\n# Made by `./bazelw run //platforms:update`; do not edit.\n"
    return head + "".join(["build:%s --platforms=//platforms:%s\n" % (image.name, image.name) for image in IMAGES])

def _impl(ctx):
    outs = []
    made = {"BOARDS.md": _boards_md(), "configs.bazelrc": _configs(), "README.md.part": _table(_OVERVIEW)}
    for name, text in made.items():
        out = ctx.actions.declare_file("%s/%s" % (ctx.label.name, name))
        ctx.actions.write(out, text)
        outs.append(out)
    return DefaultInfo(files = depset(outs), runfiles = ctx.runfiles(outs))

board_docs = rule(implementation = _impl)
