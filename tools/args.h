/* SPDX-License-Identifier: GPL-2.0 */
/* The words of a command and their values. */
#ifndef NATCTL_ARGS_H
#define NATCTL_ARGS_H

#include <netinet/in.h>
#include <linux/natgw.h>

#include "natctl.h"

struct prefix {
	in_addr_t addr;		/* network byte order */
	uint8_t len;
};

struct value {
	const char *text;	/* as it was typed */
	uint32_t num;		/* number, or index of a choice */
	uint32_t last;		/* of a range that begins with num */
	struct prefix prefix;	/* address, len 32 where none was given */
	uint64_t ms;		/* a time, since 1970 */
};

struct args {
	const struct object *object;
	const struct command *command;
	bool given[W_COUNT];
	unsigned int words;	/* that were given */
	struct value v[W_COUNT];
	struct prefix inside[NATGW_MAX_INSIDE];
	unsigned int insides;	/* 0 while W_INSIDE is given: "any" */
	char **files;
	int n_files;
};

static inline bool given(const struct args *args, enum word_id id)
{
	return args->given[id];
}

struct protocol {
	const char *name;
	uint8_t number;
};

extern const struct protocol protocols[];	/* ended by one without name */

enum { MATCH_NONE = -1, MATCH_MANY = -2 };

/*
 * The index of the one name that is word or that only word abbreviates. Names
 * may be NULL; they are skipped.
 */
int match(const char *word, const char *const *names, unsigned int n);

/* Reports what match() answered for word, which should have been a kind. */
enum status match_error(int found, const char *kind, const char *word,
			const char *const *names, unsigned int n);

/* Which of the words of a command has this name, not abbreviated; or NULL. */
const struct use *use_named(const struct use *uses, const char *text);

/* Fills args from the words behind the command's name; reports what is wrong. */
enum status args_parse(struct args *args, const struct object *object,
		       const struct command *command, int argc, char **argv);

bool parse_number(const char *text, uint32_t min, uint32_t max, uint32_t *num);
bool parse_addr(const char *text, in_addr_t *addr);
bool parse_endpoint(const char *text, struct value *v);
bool parse_prefix(const char *text, struct prefix *prefix);

/* Whether each address of the inner prefix is in the outer one. */
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);
bool prefix_same(const struct prefix *a, const struct prefix *b);
bool prefix_has(const struct prefix *prefix, in_addr_t addr);

/* The name of a protocol, or its number in digits. */
const char *proto_name(uint8_t proto);

#endif
