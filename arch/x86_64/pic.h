/* SPDX-License-Identifier: GPL-2.0-only */
/* The pair of 8259A of PCs. */
#pragma once

/* Mask all inputs; what still arrives does so at vectors that are no exceptions. */
void pic_disable(void);
