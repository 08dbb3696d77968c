/* SPDX-License-Identifier: GPL-2.0 */
/* The options of a gateway, as the kernel describes them. */
#ifndef NATCTL_OPTIONS_H
#define NATCTL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/natgw.h>

struct nlattr;

struct option_values {
	bool present[NATGW_A_OPTIONS_MAX + 1];
	uint32_t num[NATGW_A_OPTIONS_MAX + 1];
};

void options_parse(const struct nlattr *nest, struct option_values *values);

/* The name of an option, and its value as natctl takes it. */
const char *option_name(unsigned int attr);
const char *option_text(unsigned int attr, uint32_t num);

/* All of them, as a JSON object. */
void options_print_json(const struct option_values *values);

/* In blocks below a gateway: the main ones, or all. */
void options_print_text(const struct option_values *values, bool all);

#endif
