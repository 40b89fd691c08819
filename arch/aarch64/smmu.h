/* SPDX-License-Identifier: GPL-2.0-only */
/* SMMU v1/v2 (Arm IHI 0062): so far only what keeps user mode away from them. */
#pragma once

/*
 * Find the SMMUs of the board's row and withhold their registers; one whose identification reads as
 * zero is absent. Context: boot CPU, while booting.
 */
void smmu_init(void);
