/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/root/report.h"
#include "user/root/text.h"

void report_cpu(const struct hip *hip)
{
    const struct hip_arch_x86_64 *const arch = &hip->arch.x86_64;
    if (arch->event_log_size == 0)
        text_row("Measured launch", "no");
    else
        text_row("Measured launch", "event log at %#lx, %u of %u bytes used",
                 arch->event_log_address, arch->event_log_offset, arch->event_log_size);
}
