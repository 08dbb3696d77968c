// SPDX-License-Identifier: GPL-2.0
/* natctl why */
#include <arpa/inet.h>
#include <linux/genetlink.h>

#include "cmd.h"
#include "flow.h"
#include "nl.h"
#include "out.h"
#include "spec.h"

enum { TEXT = 192 };

static const struct column columns[] = {
	{ "STEP", 0, LEFT },
	{ "RESULT", 0, LEFT },
	{ "WHAT WAS FOUND", 0, WORDS },
};

static void print_step(const struct nlattr *nest)
{
	const struct nlattr *tb[NATGW_A_WHY_STEP_MAX + 1];
	char text[TEXT];

	nl_nested(nest, tb, NATGW_A_WHY_STEP_MAX);
	nl_copy(tb[NATGW_A_WHY_STEP_TEXT], text, sizeof(text));
	out_object(NULL);
	out_str("step", "", spec_word(why_step_words,
				      nl_u32(tb[NATGW_A_WHY_STEP_STEP])));
	out_cell();
	out_str("result", "", spec_word(why_result_words,
					nl_u32(tb[NATGW_A_WHY_STEP_RESULT])));
	out_cell();
	out_str("text", "", text);
	if (tb[NATGW_A_WHY_STEP_LIMIT]) {
		out_num("used", NULL, nl_u32(tb[NATGW_A_WHY_STEP_USED]));
		out_num("limit", NULL, nl_u32(tb[NATGW_A_WHY_STEP_LIMIT]));
	}
	if (tb[NATGW_A_WHY_STEP_KEPT])
		out_num("kept", NULL, nl_u32(tb[NATGW_A_WHY_STEP_KEPT]));
	out_line();
	out_object_end();
}

static void print_steps(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	out_array("steps");
	out_table(columns, ARRAY_SIZE(columns));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == NATGW_A_WHY_STEP)
			print_step(attr);
	out_table_end();
	out_array_end();
}

/* The last line: the verdict, and what belongs to it. */
static void print_verdict(const struct nlattr **tb, uint32_t verdict)
{
	out_str("verdict", "", spec_word(why_verdict_words, verdict));
	if (tb[NATGW_A_WHY_CAUSE])
		out_str("cause", ": ",
			cause_name(nl_u32(tb[NATGW_A_WHY_CAUSE])));
	if (tb[NATGW_A_WHY_WIRE_IP] &&
	    verdict == NATGW_WHY_VERDICT_TRANSLATED)
		flow_endpoint("wire-ip", "wire-port", " to ",
			      tb[NATGW_A_WHY_WIRE_IP],
			      tb[NATGW_A_WHY_WIRE_PORT]);
	if (tb[NATGW_A_WHY_GATEWAY])
		flow_gateway(", gateway ", tb[NATGW_A_WHY_GATEWAY]);
	out_line();
}

static void show(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[NATGW_A_WHY_MAX + 1];
	uint32_t *verdict = data;

	nl_attrs(nlh, tb, NATGW_A_WHY_MAX);
	*verdict = nl_u32(tb[NATGW_A_WHY_VERDICT]);
	out_open();
	out_object(NULL);
	print_steps(nlh);
	print_verdict(tb, *verdict);
	out_object_end();
	out_close();
}

static struct nlmsghdr *why_request(const struct args *args)
{
	struct nlmsghdr *nlh = nl_request(NATGW_CMD_WHY_GET);

	mnl_attr_put_u32(nlh, NATGW_A_WHY_SRC, args->v[W_ASK_SRC].prefix.addr);
	mnl_attr_put_u16(nlh, NATGW_A_WHY_SPORT,
			 htons(args->v[W_ASK_SPORT].num));
	mnl_attr_put_u32(nlh, NATGW_A_WHY_DST, args->v[W_ASK_DST].prefix.addr);
	mnl_attr_put_u16(nlh, NATGW_A_WHY_DPORT,
			 htons(args->v[W_ASK_DPORT].num));
	mnl_attr_put_u8(nlh, NATGW_A_WHY_PROTO, args->v[W_ASK_PROTO].num);
	if (given(args, W_DEV))
		mnl_attr_put_strz(nlh, NATGW_A_WHY_DEV, args->v[W_DEV].text);
	return nlh;
}

/* The exit status tells scripts whether the packet would leave translated. */
enum status cmd_why(const struct args *args)
{
	uint32_t verdict = NATGW_WHY_VERDICT_DROPPED;
	int err;

	err = nl_do(why_request(args), show, &verdict);
	if (err)
		return nl_fail(err, "ask about this packet");
	return verdict == NATGW_WHY_VERDICT_TRANSLATED ? STATUS_OK :
							 STATUS_USAGE;
}
