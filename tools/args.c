// SPDX-License-Identifier: GPL-2.0
/* The words of a command and their values. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "clock.h"
#include "msg.h"
#include "spec.h"

enum { MAX_NAMES = 16, MAX_CAUSES = 64 };

const struct protocol protocols[] = {
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "icmp", IPPROTO_ICMP },
	{ "udplite", IPPROTO_UDPLITE },
	{ "sctp", IPPROTO_SCTP },
	{ "dccp", IPPROTO_DCCP },
	{ "gre", IPPROTO_GRE },
	{ "esp", IPPROTO_ESP },
	{ "ah", IPPROTO_AH },
	{ "ipip", IPPROTO_IPIP },
	{ NULL, 0 }
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

/* The address that stands before the end. */
static bool parse_addr_until(const char *text, const char *end, in_addr_t *addr)
{
	char copy[INET_ADDRSTRLEN];

	if ((size_t)(end - text) >= sizeof(copy))
		return false;
	memcpy(copy, text, end - text);
	copy[end - text] = '\0';
	return parse_addr(copy, addr);
}

bool parse_prefix(const char *text, struct prefix *prefix)
{
	const char *slash = strchr(text, '/');
	uint32_t len = 32;

	if (!slash)
		slash = text + strlen(text);
	else if (!parse_number(slash + 1, 0, 32, &len))
		return false;
	prefix->len = len;
	return parse_addr_until(text, slash, &prefix->addr);
}

bool prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	uint32_t mask = outer->len ? UINT32_MAX << (32 - outer->len) : 0;

	return outer->len <= inner->len &&
	       !(ntohl(outer->addr ^ inner->addr) & mask);
}

bool prefix_same(const struct prefix *a, const struct prefix *b)
{
	return a->len == b->len && (!a->len || a->addr == b->addr);
}

bool prefix_has(const struct prefix *prefix, in_addr_t addr)
{
	const struct prefix host = { addr, 32 };

	return prefix_covers(prefix, &host);
}

/* An address and a port, which become prefix and num. */
bool parse_endpoint(const char *text, struct value *v)
{
	const char *colon = strrchr(text, ':');

	v->prefix.len = 32;
	return colon && parse_number(colon + 1, 0, UINT16_MAX, &v->num) &&
	       parse_addr_until(text, colon, &v->prefix.addr);
}

const char *proto_name(uint8_t proto)
{
	static char digits[4];
	unsigned int i;

	for (i = 0; protocols[i].name; i++)
		if (proto == protocols[i].number)
			return protocols[i].name;
	snprintf(digits, sizeof(digits), "%u", proto);
	return digits;
}

/* Names what a word takes: "off, pmtu or a number". */
static enum status choice_error(const struct word *word, const char *text)
{
	const char *const *choice = word->choices;
	bool number = word->type != T_CHOICE;
	char list[256];
	size_t len;

	len = snprintf(list, sizeof(list), "%s", *choice);
	while (*++choice)
		len += snprintf(list + len, sizeof(list) - len, "%s%s",
				choice[1] || number ? ", " : " or ", *choice);
	return error("%s takes %s%s, not \"%s\"", word->name, list,
		     number ? " or a number" : "", text);
}

static enum status take_choice(const struct word *word, struct value *v)
{
	unsigned int n = 0;
	int found;

	while (word->choices[n])
		n++;
	found = match(v->text, word->choices, n);
	if (found == MATCH_NONE)
		return choice_error(word, v->text);
	if (found < 0)
		return match_error(found, word->name, v->text, word->choices,
				   n);
	v->num = found;
	return STATUS_OK;
}

static enum status take_proto(struct value *v)
{
	const char *names[MAX_NAMES];
	char list[128] = "";
	unsigned int n;
	size_t len = 0;
	int found;

	if (parse_number(v->text, 0, UINT8_MAX, &v->num))
		return STATUS_OK;
	for (n = 0; protocols[n].name; n++) {
		names[n] = protocols[n].name;
		len += snprintf(list + len, sizeof(list) - len, "%s, ",
				names[n]);
	}
	found = match(v->text, names, n);
	if (found == MATCH_NONE)
		return error("\"%s\" is not a protocol: %sor a number up to 255",
			     v->text, list);
	if (found < 0)
		return match_error(found, "protocol", v->text, names, n);
	v->num = protocols[found].number;
	return STATUS_OK;
}

static enum status take_cause(struct value *v)
{
	const char *names[MAX_CAUSES];
	unsigned int n;
	int found;

	for (n = 0; n < MAX_CAUSES && drop_causes[n].name; n++)
		names[n] = drop_causes[n].name;
	found = match(v->text, names, n);
	if (found == MATCH_NONE)
		return error("\"%s\" is not a cause of drops: see \"natctl stats help\"",
			     v->text);
	if (found < 0)
		return match_error(found, "cause", v->text, names, n);
	v->num = drop_causes[found].number;
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

/* What is too much or too little for the kernel, it says itself. */
static enum status take_number(const struct word *word, struct value *v)
{
	const char *unit = word->type == T_SECONDS ? " of seconds" : "";

	if (parse_number(v->text, 0, UINT32_MAX, &v->num))
		return STATUS_OK;
	if (word->choices)
		return take_choice(word, v);
	if (*v->text && !v->text[strspn(v->text, "0123456789")])
		return error("%s takes a number%s up to %u, not %s",
			     word->name, unit, UINT32_MAX, v->text);
	return error("%s takes a number%s, not \"%s\"", word->name, unit,
		     v->text);
}

static enum status take_port(const struct word *word, struct value *v)
{
	if (parse_number(v->text, 0, UINT16_MAX, &v->num))
		return STATUS_OK;
	return error("%s takes 0 to %u, not \"%s\"",
		     word->name ? word->name : word->help, UINT16_MAX,
		     v->text);
}

/* A port, or the first and the last one of several. */
static bool parse_ports(const char *text, struct value *v)
{
	size_t len = strcspn(text, "-");
	char first[8];

	if (len >= sizeof(first))
		return false;
	memcpy(first, text, len);
	first[len] = '\0';
	if (!parse_number(first, 0, UINT16_MAX, &v->num))
		return false;
	v->last = v->num;
	return !text[len] ||
	       parse_number(text + len + 1, v->num, UINT16_MAX, &v->last);
}

static enum status take_ports(const struct word *word, struct value *v)
{
	if (parse_ports(v->text, v))
		return STATUS_OK;
	return error("%s takes a port, or the first and the last one as in 5000-5999, not \"%s\"",
		     word->name, v->text);
}

static enum status take_endpoint(struct value *v)
{
	if (parse_endpoint(v->text, v))
		return STATUS_OK;
	return error("\"%s\" is not an IPv4 address and a port, as in 203.0.113.7:5000",
		     v->text);
}

static enum status take_time(struct value *v)
{
	if (clock_parse(v->text, &v->ms))
		return STATUS_OK;
	return error("\"%s\" is not a time, as in 2026-01-31T23:59:59Z, or seconds since 1970",
		     v->text);
}

static enum status take_value(const struct word *word, struct value *v)
{
	switch (word->type) {
	case T_GATEWAY:
	case T_LABEL:
		return take_name(v->text, NATGW_NAME_LEN);
	case T_DEV:
		return take_name(v->text, NATGW_DEV_LEN);
	case T_CHOICE:
		return take_choice(word, v);
	case T_NUMBER:
	case T_SECONDS:
		return take_number(word, v);
	case T_PORT:
		return take_port(word, v);
	case T_PORTS:
		return take_ports(word, v);
	case T_PROTO:
		return take_proto(v);
	case T_ENDPOINT:
		return take_endpoint(v);
	case T_TIME:
		return take_time(v);
	case T_CAUSE:
		return take_cause(v);
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

/*
 * Finds the use of a word; words that are only there to be refused are never
 * abbreviated, so that they stand in nobody's way. The last one may be a value.
 */
static const struct use *find_use(const struct use *uses, const char *text,
				  bool end)
{
	const struct use *last = NULL;
	const char *names[MAX_USES];
	unsigned int n;
	int found;

	for (n = 0; uses[n].word; n++) {
		names[n] = word_of(uses[n].word)->name;
		if (uses[n].kind == USE_REFUSED && strcmp(text, names[n]))
			names[n] = NULL;
		if (uses[n].kind == USE_LAST)
			last = &uses[n];
	}
	found = match(text, names, n);
	if (found >= 0)
		return &uses[found];
	if (found == MATCH_NONE && end && last)
		return last;
	match_error(found, "word", text, names, n);
	return NULL;
}

const struct use *use_named(const struct use *uses, const char *text)
{
	const char *name;

	for (; uses->word; uses++) {
		name = word_of(uses->word)->name;
		if (name && !strcmp(name, text))
			return uses;
	}
	return NULL;
}

static void give(struct args *args, enum word_id id)
{
	args->given[id] = true;
	args->words++;
}

/* Gives the value of a word for several options to each of them. */
static enum status give_group(struct args *args, enum word_id group)
{
	const char *name, *end = word_of(group)->name;
	enum word_id id;

	for (id = W_OPTION + 1; id < W_COUNT; id++) {
		name = word_of(id)->name;
		if (strlen(name) < strlen(end) ||
		    strcmp(name + strlen(name) - strlen(end), end))
			continue;
		if (given(args, id))
			return error("duplicate \"%s\": \"%s\" sets it too",
				     name, end);
		args->v[id] = args->v[group];
		give(args, id);
	}
	return STATUS_OK;
}

static enum status take_word(struct args *args, const struct use *use,
			     int argc, char **argv, int *used)
{
	const struct word *word = word_of(use->word);
	struct value *v = &args->v[use->word];
	enum status status = STATUS_OK;

	if (use->kind == USE_REFUSED)
		return error("%s", use->refusal);
	if (given(args, use->word) && word->type != T_PREFIXES)
		return error("duplicate \"%s\"", word->name);
	if (word->name)
		*used += 1;
	if (word->type != T_NONE) {
		if (*used == argc)
			return error("\"%s\" needs a value", word->name);
		v->text = argv[*used];
		if (word->type == T_FILES) {
			args->files = argv + *used;
			args->n_files = argc - *used;
			*used = argc;
		} else if (word->type == T_PREFIXES) {
			status = take_inside(args, argc - *used, argv + *used,
					     used);
		} else {
			status = take_value(word, v);
			*used += 1;
		}
	}
	if (!status && is_group(use->word))
		status = give_group(args, use->word);
	give(args, use->word);
	return status;
}

static enum status check_missing(const struct args *args,
				 const struct use *uses)
{
	const char *name, *value;
	char list[128] = "";
	size_t len = 0;
	bool any = false;

	for (; uses->word; uses++) {
		name = word_of(uses->word)->name;
		value = word_of(uses->word)->help;
		if (uses->kind == USE_REQUIRED && !given(args, uses->word))
			return name ? error("\"%s\" is missing", name) :
				      error("%s is missing",
					    value ? value : "the name");
		if (uses->kind != USE_ONE_OF)
			continue;
		any |= given(args, uses->word);
		len += snprintf(list + len, sizeof(list) - len, "%s\"%s\"",
				len ? ", " : "", name);
	}
	return any || !len ? STATUS_OK : error("one of %s is missing", list);
}

static enum status parse(struct args *args, int argc, char **argv)
{
	struct use uses[MAX_USES];
	const struct use *use;
	enum status status;
	int used = 0;

	uses_of(args->command, uses);
	for (use = uses; use->word && !word_of(use->word)->name && used < argc;
	     use++) {
		/* A file of that name is to be called ./NAME. */
		if (use->kind == USE_OPTIONAL && use_named(uses, argv[used]))
			continue;
		status = take_word(args, use, argc, argv, &used);
		if (status)
			return status;
	}
	while (used < argc) {
		use = find_use(uses, argv[used], used == argc - 1);
		if (!use)
			return STATUS_USAGE;
		status = take_word(args, use, argc, argv, &used);
		if (status)
			return status;
	}
	return check_missing(args, uses);
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
