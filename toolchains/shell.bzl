# SPDX-License-Identifier: GPL-2.0-only
"""shell_test: a POSIX sh script as a test."""

def shell_test(name, script, data = [], args = [], size = "small", **kwargs):
    """Runs `script` (a POSIX sh file) with `args`; it fails by its exit status."""
    native.sh_test(
        name = name,
        size = size,
        srcs = [script],
        args = args,
        data = data,
        **kwargs
    )
