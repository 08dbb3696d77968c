/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _COVER_H
#define _COVER_H

/* What the compiler calls at the beginning of each basic block. */
void __sanitizer_cov_trace_pc(void);

#endif /* _COVER_H */
