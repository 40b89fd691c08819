# SPDX-License-Identifier: GPL-2.0-only
"""Every image of a release: board x level of control-flow protection."""

load(":boards.bzl", "BOARDS")

CFP_LEVELS = ["none", "branch", "return", "full"]

CPUS = ["aarch64", "x86_64"]

def _suffix(cfp):
    return "" if cfp == "none" else "-" + cfp

def _image(board, cfp):
    """The name and the constraints of one platform."""
    cpu = BOARDS[board]["cpu"]
    stem = cpu if board == cpu else "%s-%s" % (cpu, board)
    return struct(board = board, cfp = cfp, cpu = cpu, name = stem + _suffix(cfp), core = "core_%s%s" % (cpu, _suffix(cfp)))

IMAGES = [_image(board, cfp) for board in BOARDS for cfp in CFP_LEVELS]

# Everything but board data and drivers is the same for all boards of a CPU, so it is compiled for
# a platform without a board: 8 times for a release, not 76 times.
CORES = {
    image.core: struct(cfp = image.cfp, cpu = image.cpu)
    for image in IMAGES
}
