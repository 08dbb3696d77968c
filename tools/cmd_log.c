// SPDX-License-Identifier: GPL-2.0
/* natctl log */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <linux/genetlink.h>

#include "clock.h"
#include "cmd.h"
#include "flow.h"
#include "ipfix.h"
#include "label.h"
#include "msg.h"
#include "nl.h"
#include "out.h"
#include "record.h"
#include "spec.h"

enum format { JSON, VPC, IPFIX };

const char *const log_formats[] = { "json", "vpc", "ipfix", NULL };

enum {
	KILOBYTE = 1024,
	BUFFER = 32 * 1024,	/* kilobytes of events that wait for us */
	MOST_BUFFER = 1 << 20,
	WAIT = 1000,		/* ms that a record or a signal may wait for us */
};

/* The numbers of the events of one kind, to see which of them are missing. */
struct numbers {
	bool known;
	uint32_t last;
	uint64_t time;		/* when it came, ms */
};

static struct {
	const char *gateway;	/* NULL: all */
	const char *file;	/* NULL: standard output */
	enum format format;
	bool starts;
	bool destination;
	uint32_t sample;
	struct numbers starts_seen, ends_seen;
	uint64_t lost;		/* records, in all */
	uint64_t unsent;	/* messages to the collector */
	struct labels labels;
	bool overrun;		/* more may be lost than the next event tells */
} job;

/* Set by signals. */
static atomic_bool stopped, reopen;

static void on_signal(int number)
{
	if (number == SIGHUP)
		reopen = true;
	else
		stopped = true;
}

/* -------------------------------- JSON lines ------------------------------ */

static void json_time(const char *key, uint64_t ms)
{
	char text[CLOCK_TEXT];

	out_str(key, NULL, clock_utc(ms, text));
}

static void json_count(const struct count *count, bool tcp, bool out)
{
	out_num(out ? "packets-out" : "packets-in", NULL, count->packets);
	out_num(out ? "bytes-out" : "bytes-in", NULL, count->bytes);
	if (tcp)
		out_str(out ? "tcp-flags-out" : "tcp-flags-in", NULL,
			flow_tcp_flags(count->tcp_flags));
}

static void json_end(const struct record *record)
{
	bool tcp = record->proto == IPPROTO_TCP;

	json_time("ended", record->ended);
	out_str("end", NULL, spec_word(flow_end_words, record->end));
	if (!record->counted)
		return;
	json_count(&record->out, tcp, true);
	json_count(&record->in, tcp, false);
}

static void json_record(const struct record *record)
{
	out_object(NULL);
	out_str("event", NULL, record->over ? "end" : "start");
	out_str("gateway", NULL, record->gateway);
	out_str("kind", NULL, spec_word(flow_kind_words, record->kind));
	out_str("proto", NULL, proto_name(record->proto));
	out_addr("src", NULL, record->src);
	out_num("sport", NULL, record->sport);
	labels_print(&job.labels, record->src);
	out_addr("wire-ip", NULL, record->wire_ip);
	out_num("wire-port", NULL, record->wire_port);
	if (record->has_eip)
		out_addr("eip", NULL, record->eip);
	if (job.destination) {
		out_addr("dst", NULL, record->dst);
		out_num("dport", NULL, record->dport);
	}
	json_time("start", record->start);
	if (record->over)
		json_end(record);
	if (job.sample > 1)
		out_num("sample", NULL, job.sample);
	out_object_end();
}

static void json_lost(uint32_t lost, bool ends, uint64_t since, uint64_t now)
{
	out_object(NULL);
	out_str("event", NULL, "lost");
	out_num("lost", NULL, lost);
	out_str("of", NULL, ends ? "end" : "start");
	json_time("start", since);
	json_time("ended", now);
	out_object_end();
}

/* ------------------------ records of VPC flow logs, version 2 ------------- */

struct end {
	in_addr_t addr;
	uint16_t port;
	bool hidden;
};

enum { PORT_TEXT = 8 };

static void end_text(const struct end *end, char addr[INET_ADDRSTRLEN],
		     char port[PORT_TEXT])
{
	inet_ntop(AF_INET, &end->addr, addr, INET_ADDRSTRLEN);
	snprintf(port, PORT_TEXT, "%u", end->port);
	if (end->hidden) {
		snprintf(addr, INET_ADDRSTRLEN, "-");
		snprintf(port, PORT_TEXT, "-");
	}
}

/* A flow that has not counted its packets has them unknown; of a direction in which
 * there were none, there is no record.
 */
static void vpc_direction(const struct record *record, const struct end *from,
			  const struct end *to, const struct count *count)
{
	char src[INET_ADDRSTRLEN], dst[INET_ADDRSTRLEN];
	char sport[PORT_TEXT], dport[PORT_TEXT];

	if (record->counted && !count->packets)
		return;
	end_text(from, src, sport);
	end_text(to, dst, dport);
	printf("2 unknown %s %s %s %s %s %u ", record->gateway, src, dst, sport,
	       dport, record->proto);
	if (record->counted)
		printf("%" PRIu64 " %" PRIu64, count->packets, count->bytes);
	else
		printf("- -");
	printf(" %" PRIu64 " %" PRIu64 " ACCEPT OK\n", record->start / 1000,
	       record->ended / 1000);
}

static void vpc_record(const struct record *record)
{
	const struct end inside = { record->src, record->sport, false };
	const struct end outside = { record->dst, record->dport,
				     !job.destination };

	if (!record->over)
		return;
	vpc_direction(record, &inside, &outside, &record->out);
	vpc_direction(record, &outside, &inside, &record->in);
}

static void vpc_lost(uint64_t since, uint64_t now)
{
	printf("2 unknown %s - - - - - - - %" PRIu64 " %" PRIu64 " - SKIPDATA\n",
	       job.gateway ?: "-", since / 1000, now / 1000);
}

/* -------------------------------- what is heard --------------------------- */

static void sent(int err)
{
	if (!err)
		return;
	if (!job.unsent++)
		warning("cannot send to the collector: %s", strerror(-err));
}

static void write_record(const struct record *record)
{
	switch (job.format) {
	case JSON:
		json_record(record);
		break;
	case VPC:
		vpc_record(record);
		break;
	case IPFIX:
		sent(ipfix_add(record, labels_find(&job.labels, record->src)));
		break;
	}
}

static void write_lost(uint32_t lost, bool ends, uint64_t since)
{
	uint64_t now = clock_now();

	job.lost += lost;
	if (job.format == JSON)
		json_lost(lost, ends, since, now);
	else if (job.format == VPC)
		vpc_lost(since, now);
	if (job.file || job.format != JSON)
		warning("%u records are lost: they came faster than they were read",
			lost);
}

/* Each kind of event has numbers of its own, in order and without a gap. */
static void check_number(const struct record *record, uint32_t number)
{
	struct numbers *numbers = record->over ? &job.ends_seen :
						 &job.starts_seen;
	uint32_t lost = number - numbers->last - 1;

	if (numbers->known && lost) {
		job.overrun = false;
		if (record->over || job.starts)
			write_lost(lost, record->over, numbers->time);
	}
	numbers->known = true;
	numbers->last = number;
	numbers->time = clock_now();
}

static uint32_t number_of(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[NATGW_A_FLOW_MAX + 1];

	nl_attrs(nlh, tb, NATGW_A_FLOW_MAX);
	return nl_u32(tb[NATGW_A_FLOW_SEQ]);
}

static void event(const struct nlmsghdr *nlh, void *data)
{
	struct record record;

	(void)data;
	/* How many are lost is known from the number of the next one. */
	if (!nlh)
		job.overrun = true;
	if (nlh && nl_cmd(nlh) == NATGW_CMD_LABEL_NTF)
		labels_follow(&job.labels, nlh);
	if (!nlh || nl_cmd(nlh) != NATGW_CMD_FLOW_NTF)
		return;
	record_read(nlh, &record);
	check_number(&record, number_of(nlh));
	if ((record.over || job.starts) &&
	    (!job.gateway || !strcmp(job.gateway, record.gateway)) &&
	    record_sampled(&record, job.sample))
		write_record(&record);
}

/* ---------------------------------- command ------------------------------- */

static enum status open_file(void)
{
	if (!job.file || freopen(job.file, "ae", stdout))
		return STATUS_OK;
	return error("cannot write %s: %s", job.file, strerror(errno));
}

static enum status open_target(const struct value *to)
{
	struct value collector;
	int err;

	if (job.format != IPFIX) {
		if (to->text && parse_endpoint(to->text, &collector))
			return error("format %s goes to a file; %s needs format ipfix",
				     log_formats[job.format], to->text);
		job.file = to->text;
		return open_file();
	}
	if (!to->text || !parse_endpoint(to->text, &collector) ||
	    !collector.num)
		return error("format ipfix goes to a collector, as in \"to 192.0.2.9:4739\"");
	err = ipfix_open(collector.prefix.addr, collector.num, job.destination);
	if (err)
		return error("cannot send to %s: %s", to->text, strerror(-err));
	return STATUS_OK;
}

/* What was heard is written before anybody has to wait for it. */
static enum status flush(void)
{
	if (job.format == IPFIX)
		sent(ipfix_flush());
	if (fflush(stdout) || ferror(stdout))
		return error("cannot write the log: %s", strerror(errno));
	if (!reopen)
		return STATUS_OK;
	reopen = false;
	return open_file();
}

static enum status listen_on(void)
{
	enum status status = STATUS_OK;
	int err = 0;

	while (!stopped && !status && err >= 0) {
		err = nl_hear(event, NULL);
		if (err)
			continue;
		status = flush();
		if (!status && !stopped)
			nl_wait(WAIT);
	}
	if (!status && err < 0)
		return nl_fail(err, "read events");
	return status ?: flush();
}

static void sum_up(void)
{
	if (job.overrun)
		warning("records were lost at the end, and nothing tells how many");
	if (job.lost)
		warning("%" PRIu64 " records were lost in all", job.lost);
	if (job.unsent)
		warning("%" PRIu64 " messages could not be sent to the collector",
			job.unsent);
}

static enum status take_words(const struct args *args)
{
	static const struct value none;

	if (given(args, W_LOG_FORMAT))
		job.format = args->v[W_LOG_FORMAT].num;
	job.gateway = given(args, W_GATEWAY) ? args->v[W_GATEWAY].text : NULL;
	job.starts = given(args, W_STARTS) || job.format == IPFIX;
	job.destination = !given(args, W_NO_DESTINATION);
	job.sample = given(args, W_SAMPLE) ? args->v[W_SAMPLE].num : 1;
	if (!job.sample)
		return error("sample takes 1 or more: one flow of so many");
	if (given(args, W_STARTS) && job.format == VPC)
		return error("format vpc has no records of starts");
	if (given(args, W_BUFFER) && (!args->v[W_BUFFER].num ||
				      args->v[W_BUFFER].num > MOST_BUFFER))
		return error("buffer takes 1 to %u kilobytes", MOST_BUFFER);
	opts.json = job.format == JSON;
	return open_target(given(args, W_TO) ? &args->v[W_TO] : &none);
}

enum status cmd_log(const struct args *args)
{
	struct sigaction action = { .sa_handler = on_signal };
	int buffer = BUFFER;
	enum status status;
	int err;

	status = take_words(args);
	if (status)
		return status;
	if (given(args, W_BUFFER))
		buffer = args->v[W_BUFFER].num;
	err = labels_read(&job.labels);
	if (err)
		return nl_fail(err, "read the labels");
	/* As a message counts about twice, so does the kernel's figure. */
	err = nl_join(NATGW_MCGRP_FLOW, buffer * KILOBYTE) ?:
	      nl_join(NATGW_MCGRP_GATEWAY, buffer * KILOBYTE);
	if (err)
		return nl_fail(err, "listen to flow events");
	/* Without SA_RESTART, so that they end a wait. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	status = listen_on();
	sum_up();
	labels_free(&job.labels);
	return status;
}
