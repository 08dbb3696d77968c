// SPDX-License-Identifier: GPL-2.0
/* The words of a command and their values. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "msg.h"

enum { MAX_NAMES = 32 };

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "icmp", IPPROTO_ICMP },
};

int match(const char *word, const char *const *names, unsigned int n)
{
	size_t len = strlen(word);
	int found = MATCH_NONE;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (names[i] && !strcmp(word, names[i]))
			return i;
	for (i = 0; i < n; i++) {
		if (!len || !names[i] || strncmp(word, names[i], len))
			continue;
		if (found != MATCH_NONE)
			return MATCH_MANY;
		found = i;
	}
	return found;
}

enum status match_error(int found, const char *kind, const char *word,
			const char *const *names, unsigned int n)
{
	char list[512] = "";
	unsigned int i;
	size_t len = 0;

	if (found != MATCH_MANY)
		return error("unknown %s \"%s\"", kind, word);
	for (i = 0; i < n; i++)
		if (names[i] && !strncmp(word, names[i], strlen(word)) &&
		    len < sizeof(list))
			len += snprintf(list + len, sizeof(list) - len, "%s%s",
					len ? ", " : "", names[i]);
	return error("ambiguous %s \"%s\": it may be %s", kind, word, list);
}

bool parse_number(const char *text, uint32_t min, uint32_t max, uint32_t *num)
{
	uint64_t sum = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		sum = sum * 10 + (*text - '0');
		if (sum > max)
			return false;
	}
	*num = sum;
	return sum >= min;
}

bool parse_addr(const char *text, in_addr_t *addr)
{
	return inet_pton(AF_INET, text, addr) == 1;
}

bool parse_prefix(const char *text, struct prefix *prefix)
{
	const char *slash = strchr(text, '/');
	char addr[INET_ADDRSTRLEN];
	uint32_t len = 32;

	if (!slash)
		slash = text + strlen(text);
	else if (!parse_number(slash + 1, 0, 32, &len))
		return false;
	if ((size_t)(slash - text) >= sizeof(addr))
		return false;
	memcpy(addr, text, slash - text);
	addr[slash - text] = '\0';
	prefix->len = len;
	return parse_addr(addr, &prefix->addr);
}

bool parse_proto(const char *text, uint32_t *proto)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (!strcmp(text, protocols[i].name)) {
			*proto = protocols[i].number;
			return true;
		}
	}
	return parse_number(text, 0, UINT8_MAX, proto);
}

const char *proto_name(uint8_t proto)
{
	static char digits[4];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++)
		if (proto == protocols[i].number)
			return protocols[i].name;
	snprintf(digits, sizeof(digits), "%u", proto);
	return digits;
}

static enum status take_choice(const struct word *word, struct value *v)
{
	unsigned int n = 0;
	int found;

	while (word->choices[n])
		n++;
	found = match(v->text, word->choices, n);
	if (found < 0)
		return match_error(found, word->name, v->text, word->choices,
				   n);
	v->num = found;
	return STATUS_OK;
}

/* The longest a name may be; the kernel says what else is wrong with one. */
static enum status take_name(const char *text, size_t longest)
{
	if (strlen(text) <= longest)
		return STATUS_OK;
	return error("\"%s\" is too long: %zu characters at most", text,
		     longest);
}

static enum status take_number(const struct word *word, struct value *v)
{
	if (parse_number(v->text, word->min, word->max, &v->num))
		return STATUS_OK;
	return error("%s takes %u to %u%s, not \"%s\"", word->name, word->min,
		     word->max, word->type == T_SECONDS ? " seconds" : "",
		     v->text);
}

static enum status take_value(const struct word *word, struct value *v)
{
	switch (word->type) {
	case T_GATEWAY:
		return take_name(v->text, NATGW_NAME_LEN);
	case T_DEV:
		return take_name(v->text, NATGW_DEV_LEN);
	case T_CHOICE:
		return take_choice(word, v);
	case T_NUMBER:
	case T_SECONDS:
	case T_PORT:
		return take_number(word, v);
	case T_ADDR:
		v->prefix.len = 32;
		if (parse_addr(v->text, &v->prefix.addr))
			return STATUS_OK;
		return error("\"%s\" is not an IPv4 address", v->text);
	case T_MATCH:
		if (parse_prefix(v->text, &v->prefix))
			return STATUS_OK;
		return error("\"%s\" is not an IPv4 address or prefix",
			     v->text);
	case T_PROTO:
		if (parse_proto(v->text, &v->num))
			return STATUS_OK;
		return error("\"%s\" is not a protocol: tcp, udp, icmp or a number up to 255",
			     v->text);
	default:
		return STATUS_OK;
	}
}

static enum status add_inside(struct args *args, const char *text)
{
	struct prefix prefix;

	if (!parse_prefix(text, &prefix))
		return error("\"%s\" is not an IPv4 prefix", text);
	if (!prefix.len)
		return error("\"%s\" is no prefix; \"inside any\" takes every source",
			     text);
	if (args->insides == NATGW_MAX_INSIDE)
		return error("more than %u inside prefixes", NATGW_MAX_INSIDE);
	args->inside[args->insides++] = prefix;
	return STATUS_OK;
}

/*
 * "any", or prefixes up to the first word that does not begin like one: no
 * word of a command begins with a digit. Adds what it took to *used.
 */
static enum status take_inside(struct args *args, int argc, char **argv,
			       int *used)
{
	static const char *const any = "any";
	bool again = given(args, W_INSIDE);
	int i = 0;

	if (match(argv[0], &any, 1) == 0) {
		if (again)
			return error("\"any\" cannot stand beside other inside prefixes");
		*used += 1;
		return STATUS_OK;
	}
	if (again && !args->insides)
		return error("\"any\" cannot stand beside other inside prefixes");
	do {
		if (add_inside(args, argv[i]))
			return STATUS_USAGE;
	} while (++i < argc && isdigit((unsigned char)*argv[i]));
	*used += i;
	return STATUS_OK;
}

/* Finds the use of a word; words that are only there to be refused are never
 * abbreviated, so that they stand in nobody's way.
 */
static const struct use *find_use(const struct command *command,
				  const char *text)
{
	const char *names[MAX_NAMES];
	const struct use *use;
	unsigned int n = 0;
	int found;

	for (use = command->uses; use->word; use++) {
		if (use->refuse && strcmp(text, words[use->word].name))
			names[n++] = NULL;
		else
			names[n++] = words[use->word].name;
	}
	found = match(text, names, n);
	if (found >= 0)
		return &command->uses[found];
	match_error(found, "word", text, names, n);
	return NULL;
}

static enum status take_word(struct args *args, const struct use *use,
			     int argc, char **argv, int *used)
{
	const struct word *word = &words[use->word];
	struct value *v = &args->v[use->word];
	enum status status = STATUS_OK;

	if (use->refuse)
		return error("%s", use->refuse);
	if (given(args, use->word) && word->type != T_PREFIXES)
		return error("duplicate \"%s\"", word->name);
	if (word->name)
		*used += 1;
	if (word->type != T_NONE) {
		if (*used == argc)
			return error("\"%s\" needs a value", word->name);
		v->text = argv[*used];
		if (word->type == T_PREFIXES) {
			status = take_inside(args, argc - *used, argv + *used,
					     used);
		} else {
			status = take_value(word, v);
			*used += 1;
		}
	}
	args->given |= UINT64_C(1) << use->word;
	return status;
}

static enum status parse(struct args *args, int argc, char **argv)
{
	const struct use *use = args->command->uses;
	enum status status;
	int used = 0;

	for (; use->word && !words[use->word].name && used < argc; use++) {
		status = take_word(args, use, argc, argv, &used);
		if (status)
			return status;
	}
	while (used < argc) {
		use = find_use(args->command, argv[used]);
		if (!use)
			return STATUS_USAGE;
		status = take_word(args, use, argc, argv, &used);
		if (status)
			return status;
	}
	for (use = args->command->uses; use->word; use++) {
		if (!use->required || given(args, use->word))
			continue;
		if (!words[use->word].name)
			return error("the name is missing");
		return error("\"%s\" is missing", words[use->word].name);
	}
	return STATUS_OK;
}

enum status args_parse(struct args *args, const struct object *object,
		       const struct command *command, int argc, char **argv)
{
	memset(args, 0, sizeof(*args));
	args->object = object;
	args->command = command;
	if (!parse(args, argc, argv))
		return STATUS_OK;
	usage_error(object, command);
	return STATUS_USAGE;
}
