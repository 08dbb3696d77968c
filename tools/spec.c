// SPDX-License-Identifier: GPL-2.0
/* The names that the netlink specification gives to options and values. */
#include <stddef.h>
#include <stdio.h>

#include "spec.h"
#include "spec-gen.h"

const char *spec_word(const char *const *list, unsigned int value)
{
	static char digits[16];
	unsigned int i;

	for (i = 0; list[i]; i++)
		if (i == value)
			return list[i];
	snprintf(digits, sizeof(digits), "%u", value);
	return digits;
}
