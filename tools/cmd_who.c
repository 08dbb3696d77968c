// SPDX-License-Identifier: GPL-2.0
/* natctl who */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <jansson.h>

#include "clock.h"
#include "cmd.h"
#include "msg.h"
#include "out.h"

/* What is asked for. */
struct question {
	const char *addr;
	uint32_t port;
	const char *proto;
	uint64_t at;
};

/* A flow that had the port then; of one that did not end in the log, its start. */
struct holder {
	json_t *line;
	uint64_t start;
	uint64_t ended;		/* 0: not in the log */
};

static struct {
	struct question asked;
	struct holder *holders;
	unsigned int n;
	uint64_t first, last;	/* what the log tells of */
	uint64_t lines;
	uint64_t lost;		/* records that may have been an answer */
	uint64_t sample;
} who;

static const char *text_of(const json_t *line, const char *key)
{
	return json_string_value(json_object_get(line, key)) ?: "";
}

static uint64_t number_of(const json_t *line, const char *key)
{
	return json_integer_value(json_object_get(line, key));
}

static bool time_of(const json_t *line, const char *key, uint64_t *ms)
{
	return clock_parse(text_of(line, key), ms);
}

/* The address may be known by either of its names. */
static bool asked_for(const json_t *line)
{
	return number_of(line, "wire-port") == who.asked.port &&
	       !strcmp(text_of(line, "proto"), who.asked.proto) &&
	       (!strcmp(text_of(line, "wire-ip"), who.asked.addr) ||
		!strcmp(text_of(line, "eip"), who.asked.addr));
}

static bool same(const json_t *a, const json_t *b, const char *key)
{
	return json_equal(json_object_get(a, key), json_object_get(b, key)) ||
	       (!json_object_get(a, key) && !json_object_get(b, key));
}

/* The start that belongs to an end. */
static struct holder *find_start(const json_t *end)
{
	static const char *const keys[] = {
		"gateway", "src", "sport", "dst", "dport", "start"
	};
	unsigned int i, k;

	for (i = 0; i < who.n; i++) {
		if (who.holders[i].ended)
			continue;
		for (k = 0; k < ARRAY_SIZE(keys); k++)
			if (!same(who.holders[i].line, end, keys[k]))
				break;
		if (k == ARRAY_SIZE(keys))
			return &who.holders[i];
	}
	return NULL;
}

static void add(json_t *line, uint64_t start, uint64_t ended)
{
	who.holders = xrealloc(who.holders,
			       (who.n + 1) * sizeof(*who.holders));
	who.holders[who.n++] = (struct holder){ json_incref(line), start,
						ended };
}

static void drop(struct holder *holder)
{
	json_decref(holder->line);
	*holder = who.holders[--who.n];
}

static void take_flow(json_t *line, uint64_t start, uint64_t ended)
{
	struct holder *begun;

	if (!asked_for(line))
		return;
	begun = ended ? find_start(line) : NULL;
	if (begun)
		drop(begun);
	if (start <= who.asked.at && (!ended || who.asked.at <= ended))
		add(line, start, ended);
}

static void cover(uint64_t start, uint64_t end)
{
	if (!who.lines++ || start < who.first)
		who.first = start;
	if (end > who.last)
		who.last = end;
}

/* False where it is none of the log's lines. */
static bool take_line(json_t *line)
{
	const char *event = text_of(line, "event");
	uint64_t start, ended = 0;

	if (!time_of(line, "start", &start))
		return false;
	if (strcmp(event, "start") && !time_of(line, "ended", &ended))
		return false;
	cover(start, ended ?: start);
	if (!strcmp(event, "lost")) {
		/* Whatever ended then may have begun at any time before. */
		if (ended >= who.asked.at && strcmp(text_of(line, "of"), "start"))
			who.lost += number_of(line, "lost");
		return true;
	}
	if (number_of(line, "sample") > who.sample)
		who.sample = number_of(line, "sample");
	if (strcmp(event, "start") && strcmp(event, "end"))
		return false;
	take_flow(line, start, ended);
	return true;
}

static enum status read_file(const char *name)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "re") : stdin;
	enum status status = STATUS_OK;
	char *text = NULL;
	json_t *line;
	size_t size = 0;

	if (!file)
		return error("cannot read %s: %s", name, strerror(errno));
	place.file = file == stdin ? "standard input" : name;
	place.line = 0;
	while (getline(&text, &size, file) >= 0) {
		place.line++;
		line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		/* As where the machine went down while it was written. */
		if (!line || !take_line(line))
			warning("this is no line of a flow log");
		json_decref(line);
	}
	if (ferror(file))
		status = error("cannot read it: %s", strerror(errno));
	place.file = NULL;
	free(text);
	if (file != stdin)
		fclose(file);
	return status;
}

static const char *local(uint64_t ms, char text[CLOCK_TEXT])
{
	return clock_local(ms, "%Y-%m-%d %H:%M:%S", text);
}

static enum status answer_nobody(void)
{
	char at[CLOCK_TEXT], from[CLOCK_TEXT], to[CLOCK_TEXT];

	error("nobody had %s port %u of %s at %s", who.asked.addr,
	      who.asked.port, who.asked.proto, local(who.asked.at, at));
	if (!who.lines)
		warning("the log is empty");
	else if (who.asked.at < who.first || who.asked.at > who.last)
		warning("the log tells of the time from %s to %s only",
			local(who.first, from), local(who.last, to));
	if (who.sample > 1)
		warning("the log has one flow of %" PRIu64 " only", who.sample);
	return STATUS_NOBODY;
}

static void print_time(const char *key, uint64_t ms)
{
	char text[CLOCK_TEXT];

	if (!ms)
		return;
	out_str(key, "", opts.json ? clock_utc(ms, text) : local(ms, text));
}

static void print_endpoint(const json_t *line, const char *addr,
			   const char *port)
{
	if (!json_object_get(line, addr))
		return;
	out_str(addr, "", text_of(line, addr));
	out_num(port, number_of(line, port) ? ":" : NULL,
		number_of(line, port));
}

static void print_holder(const struct holder *holder)
{
	out_object(NULL);
	print_endpoint(holder->line, "src", "sport");
	out_cell();
	print_endpoint(holder->line, "dst", "dport");
	out_cell();
	print_time("start", holder->start);
	out_cell();
	print_time("ended", holder->ended);
	out_cell();
	out_str("kind", "", text_of(holder->line, "kind"));
	out_cell();
	out_str("gateway", "", text_of(holder->line, "gateway"));
	out_cell();
	if (json_object_get(holder->line, "label"))
		out_str("label", "", text_of(holder->line, "label"));
	out_line();
	out_object_end();
}

static bool labelled(void)
{
	unsigned int i;

	for (i = 0; i < who.n; i++)
		if (json_object_get(who.holders[i].line, "label"))
			return true;
	return false;
}

static void print_holders(void)
{
	static const struct column columns[] = {
		{ "SOURCE", 0, LEFT },
		{ "DESTINATION", 0, LEFT },
		{ "START", 0, LEFT },
		{ "END", 0, LEFT },
		{ "KIND", 0, LEFT },
		{ "GATEWAY", 0, LEFT },
		{ "LABEL", 0, LEFT },
	};
	unsigned int i;

	out_list();
	out_table(columns, ARRAY_SIZE(columns) - !labelled());
	for (i = 0; i < who.n; i++)
		print_holder(&who.holders[i]);
	out_table_end();
	out_close();
}

static void forget(void)
{
	while (who.n)
		drop(&who.holders[who.n - 1]);
	free(who.holders);
	memset(&who, 0, sizeof(who));
}

static enum status answer(void)
{
	enum status status = STATUS_OK;

	if (who.n)
		print_holders();
	else
		status = answer_nobody();
	if (who.lost)
		warning("%" PRIu64 " records are lost that may have been the answer",
			who.lost);
	return status;
}

enum status cmd_who(const struct args *args)
{
	char standard_input[] = "-";
	char *const no_files[] = { standard_input };
	const struct value *endpoint = &args->v[W_ENDPOINT];
	char *const *files = given(args, W_IN) ? args->files : no_files;
	int i, n = given(args, W_IN) ? args->n_files : 1;
	enum status status = STATUS_OK;
	char addr[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &endpoint->prefix.addr, addr, sizeof(addr));
	who.asked = (struct question){
		.addr = addr,
		.port = endpoint->num,
		.proto = proto_name(args->v[W_PROTO].num),
		.at = args->v[W_AT].ms,
	};
	for (i = 0; i < n && !status; i++)
		status = read_file(files[i]);
	if (!status)
		status = answer();
	forget();
	return status;
}
