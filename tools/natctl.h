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

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

enum status {
	STATUS_OK,
	STATUS_USAGE,		/* the command or a file named in it is wrong */
	STATUS_KERNEL,		/* the kernel said no */
};

struct options {
	bool json;
	bool pretty;
	bool stats;
	bool force;
};

extern struct options opts;

/* Every word that some command takes; W_END ends a command's list. */
enum word_id {
	W_END,
	W_NAME,
	W_DEV,
	W_CONNECTIVITY,
	W_EIP,
	W_PRIVATE_IP,
	W_INSIDE,
	W_UNSOLICITED,
	W_CONNTRACK,
	W_MAX_FLOWS,
	W_TCP_OPENING,		/* the time-outs, in the order of flow states */
	W_TCP_ESTABLISHED,
	W_TCP_CLOSING,
	W_UDP,
	W_ICMP,
	W_GATEWAY,
	W_DRAIN,
	W_SRC,
	W_DST,
	W_PROTO,
	W_SPORT,
	W_DPORT,
	W_ALL,
	W_FILE,
	W_ON_GATEWAY,
	W_ON_FLOW,
	W_ON_ERROR,
	W_COUNT
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
	T_FILE,
};

struct word {
	const char *name;	/* NULL: a value alone, in its place */
	enum value_type type;
	const char *const *choices;
	uint32_t min, max;
};

/* How a command uses a word. */
struct use {
	enum word_id word;
	bool required;
	const char *refuse;	/* not taken, and this says what to do */
};

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

extern const struct word words[W_COUNT];
extern const struct object objects[];	/* ended by one without name */

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

/* complete.c */
void complete(int argc, char **argv);

#endif
