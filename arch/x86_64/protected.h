/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports and MSRs that user mode may have (interface specification, 8.2). */
#pragma once

/* Withhold power control from nova_pio, and SMI_CMD unless `insecure`. */
void protected_ports(bool insecure);

/* Put what may be given away into nova_msr. */
void protected_msrs(void);
