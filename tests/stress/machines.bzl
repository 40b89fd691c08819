# SPDX-License-Identifier: GPL-2.0-only
"""The root tasks of this room, and the machines that they run on: attributes of emulator_test."""

load("//tests:emulator.bzl", "emulator_run", "emulator_test")

_MACHINES = {
    "aarch64": {},
    "x86_64": {"cpu": "x86_64", "cpu_model": "max"},
}

# Program: seconds that it may take; CPUs that do nothing but wait for each other take turns.
_PROGRAMS = {
    "churn": {"one_thread": True, "timeout_s": 600},
    "life": {"timeout_s": 600},
}

_COMMON = {"cpus": 4, "memory": "1G"}

def stress_tests(name):
    """A test for each program and machine, and million_CPU, for people, who have time.

    Args:
      name: of all tests together.
    """
    tests = {}
    for machine, attrs in _MACHINES.items():
        for program, more in _PROGRAMS.items():
            tests["%s_%s_test" % (program, machine)] = {
                "root": ":" + program,
                "size": "large",
                "tags": ["cpu:2"],  # CPUs that wait for each other want those of the host
            } | _COMMON | attrs | more
        emulator_run(
            name = "million_" + machine,
            one_thread = True,
            root = ":churn_million",
            **(_COMMON | attrs)
        )
    for test, args in tests.items():
        emulator_test(name = test, **args)
    native.test_suite(name = name, tests = tests.keys())
