# SPDX-License-Identifier: GPL-2.0-only
"""Numbers that can be chosen on the command line."""

IntInfo = provider("The value of an int_flag.", fields = ["value"])

def _int_flag_impl(ctx):
    value = ctx.build_setting_value
    if value < ctx.attr.minimum or value > ctx.attr.maximum:
        fail("--%s=%d: choose %d to %d" % (ctx.label, value, ctx.attr.minimum, ctx.attr.maximum))
    return IntInfo(value = value)

int_flag = rule(
    implementation = _int_flag_impl,
    attrs = {
        "maximum": attr.int(mandatory = True),
        "minimum": attr.int(mandatory = True),
    },
    build_setting = config.int(flag = True),
)
