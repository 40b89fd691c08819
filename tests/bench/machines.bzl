# SPDX-License-Identifier: GPL-2.0-only
"""The machines that are measured: 4 CPUs, 1 GiB, a counter of 1 GHz."""

_ARM = {"cpu": "aarch64", "cpu_model": "cortex-a72,cntfrq=1000000000"}

_COMMON = {"cpus": 4, "memory": "1G"}

MACHINES = {
    "x86_64": _COMMON | {"cpu": "x86_64", "cpu_model": "max,monitor=off"},
    "aarch64-gicv2": _COMMON | _ARM | {"machine": "virt,virtualization=on,gic-version=2"},
    "aarch64-gicv3": _COMMON | _ARM | {"machine": "virt,virtualization=on,gic-version=3"},
}
