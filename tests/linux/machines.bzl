# SPDX-License-Identifier: GPL-2.0-only
"""The machines that guests are tested on: attributes of emulator_test."""

load("//platforms/run:demo.bzl", "DEMO")
load("//tests:emulator.bzl", "emulator_test")

_GIC2 = "virt,virtualization=on,gic-version=2"
_GIC3 = "virt,virtualization=on,gic-version=3"

_MACHINES = {
    "1_vcpu_max_gicv3": {"cmdline": "vcpus=1 memory=128", "cpu_model": "max", "machine": _GIC3},
    "2_vcpus_a72_gicv2": {"cmdline": "vcpus=2 memory=160", "cpu_model": "cortex-a72", "machine": _GIC2},
    "2_vcpus_neoverse": {"cmdline": "vcpus=2 memory=160", "cpu_model": "neoverse-n1", "machine": _GIC3},
    "2_vms_a72_gicv2": {"cmdline": "two vcpus=2 memory=128", "cpu_model": "cortex-a72", "machine": _GIC2},
    "2_vms_a72_gicv3": {"cmdline": "two vcpus=2 memory=128", "cpu_model": "cortex-a72", "machine": _GIC3},
}

def linux_tests(name):
    """A test for each machine.

    Args:
      name: of all of them together.
    """
    for machine, row in _MACHINES.items():
        emulator_test(
            name = machine + "_test",
            board = "qemu",
            cpus = 3,
            memory = "1G",
            modules = {
                ":initramfs": "initrd",
                ":resets": "resets",
                "//user/vmm": "vmm",
                "@linux//:busybox": "disk",
                "@linux//:kernel": "linux console=ttyAMA0 quiet panic=-1",
            },
            root = ":linux",
            # Virtual CPUs that wait for each other want CPUs of the host.
            tags = ["cpu:2", "linux"],
            timeout_s = 120,
            **row
        )

    # The person at the terminal goes from VM 1 to VM 2, does something there, and leaves.
    emulator_test(
        name = "demo_test",
        expect_console = [
            "^Root partition manager: 4 CPUs",
            "^Linux 6.*, 1 CPU, 1[0-9]+ MiB, in virtual machine 1",
            "^--- VM 2 of 2",
            "^Linux 6.*, 1 CPU, 1[0-9]+ MiB, in virtual machine 2",
            "^VM-2 answers",
            "^--- VM 2 starts over",
            "^--- VM 1 of 2",
            "^--- Goodbye",
        ],
        keys = [
            "^Enter 'help' for a list",
            "\0242",
            "^Enter 'help' for a list",
            "echo VM-$((1 + 1)) answers\r",
            "^VM-2 answers",
            "\024r",
            "^--- VM 2 starts over",
            "\0241",
            "^--- VM 1 of 2",
            "\024q",
        ],
        tags = ["cpu:2", "linux"],
        timeout_s = 240,
        **DEMO
    )
    native.test_suite(name = name, tests = [machine + "_test" for machine in _MACHINES] + ["demo_test"])
