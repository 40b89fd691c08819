# SPDX-License-Identifier: GPL-2.0-only
"""The machines that virtual machines are tested on, one row each: attributes of emulator_test."""

load("//tests:emulator.bzl", "emulator_test")

_GIC2 = "virt,virtualization=on,gic-version=2"
_GIC3 = "virt,virtualization=on,gic-version=3"

_MACHINES = {
    "cortex_a72_gicv2": {"cpu_model": "cortex-a72", "cpus": 2, "machine": _GIC2},
    "cortex_a72_gicv3": {"cpu_model": "cortex-a72", "cpus": 1, "machine": _GIC3},
    "max_cfp_full": {"cfp": "full", "cpu_model": "max", "cpus": 2, "machine": _GIC3},
    "neoverse": {"cpu_model": "neoverse-n1", "cpus": 4, "machine": _GIC3},
}

# A tick of the counter is an instruction.
_EXACT = {"cpu_model": "cortex-a72,cntfrq=1000000000", "cpus": 2, "icount": True, "root": ":exact"}

def guest_tests(name):
    """Tests for each machine: all claims, some fuzzing; what is counted, for each GIC; and much fuzzing, which only who asks for it gets.

    Args:
      name: of all of them together but for the long ones.
    """
    tests = {}
    for machine, row in _MACHINES.items():
        tests[machine + "_test"] = row | {"root": ":guest"}
        tests["fuzz_%s_test" % machine] = row | {"root": ":fuzz_few"}
    tests["exact_gicv2_test"] = _EXACT | {"machine": _GIC2}
    tests["exact_gicv3_test"] = _EXACT | {"machine": _GIC3}
    for test, row in tests.items():
        # Several CPUs that wait for each other want several of the host: nothing beside them.
        tags = ["cpu:2"] if row["cpus"] > 1 else []
        emulator_test(name = test, **({"memory": "1G", "tags": tags, "timeout_s": 120} | row))
    for machine, row in _MACHINES.items():
        emulator_test(
            name = "fuzz_long_" + machine,
            memory = "1G",
            root = ":fuzz_many",
            tags = ["manual"],
            timeout_s = 3600,
            **row
        )
    native.test_suite(name = name, tests = tests.keys())
