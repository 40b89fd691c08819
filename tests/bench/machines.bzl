# SPDX-License-Identifier: GPL-2.0-only
"""The machines that are measured: 4 CPUs, 1 GiB, a counter of 1 GHz; QEMU 7.2 for exact counts."""

load("//tests:emulator.bzl", "emulator_run", "kernel_file")
load("//toolchains:shell.bzl", "shell_program", "shell_test")

_X86 = {"cpu": "x86_64", "cpu_model": "max,monitor=off"}

_ARM = {"cpu": "aarch64", "cpu_model": "cortex-a72,cntfrq=1000000000"}

# Has pointer authentication and branch target identification.
_ARM_MAX = {"cpu": "aarch64", "cpu_model": "max,cntfrq=1000000000"}

_GICV2 = {"machine": "virt,virtualization=on,gic-version=2"}

_GICV3 = {"machine": "virt,virtualization=on,gic-version=3"}

# Machines with `few` run a few rows, to be compared with the machine before them.
MACHINES = {
    "x86_64": _X86,
    "x86_64-1cpu": _X86 | {"cpus": 1, "few": True},
    "x86_64-64cpus": _X86 | {"cpus": 64, "few": True},
    "x86_64-full": _X86 | {"cfp": "full", "few": True},
    "aarch64-gicv2": _ARM | _GICV2,
    "aarch64-gicv3": _ARM | _GICV3,
    "aarch64-gicv3-1cpu": _ARM | _GICV3 | {"cpus": 1, "few": True},
    "aarch64-max": _ARM_MAX | _GICV3 | {"few": True},
    "aarch64-max-full": _ARM_MAX | _GICV3 | {"cfp": "full", "few": True},
}

_DATA = [
    "judge.awk",
    "lib.sh",
    "limits.csv",
    "reference.csv",
    "@llvm//:bin/llvm-objdump",
    "@llvm//:llvm-objdump",
]

_ARGS = ["$(rootpath %s)" % file for file in [
    "@llvm//:bin/llvm-objdump",
    "lib.sh",
    "judge.awk",
    "reference.csv",
    "limits.csv",
]]

def _machine(label, roots, cpu, cpu_model, few = False, machine = "", cpus = 4, cfp = "none"):
    emulator_run(
        name = label,
        cfp = cfp,
        cpu = cpu,
        cpu_model = cpu_model,
        cpus = cpus,
        icount = True,
        machine = machine,
        memory = "1G",
        qemu = "7",
        root = roots[cpu + ("_few" if few else "")],
    )
    kernel_file(name = "kernel_" + label, cfp = cfp, cpu = cpu)

def _targets(labels):
    return [target for label in labels for target in [":" + label, ":kernel_" + label]]

def _arguments(labels):
    return _ARGS + ["$(rootpath %s)" % target for target in _targets(labels)]

def bench_machines(name, tests, roots):
    """For each machine a program that boots it, a program NAME that measures all, and tests of budgets.

    Args:
      name: of the program.
      tests: for each test the machines it measures.
      roots: the benchmark's root tasks for each CPU, all of it (CPU) and a few rows (CPU_few).
    """
    for label, machine in MACHINES.items():
        _machine(label, roots, **machine)
    shell_program(
        name = name,
        args = _arguments(MACHINES),
        data = _DATA + _targets(MACHINES),
        script = "bench.sh",
    )
    for test, labels in tests.items():
        shell_test(
            name = test,
            size = "medium",
            args = _arguments(labels),
            data = _DATA + _targets(labels),
            script = "budgets_test.sh",
        )
    native.test_suite(name = "budgets", tests = tests.keys())
    traced = [
        target
        for label in ["x86_64-1cpu", "aarch64-gicv3-1cpu"]
        for target in _targets([label])
    ]
    shell_program(
        name = "trace",
        args = ["$(rootpath %s)" % target for target in ["@llvm//:bin/llvm-objdump", "trace.awk"] + traced],
        data = [
            "trace.awk",
            "@llvm//:bin/llvm-objdump",
            "@llvm//:llvm-objdump",
        ] + traced,
        script = "trace.sh",
    )
    kernels = [
        target
        for label, machine in MACHINES.items()
        for target in [machine["cpu"] + "/path.txt", ":kernel_" + label]
        if label in ["x86_64", "x86_64-full", "aarch64-gicv3", "aarch64-max-full"]
    ]
    shell_test(
        name = "path_test",
        size = "small",
        args = ["$(rootpath %s)" % target for target in ["@llvm//:bin/llvm-objdump", "path.awk"] + kernels],
        data = {target: True for target in [
            "path.awk",
            "@llvm//:bin/llvm-objdump",
            "@llvm//:llvm-objdump",
        ] + kernels}.keys(),
        script = "path_test.sh",
    )
