/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/root/report.h"
#include "user/root/text.h"

void report_cpu(const struct hip *hip)
{
    text_row("SMMU", "%u stream mapping groups, %u contexts", hip->arch.aarch64.smg_num,
             hip->arch.aarch64.ctx_num);
}
