/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command table's types, and what every part of natctl shares.
 *
 * table.c says once which objects, commands and words there are. Dispatch,
 * parsing, usage, completion and the manual page's synopsis all read it there.
 */
#ifndef NATCTL_H
#define NATCTL_H

#include <stdbool.h>
#include <stdint.h>
#include <linux/natgw.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

enum status {
	STATUS_OK,
	STATUS_USAGE,		/* the command or a file named in it is wrong;
				 * or what was asked is not so
				 */
	STATUS_KERNEL,		/* the kernel said no */
	STATUS_NOBODY,		/* there is no answer to the question */
};

struct options {
	bool json;
	bool pretty;
	bool stats;
	bool force;
	bool no_pager;
};

extern struct options opts;

/*
 * Every word that some command takes; W_END ends a command's list. An option of
 * a gateway is W_OPTION plus the number of its attribute; W_OPTION alone stands
 * for all of them.
 */
enum word_id {
	W_END,
	W_NAME,
	W_DEV,
	W_CONNECTIVITY,
	W_EIP,
	W_PRIVATE_IP,
	W_INSIDE,
	W_PROFILE,
	W_MAPPING,		/* words for several options at a time */
	W_FILTERING,
	W_GATEWAY,
	W_DRAIN,
	W_SRC,
	W_DST,
	W_PROTO,
	W_SPORT,
	W_DPORT,
	W_ALL,
	W_PREF,
	W_DPORTS,
	W_EXEMPT,
	W_ADDRESS,
	W_IDLE,
	W_FILE,
	W_CAUSE,
	W_ASK_SRC,		/* the packet that one asks about */
	W_ASK_SPORT,
	W_ASK_DST,
	W_ASK_DPORT,
	W_ASK_PROTO,
	W_FOLLOW,
	W_FOLLOW_SHORT,
	W_ON_GATEWAY,
	W_ON_FLOW,
	W_ON_ERROR,
	W_FORMAT,
	W_SINCE,
	W_LOG_FORMAT,
	W_TO,
	W_STARTS,
	W_SAMPLE,
	W_NO_DESTINATION,
	W_BUFFER,
	W_ENDPOINT,
	W_AT,
	W_IN,
	W_PROBE,
	W_FROM,
	W_TIMEOUT,
	W_BY,
	W_DESTINATIONS,
	W_LABEL_PREFIX,
	W_LABEL_NAME,
	W_BACK,
	W_OPTION,
	W_COUNT = W_OPTION + NATGW_A_OPTIONS_MAX + 1
};

enum value_type {
	T_NONE,			/* the word stands for itself */
	T_GATEWAY,
	T_DEV,
	T_ADDR,
	T_PREFIXES,
	T_MATCH,
	T_CHOICE,
	T_NUMBER,
	T_SECONDS,
	T_PROTO,
	T_PORT,
	T_PORTS,
	T_FILE,
	T_FILES,		/* all that is left of the words */
	T_TARGET,
	T_ENDPOINT,
	T_TIME,
	T_CAUSE,
	T_LABEL,
};

struct word {
	const char *name;	/* NULL: a value alone, in its place */
	enum value_type type;
	const char *const *choices;	/* of a number: names of the lowest */
	const char *help;	/* of an option: a sentence; of a value alone:
				 * what it is called
				 */
};

enum use_kind {
	USE_OPTIONAL,
	USE_REQUIRED,
	USE_ONE_OF,		/* one of these at least */
	USE_LAST,		/* a value alone: the last word, if it is no other */
	USE_OPTIONS,		/* stands for all options of a gateway */
	USE_REFUSED,		/* not taken; there is help on what to do */
};

/* How a command uses a word. */
struct use {
	enum word_id word;
	enum use_kind kind;
	const char *refusal;
};

enum { MAX_USES = 24 + NATGW_A_OPTIONS_MAX };

struct args;

struct command {
	const char *name;	/* NULL: the object is the command */
	const char *help;
	const struct use *uses;
	enum status (*run)(const struct args *args);
};

struct object {
	const char *name;
	const char *help;
	const struct command *commands;	/* ended by one without help */
	void (*help_more)(void);
};

/* table.c */
extern const struct object objects[];	/* ended by one without name */

const struct word *word_of(enum word_id id);

/* Whether a word sets all options whose names end in it. */
bool is_group(enum word_id id);

/*
 * The uses of a command, with each option, and each word for several, where
 * they all stand as one; ended by W_END. The list has MAX_USES entries.
 */
void uses_of(const struct command *command, struct use *list);

/* The same of the options alone. */
void uses_of_options(struct use *list);

/* natctl.c */
enum status run_words(int argc, char **argv);
const struct command *find_command(int argc, char **argv,
				   const struct object **object, int *used);
enum status netns_enter(const char *name);

/* usage.c */
void usage_summary(void);
void usage_object(const struct object *object);
void usage_error(const struct object *object, const struct command *command);
void usage_man(const char *part);
void usage_options(void);

/* complete.c */
void complete(int argc, char **argv);

#endif
