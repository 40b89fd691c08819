/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel says when it stops. */
#pragma once

/* Mnemonic of an exception, as the manual has it. */
const char *dump_vector_name(unsigned vector);
