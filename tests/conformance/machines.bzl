# SPDX-License-Identifier: GPL-2.0-only
"""The machines that the interface is tested on, one row each: attributes of emulator_test."""

load("//tests:emulator.bzl", "emulator_test")

_GIC2 = "virt,virtualization=on,gic-version=2"
_GIC3 = "virt,virtualization=on,gic-version=3"

_MACHINES = {
    "aarch64_1_cpu_gicv3": {"cpu": "aarch64", "cpus": 1, "machine": _GIC3},
    "aarch64_2_cpus_gicv2": {"cpu": "aarch64", "cpus": 2, "machine": _GIC2},
    "aarch64_4_cpus_gicv2_cfp_full": {"cfp": "full", "cpu": "aarch64", "cpus": 4, "machine": _GIC2},
    "aarch64_4_cpus_gicv3": {"cpu": "aarch64", "cpus": 4, "machine": _GIC3},
    "aarch64_plain_cpu_gicv2": {"cpu": "aarch64", "cpu_model": "cortex-a53", "cpus": 4, "machine": _GIC2},
    "x86_64_1_cpu": {"cpu": "x86_64", "cpus": 1},
    "x86_64_2_cpus": {"cpu": "x86_64", "cpus": 2},
    "x86_64_4_cpus": {"cpu": "x86_64", "cpus": 4},
    "x86_64_64_cpus": {"cpu": "x86_64", "cpus": 64},
    "x86_64_8_cpus_cfp_full": {"cfp": "full", "cpu": "x86_64", "cpus": 8},
    "x86_64_plain_cpu": {"cpu": "x86_64", "cpu_model": "qemu64", "cpus": 2},
}

def conformance_tests(name):
    """A test for each machine.

    Args:
      name: of all of them together.
    """
    for machine, row in _MACHINES.items():
        # Several CPUs that wait for each other want several of the host: nothing beside them.
        tags = ["cpu:2"] if row["cpus"] > 1 else []
        emulator_test(name = machine + "_test", root = ":conformance", **({"memory": "1G", "tags": tags, "timeout_s": 120} | row))
    native.test_suite(name = name, tests = [machine + "_test" for machine in _MACHINES])
