# SPDX-License-Identifier: GPL-2.0-only
"""The demonstration: its machine, as attributes of emulator_run and emulator_test, and a program."""

load("//tests:emulator.bzl", "emulator_run")

# Modules by the names that user/manager looks for; what follows `linux` is the guests' command line.
DEMO = {
    "board": "qemu",
    "cmdline": "vms=2 vcpus=1 memory=128",
    "cpu_model": "cortex-a72",
    "cpus": 4,
    "machine": "virt,virtualization=on,gic-version=3",
    "memory": "1G",
    "modules": {
        "//user/linux:initramfs": "initrd",
        "//user/vmm": "vmm",
        "@linux//:busybox": "disk",
        "@linux//:kernel": "linux console=ttyAMA0 quiet",
    },
    "root": "//user/manager",
}

_SAYS = """\
An emulated aarch64 machine with 4 CPUs boots the hypervisor; its root task then starts two Linux
virtual machines. They need 5 to 30 seconds until their shells are ready."""

def demo(name):
    """`bazel run` of it is the demonstration; //tests/linux has a test of it.

    Args:
      name: of the target.
    """
    emulator_run(name = name, says = _SAYS, **DEMO)
