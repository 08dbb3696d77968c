// SPDX-License-Identifier: GPL-2.0
/* Points in time, in milliseconds since 1970, and how they are written. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"

uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *put(const struct tm *tm, uint64_t ms, const char *format,
		       const char *zone, char text[CLOCK_TEXT])
{
	char day[CLOCK_TEXT - 8];

	if (!strftime(day, sizeof(day), format, tm))
		day[0] = '\0';
	snprintf(text, CLOCK_TEXT, "%s.%03u%s", day, (unsigned int)(ms % 1000),
		 zone);
	return text;
}

const char *clock_utc(uint64_t ms, char text[CLOCK_TEXT])
{
	time_t seconds = ms / 1000;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return put(&tm, ms, "%Y-%m-%dT%H:%M:%S", "Z", text);
}

const char *clock_local(uint64_t ms, const char *format, char text[CLOCK_TEXT])
{
	time_t seconds = ms / 1000;
	struct tm tm;

	localtime_r(&seconds, &tm);
	return put(&tm, ms, format, "", text);
}

/* A fraction of a second, if there is one; returns what is behind it. */
static const char *fraction(const char *text, uint64_t *ms)
{
	unsigned int worth = 100;

	if (*text != '.' || !isdigit((unsigned char)text[1]))
		return text;
	for (text++; isdigit((unsigned char)*text); text++, worth /= 10)
		*ms += (*text - '0') * worth;
	return text;
}

/* Seconds east of UTC, where the text ends with them or with Z. */
static bool zone(const char *text, long *east)
{
	unsigned int hours, minutes;
	int end = 0;

	*east = 0;
	if (!strcmp(text, "Z"))
		return true;
	if ((*text != '+' && *text != '-') ||
	    sscanf(text + 1, "%2u:%2u%n", &hours, &minutes, &end) != 2 ||
	    text[1 + end] || hours > 23 || minutes > 59)
		return false;
	*east = (hours * 60L + minutes) * (*text == '-' ? -60 : 60);
	return true;
}

static bool parse_date(const char *text, uint64_t *ms)
{
	struct tm tm = { .tm_isdst = -1 };
	time_t seconds;
	long east = 0;

	text = strptime(text, "%Y-%m-%d", &tm);
	if (!text || (*text != 'T' && *text != ' '))
		return false;
	text = strptime(text + 1, "%H:%M:%S", &tm);
	if (!text)
		return false;
	*ms = 0;
	text = fraction(text, ms);
	if (*text && !zone(text, &east))
		return false;
	seconds = *text ? timegm(&tm) - east : mktime(&tm);
	if (seconds < 0)
		return false;
	*ms += (uint64_t)seconds * 1000;
	return true;
}

bool clock_parse(const char *text, uint64_t *ms)
{
	uint64_t seconds;
	int end = 0;

	if (strchr(text, ':'))
		return parse_date(text, ms);
	/* Up to the year 5138. */
	if (!isdigit((unsigned char)*text) ||
	    sscanf(text, "%11" SCNu64 "%n", &seconds, &end) != 1)
		return false;
	*ms = seconds * 1000;
	return !*fraction(text + end, ms);
}
