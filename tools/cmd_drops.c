// SPDX-License-Identifier: GPL-2.0
/* natctl drops */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "flow.h"
#include "nl.h"
#include "out.h"
#include "spec.h"

enum { NS_PER_MS = 1000000, PAUSE = 200 * NS_PER_MS };

/* What was read, and what of it is wanted. */
struct reader {
	const struct args *args;
	bool follow;
	uint64_t last;		/* the number of the drop that came last */
	uint64_t missing;	/* numbers before that which never came */
};

static const struct column columns[] = {
	{ "TIME", 23, LEFT },
	{ "CAUSE", 29, LEFT },
	{ "PROTO", 5, LEFT },
	{ "LENGTH", 6, RIGHT },
	{ "SOURCE", 21, LEFT },
	{ "DESTINATION", 21, LEFT },
	{ "DEV", 5, LEFT },
	{ "GATEWAY", 1, LEFT },
};

static bool matches(const struct args *args, enum word_id word,
		    const struct nlattr *addr)
{
	return !given(args, word) ||
	       prefix_has(&args->v[word].prefix, nl_u32(addr));
}

static bool is_number(const struct args *args, enum word_id word, uint32_t value)
{
	return !given(args, word) || args->v[word].num == value;
}

static bool wanted(const struct args *args, const struct nlattr **tb)
{
	char gateway[NATGW_NAME_LEN + 1];

	nl_copy(tb[NATGW_A_DROP_GATEWAY], gateway, sizeof(gateway));
	return (!given(args, W_GATEWAY) ||
		!strcmp(args->v[W_GATEWAY].text, gateway)) &&
	       is_number(args, W_CAUSE, nl_u32(tb[NATGW_A_DROP_CAUSE])) &&
	       matches(args, W_SRC, tb[NATGW_A_DROP_SRC]) &&
	       matches(args, W_DST, tb[NATGW_A_DROP_DST]) &&
	       is_number(args, W_PROTO, nl_u8(tb[NATGW_A_DROP_PROTO])) &&
	       is_number(args, W_SPORT, ntohs(nl_u16(tb[NATGW_A_DROP_SPORT]))) &&
	       is_number(args, W_DPORT, ntohs(nl_u16(tb[NATGW_A_DROP_DPORT])));
}

static void print_drop(const struct nlattr **tb)
{
	char dev[NATGW_DEV_LEN + 1];

	nl_copy(tb[NATGW_A_DROP_DEV], dev, sizeof(dev));
	out_object(NULL);
	out_num("seq", NULL, nl_u64(tb[NATGW_A_DROP_SEQ]));
	out_time("time", nl_u64(tb[NATGW_A_DROP_TIME]) / NS_PER_MS, true);
	out_cell();
	out_str("cause", "", cause_name(nl_u32(tb[NATGW_A_DROP_CAUSE])));
	out_cell();
	out_str("proto", "", proto_name(nl_u8(tb[NATGW_A_DROP_PROTO])));
	out_cell();
	out_num("len", "", nl_u32(tb[NATGW_A_DROP_LEN]));
	out_cell();
	flow_endpoint("src", "sport", "", tb[NATGW_A_DROP_SRC],
		      tb[NATGW_A_DROP_SPORT]);
	out_cell();
	flow_endpoint("dst", "dport", "", tb[NATGW_A_DROP_DST],
		      tb[NATGW_A_DROP_DPORT]);
	out_cell();
	/* Where the device is gone its number is all that there is. */
	if (tb[NATGW_A_DROP_DEV])
		out_str("dev", "", dev);
	if (tb[NATGW_A_DROP_IFINDEX])
		out_num("ifindex", tb[NATGW_A_DROP_DEV] ? NULL : "",
			nl_u32(tb[NATGW_A_DROP_IFINDEX]));
	out_cell();
	if (tb[NATGW_A_DROP_GATEWAY])
		flow_gateway("", tb[NATGW_A_DROP_GATEWAY]);
	out_line();
	out_object_end();
}

/* Says how many drops there were that nobody can show any more; not in cells. */
static void print_missing(uint64_t missing)
{
	if (!opts.json) {
		out_table_flush();
		printf("... %" PRIu64 " more, not kept\n", missing);
		return;
	}
	out_object(NULL);
	out_num("not-kept", NULL, missing);
	out_object_end();
}

static void take(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NATGW_A_DROP_MAX + 1];
	struct reader *reader = data;
	uint64_t missing, seq;

	nl_attrs(nlh, tb, NATGW_A_DROP_MAX);
	seq = nl_u64(tb[NATGW_A_DROP_SEQ]);
	missing = seq - reader->last - 1;
	if (missing && reader->follow && reader->last)
		print_missing(missing);
	reader->missing += missing;
	reader->last = seq;
	if (wanted(reader->args, tb))
		print_drop(tb);
}

static struct nlmsghdr *drops_request(uint64_t after)
{
	struct nlmsghdr *nlh = nl_request(NATGW_CMD_DROP_GET);

	mnl_attr_put_u64(nlh, NATGW_A_DROP_AFTER, after);
	return nlh;
}

static enum status show(struct reader *reader)
{
	struct nl_list list;
	int err;

	err = nl_collect(drops_request(0), &list);
	if (err)
		return nl_fail(err, "read the drops");
	out_list();
	out_table(columns, ARRAY_SIZE(columns));
	nl_each(&list, take, reader);
	out_table_end();
	if (reader->missing)
		print_missing(reader->missing);
	out_close();
	nl_free(&list);
	return STATUS_OK;
}

/* Asks again and again: a flood of drops is not to become one of messages. */
static enum status follow(struct reader *reader)
{
	static const struct timespec pause = { .tv_nsec = PAUSE };
	bool disturbed;
	int err;

	out_table(columns, ARRAY_SIZE(columns));
	for (;;) {
		err = nl_dump(drops_request(reader->last), take, reader,
			      &disturbed);
		if (err)
			return nl_fail(err, "read the drops");
		out_table_flush();
		/* Nobody reads any more: there is nothing left to do. */
		if (fflush(stdout))
			exit(STATUS_USAGE);
		nanosleep(&pause, NULL);
	}
}

enum status cmd_drops(const struct args *args)
{
	struct reader reader = {
		.args = args,
		.follow = given(args, W_FOLLOW) || given(args, W_FOLLOW_SHORT),
	};

	return reader.follow ? follow(&reader) : show(&reader);
}
