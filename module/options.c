// SPDX-License-Identifier: GPL-2.0
/* What can be set about a gateway: the one list of ranges, and of the values
 * that each profile gives.
 */
#include <linux/mm.h>

#include "gateway.h"
#include "netlink.h"
#include "options.h"

/**
 * struct option - one option
 * @min: least value
 * @max: greatest value
 * @value: its default, by enum natgw_profile
 * @range: what to say to a value that is neither
 */
struct option {
	u32 min;
	u32 max;
	u32 value[2];
	const char *range;
};

/* The values of an enum are in the netlink policy already. */
#define WORD(option, aws, rfc) \
	[NATGW_A_OPTIONS_##option] = { 0, U32_MAX, { aws, rfc }, NULL }

#define NUMBER(option, name, least, most, unit, aws, rfc) \
	[NATGW_A_OPTIONS_##option] = { \
		least, most, { aws, rfc }, \
		name " takes " __stringify(least) " to " __stringify(most) unit \
	}

#define TIMEOUT(option, name, aws, rfc) \
	NUMBER(option, name, 1, NATGW_MAX_TIMEOUT, " seconds", aws, rfc)

#define HOLD(option, name, aws, rfc) \
	NUMBER(option, name, 0, NATGW_MAX_TIMEOUT, " seconds", aws, rfc)

#define ANY_NUMBER(option, aws, rfc) \
	[NATGW_A_OPTIONS_##option] = { 0, U32_MAX, { aws, rfc }, NULL }

/* A segment that holds no data is none, one longer than a packet neither. */
#define LEAST_MSS 88
#define MOST_MSS 65495
#define MOST_HELD 16777216

/* The managed gateway ends anything that was idle for 350 seconds. What is not
 * yet or not any more a connection gives its port back sooner here.
 */
static const struct option options[NATGW_A_OPTIONS_MAX + 1] = {
	WORD(UNSOLICITED, NATGW_UNSOLICITED_LOCAL, NATGW_UNSOLICITED_SERVICE),
	WORD(CONNTRACK, NATGW_CONNTRACK_KEEP, NATGW_CONNTRACK_KEEP),
	NUMBER(MAX_FLOWS, "max-flows", 1, 4294967295, "", 0, 0),
	TIMEOUT(TCP_OPENING, "tcp-opening", 60, 240),
	TIMEOUT(TCP_ESTABLISHED, "tcp-established", 350, 7440),
	TIMEOUT(TCP_CLOSING, "tcp-closing", 60, 240),
	TIMEOUT(UDP, "udp", 350, 300),
	TIMEOUT(ICMP, "icmp", 350, 60),
	TIMEOUT(OTHER, "other", 350, 300),
	WORD(TCP_MAPPING, NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT,
	     NATGW_DEPENDENCE_ENDPOINT_INDEPENDENT),
	WORD(UDP_MAPPING, NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT,
	     NATGW_DEPENDENCE_ENDPOINT_INDEPENDENT),
	WORD(TCP_FILTERING, NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT,
	     NATGW_DEPENDENCE_ENDPOINT_INDEPENDENT),
	WORD(UDP_FILTERING, NATGW_DEPENDENCE_ADDRESS_AND_PORT_DEPENDENT,
	     NATGW_DEPENDENCE_ENDPOINT_INDEPENDENT),
	WORD(HAIRPIN, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(INBOUND_REFRESH, NATGW_SWITCH_ON, NATGW_SWITCH_OFF),
	WORD(PORT_PARITY, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(PORT_CLASS, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(SPILL, NATGW_SWITCH_OFF, NATGW_SWITCH_OFF),
	WORD(MIDSTREAM, NATGW_MIDSTREAM_RST, NATGW_MIDSTREAM_RST),
	WORD(SYN_ANSWER, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(REFUSAL, NATGW_REFUSAL_HOST_UNREACHABLE,
	     NATGW_REFUSAL_HOST_UNREACHABLE),
	HOLD(HOLD_FIN, "hold-fin", 0, 0),
	HOLD(HOLD_RST, "hold-rst", 0, 0),
	HOLD(HOLD_OPENING, "hold-opening", 0, 0),
	HOLD(HOLD_UDP, "hold-udp", 0, 120),
	NUMBER(HOLD_MAX, "hold-max", 0, MOST_HELD, "", 65536, 65536),
	ANY_NUMBER(CLIENT_FLOWS, 0, 0),
	ANY_NUMBER(CLIENT_PORTS, 0, 0),
	ANY_NUMBER(CLIENT_OPENING, 0, 0),
	ANY_NUMBER(CLIENT_RATE, 0, 0),
	WORD(FAIR_SHARE, NATGW_SWITCH_ON, NATGW_SWITCH_ON),
	[NATGW_A_OPTIONS_MSS] = {
		0, MOST_MSS, { 0, 0 },
		"mss takes off, pmtu, or " __stringify(LEAST_MSS) " to "
		__stringify(MOST_MSS)
	},
	WORD(UNIQUE_IP_ID, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(PROTO_UDPLITE, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(PROTO_SCTP, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(PROTO_DCCP, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(PROTO_GRE, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(PROTO_ESP, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(PROTO_AH, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(PROTO_IPIP, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(PROTO_OTHER, NATGW_SWITCH_OFF, NATGW_SWITCH_ON),
	WORD(FASTPATH, NATGW_SWITCH_ON, NATGW_SWITCH_ON),
	WORD(ACCOUNTING, NATGW_SWITCH_OFF, NATGW_SWITCH_OFF),
	WORD(IDLE_REPORT, NATGW_SWITCH_ON, NATGW_SWITCH_ON),
};

/* An eighth of the memory, at about 256 bytes a flow with its share of the
 * table.
 */
static u32 default_max_flows(void)
{
	u64 flows = ((u64)totalram_pages() << PAGE_SHIFT) / 8 / 256;

	return clamp_t(u64, flows, 16384, 16 << 20);
}

/**
 * natgw_options_default() - give every option the value of a profile
 * @config: a configuration that is not published yet
 * @profile: enum natgw_profile
 */
void natgw_options_default(struct natgw_config *config, u32 profile)
{
	int i;

	config->profile = profile;
	for (i = 1; i <= NATGW_A_OPTIONS_MAX; i++)
		config->option[i] = options[i].value[profile];
	natgw_option(config, MAX_FLOWS) = default_max_flows();
}

/* Is either filter wider than its mapping? Then a packet from outside could be
 * meant for several inside hosts.
 */
static int check_filtering(const struct natgw_config *config,
			   const struct nlattr *nest,
			   struct netlink_ext_ack *extack)
{
	if (natgw_option(config, TCP_FILTERING) >
	    natgw_option(config, TCP_MAPPING))
		return natgw_nl_refuse(-EINVAL, extack, nest,
				       "tcp-filtering cannot be wider than tcp-mapping: set both");
	if (natgw_option(config, UDP_FILTERING) >
	    natgw_option(config, UDP_MAPPING))
		return natgw_nl_refuse(-EINVAL, extack, nest,
				       "udp-filtering cannot be wider than udp-mapping: set both");
	return 0;
}

static int check_together(const struct natgw_config *config,
			  const struct nlattr *nest,
			  struct netlink_ext_ack *extack)
{
	if (natgw_option(config, CONNTRACK) == NATGW_CONNTRACK_BYPASS &&
	    !config->n_inside)
		return natgw_nl_refuse(-EINVAL, extack, nest,
				       "conntrack bypass needs inside prefixes: they tell which packets to leave untracked");
	if (natgw_option(config, HAIRPIN) &&
	    (natgw_option(config, TCP_MAPPING) !=
	     NATGW_DEPENDENCE_ENDPOINT_INDEPENDENT ||
	     natgw_option(config, UDP_MAPPING) !=
	     NATGW_DEPENDENCE_ENDPOINT_INDEPENDENT))
		return natgw_nl_refuse(-EINVAL, extack, nest,
				       "hairpin on needs mapping endpoint-independent: set both, or hairpin off");
	return check_filtering(config, nest, extack);
}

static int refuse_range(const struct nlattr *attr, const char *range,
			struct netlink_ext_ack *extack)
{
	NL_SET_BAD_ATTR(extack, attr);
	if (extack)
		extack->_msg = range;
	return -ERANGE;
}

/**
 * natgw_options_parse() - take over the options of a request
 * @config: a configuration that is not published yet, its prefixes set
 * @nest: the options, or NULL
 * @extack: told what is wrong
 *
 * Return: 0 or an error, and @config is then to be given up.
 */
int natgw_options_parse(struct natgw_config *config, struct nlattr *nest,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NATGW_A_OPTIONS_MAX + 1] = {};
	u32 value;
	int i, err;

	if (nest) {
		err = nla_parse_nested(tb, NATGW_A_OPTIONS_MAX, nest,
				       natgw_options_nl_policy, extack);
		if (err)
			return err;
	}
	for (i = 1; i <= NATGW_A_OPTIONS_MAX; i++) {
		if (!tb[i])
			continue;
		value = nla_get_u32(tb[i]);
		if (value < options[i].min || value > options[i].max ||
		    (i == NATGW_A_OPTIONS_MSS && value > NATGW_MSS_PMTU &&
		     value < LEAST_MSS))
			return refuse_range(tb[i], options[i].range, extack);
		config->option[i] = value;
	}
	return check_together(config, nest, extack);
}

/**
 * natgw_options_put() - all options
 * @msg: message to append to
 * @config: their configuration
 *
 * Return: 0 or -EMSGSIZE.
 */
int natgw_options_put(struct sk_buff *msg, const struct natgw_config *config)
{
	struct nlattr *nest;
	int i;

	nest = nla_nest_start(msg, NATGW_A_GATEWAY_OPTIONS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 1; i <= NATGW_A_OPTIONS_MAX; i++)
		if (nla_put_u32(msg, i, config->option[i]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}
