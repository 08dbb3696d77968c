// SPDX-License-Identifier: GPL-2.0
/* The names that the netlink specification gives to options and values. */
#include <stddef.h>
#include <stdio.h>

#include "spec.h"
#include "spec-gen.h"

static const char *in_digits(unsigned int value)
{
	static char digits[16];

	snprintf(digits, sizeof(digits), "%u", value);
	return digits;
}

const char *cause_name(unsigned int number)
{
	unsigned int i;

	for (i = 0; drop_causes[i].name; i++)
		if (drop_causes[i].number == number)
			return drop_causes[i].name;
	return in_digits(number);
}

const char *spec_word(const char *const *list, unsigned int value)
{
	unsigned int i;

	for (i = 0; list[i]; i++)
		if (i == value)
			return list[i];
	return in_digits(value);
}
