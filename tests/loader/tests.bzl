# SPDX-License-Identifier: GPL-2.0-only
"""How the loaders start the kernel: rows of names and words (load.h), and what is special about them."""

# Free in every machine below: where the hypervisor's ELF file lies.
KERNEL = {
    "aarch64": "0x44000000",
    "x86_64": "0x6000000",
}

# The report's end, where the console is judged by its lines.
PASSED = "^# 0 of [0-9]+ failed$"

def pool(kib):
    """The kernel's line about a pool of so many KiB, as a regular expression."""
    return "^POOL: [0-9]+ of %s KiB free$" % kib

def cpu_row(words, **more):
    return dict(words = words, **more)

# x86_64. Linked at 0x400000, 16 MiB; the loader is at 64 MiB, the root task behind it.
_X86_64 = {
    "multiboot1": cpu_row("protocol=1"),
    "multiboot2": cpu_row("protocol=2"),
    "multiboot1_long_mode": cpu_row("protocol=1 mode=64"),
    "multiboot2_long_mode": cpu_row("protocol=2 mode=64"),
    "multiboot2_five_levels": cpu_row("protocol=2 mode=57"),
    "up": cpu_row("protocol=1 shift=0x200000"),
    "up_long_mode": cpu_row("protocol=2 mode=64 shift=0x200000"),
    "down": cpu_row("protocol=2 shift=-0x200000"),

    # Where bit 31 of the address is set.
    "high": cpu_row("protocol=2 shift=0x97c00000", memory = "2560M"),
    "high_long_mode": cpu_row("protocol=2 mode=64 shift=0x97c00000", memory = "2560M"),
    "kmem": cpu_row("protocol=2 kmem=0x1000000", expect = [pool("3[0-9]{4}"), PASSED]),
    "kmem_is_rounded_down": cpu_row("protocol=2 kmem=0x11fffff", expect = [pool("3[0-9]{4}"), PASSED]),
    "kmem_is_capped": cpu_row(
        "protocol=2 kmem=0x7ff00000 shift=0x8000000",
        expect = [pool("52[0-9]{4}"), PASSED],
        memory = "1G",
    ),
    "kmem_is_not_in_multiboot1": cpu_row("protocol=1 kmem=0x1000000", expect = [pool("16[0-9]{3}"), PASSED]),
    "words": cpu_row("protocol=2 -- noccst nodl", expect = ["^BOOT: command line 'noccst nodl'$", PASSED]),
    "words_multiboot1": cpu_row("protocol=1 -- noccst nodl", expect = ["^BOOT: command line 'noccst nodl'$", PASSED]),
    "no_module_multiboot1": cpu_row("protocol=1", expect = ["^ROOT: No image: ", "^Nothing to run: "], root = None),
    "no_module_multiboot2": cpu_row("protocol=2", expect = ["^ROOT: No image: ", "^Nothing to run: "], root = None),
}

_RAM = "ram=0x40000000,0x20000000 "
_GIC2 = "virt,virtualization=on,gic-version=2"

# Nobody is below the kernel: the loader is started as an ELF file. No PSCI: one CPU, no way to switch off.
_EL3 = dict(
    cpus = 1,
    expect = [PASSED],
    loader = "//tests/loader:aarch64_elf",
)

# aarch64, board qemu. Linked at 0x4e000000, 16 MiB.
_AARCH64 = {
    "legacy": cpu_row("protocol=0"),
    "multiboot1": cpu_row(_RAM + "protocol=1"),
    "multiboot2": cpu_row(_RAM + "protocol=2"),
    "legacy_up": cpu_row("protocol=0 shift=0x200000"),
    "multiboot1_down": cpu_row(_RAM + "protocol=1 shift=-0x200000"),
    "multiboot2_up": cpu_row(_RAM + "protocol=2 shift=0x200000"),
    "low": cpu_row(_RAM + "protocol=2 shift=-0xc000000"),
    "above_4_gib": cpu_row("protocol=0 shift=0x100000000", memory = "8G"),

    # What the kernel's memory holds is nothing to rely on.
    "memory_is_not_zero": cpu_row("protocol=0 fill=0xa5"),
    "kmem": cpu_row(_RAM + "protocol=2 kmem=0x1000000", expect = [pool("3[0-9]{4}"), PASSED]),
    "kmem_is_rounded_down": cpu_row(_RAM + "protocol=2 kmem=0x11fffff", expect = [pool("3[0-9]{4}"), PASSED]),
    "kmem_is_capped": cpu_row(
        "ram=0x40000000,0x40000000 protocol=2 kmem=0x7ff00000",
        expect = [pool("52[0-9]{4}"), PASSED],
        memory = "1G",
    ),
    "words": cpu_row(_RAM + "protocol=2 -- nosmmu", expect = ["^BOOT: command line 'nosmmu'$", PASSED]),
    "words_multiboot1": cpu_row(_RAM + "protocol=1 -- nosmmu", expect = ["^BOOT: command line 'nosmmu'$", PASSED]),
    "no_module_multiboot1": cpu_row("protocol=1", expect = ["^ROOT: No image: ", "^Nothing to run: "], root = None),
    "no_module_multiboot2": cpu_row("protocol=2", expect = ["^ROOT: No image: ", "^Nothing to run: "], root = None),
    "el3_gicv2": cpu_row("protocol=0", machine = _GIC2 + ",secure=on", **_EL3),
    "el3_gicv3": cpu_row("protocol=0", machine = "virt,virtualization=on,gic-version=3,secure=on", **_EL3),
}

LOADER_TESTS = {"aarch64": _AARCH64, "x86_64": _X86_64}

def loader_test_args(cpu, row):
    """Arguments of emulator_test for a row."""
    args = {
        "cpu": cpu,
        "cpus": 4,
        "loader": "//tests/loader:" + cpu,
        "machine_args": ["-device", "loader,file={elf},addr=%s,force-raw=on" % KERNEL[cpu]],
        "memory": "512M",
        "root": "//tests/boot",
    } | {key: value for key, value in row.items() if key not in ["words", "expect"]}
    words = "kernel=%s %s" % (KERNEL[cpu], row["words"])
    if args["root"] == None:
        args.pop("root")
    elif cpu == "x86_64":
        args["root_args"] = "cpus=%d" % args["cpus"]
    else:
        words = "cpus=%d " % args["cpus"] + words
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
    "virtio-net-pci,bus=port0,netdev=net0",
    "-device",
    "qemu-xhci,bus=port1",
]

UEFI_TESTS = {
    "bridges": dict(machine_args = _BRIDGE),
    "displaced": dict(words = "shift"),
    "gicv2": dict(cpu = "aarch64", machine = _GIC2),
    "highest": dict(),
    "large": dict(memory = "8G"),
    "one_cpu": dict(cpus = 1),
}

def uefi_test_args(cpu, row):
    """Arguments of emulator_test for a row; None: not on this CPU."""
    if row.get("cpu", cpu) != cpu:
        return None
    uefi = _UEFI[cpu]
    words = "cpus=%d kernel=%s root=%s" % (row.get("cpus", 4), uefi.files[0], uefi.files[1])
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
