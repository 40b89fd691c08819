# SPDX-License-Identifier: GPL-2.0-only
"""The root tasks of this room, and the machines that they run on: attributes of emulator_test."""

load("//tests:emulator.bzl", "emulator_test")

_MACHINES = {
    "aarch64_gicv2": {"cpu": "aarch64", "machine": "virt,virtualization=on,gic-version=2"},
    "aarch64_gicv3": {"cpu": "aarch64", "machine": "virt,virtualization=on,gic-version=3"},
    "x86_64": {"cpu": "x86_64", "cpu_model": "max"},
}

# Program: machines, seconds that it may take there.
_PROGRAMS = {
    "churn": (["aarch64_gicv3", "x86_64"], 600),
    "life": (["aarch64_gicv2", "aarch64_gicv3", "x86_64"], 120),
}

def stress_tests(name):
    """A test for each program and machine.

    Args:
      name: of all of them together.
    """
    tests = {}
    for program, (machines, seconds) in _PROGRAMS.items():
        for machine in machines:
            tests["%s_%s_test" % (program, machine)] = {
                "cpus": 4,
                "one_thread": program == "churn",
                "memory": "1G",
                "root": ":" + program,
                "size": "large",
                "timeout_s": seconds,
            } | _MACHINES[machine]
    for test, args in tests.items():
        emulator_test(name = test, **args)
    native.test_suite(name = name, tests = tests.keys())
