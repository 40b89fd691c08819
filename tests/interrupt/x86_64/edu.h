/* SPDX-License-Identifier: GPL-2.0-only */
/* QEMU's device for teaching ("docs/specs/edu"): it raises its interrupt when told to. */
#pragma once

#include <stdint.h>

/* Find it on bus 0 and map its registers; nothing is raised. Its PCI function, 0xffff if there is none. */
uint16_t edu_open(void);

/* Let it use its pin, or write `data` to `address`. */
void edu_use_pin(void);
void edu_use_message(uint32_t address, uint16_t data);

/* Raise the interrupt: the pin stays asserted until edu_end, a message is written each time. */
void edu_raise(void);
void edu_end(void);
