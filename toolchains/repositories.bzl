# SPDX-License-Identifier: GPL-2.0-only
"""Every external repository, defined once for MODULE.bazel and WORKSPACE."""

load("//tools/deb:deb_tree.bzl", "deb_tree")
load("//tools/lint:npm.bzl", "npm_program")

_LLVM = "usr/lib/llvm-22"

_LLVM_PROGRAMS = [
    "clang",
    "clang-format",
    "clang-tidy",
    "ld.lld",
    "llvm-ar",
    "llvm-cov",
    "llvm-nm",
    "llvm-objcopy",
    "llvm-objdump",
    "llvm-profdata",
    "llvm-readelf",
    "llvm-size",
    "llvm-symbolizer",
]

# linux-libc-dev brings the headers of every CPU and of every driver.
_UNUSED_HEADERS = ["usr/include/%s" % d for d in [
    "drm",
    "misc",
    "mtd",
    "rdma",
    "scsi",
    "sound",
    "video",
    "xen",
]]

_QEMU_ARGS = ["-L", "$d/usr/share/qemu", "-L", "$d/usr/share/seabios"]

# Without these QEMU looks for modules of its build in the host's folders, and for the host's sound.
_QEMU7_ENV = {"QEMU_AUDIO_DRV": "none", "QEMU_MODULE_DIR": "$d/usr/lib/x86_64-linux-gnu/qemu"}
_QEMU10_ARGS = ["-audio", "none"]

# minisat's library is in /usr/lib.
_CBMC_LINKS = {"usr/lib/x86_64-linux-gnu/libminisat.so.2": "usr/lib/libminisat.so.2"}

def _tree(name, programs = {}, build_file = "//toolchains:tree.BUILD", **kwargs):
    """A tree that is used as one group of files, @NAME//:all."""
    deb_tree(
        name = name,
        build_file = build_file,
        lock = "//third_party/locks:%s.lock" % name,
        programs = programs,
        **kwargs
    )

def _qemu(name, args = [], env = {}):
    programs = ["qemu-system-aarch64", "qemu-system-x86_64"]
    _tree(
        name,
        program_args = {p: _QEMU_ARGS + args for p in programs},
        program_env = env,
        programs = {p: "usr/bin/" + p for p in programs},
    )

def pinned_repositories():
    """Defines all repositories; each is pinned by hash in third_party/locks."""
    deb_tree(
        name = "llvm",
        build_file = "//toolchains:llvm.BUILD",
        linker_scripts = ["libc.so", "libm.a", "libm.so"],
        # libFuzzer makes clang link the C++ library.
        links = {"usr/lib/x86_64-linux-gnu/libstdc++.so": "usr/lib/x86_64-linux-gnu/libstdc++.so.6"},
        lock = "//third_party/locks:llvm.lock",
        program_args = {"clang": ["-no-canonical-prefixes", "-resource-dir=$d/%s/lib/clang/22" % _LLVM]},
        programs = {p: "%s/bin/%s" % (_LLVM, p) for p in _LLVM_PROGRAMS},
        remove = _UNUSED_HEADERS,
    )
    _qemu("qemu10", args = _QEMU10_ARGS)
    _qemu("qemu7", env = _QEMU7_ENV)
    _tree("buildtools", {p: "usr/bin/" + p for p in ["dtc", "shellcheck"]})
    _tree("cbmc", {"cbmc": "usr/bin/cbmc"}, links = _CBMC_LINKS)
    _tree("grub", {"grub-mkimage": "usr/bin/grub-mkimage"})
    _tree("linux", build_file = "//toolchains:linux.BUILD")
    _tree("nginx", {"nginx": "usr/sbin/nginx"})
    _tree("uefi")
    npm_program(
        name = "buildifier",
        lock = "//third_party/locks:npm.lock",
        package = "@bazel/buildifier",
        programs = {
            "aarch64": "package/buildifier-linux_arm64",
            "amd64": "package/buildifier-linux_amd64",
        },
    )

def _pinned_impl(_mctx):
    pinned_repositories()

pinned = module_extension(implementation = _pinned_impl)
