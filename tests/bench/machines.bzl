# SPDX-License-Identifier: GPL-2.0-only
"""The machines that are measured: 4 CPUs, 1 GiB, a counter of 1 GHz; QEMU 7.2 for exact counts."""

load("//tests:emulator.bzl", "emulator_run", "emulator_test")

_ARM = {"cpu": "aarch64", "cpu_model": "cortex-a72,cntfrq=1000000000"}

_COMMON = {"cpus": 4, "icount": True, "memory": "1G", "qemu": "7"}

MACHINES = {
    "x86_64": _COMMON | {"cpu": "x86_64", "cpu_model": "max,monitor=off"},
    "aarch64-gicv2": _COMMON | _ARM | {"machine": "virt,virtualization=on,gic-version=2"},
    "aarch64-gicv3": _COMMON | _ARM | {"machine": "virt,virtualization=on,gic-version=3"},
}

def bench_machines(name, roots, expect):
    """For each machine a program that measures, and a test that this reaches its end.

    Args:
      name: the group; the targets are named like their machines.
      roots: the benchmark's root task for each CPU.
      expect: regular expressions that lines of its output match, in order.
    """
    for label, machine in MACHINES.items():
        root = roots[machine["cpu"]]
        emulator_run(name = label, root = root, **machine)
        emulator_test(name = label + "_test", expect_console = expect, root = root, **machine)
    native.filegroup(name = name, srcs = MACHINES.keys())
