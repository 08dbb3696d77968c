// SPDX-License-Identifier: GPL-2.0
/* natctl flow save */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "cmd.h"
#include "flow.h"
#include "flowfile.h"
#include "msg.h"
#include "nl.h"

/* A table that changes while it is read is read anew, if what was written can be. */
enum { TRIES = 4 };

/*
 * The file, which is begun with the first flow: where none can be read, an old one
 * stays.
 */
struct writer {
	const char *name;
	FILE *file;
	int failed;		/* why it cannot be opened */
	uint64_t saved;
	bool begun;
	unsigned int n;
};

static void write_line(struct writer *w, json_t *line)
{
	json_dumpf(line, w->file, JSON_COMPACT | JSON_PRESERVE_ORDER);
	fputc('\n', w->file);
	json_decref(line);
}

/* Whoever knows a connection's numbers can end it, or speak in it. */
static FILE *open_file(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	return fd < 0 ? NULL : fdopen(fd, "w");
}

static void begin(struct writer *w)
{
	char text[CLOCK_TEXT];
	json_t *line;

	if (w->begun)
		return;
	w->begun = true;
	w->file = strcmp(w->name, "-") ? open_file(w->name) : stdout;
	if (!w->file) {
		w->failed = errno;
		return;
	}
	line = json_object();
	json_object_set_new(line, FLOWFILE_VERSION,
			    json_integer(FLOWFILE_VERSION_NOW));
	json_object_set_new(line, FLOWFILE_SAVED,
			    json_string(clock_utc(w->saved, text)));
	write_line(w, line);
}

static void save(const struct nlmsghdr *nlh, void *data)
{
	struct writer *w = data;

	begin(w);
	if (!w->file)
		return;
	write_line(w, flowfile_line(nlh));
	w->n++;
}

static enum status end(struct writer *w)
{
	json_t *line;

	begin(w);
	if (w->file) {
		line = json_object();
		json_object_set_new(line, FLOWFILE_END, json_integer(w->n));
		write_line(w, line);
		if (fflush(w->file) || ferror(w->file))
			w->failed = errno;
	}
	return w->failed ? error("cannot write %s: %s", w->name,
				 strerror(w->failed)) : STATUS_OK;
}

static enum status save_once(struct writer *w, const struct args *filter,
			     bool *disturbed)
{
	/* The time is that of the beginning: a flow may die too early, not live too long. */
	struct nlmsghdr *nlh = flow_request(NATGW_CMD_FLOW_GET, filter);
	enum status status;
	int err;

	w->saved = clock_now();
	mnl_attr_put(nlh, NATGW_A_FLOW_WHOLE, 0, NULL);
	err = nl_dump(nlh, save, w, disturbed);
	status = err ? nl_fail(err, "read the flows") : end(w);
	if (w->file && w->file != stdout && fclose(w->file) && !status)
		status = error("cannot write %s: %s", w->name, strerror(errno));
	return status;
}

enum status flowfile_save(const char *name, const struct args *filter,
			  unsigned int *n)
{
	unsigned int tries = strcmp(name, "-") ? TRIES : 1;
	bool disturbed = true;
	enum status status;
	struct writer w;

	do {
		w = (struct writer){ .name = name };
		status = save_once(&w, filter, &disturbed);
	} while (!status && disturbed && --tries);
	if (disturbed)
		warning("the table changed while it was read; flows may be missing or there twice");
	*n = w.n;
	return status;
}

enum status cmd_flow_save(const struct args *args)
{
	unsigned int n;

	return flowfile_save(given(args, W_FILE) ? args->v[W_FILE].text : "-",
			     args, &n);
}
