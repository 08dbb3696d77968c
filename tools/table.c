// SPDX-License-Identifier: GPL-2.0
/*
 * Everything that can be said to natctl. Nothing else names a command or a
 * word, so usage, completion and the manual page cannot differ from what is
 * understood.
 */
#include <stddef.h>

#include "cmd.h"
#include "spec.h"

static const struct word words[] = {
	[W_NAME] = { NULL, T_GATEWAY, NULL, NULL },
	[W_DEV] = { "dev", T_DEV, NULL, NULL },
	[W_CONNECTIVITY] = {
		"connectivity", T_CHOICE, connectivity_words, NULL
	},
	[W_EIP] = { "eip", T_ADDR, NULL, NULL },
	[W_PRIVATE_IP] = { "private-ip", T_ADDR, NULL, NULL },
	[W_INSIDE] = { "inside", T_PREFIXES, NULL, NULL },
	[W_PROFILE] = { "profile", T_CHOICE, profile_words, NULL },
	[W_MAPPING] = {
		"mapping", T_CHOICE, dependence_words,
		"Sets tcp-mapping and udp-mapping."
	},
	[W_FILTERING] = {
		"filtering", T_CHOICE, dependence_words,
		"Sets tcp-filtering and udp-filtering."
	},
	[W_GATEWAY] = { "gateway", T_GATEWAY, NULL, NULL },
	[W_DRAIN] = { "drain", T_SECONDS, NULL, NULL },
	[W_SRC] = { "src", T_MATCH, NULL, NULL },
	[W_DST] = { "dst", T_MATCH, NULL, NULL },
	[W_PROTO] = { "proto", T_PROTO, NULL, NULL },
	[W_SPORT] = { "sport", T_PORT, NULL, NULL },
	[W_DPORT] = { "dport", T_PORT, NULL, NULL },
	[W_ALL] = { "all", T_NONE, NULL, NULL },
	[W_PREF] = { "pref", T_NUMBER, NULL, NULL },
	[W_DPORTS] = { "dport", T_PORTS, NULL, NULL },
	[W_EXEMPT] = { "exempt", T_NONE, NULL, NULL },
	[W_ADDRESS] = { "address", T_ADDR, NULL, NULL },
	[W_IDLE] = { "idle", T_SECONDS, NULL, NULL },
	[W_FILE] = { NULL, T_FILE, NULL, NULL },
	[W_CAUSE] = { "cause", T_CAUSE, NULL, NULL },
	[W_ASK_SRC] = { NULL, T_ADDR, NULL, "SRC" },
	[W_ASK_SPORT] = { NULL, T_PORT, NULL, "SPORT" },
	[W_ASK_DST] = { NULL, T_ADDR, NULL, "DST" },
	[W_ASK_DPORT] = { NULL, T_PORT, NULL, "DPORT" },
	[W_ASK_PROTO] = { NULL, T_PROTO, NULL, "PROTOCOL" },
	[W_FOLLOW] = { "follow", T_NONE, NULL, NULL },
	[W_FOLLOW_SHORT] = { "-f", T_NONE, NULL, NULL },
	[W_ON_GATEWAY] = { "gateway", T_NONE, NULL, NULL },
	[W_ON_FLOW] = { "flow", T_NONE, NULL, NULL },
	[W_ON_ERROR] = { "error", T_NONE, NULL, NULL },
	[W_FORMAT] = { "format", T_CHOICE, format_words, NULL },
	[W_SINCE] = { "since", T_FILE, NULL, NULL },
	[W_LOG_FORMAT] = { "format", T_CHOICE, log_formats, NULL },
	[W_TO] = { "to", T_TARGET, NULL, NULL },
	[W_STARTS] = { "starts", T_NONE, NULL, NULL },
	[W_SAMPLE] = { "sample", T_NUMBER, NULL, NULL },
	[W_NO_DESTINATION] = { "no-destination", T_NONE, NULL, NULL },
	[W_BUFFER] = { "buffer", T_NUMBER, NULL, NULL },
	[W_ENDPOINT] = { NULL, T_ENDPOINT, NULL, "ADDR:PORT" },
	[W_AT] = { "at", T_TIME, NULL, NULL },
	[W_IN] = { "in", T_FILES, NULL, NULL },
	[W_PROBE] = { "probe", T_ADDR, NULL, NULL },
	[W_FROM] = { "from", T_ADDR, NULL, NULL },
	[W_TIMEOUT] = { "timeout", T_SECONDS, NULL, NULL },
	[W_BY] = { "by", T_CHOICE, top_order_words, NULL },
	[W_DESTINATIONS] = { "destinations", T_NONE, NULL, NULL },
	[W_LABEL_PREFIX] = { NULL, T_MATCH, NULL, "PREFIX" },
	[W_BACK] = { "back", T_FILE, NULL, NULL },
	[W_LABEL_NAME] = { NULL, T_LABEL, NULL, NULL },
};

#define REQUIRED(word)		{ word, USE_REQUIRED, NULL }
#define OPTIONAL(word)		{ word, USE_OPTIONAL, NULL }
#define LAST(word)		{ word, USE_LAST, NULL }
#define ONE_OF(word)		{ word, USE_ONE_OF, NULL }
#define REFUSED(word, say)	{ word, USE_REFUSED, say }
#define OPTIONS			{ W_OPTION, USE_OPTIONS, NULL }
#define END			{ W_END, USE_OPTIONAL, NULL }

#define ADD_AGAIN \
	" of a gateway cannot be changed: delete the gateway and add it again"
#define BY_ADDRESS \
	"addresses are changed by \"natctl address add\" and \"natctl address del\""

static const struct use no_words[] = { END };
static const struct use name_only[] = { REQUIRED(W_NAME), END };
static const struct use name_or_all[] = { OPTIONAL(W_NAME), END };
static const struct use gateway_only[] = { OPTIONAL(W_GATEWAY), END };
static const struct use file_only[] = { OPTIONAL(W_FILE), END };

static const struct use gateway_add[] = {
	REQUIRED(W_NAME),
	REQUIRED(W_DEV),
	OPTIONAL(W_CONNECTIVITY),
	OPTIONAL(W_EIP),
	OPTIONAL(W_PRIVATE_IP),
	OPTIONAL(W_INSIDE),
	OPTIONAL(W_PROFILE),
	OPTIONS,
	END
};

static const struct use gateway_set[] = {
	REQUIRED(W_NAME),
	OPTIONAL(W_INSIDE),
	OPTIONAL(W_PROFILE),
	OPTIONS,
	REFUSED(W_DEV, "the uplink" ADD_AGAIN),
	REFUSED(W_CONNECTIVITY, "the type" ADD_AGAIN),
	REFUSED(W_EIP, BY_ADDRESS),
	REFUSED(W_PRIVATE_IP, BY_ADDRESS),
	END
};

static const struct use address_add[] = {
	REQUIRED(W_GATEWAY),
	OPTIONAL(W_EIP),
	OPTIONAL(W_PRIVATE_IP),
	END
};

static const struct use address_del[] = {
	REQUIRED(W_GATEWAY),
	OPTIONAL(W_EIP),
	OPTIONAL(W_PRIVATE_IP),
	OPTIONAL(W_DRAIN),
	END
};

static const struct use address_show[] = {
	OPTIONAL(W_GATEWAY),
	OPTIONAL(W_EIP),
	OPTIONAL(W_PRIVATE_IP),
	END
};

static const struct use flow_filter[] = {
	OPTIONAL(W_GATEWAY),
	OPTIONAL(W_SRC),
	OPTIONAL(W_DST),
	OPTIONAL(W_PROTO),
	OPTIONAL(W_SPORT),
	OPTIONAL(W_DPORT),
	END
};

static const struct use flow_save[] = {
	OPTIONAL(W_GATEWAY),
	OPTIONAL(W_SRC),
	OPTIONAL(W_DST),
	OPTIONAL(W_PROTO),
	OPTIONAL(W_SPORT),
	OPTIONAL(W_DPORT),
	LAST(W_FILE),
	END
};

static const struct use flow_flush[] = {
	OPTIONAL(W_ALL),
	OPTIONAL(W_GATEWAY),
	OPTIONAL(W_SRC),
	OPTIONAL(W_DST),
	OPTIONAL(W_PROTO),
	OPTIONAL(W_SPORT),
	OPTIONAL(W_DPORT),
	END
};

static const struct use rule_add[] = {
	REQUIRED(W_GATEWAY),
	OPTIONAL(W_PREF),
	OPTIONAL(W_SRC),
	OPTIONAL(W_DST),
	OPTIONAL(W_PROTO),
	OPTIONAL(W_DPORTS),
	ONE_OF(W_EXEMPT),
	ONE_OF(W_ADDRESS),
	ONE_OF(W_IDLE),
	END
};

static const struct use rule_del[] = {
	REQUIRED(W_GATEWAY),
	REQUIRED(W_PREF),
	END
};

static const struct use top_words[] = {
	OPTIONAL(W_BY),
	OPTIONAL(W_DESTINATIONS),
	OPTIONAL(W_GATEWAY),
	END
};

static const struct use label_set[] = {
	REQUIRED(W_LABEL_PREFIX),
	REQUIRED(W_LABEL_NAME),
	END
};

static const struct use label_del[] = { REQUIRED(W_LABEL_PREFIX), END };
static const struct use label_show[] = { OPTIONAL(W_LABEL_PREFIX), END };

static const struct use metrics_words[] = {
	OPTIONAL(W_GATEWAY),
	OPTIONAL(W_FORMAT),
	OPTIONAL(W_SINCE),
	END
};

static const struct use monitor_words[] = {
	OPTIONAL(W_ON_GATEWAY),
	OPTIONAL(W_ON_FLOW),
	OPTIONAL(W_ON_ERROR),
	END
};

static const struct use log_words[] = {
	OPTIONAL(W_GATEWAY),
	OPTIONAL(W_LOG_FORMAT),
	OPTIONAL(W_TO),
	OPTIONAL(W_STARTS),
	OPTIONAL(W_SAMPLE),
	OPTIONAL(W_NO_DESTINATION),
	OPTIONAL(W_BUFFER),
	END
};

static const struct use who_words[] = {
	REQUIRED(W_ENDPOINT),
	REQUIRED(W_PROTO),
	REQUIRED(W_AT),
	OPTIONAL(W_IN),
	END
};

static const struct use drops_words[] = {
	OPTIONAL(W_FOLLOW),
	OPTIONAL(W_FOLLOW_SHORT),
	OPTIONAL(W_GATEWAY),
	OPTIONAL(W_CAUSE),
	OPTIONAL(W_SRC),
	OPTIONAL(W_DST),
	OPTIONAL(W_PROTO),
	OPTIONAL(W_SPORT),
	OPTIONAL(W_DPORT),
	END
};

static const struct use why_words[] = {
	REQUIRED(W_ASK_SRC),
	REQUIRED(W_ASK_SPORT),
	REQUIRED(W_ASK_DST),
	REQUIRED(W_ASK_DPORT),
	REQUIRED(W_ASK_PROTO),
	OPTIONAL(W_DEV),
	END
};

static const struct use doctor_ready[] = {
	OPTIONAL(W_GATEWAY),
	OPTIONAL(W_PROBE),
	OPTIONAL(W_FROM),
	OPTIONAL(W_TIMEOUT),
	END
};

static const struct use handover_words[] = {
	OPTIONAL(W_FILE),
	OPTIONAL(W_BACK),
	END
};

static const struct use fence_dev[] = { REQUIRED(W_DEV), END };
static const struct use fence_show[] = { OPTIONAL(W_DEV), END };

#define NO_COMMAND { NULL, NULL, NULL, NULL }

static const struct command gateway_commands[] = {
	{ "add", "create a gateway", gateway_add, cmd_gateway_add },
	{ "set", "change a gateway", gateway_set, cmd_gateway_set },
	{ "del", "delete a gateway and its flows", name_only,
	  cmd_gateway_del },
	{ "show", "show gateways", name_or_all, cmd_gateway_show },
	NO_COMMAND
};

static const struct command describe_command[] = {
	{ NULL, "show gateways in the form of DescribeNatGateways",
	  name_or_all, cmd_describe },
	NO_COMMAND
};

static const struct command address_commands[] = {
	{ "add", "add a secondary address to a gateway", address_add,
	  cmd_address_add },
	{ "del", "remove an address, at once or after draining it",
	  address_del, cmd_address_del },
	{ "show", "show addresses", address_show, cmd_address_show },
	NO_COMMAND
};

static const struct command flow_commands[] = {
	{ "show", "show flows", flow_filter, cmd_flow_show },
	{ "flush", "end flows", flow_flush, cmd_flow_flush },
	{ "count", "count flows", flow_filter, cmd_flow_count },
	{ "save", "write flows, for them to be made again", flow_save,
	  cmd_flow_save },
	{ "restore", "make flows again, with the ports that they had",
	  file_only, cmd_flow_restore },
	NO_COMMAND
};

static const struct command rule_commands[] = {
	{ "add", "treat new flows of some hosts or to some in another way",
	  rule_add, cmd_rule_add },
	{ "del", "remove a rule", rule_del, cmd_rule_del },
	{ "show", "show rules", gateway_only, cmd_rule_show },
	NO_COMMAND
};

static const struct command port_commands[] = {
	{ "show", "show destinations towards which many ports are taken",
	  no_words, cmd_port_show },
	NO_COMMAND
};

static const struct command client_commands[] = {
	{ "show", "show inside hosts that have flows", gateway_only,
	  cmd_client_show },
	NO_COMMAND
};

static const struct command label_commands[] = {
	{ "set", "say what the inside hosts of a prefix are called", label_set,
	  cmd_label_set },
	{ "del", "remove the label of a prefix", label_del, cmd_label_del },
	{ "show", "show labels, all or what a prefix has to do with",
	  label_show, cmd_label_show },
	NO_COMMAND
};

static const struct command idle_commands[] = {
	{ "show", "show connections that lost their flow while they were idle",
	  gateway_only, cmd_idle_show },
	NO_COMMAND
};

static const struct command top_command[] = {
	{ NULL, "show who and what is busiest now", top_words, cmd_top },
	NO_COMMAND
};

static const struct command stats_command[] = {
	{ NULL, "show counters", gateway_only, cmd_stats },
	NO_COMMAND
};

static const struct command metrics_command[] = {
	{ NULL, "print counters for Prometheus or CloudWatch", metrics_words,
	  cmd_metrics },
	NO_COMMAND
};

static const struct command drops_command[] = {
	{ NULL, "show packets that were dropped", drops_words, cmd_drops },
	NO_COMMAND
};

static const struct command why_command[] = {
	{ NULL, "say what would become of a packet", why_words, cmd_why },
	NO_COMMAND
};

static const struct command doctor_commands[] = {
	{ "show", "check this host, and say what to do", gateway_only,
	  cmd_doctor_show },
	{ "ready", "say whether packets have passed both ways", doctor_ready,
	  cmd_doctor_ready },
	NO_COMMAND
};

static const struct command monitor_command[] = {
	{ NULL, "show events as they happen", monitor_words, cmd_monitor },
	NO_COMMAND
};

static const struct command log_command[] = {
	{ NULL, "write a record of each flow when it ends", log_words,
	  cmd_log },
	NO_COMMAND
};

static const struct command who_command[] = {
	{ NULL, "find out from records who had an external port", who_words,
	  cmd_who },
	NO_COMMAND
};

static const struct command save_command[] = {
	{ NULL, "write the configuration", file_only, cmd_save },
	NO_COMMAND
};

static const struct command restore_command[] = {
	{ NULL, "make the configuration what a file says", file_only,
	  cmd_restore },
	NO_COMMAND
};

static const struct command handover_command[] = {
	{ NULL, "replace the module, and have all flows go on", handover_words,
	  cmd_handover },
	NO_COMMAND
};

static const struct command fence_commands[] = {
	{ "show", "show fences", fence_show, cmd_fence_show },
	{ "del", "lift the fence of a device", fence_dev, cmd_fence_del },
	{ "nft", "print a ruleset that fences while natgw is not loaded",
	  file_only, cmd_fence_nft },
	NO_COMMAND
};

const struct object objects[] = {
	{ "gateway", "NAT gateways", gateway_commands, usage_options },
	{ "address", "their addresses", address_commands, NULL },
	{ "flow", "translated connections", flow_commands, NULL },
	{ "rule", "what is done with some of them", rule_commands, NULL },
	{ "port", "where many ports are taken", port_commands, NULL },
	{ "client", "inside hosts", client_commands, NULL },
	{ "label", "what they are called", label_commands, NULL },
	{ "idle", "connections whose time-out was too short", idle_commands,
	  NULL },
	{ "top", "who and what is busiest now", top_command, NULL },
	{ "stats", "counters", stats_command, stats_help },
	{ "metrics", "the same for Prometheus or CloudWatch", metrics_command,
	  NULL },
	{ "drops", "packets that were dropped last", drops_command, NULL },
	{ "why", "what would become of a packet", why_command, NULL },
	{ "doctor", "what is wrong with this host", doctor_commands, NULL },
	{ "monitor", "events", monitor_command, NULL },
	{ "log", "records of flows", log_command, NULL },
	{ "who", "whose a port was, from such records", who_command, NULL },
	{ "save", "write the configuration", save_command, NULL },
	{ "restore", "apply a saved configuration", restore_command, NULL },
	{ "handover", "another module, and the flows go on", handover_command,
	  NULL },
	{ "describe", "gateways as EC2's API has them", describe_command,
	  NULL },
	{ "fence", "what keeps inside addresses in after a deletion",
	  fence_commands, NULL },
	{ NULL, NULL, NULL, NULL }
};

const struct word *word_of(enum word_id id)
{
	return id > W_OPTION ? &option_words[id - W_OPTION] : &words[id];
}

bool is_group(enum word_id id)
{
	return id == W_MAPPING || id == W_FILTERING;
}

static struct use *add_options(struct use *list)
{
	enum word_id id;

	for (id = W_OPTION + 1; id < W_COUNT; id++)
		*list++ = (struct use)OPTIONAL(id);
	*list++ = (struct use)OPTIONAL(W_MAPPING);
	*list++ = (struct use)OPTIONAL(W_FILTERING);
	return list;
}

void uses_of(const struct command *command, struct use *list)
{
	const struct use *use;

	for (use = command->uses; use->word; use++) {
		if (use->kind == USE_OPTIONS)
			list = add_options(list);
		else
			*list++ = *use;
	}
	*list = (struct use)END;
}

void uses_of_options(struct use *list)
{
	*add_options(list) = (struct use)END;
}
