# SPDX-License-Identifier: GPL-2.0-only
"""How the loaders start the kernel: rows of names and words (load.h), and what is special about them."""

load("//tests:emulator.bzl", "emulator_test")

# Free in every machine below: where the hypervisor's ELF file lies.
_KERNEL = {
    "aarch64": "0x44000000",
    "x86_64": "0x6000000",
}

# The report's end, where the console is judged by its lines.
_PASSED = "^# 0 of [0-9]+ failed$"

def _pool(kib):
    """The kernel's line about a pool of so many KiB, as a regular expression."""
    return "^POOL: [0-9]+ of %s KiB free$" % kib

def _row(words, **more):
    """What the loader is told; `root_words` for the root task; lines to `expect` instead of its report; attributes."""
    return dict(words = words, **more)

# x86_64. Linked at 0x400000, 16 MiB; the loader is at 64 MiB, the root task behind it.
_X86_64 = {
    "multiboot1": _row("protocol=1"),
    "multiboot2": _row("protocol=2"),
    "multiboot1_long_mode": _row("protocol=1 mode=64"),
    "multiboot2_long_mode": _row("protocol=2 mode=64"),
    "multiboot2_five_levels": _row("protocol=2 mode=57"),
    "up": _row("protocol=1 shift=0x200000"),
    "up_long_mode": _row("protocol=2 mode=64 shift=0x200000"),
    "down": _row("protocol=2 shift=-0x200000"),

    # Nobody is to rely on that no CPU has sent anything yet, nor on the mode of the local APIC meanwhile.
    "interrupts_pend": _row("protocol=2 pending"),
    "interrupts_pend_xapic": _row("protocol=1 pending", cpu_model = "max,x2apic=off"),

    # Where bit 31 of the address is set.
    "high": _row("protocol=2 shift=0x97c00000", memory = "2560M"),
    "high_long_mode": _row("protocol=2 mode=64 shift=0x97c00000", memory = "2560M"),
    "kmem": _row("protocol=2 kmem=0x1000000", root_words = "nova_size=0x2000000"),
    "kmem_is_in_the_pool": _row("protocol=2 kmem=0x1000000", expect = [_pool("32[0-9]{3}"), _PASSED]),
    "kmem_is_rounded_down": _row("protocol=2 kmem=0x11fffff", root_words = "nova_size=0x2000000"),
    "kmem_is_capped": _row("protocol=2 kmem=0x7ff00000 shift=0x8000000", memory = "1G", root_words = "nova_size=0x20000000"),
    "kmem_is_not_in_multiboot1": _row("protocol=1 kmem=0x1000000", root_words = "nova_size=0x1000000"),
    "words": _row("protocol=2 -- noccst nodl", expect = ["^BOOT: command line 'noccst nodl'$", _PASSED]),
    "words_multiboot1": _row("protocol=1 -- noccst nodl", expect = ["^BOOT: command line 'noccst nodl'$", _PASSED]),
    "no_module_multiboot1": _row("protocol=1", expect = ["^ROOT: No image: ", "^Nothing to run: "], root = None),
    "no_module_multiboot2": _row("protocol=2", expect = ["^ROOT: No image: ", "^Nothing to run: "], root = None),
}

_RAM = "ram=0x40000000,0x20000000 "
_GIC2 = "virt,virtualization=on,gic-version=2"

# Nobody is below the kernel: the loader is started as an ELF file, and QEMU hands over no RAM disk then. No
# PSCI: one CPU, no way to switch off.
_EL3 = dict(
    cpus = 1,
    expect = [_PASSED],
    loader = "//tests/loader:aarch64_elf",
    machine_args = ["-device", "loader,file={root},addr=0x4a000000,force-raw=on"],
)

# aarch64, board qemu. Linked at 0x4e000000, 16 MiB.
_AARCH64 = {
    "legacy": _row("protocol=0"),
    "multiboot1": _row(_RAM + "protocol=1"),
    "multiboot2": _row(_RAM + "protocol=2"),
    "legacy_up": _row("protocol=0 shift=0x200000"),
    "multiboot1_down": _row(_RAM + "protocol=1 shift=-0x200000"),
    "multiboot2_up": _row(_RAM + "protocol=2 shift=0x200000"),
    "low": _row(_RAM + "protocol=2 shift=-0xc000000"),
    "above_4_gib": _row("protocol=0 shift=0x100000000", memory = "8G"),

    # What the kernel's memory holds is nothing to rely on.
    "memory_is_not_zero": _row("protocol=0 fill=0xa5"),

    # Nor that nobody has sent anything to CPUs that are not on yet.
    "interrupts_pend_gicv2": _row("protocol=0 pending", machine = _GIC2),
    "interrupts_pend_gicv3": _row("protocol=0 pending", machine = "virt,virtualization=on,gic-version=3"),
    "kmem": _row(_RAM + "protocol=2 kmem=0x1000000", root_words = "nova_size=0x2000000"),
    "kmem_is_in_the_pool": _row(_RAM + "protocol=2 kmem=0x1000000", expect = [_pool("32[0-9]{3}"), _PASSED]),
    "kmem_is_rounded_down": _row(_RAM + "protocol=2 kmem=0x11fffff", root_words = "nova_size=0x2000000"),
    "kmem_is_capped": _row(
        "ram=0x40000000,0x40000000 protocol=2 kmem=0x7ff00000",
        memory = "1G",
        root_words = "nova_size=0x20000000",
    ),
    "words": _row(_RAM + "protocol=2 -- nosmmu", expect = ["^BOOT: command line 'nosmmu'$", _PASSED]),
    "words_multiboot1": _row(_RAM + "protocol=1 -- nosmmu", expect = ["^BOOT: command line 'nosmmu'$", _PASSED]),
    "no_module_multiboot1": _row("protocol=1", expect = ["^ROOT: No image: ", "^Nothing to run: "], root = None),
    "no_module_multiboot2": _row("protocol=2", expect = ["^ROOT: No image: ", "^Nothing to run: "], root = None),
    "el3_gicv2": _row(_RAM + "protocol=2 root=0x4a000000", machine = _GIC2 + ",secure=on", **_EL3),
    "el3_gicv3": _row(_RAM + "protocol=2 root=0x4a000000", machine = "virt,virtualization=on,gic-version=3,secure=on", **_EL3),
    "el3_interrupts_gicv2": _row(_RAM + "protocol=2 root=0x4a000000", machine = _GIC2 + ",secure=on", root = "//tests/interrupt", **_EL3),
    "el3_interrupts_gicv3": _row(_RAM + "protocol=2 root=0x4a000000", machine = "virt,virtualization=on,gic-version=3,secure=on", root = "//tests/interrupt", **_EL3),
}

_LOADER = {"aarch64": _AARCH64, "x86_64": _X86_64}

def _loader_args(cpu, row):
    """Arguments of emulator_test for a row."""
    args = {
        "cpu": cpu,
        "cpus": 4,
        "loader": "//tests/loader:" + cpu,
        "memory": "512M",
        "root": "//tests/boot",
    } | {key: value for key, value in row.items() if key not in ["expect", "machine_args", "root_words", "words"]}
    args["machine_args"] = ["-device", "loader,file={elf},addr=%s,force-raw=on" % _KERNEL[cpu]] + row.get("machine_args", [])
    words = "kernel=%s %s" % (_KERNEL[cpu], row["words"])
    root_words = "cpus=%d %s" % (args["cpus"], row.get("root_words", ""))
    if args["root"] == None:
        args.pop("root")
    elif cpu == "x86_64":
        args["root_args"] = root_words
    else:
        words = root_words + " " + words
    return args | {"cmdline": words, "expect_console": row.get("expect", [])}

# UEFI: the firmware, and where it leaves the files alone.
_UEFI = {
    "aarch64": struct(
        board = "acpi",
        files = ["0x50000000", "0x51000000"],
        firmware = "@uefi//:usr/share/qemu-efi-aarch64/QEMU_EFI.fd",
        shift = "0x58000000",
    ),
    "x86_64": struct(
        board = "x86_64",
        files = ["0x10000000", "0x11000000"],
        firmware = "@uefi//:usr/share/ovmf/OVMF.fd",
        shift = "0x8000000",
    ),
}

# A disk and a network card behind a bridge: their drivers are to be stopped.
_BRIDGE = [
    "-device",
    "pcie-root-port,id=port0,chassis=1",
    "-device",
    "pcie-root-port,id=port1,chassis=2",
    "-netdev",
    "user,id=net0,restrict=on",
    "-device",
    "virtio-net-pci,bus=port0,netdev=net0,romfile=",
    "-device",
    "qemu-xhci,bus=port1",
]

_UEFI_ROWS = {
    "bridges": dict(machine_args = _BRIDGE),
    "displaced": dict(words = "shift"),
    "gicv2": dict(cpu = "aarch64", machine = _GIC2),
    "highest": dict(),
    "large": dict(memory = "8G"),
    "many_cpus": dict(cpu = "aarch64", cpus = 64),
    "many_cpus_interrupts": dict(cpu = "aarch64", cpus = 64, root = "//tests/interrupt", timeout_s = 240),
    "many_cpus_gicv2": dict(cpu = "aarch64", cpus = 8, machine = _GIC2),
    "one_cpu": dict(cpus = 1),
}

def _uefi_args(cpu, row):
    """Arguments of emulator_test for a row; None: not on this CPU."""
    if row.get("cpu", cpu) != cpu:
        return None
    uefi = _UEFI[cpu]
    words = "cpus=%d uefi kernel=%s root=%s" % (row.get("cpus", 4), uefi.files[0], uefi.files[1])
    if "words" in row:
        words += " shift=" + uefi.shift
    machine_args = [
        "-bios",
        "$(rootpath %s)" % uefi.firmware,
        "-device",
        "loader,file={elf},addr=%s,force-raw=on" % uefi.files[0],
        "-device",
        "loader,file={root},addr=%s,force-raw=on" % uefi.files[1],
    ]
    return {
        "board": uefi.board,
        "cmdline": words,
        "cpu": cpu,
        "cpus": 4,
        "data": [uefi.firmware],
        "loader": "//tests/loader:uefi",
        "memory": "1G",
        "root": "//tests/boot",
    } | {key: value for key, value in row.items() if key not in ["cpu", "machine_args", "words"]} | {
        "machine_args": machine_args + row.get("machine_args", []),
    }

def loader_tests(name):
    """A test for each row and CPU: protocols, states of the CPU, places.

    Args:
      name: of all of them together.
    """
    tests = {
        "%s_%s_test" % (row_name, cpu): _loader_args(cpu, row)
        for cpu, rows in _LOADER.items()
        for row_name, row in rows.items()
    }
    _emulator_tests(name, tests)

def uefi_tests(name):
    """The same for those that start in UEFI firmware.

    Args:
      name: of all of them together.
    """
    tests = {
        "uefi_%s_%s_test" % (row_name, cpu): _uefi_args(cpu, row)
        for cpu in _UEFI
        for row_name, row in _UEFI_ROWS.items()
    }
    _emulator_tests(name, {test: args for test, args in tests.items() if args})

def _emulator_tests(name, tests):
    for test, args in tests.items():
        emulator_test(name = test, **args)
    native.test_suite(name = name, tests = tests.keys())
