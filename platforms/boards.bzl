# SPDX-License-Identifier: GPL-2.0-only
"""The boards, one row each. Platforms, the kernel's board data, documentation and tests come from here.

    cpu          which kernel
    machine      what it is
    tree         the Linux device tree the row was compared with
    mpidr        affinity of each CPU in the order of CPU numbers; those that do not start are left out
    ram          (base, size); the kernel is linked 32 MiB below its end
    link         physical link address where that rule does not hold
    spin_table   where secondary CPUs look for an address; boards without it use PSCI by SMC
    uart         kind, base, clock in Hz (0 keeps firmware's divisor), distance of registers, interrupt
    gic          versions; gicd and gicr (3) or gicd, gicc, gich, gicv (2) are (base, size)
    timer_el2, timer_virt, maintenance    private interrupts (PPI)
    smmu         base, interrupts for the whole unit and for each context bank
    emulator     QEMU's machine that models the board, if there is one
    remark       what a porter must know, and where the first implementation of this kernel differs

An interrupt is (number after the first PPI or SPI, device-tree flags).
"""

# Device-tree flags of an interrupt.
_EDGE = 1
_HIGH = 4
_LOW = 8

_MIB = 1 << 20
_GIB = 1 << 30

def _uart(kind, base, clock = 0, stride = 1, irq = None):
    return struct(base = base, clock = clock, irq = irq, kind = kind, stride = stride)

def _smmu(base, spis, contexts):
    """`spis` are raised by the unit, `contexts` by its context banks in order; all are level high."""
    return struct(base = base, contexts = [(n, _HIGH) for n in contexts], spis = [(n, _HIGH) for n in spis])

def _emulator(machine, cpu, cpus, memory, serial = 0):
    """`serial` is which of the machine's serial lines is the console."""
    return struct(cpu = cpu, cpus = cpus, machine = machine, memory = memory, serial = serial)

def _timers(el2 = 10, virt = 11, flags = _LOW):
    return {
        "maintenance": (9, _HIGH),
        "timer_el2": (el2, flags),
        "timer_virt": (virt, flags),
    }

def _gicv2(gicd, gicc):
    """GIC-400: the hypervisor's and the guest's frames follow the CPU interface."""
    base, size = gicc
    return {
        "gic": [2],
        "gicc": gicc,
        "gicd": gicd,
        "gich": (base + size, size),
        "gicv": (base + 2 * size, size),
    }

def _gicv3(gicd, gicr):
    return {"gic": [3], "gicd": gicd, "gicr": gicr}

_AMLOGIC = {
    "cpu": "aarch64",
    "ram": (0, 2 * _GIB),
    "remark": "the secure monitor owns 0x5000000 + 0x2300000",
    "uart": _uart("MESON", 0xff803000, 24000000, irq = (193, _EDGE)),
} | _timers() | _gicv2((0xffc01000, 0x1000), (0xffc02000, 0x2000))

_ZYNQ = {
    "cpu": "aarch64",
    "mpidr": [0, 1, 2, 3],
    "ram": (0, 2 * _GIB),
    "smmu": [_smmu(0xfd800000, [155], [155] * 16)],
    "uart": _uart("CADENCE", 0xff000000, 100000000, irq = (21, _HIGH)),
} | _timers() | _gicv2((0xf9010000, 0x10000), (0xf9020000, 0x20000))

BOARDS = {
    "acpi": {
        "cpu": "aarch64",
        "machine": "any server with ACPI: CPUs, GIC, timer and console come from its tables",
        "mpidr": [0],
        "ram": (0, 0),
        "link": 0,
        "emulator": _emulator("virt,virtualization=on,gic-version=3", "max", 4, "1G"),
        "remark": "the loader chooses a 2 MiB-aligned address; in the emulator UEFI firmware makes the tables",
    },
    "qemu": {
        "cpu": "aarch64",
        "machine": "QEMU virt with GICv2 or GICv3",
        "tree": "made by QEMU",
        "mpidr": [0, 1, 2, 3],
        "ram": (0x40000000, 256 * _MIB),
        "uart": _uart("PL011", 0x09000000, 24000000, irq = (1, _HIGH)),
        "gic": [2, 3],
        "gicd": (0x08000000, 0x10000),
        "gicr": (0x080a0000, 0xf60000),
        "gicc": (0x08010000, 0x10000),
        "gich": (0x08030000, 0x10000),
        "gicv": (0x08040000, 0x10000),
        "emulator": _emulator("virt,virtualization=on,gic-version=3", "max", 4, "1G"),
    } | _timers(flags = _HIGH),
    "allwinner_a64": {
        "cpu": "aarch64",
        "machine": "Allwinner A64: 4 Cortex-A53",
        "tree": "sun50i-a64-pine64-plus",
        "mpidr": [0, 1, 2, 3],
        "ram": (0x40000000, 2 * _GIB),
        "uart": _uart("NS16550", 0x01c28000, stride = 4, irq = (0, _HIGH)),
        "remark": "timer interrupts are level high in the tree (first implementation: level low; both are level)",
    } | _timers(flags = _HIGH) | _gicv2((0x01c81000, 0x1000), (0x01c82000, 0x2000)),
    "amlogic_g12b": _AMLOGIC | {
        "machine": "Amlogic G12B: 2 Cortex-A53, 4 Cortex-A73",
        "tree": "meson-g12b-odroid-n2",
        "mpidr": [0x0, 0x1, 0x100, 0x101, 0x102, 0x103],
    },
    "amlogic_sm1": _AMLOGIC | {
        "machine": "Amlogic SM1: 4 Cortex-A55",
        "tree": "meson-sm1-odroid-c4",
        "mpidr": [0, 1, 2, 3],
    },
    "broadcom_bcm2711": {
        "cpu": "aarch64",
        "machine": "Broadcom BCM2711, Raspberry Pi 4: 4 Cortex-A72",
        "tree": "bcm2711-rpi-4-b",
        "mpidr": [0, 1, 2, 3],
        "ram": (0, 2 * _GIB),
        "spin_table": 0xd8,
        "uart": _uart("MINI", 0xfe215000, 500000000, irq = (93, _HIGH)),
        "emulator": _emulator("raspi4b", "cortex-a72", 4, "2G", serial = 1),
        "remark": "the UART's base is the AUX block (registers at + 0x40); no PSCI; boards with 1 GiB displace the image",
    } | _timers() | _gicv2((0xff841000, 0x1000), (0xff842000, 0x2000)),
    "hisilicon_hi3660": {
        "cpu": "aarch64",
        "machine": "HiSilicon Hi3660: 4 Cortex-A53, 4 Cortex-A73",
        "tree": "hi3660-hikey960",
        "mpidr": [0x0, 0x1, 0x2, 0x3, 0x100, 0x101, 0x102, 0x103],
        "ram": (0, 2 * _GIB),
        "uart": _uart("PL011", 0xfff32000, irq = (79, _HIGH)),
    } | _timers() | _gicv2((0xe82b1000, 0x1000), (0xe82b2000, 0x2000)),
    "nvidia_tegrax1": {
        "cpu": "aarch64",
        "machine": "NVIDIA Tegra X1: 4 Cortex-A57",
        "tree": "tegra210-p2371-2180",
        "mpidr": [0, 1, 2, 3],
        "ram": (0x80000000, 2 * _GIB),
        "uart": _uart("NS16550", 0x70006000, 408000000, stride = 4, irq = (36, _HIGH)),
    } | _timers() | _gicv2((0x50041000, 0x1000), (0x50042000, 0x2000)),
    "nvidia_tegrax2": {
        "cpu": "aarch64",
        "machine": "NVIDIA Tegra X2: 2 Denver, 4 Cortex-A57",
        "tree": "tegra186-p2771-0000",
        "mpidr": [0x0, 0x1, 0x100, 0x101, 0x102, 0x103],
        "ram": (0x80000000, 2 * _GIB),
        "uart": _uart("NS16550", 0x03100000, stride = 4, irq = (112, _HIGH)),
        "smmu": [_smmu(0x12000000, [170], [170] * 64)],
        "remark": "the SMMU raises SPI 170 only (first implementation: 171 too)",
    } | _timers() | _gicv2((0x03881000, 0x1000), (0x03882000, 0x2000)),
    "nvidia_xavier": {
        "cpu": "aarch64",
        "machine": "NVIDIA Xavier: 8 Carmel",
        "tree": "tegra194-p2972-0000",
        "mpidr": [0x0, 0x1, 0x100, 0x101, 0x200, 0x201, 0x300, 0x301],
        "ram": (0x80000000, 2 * _GIB),
        "uart": _uart("NS16550", 0x03100000, 408000000, stride = 4, irq = (112, _HIGH)),
        "smmu": [
            _smmu(0x12000000, [170], [170] * 64),
            _smmu(0x11000000, [232], [170] * 64),
            _smmu(0x10000000, [240], [240] * 64),
        ],
        "remark": "8 CPUs; the 6-core module's CPU_ON fails for the last two (first implementation: 6). " +
                  "The first two SMMUs are one interleaved pair and are programmed alike; SPIs 171, 233, 241 are not theirs. " +
                  "On p2972 the UART is disabled in favour of a mailbox console",
    } | _timers() | _gicv2((0x03881000, 0x1000), (0x03882000, 0x2000)),
    "nxp_imx8m": {
        "cpu": "aarch64",
        "machine": "NXP i.MX 8MQ: 4 Cortex-A53",
        "tree": "imx8mq-evk",
        "mpidr": [0, 1, 2, 3],
        "ram": (0x40000000, 2 * _GIB),
        "uart": _uart("IMX", 0x30860000, 25000000, irq = (26, _HIGH)),
        "emulator": _emulator("imx8mp-evk", "cortex-a53", 4, "3G"),
        "remark": "the 8MM, 8MN and 8MP kits have their console on UART2, 0x30890000",
    } | _timers() | _gicv3((0x38800000, 0x10000), (0x38880000, 0xc0000)),
    "qualcomm_sdm670": {
        "cpu": "aarch64",
        "machine": "Qualcomm Snapdragon 670: 6 Kryo 360 Silver, 2 Gold",
        "tree": "sdm670-google-sargo",
        "mpidr": [0x0, 0x100, 0x200, 0x300, 0x400, 0x500, 0x600, 0x700],
        "ram": (0x80000000, 2 * _GIB),
        "uart": _uart("GENI", 0x00a90000),
        "smmu": [_smmu(0x15000000, [65], list(range(96, 119)) + list(range(181, 193)) + list(range(315, 344)))],
        "remark": "timers are PPI 0 and 3; the UART is not in the tree; firmware owns areas from 0x85700000 to 0x9f800000",
    } | _timers(el2 = 0, virt = 3) | _gicv3((0x17a00000, 0x10000), (0x17a60000, 0x100000)),
    "renesas_rcar3": {
        "cpu": "aarch64",
        "machine": "Renesas R-Car M3: 2 Cortex-A57, 4 Cortex-A53",
        "tree": "r8a77960-salvator-xs",
        "mpidr": [0x0, 0x1, 0x100, 0x101, 0x102, 0x103],
        "ram": (0x48000000, 0x78000000),
        "uart": _uart("SCIF", 0xe6e88000, irq = (164, _HIGH)),
        "remark": "Cortex-A53 affinities start at 0x100 (first implementation: 0x101); the first 128 MiB of RAM are " +
                  "firmware's; on the M3 starter kit displace the image, RAM ends at 0x80000000",
    } | _timers() | _gicv2((0xf1010000, 0x1000), (0xf1020000, 0x20000)),
    "rockchip_rk3399": {
        "cpu": "aarch64",
        "machine": "Rockchip RK3399: 4 Cortex-A53, 2 Cortex-A72",
        "tree": "rk3399-rockpro64",
        "mpidr": [0x0, 0x1, 0x2, 0x3, 0x100, 0x101],
        "ram": (0, 2 * _GIB),
        "uart": _uart("NS16550", 0xff1a0000, stride = 4, irq = (100, _HIGH)),
        "remark": "firmware usually leaves the console at 1500000 baud",
    } | _timers() | _gicv3((0xfee00000, 0x10000), (0xfef00000, 0xc0000)),
    "ti_j721e": {
        "cpu": "aarch64",
        "machine": "TI J721E: 2 Cortex-A72",
        "tree": "k3-j721e-sk",
        "mpidr": [0, 1],
        "ram": (0x80000000, 2 * _GIB),
        "uart": _uart("NS16550", 0x02800000, 48000000, stride = 4, irq = (192, _HIGH)),
        "remark": "an SMMUv3 is at 0x36600000 (SPIs 772 and 768, edge); OP-TEE owns 0x9e800000 + 0x1800000",
    } | _timers() | _gicv3((0x01800000, 0x10000), (0x01900000, 0x100000)),
    "xilinx_zynq_cg": _ZYNQ | {
        "machine": "Xilinx Zynq UltraScale+ CG: 2 Cortex-A53",
        "tree": "zynqmp-zc1232-revA",
        "mpidr": [0, 1],
        "emulator": _emulator("xlnx-zcu102,virtualization=on", "cortex-a53", 2, "2G"),
        "remark": "no board with a dual-core part is in Linux: compared with a quad-core one",
    },
    "xilinx_zynq_u96": _ZYNQ | {
        "machine": "Avnet Ultra96: 4 Cortex-A53",
        "tree": "avnet-ultra96-rev1",
        "uart": _uart("CADENCE", 0xff010000, 100000000, irq = (22, _HIGH)),
        "emulator": _emulator("xlnx-zcu102,virtualization=on", "cortex-a53", 4, "2G", serial = 1),
    },
    "xilinx_zynq_zcu102": _ZYNQ | {
        "machine": "Xilinx ZCU102: 4 Cortex-A53",
        "tree": "zynqmp-zcu102-rev1.0",
        "emulator": _emulator("xlnx-zcu102,virtualization=on", "cortex-a53", 4, "2G"),
        "remark": "0x3ed00000 + 0x40000 and 0x3ef00000 + 0x40000 are reserved for remote processors; QEMU has no SMMU here",
    },
    "x86_64": {
        "cpu": "x86_64",
        "machine": "any PC with ACPI: CPUs, interrupt controllers and consoles come from its tables",
        "link": 0x400000,
        "uart": _uart("NS16550", 0x3f8, 1843200, irq = (4, _EDGE)),
        "emulator": _emulator("q35", "max", 4, "512M"),
        "remark": "the UART's base is an I/O port",
    },
}

# The kernel and its memory pool fit into what is left above the link address.
_BELOW_END = 32 * _MIB

def link_address(row):
    """The physical address a board's kernel is linked for."""
    if "link" in row:
        return row["link"]
    base, size = row["ram"]
    return base + size - _BELOW_END
