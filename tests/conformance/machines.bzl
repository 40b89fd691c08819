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

    # Others report AMD as vendor, whose CPUs switch the FPU lazily.
    "x86_64_2_cpus_intel": {"cpu": "x86_64", "cpu_model": "SapphireRapids", "cpus": 2},
    "x86_64_4_cpus": {"cpu": "x86_64", "cpus": 4},
    "x86_64_64_cpus": {"cpu": "x86_64", "cpus": 64, "timeout_s": 240},
    "x86_64_8_cpus_cfp_full": {"cfp": "full", "cpu": "x86_64", "cpus": 8},
    "x86_64_plain_cpu": {"cmdline": "insecure", "cpu": "x86_64", "cpu_model": "qemu64", "cpus": 2, "root_args": "insecure"},
}

# What loads the whole kernel runs on less of them.
_LOADED = {
    "aarch64": {"cpu": "aarch64", "cpus": 4, "machine": _GIC3, "timeout_s": 240},
    "x86_64": {"cpu": "x86_64", "cpus": 4, "timeout_s": 240},
}

def conformance_tests(name):
    """A test for each machine.

    Args:
      name: of all of them together.
    """
    tests = {machine + "_test": row | {"root": ":conformance"} for machine, row in _MACHINES.items()}
    for root in ["exhaust", "storm"]:
        tests |= {"%s_%s_test" % (root, machine): row | {"root": ":" + root} for machine, row in _LOADED.items()}
    for test, row in tests.items():
        # Several CPUs that wait for each other want several of the host: nothing beside them.
        tags = ["cpu:2"] if row["cpus"] > 1 else []
        emulator_test(name = test, **({"memory": "1G", "tags": tags, "timeout_s": 120} | row))
    native.test_suite(name = name, tests = tests.keys())
