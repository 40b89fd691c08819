# SPDX-License-Identifier: GPL-2.0-only
"""The compiler and linker flags of this project. Every flag stands here and nowhere else."""

# House warnings: each is an error. See style guide, "Our C".
WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wassign-enum",
    "-Wcast-align",
    "-Wcast-qual",
    "-Wcomma",
    "-Wconditional-uninitialized",
    "-Wextra-semi",
    "-Wimplicit-fallthrough",
    "-Wmissing-prototypes",
    "-Wmissing-variable-declarations",
    "-Wnewline-eof",
    "-Wpointer-arith",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Wswitch-enum",
    "-Wthread-safety",
    "-Wthread-safety-beta",
    "-Wundef",
    "-Wunreachable-code",
    "-Wvla",
    "-Wwrite-strings",
]

# Anything that would tell one machine, path or day from another.
REPRODUCIBLE = [
    "-ffile-compilation-dir=.",
    "-Werror=date-time",
    "-no-canonical-prefixes",
]

C_DIALECT = ["-std=c23"]

# Text for another compiler; the -c of every command line is then not used.
PREPROCESS = ["-E", "-Qunused-arguments"]

BARE_METAL = [
    "-O2",
    "-g",
    "-ffreestanding",
    "-fno-pic",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-fomit-frame-pointer",
    "-ffunction-sections",
    "-fdata-sections",
    "-fstrict-flex-arrays=3",
]

BARE_METAL_LINK = [
    "-nostdlib",
    "-static",
    "--build-id=none",
    "--fatal-warnings",
    "--gc-sections",
    "--icf=safe",  # functions that are alike are one, unless somebody takes their address
    "--no-undefined",
    "-z",
    "noexecstack",
]

# The kernel never touches SIMD or floating-point registers: they are the user's.
KERNEL = {
    "aarch64": ["-mgeneral-regs-only", "-mstrict-align", "-mfix-cortex-a53-835769"],
    "x86_64": ["-mgeneral-regs-only", "-mno-red-zone", "-mcmodel=kernel"],
}

CFP = {
    "aarch64": {
        "branch": ["-mbranch-protection=bti"],
        "full": ["-mbranch-protection=standard"],
        "none": ["-mbranch-protection=none"],
        "return": ["-mbranch-protection=pac-ret"],
    },
    "x86_64": {
        "branch": ["-fcf-protection=branch"],
        "full": ["-fcf-protection=full"],
        "none": ["-fcf-protection=none"],
        "return": ["-fcf-protection=return"],
    },
}

CFP_DEFINES = {
    "branch": ["-DCFP_BRANCH=1", "-DCFP_RETURN=0"],
    "full": ["-DCFP_BRANCH=1", "-DCFP_RETURN=1"],
    "none": ["-DCFP_BRANCH=0", "-DCFP_RETURN=0"],
    "return": ["-DCFP_BRANCH=0", "-DCFP_RETURN=1"],
}

USER = {
    "aarch64": ["-mstrict-align", "-mfix-cortex-a53-835769"],
    "x86_64": [],
}

# A boot loader of ours for x86_64 is 32-bit code, as those that start it want it.
CODE_32 = {
    "compile": ["-m32", "-march=i686", "-mgeneral-regs-only"],
    "link": ["-m", "elf_i386"],
}

# A file without headers: what is loaded, from the first byte.
FLAT_LINK = ["--oformat=binary"]

# Applications for UEFI are Windows programs.
EFI_COMPILE = [
    "-O2",
    "-ffreestanding",
    "-fno-stack-protector",
    "-mgeneral-regs-only",
    "-mno-stack-arg-probe",
]

EFI_LINK = [
    "-flavor",
    "link",
    "-entry:efi_main",
    "-nodefaultlib",
    "-subsystem:efi_application",
    "-timestamp:0",
    "-WX",
]

LINK_EMULATION = {
    "aarch64": ["-m", "aarch64elf", "-z", "max-page-size=4096", "--fix-cortex-a53-843419"],
    "x86_64": ["-m", "elf_x86_64", "-z", "max-page-size=4096"],
}

HOST = [
    "-O1",
    "-g",
    "-D_GNU_SOURCE",
    "-fno-omit-frame-pointer",
    "-fstrict-flex-arrays=3",
]

# Host programs that are told of each access to memory.
WATCHED = [
    "-fsanitize=thread",
    "-mllvm",
    "-tsan-instrument-func-entry-exit=0",
    "-fsanitize=undefined",
    "-fsanitize-trap=undefined",
]
