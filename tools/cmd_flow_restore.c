// SPDX-License-Identifier: GPL-2.0
/* natctl flow restore */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "cmd.h"
#include "flowfile.h"
#include "msg.h"
#include "nl.h"
#include "out.h"

/* How far the file is read. */
struct reader {
	struct flowfile_result *result;
	uint64_t seconds;	/* since it was saved */
	unsigned int flows;
	bool ended;
};

/* So many that a file cannot make it a long list. */
enum { MOST_REASONS = 64 };

static void refuse(struct flowfile_result *result, const char *why)
{
	struct flowfile_reason *reason = result->reasons;
	unsigned int i;

	for (i = 0; i < result->n_reasons; i++, reason++) {
		if (strcmp(reason->text, why))
			continue;
		reason->n++;
		return;
	}
	if (i == MOST_REASONS) {
		reason[-1].n++;
		return;
	}
	result->reasons = xrealloc(result->reasons,
				   (i + 1) * sizeof(*result->reasons));
	result->reasons[i].text = xstrdup(i + 1 == MOST_REASONS ?
					  "other reasons" : why);
	result->reasons[i].n = 1;
	result->n_reasons++;
}

static void unread(struct flowfile_result *result, const char *why)
{
	result->unread++;
	refuse(result, why);
}

/* Whether a failure is not about the flow, and the next one would fail as well. */
static bool fails_for_all(int err)
{
	return err == -EPERM || err == -EOPNOTSUPP || err == -ENOBUFS ||
	       err == -EBADMSG || err == -EBADF || !nl_loaded();
}

static enum status make(struct reader *reader, const json_t *line)
{
	struct flowfile_result *result = reader->result;
	struct nlmsghdr *nlh = nl_request(NATGW_CMD_FLOW_NEW);
	const char *wrong;
	bool over;
	int err;

	reader->flows++;
	wrong = flowfile_put(nlh, line, reader->seconds, &over);
	if (wrong) {
		unread(result, wrong);
		return STATUS_OK;
	}
	if (over) {
		result->expired++;
		return STATUS_OK;
	}
	err = nl_do(nlh, NULL, NULL);
	if (err && err != -EEXIST && fails_for_all(err))
		return nl_fail(err, "restore flows");
	if (!err) {
		result->restored++;
	} else if (err == -EEXIST) {
		result->present++;
	} else {
		result->refused++;
		refuse(result, nl_why(err));
	}
	return STATUS_OK;
}

static enum status take_head(struct reader *reader, const json_t *line)
{
	const json_t *version = json_object_get(line, FLOWFILE_VERSION);
	const char *text = json_string_value(json_object_get(line,
							     FLOWFILE_SAVED));
	uint64_t saved, now = clock_now();

	if (!json_is_integer(version) || !text || !clock_parse(text, &saved))
		return error("this is no file of flows, as \"natctl flow save\" writes it");
	if (json_integer_value(version) != FLOWFILE_VERSION_NOW)
		return error("the file has version %lld, and this natctl understands version %d",
			     (long long)json_integer_value(version),
			     FLOWFILE_VERSION_NOW);
	reader->result->begun = true;
	reader->seconds = now > saved ? (now - saved) / 1000 : 0;
	return STATUS_OK;
}

static enum status take_line(struct reader *reader, const json_t *line)
{
	const json_t *n = json_object_get(line, FLOWFILE_END);

	if (!reader->result->begun)
		return take_head(reader, line);
	if (!line) {
		unread(reader->result, "the line is no JSON: it was cut off, or spoilt");
		return STATUS_OK;
	}
	if (!n)
		return make(reader, line);
	reader->ended = json_integer_value(n) == reader->flows;
	return STATUS_OK;
}

static enum status read_lines(struct reader *reader, FILE *file)
{
	enum status status = STATUS_OK;
	char *text = NULL;
	size_t size = 0;
	json_t *line;
	ssize_t len;

	while (!status && (len = getline(&text, &size, file)) >= 0) {
		place.line++;
		line = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
		status = take_line(reader, line);
		json_decref(line);
	}
	free(text);
	if (!status && ferror(file))
		status = error("cannot read it: %s", strerror(errno));
	return status;
}

static enum status read_file(FILE *file, struct flowfile_result *result)
{
	struct reader reader = { .result = result };
	enum status status;

	result->begun = false;
	status = read_lines(&reader, file);
	if (!status && !result->begun)
		return error("it is empty");
	if (!status && !reader.ended) {
		warning("the file is not whole: flows are missing");
		status = STATUS_USAGE;
	}
	return status;
}

enum status flowfile_restore(const char *name, struct flowfile_result *result)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "re") : stdin;
	struct place before = place;
	enum status status;
	uint32_t version;
	int err;

	if (!file)
		return error("cannot read %s: %s", name, strerror(errno));
	err = nl_version(&version);
	if (err) {
		status = nl_fail(err, "restore flows");
	} else {
		place.file = file == stdin ? "standard input" : name;
		place.line = 0;
		status = read_file(file, result);
		place = before;
	}
	if (file != stdin)
		fclose(file);
	return status;
}

static void report_reasons(const struct flowfile_result *result)
{
	unsigned int i;

	out_array("reasons");
	for (i = 0; i < result->n_reasons; i++) {
		out_object(NULL);
		out_num("count", "  ", result->reasons[i].n);
		out_str("reason", ": ", result->reasons[i].text);
		out_line();
		out_object_end();
	}
	out_array_end();
}

enum status flowfile_report(const struct flowfile_result *result)
{
	out_num("restored", "restored ", result->restored);
	out_num("present", ", there already ", result->present);
	out_num("expired", ", expired meanwhile ", result->expired);
	out_num("refused", ", refused ", result->refused);
	out_num("unread", ", not understood ", result->unread);
	out_line();
	report_reasons(result);
	if (result->refused)
		return STATUS_KERNEL;
	return result->unread ? STATUS_USAGE : STATUS_OK;
}

void flowfile_free(struct flowfile_result *result)
{
	unsigned int i;

	for (i = 0; i < result->n_reasons; i++)
		free(result->reasons[i].text);
	free(result->reasons);
}

static enum status report(const struct flowfile_result *result)
{
	enum status status;

	out_open();
	out_object(NULL);
	status = flowfile_report(result);
	out_object_end();
	out_close();
	return status;
}

enum status cmd_flow_restore(const struct args *args)
{
	struct flowfile_result result = {};
	enum status status, said = STATUS_OK;

	status = flowfile_restore(given(args, W_FILE) ?
				  args->v[W_FILE].text : "-", &result);
	if (result.begun)
		said = report(&result);
	flowfile_free(&result);
	return status ?: said;
}
