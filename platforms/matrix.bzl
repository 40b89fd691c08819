# SPDX-License-Identifier: GPL-2.0-only
"""Every image of a release: board x level of control-flow protection."""

load(":boards.bzl", "BOARDS")

CFP_LEVELS = ["none", "branch", "return", "full"]

CPUS = ["aarch64", "x86_64"]

def _suffix(cfp):
    return "" if cfp == "none" else "-" + cfp

def image_name(board, cfp = "none"):
    """The name of the platform, and so of the image, of a board at a level of protection."""
    if board not in BOARDS:
        fail("no board %s; boards: %s" % (board, ", ".join(BOARDS)))
    if cfp not in CFP_LEVELS:
        fail("no level %s of control-flow protection; levels: %s" % (cfp, ", ".join(CFP_LEVELS)))
    cpu = BOARDS[board]["cpu"]
    return (cpu if board == cpu else "%s-%s" % (cpu, board)) + _suffix(cfp)

def _image(board, cfp):
    cpu = BOARDS[board]["cpu"]
    return struct(board = board, cfp = cfp, core = "core_%s%s" % (cpu, _suffix(cfp)), cpu = cpu, name = image_name(board, cfp))

IMAGES = [_image(board, cfp) for board in BOARDS for cfp in CFP_LEVELS]

# Everything but board data and drivers is the same for all boards of a CPU, so it is compiled for
# a platform without a board: 8 times for a release, not 76 times.
CORES = {
    image.core: struct(cfp = image.cfp, cpu = image.cpu)
    for image in IMAGES
}
