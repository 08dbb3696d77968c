/* SPDX-License-Identifier: GPL-2.0 */
/* The terminal that natctl may be writing to, and the pager between the two. */
#ifndef NATCTL_SCREEN_H
#define NATCTL_SCREEN_H

#include "natctl.h"

/* The columns of the terminal; 0 where there is none, and nothing is to be fitted. */
unsigned int screen_width(void);

/* The lines of the terminal; 0 where there is none. */
unsigned int screen_height(void);

/*
 * What is printed from here on goes through a pager, where somebody looks on.
 * screen_leave() waits until that one has seen enough, and says whether there was a
 * pager at all if one was asked for.
 */
void screen_page(void);
enum status screen_leave(void);

#endif
