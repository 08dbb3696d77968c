/* SPDX-License-Identifier: GPL-2.0 */
/* Points in time, in milliseconds since 1970, and how they are written. */
#ifndef NATCTL_CLOCK_H
#define NATCTL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { CLOCK_TEXT = 64 };

uint64_t clock_now(void);

/* UTC, for programs: 2026-01-31T23:59:59.999Z */
const char *clock_utc(uint64_t ms, char text[CLOCK_TEXT]);

/* Local time, for people, by a format of strftime(3) with .999 behind it. */
const char *clock_local(uint64_t ms, const char *format, char text[CLOCK_TEXT]);

/*
 * Reads seconds since 1970, or a date and a time of day with T or a space between
 * them; both may have a fraction. Behind a date, Z stands for UTC, +HH:MM or
 * -HH:MM for that far from it, and nothing for local time.
 */
bool clock_parse(const char *text, uint64_t *ms);

#endif
