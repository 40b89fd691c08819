# SPDX-License-Identifier: GPL-2.0-only
"""The machines that the kernel is booted on, one row each: attributes of emulator_test.

Each dimension is covered, not the product of all: CPUs, memory, CPU models, GIC versions, levels of control-flow
protection, QEMU 7 (no x2APIC, counters of 62.5 MHz) and 10.
"""

load("//platforms:matrix.bzl", "CFP_LEVELS")
load("//tests:emulator.bzl", "emulator_test")

_GIC2 = "virt,virtualization=on,gic-version=2"
_GIC3 = "virt,virtualization=on,gic-version=3"

_ALL_WORDS = "insecure noccst nocpst nodl nomktme nopcid nosmmu nouart novpid"

_FEW_CPUS = [
    "^POOL: 3[0-9]{3} of [0-9]+ KiB free$",
    "^CPU: APIC ID [0-9]+, .*$",
    "^not all CPUs are used: no memory for number [5-9][0-9], build with a larger pool$",
    "^CPUS: [5-9][0-9] online, boot CPU is 0$",
    "^# 0 of [0-9]+ failed$",
]

_X86_64 = {
    "1_cpu_128m": dict(cpus = 1, memory = "128M"),

    # As many as this emulator has; those from 255 on can be reached through an x2APIC only.
    "288_cpus": dict(cpus = 288),

    # More CPUs than memory: some are left out, which is said once, and what comes behind them has enough.
    "288_cpus_4m_pool": dict(cpus = 288, expect_console = _FEW_CPUS, expected_cpus = 0, pool_mib = 4),
    "4_cpus_8g": dict(memory = "8G"),
    "64_cpus": dict(cpus = 64),
    "all_options": dict(cmdline = _ALL_WORDS),
    "amd": dict(cpu_model = "EPYC-Milan"),
    "intel": dict(cpu_model = "SapphireRapids"),
    "iommu": dict(machine_args = ["-device", "intel-iommu,intremap=on"]),
    "old_amd": dict(cpu_model = "Opteron_G1"),
    "old_intel": dict(cpu_model = "Conroe", cpus = 1),
    "old_machine": dict(machine = "pc"),
    "plain_cpu": dict(cpu_model = "qemu64"),
    "qemu7": dict(qemu = "7"),
    "qemu7_1_cpu_128m": dict(cpus = 1, memory = "128M", qemu = "7"),
    "qemu7_plain_cpu": dict(cpu_model = "qemu64", qemu = "7"),
}

_AARCH64 = {
    "1_cpu_gicv2_256m": dict(cpus = 1, machine = _GIC2, memory = "256M"),
    "1_cpu_gicv3_256m": dict(cpus = 1, memory = "256M"),
    "4_cpus_gicv2": dict(machine = _GIC2),
    "4_cpus_gicv3_8g": dict(memory = "8G"),

    # The board has 4, others stay off.
    "8_cpus_gicv2": dict(cpus = 8, expected_cpus = 4, machine = _GIC2),
    "8_cpus_gicv3": dict(cpus = 8, expected_cpus = 4),
    "all_options": dict(cmdline = _ALL_WORDS),
    "cortex_a53_gicv2": dict(cpu_model = "cortex-a53", machine = _GIC2),
    "cortex_a57_gicv3": dict(cpu_model = "cortex-a57"),
    "cortex_a72_gicv2_8g": dict(cpu_model = "cortex-a72", machine = _GIC2, memory = "8G"),
    "cortex_a710_gicv3": dict(cpu_model = "cortex-a710"),
    "gicv4": dict(machine = "virt,virtualization=on,gic-version=4"),
    "neoverse_n1_gicv3": dict(cpu_model = "neoverse-n1"),
    "qemu7_gicv2": dict(machine = _GIC2, qemu = "7"),
    "qemu7_gicv3": dict(qemu = "7"),
    "smmuv3": dict(machine = _GIC3 + ",iommu=smmuv3"),
}

# Levels of protection, on a CPU that has it and on one that has not.
_CFP = {
    "aarch64": {"": "max", "_old_cpu": "cortex-a57"},
    "x86_64": {"": "max", "_plain_cpu": "qemu64"},
}

# What comes of it on `max`: the emulator has no control-flow enforcement on x86_64.
_CFP_IN_EFFECT = {
    "aarch64": {level: level for level in CFP_LEVELS},
    "x86_64": {level: "none" for level in CFP_LEVELS},
}

# Boards whose UART the root task does not know: the kernel's own lines tell whether all is well.
_NO_ROOT = ["^ROOT: No image: ", "^Nothing to run: all CPUs are idle$"]

def _cpus(count):
    return ["^CPUS: %d online, boot CPU is 0$" % count]

_BOARDS = {
    "broadcom_bcm2711": _cpus(4),
    "nxp_imx8m": _cpus(4),
    "xilinx_zynq_cg": _cpus(2),
    "xilinx_zynq_u96": _cpus(4),
    "xilinx_zynq_zcu102": _cpus(4),
}

def _args(cpu, row):
    """The root task is told how many CPUs to expect, unless 0: behind its module, or in the device tree."""
    args = {"cpu": cpu, "cpus": 4, "memory": "1G", "root": "//tests/boot"} | row
    expected = args.pop("expected_cpus", args["cpus"])
    words = "cpus=%d" % expected if expected else ""
    if cpu == "x86_64":
        args["root_args"] = words
    else:
        args["cmdline"] = (words + " " + args.get("cmdline", "")).strip()
    return args

def boot_tests(name):
    """A test for each row, level and board.

    Args:
      name: of all of them together.
    """
    tests = {"%s_test" % board: {"board": board, "expect_console": lines + _NO_ROOT} for board, lines in _BOARDS.items()}
    for cpu, rows in {"aarch64": _AARCH64, "x86_64": _X86_64}.items():
        for row_name, row in rows.items():
            tests["%s_%s_test" % (cpu, row_name)] = _args(cpu, row)
        for cfp in CFP_LEVELS:
            for suffix, model in _CFP[cpu].items():
                tests["%s_cfp_%s%s_test" % (cpu, cfp, suffix)] = _args(cpu, {"cfp": cfp, "cpu_model": model})
    for cpu, levels in _CFP_IN_EFFECT.items():
        for cfp, effect in levels.items():
            tests["%s_cfp_%s_in_effect_test" % (cpu, cfp)] = {
                "cfp": cfp,
                "cpu": cpu,
                "cpu_model": "max",
                "expect_console": ["^CPU.*, CFP %s$" % effect] + _NO_ROOT,
            }
    for test, args in tests.items():
        emulator_test(name = test, **args)
    native.test_suite(name = name, tests = tests.keys())

# What the root task is told; a machine that is reset starts again and says the same.
_POWER = {
    "reset": {"expect_console": ["^ok 1 - reset$", "^ok 1 - reset$"]},
    "s4": {},
    "s5": {},
}

def power_tests(name):
    """A test for each way to end a machine, on both CPUs.

    Args:
      name: of all of them together.
    """
    tests = {
        "%s_%s_test" % (word, cpu): row | {"cpu": cpu, ("root_args" if cpu == "x86_64" else "cmdline"): word}
        for word, row in _POWER.items()
        for cpu in ["aarch64", "x86_64"]
    }
    for test, args in tests.items():
        emulator_test(
            name = test,
            machine_args = ["-action", "reboot=reset"],
            memory = "512M",
            root = ":power",
            **args
        )
    native.test_suite(name = name, tests = tests.keys())
