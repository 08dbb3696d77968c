/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flows in a file, for them to be made again: a JSON object in each line. The first
 * line says that it is such a file, of which version, and when it was begun; the
 * last one how many flows there are. Each of the others is a flow and stands by
 * itself.
 */
#ifndef NATCTL_FLOWFILE_H
#define NATCTL_FLOWFILE_H

#include <stdio.h>
#include <jansson.h>
#include <libmnl/libmnl.h>

#include "args.h"

/* The first line's word for the version, and the last one's for their number. */
#define FLOWFILE_VERSION "natgw-flows"
#define FLOWFILE_SAVED "saved"
#define FLOWFILE_END "natgw-flows-end"

enum { FLOWFILE_VERSION_NOW = 1 };

/* The line of a flow, from what the kernel says of it. */
json_t *flowfile_line(const struct nlmsghdr *nlh);

/*
 * What the kernel is told of a flow, from a line; its life is shorter by a number of
 * seconds, and *over set where it has none left. NULL: it is all right, else what is
 * wrong with it, in the one buffer there is for that.
 */
const char *flowfile_put(struct nlmsghdr *nlh, const json_t *line,
			 uint64_t seconds, bool *over);

/* Writes the flows of a filter to a file, "-" is standard output; *n is how many. */
enum status flowfile_save(const char *name, const struct args *filter,
			  unsigned int *n);

/* What became of the flows of a file. */
struct flowfile_result {
	bool begun;		/* it is a file of flows */
	unsigned int restored;
	unsigned int present;	/* were there already */
	unsigned int expired;	/* since they were saved */
	unsigned int refused;	/* by the kernel */
	unsigned int unread;	/* lines that are not what they should be */
	struct flowfile_reason {
		char *text;
		unsigned int n;
	} *reasons;
	unsigned int n_reasons;
};

/*
 * Makes the flows of a file again, "-" is standard input, and adds what becomes of them
 * to a result. flowfile_report() prints that, inside an object, and has the status.
 */
enum status flowfile_restore(const char *name, struct flowfile_result *result);
enum status flowfile_report(const struct flowfile_result *result);
void flowfile_free(struct flowfile_result *result);

#endif
