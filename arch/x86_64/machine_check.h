/* SPDX-License-Identifier: GPL-2.0-only */
/* Machine-check architecture (SDM vol. 3, "Machine-Check Architecture"). */
#pragma once

/* Enable all banks of this CPU; what they hold from before is forgotten. */
void machine_check_init(void);

/*
 * Print and clear what the banks say. Answers whether this CPU must not go on with what it did.
 * Context: #MC handler.
 */
bool machine_check_is_fatal(void);
