// SPDX-License-Identifier: GPL-2.0
/* A flow as a line of a file. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "flow.h"
#include "flowfile.h"
#include "msg.h"
#include "nl.h"
#include "spec.h"

/* How a value is written. */
enum form {
	F_NAME,
	F_PROTO,
	F_ADDR,
	F_PORT,
	F_WORD,			/* one of a list */
	F_WORDS,		/* some of a list, by bits */
	F_U32,
	F_U64,
	F_TIME,
	F_TCP_FLAGS,
	F_TRUE,
};

struct field {
	const char *key;
	uint16_t attr;
	enum form form;
	const char *const *words;
};

/* All that flow-new takes, called as in the specification. */
static const struct field fields[] = {
	{ "gateway", NATGW_A_FLOW_GATEWAY, F_NAME, NULL },
	{ "proto", NATGW_A_FLOW_PROTO, F_PROTO, NULL },
	{ "src", NATGW_A_FLOW_SRC, F_ADDR, NULL },
	{ "sport", NATGW_A_FLOW_SPORT, F_PORT, NULL },
	{ "wire-ip", NATGW_A_FLOW_WIRE_IP, F_ADDR, NULL },
	{ "wire-port", NATGW_A_FLOW_WIRE_PORT, F_PORT, NULL },
	{ "dst", NATGW_A_FLOW_DST, F_ADDR, NULL },
	{ "dport", NATGW_A_FLOW_DPORT, F_PORT, NULL },
	{ "state", NATGW_A_FLOW_STATE, F_WORD, flow_state_words },
	{ "kind", NATGW_A_FLOW_KIND, F_WORD, flow_kind_words },
	{ "guest", NATGW_A_FLOW_GUEST, F_TRUE, NULL },
	{ "mapped", NATGW_A_FLOW_MAPPED, F_TRUE, NULL },
	{ "expires", NATGW_A_FLOW_EXPIRES, F_U32, NULL },
	{ "idle", NATGW_A_FLOW_IDLE, F_U32, NULL },
	{ "start", NATGW_A_FLOW_START, F_TIME, NULL },
	{ "tcp-seen", NATGW_A_FLOW_TCP_SEEN, F_WORDS, tcp_seen_words },
	{ "seq-out", NATGW_A_FLOW_SEQ_OUT, F_U32, NULL },
	{ "ack-out", NATGW_A_FLOW_ACK_OUT, F_U32, NULL },
	{ "seq-in", NATGW_A_FLOW_SEQ_IN, F_U32, NULL },
	{ "ack-in", NATGW_A_FLOW_ACK_IN, F_U32, NULL },
	{ "packets-out", NATGW_A_FLOW_PACKETS_OUT, F_U64, NULL },
	{ "bytes-out", NATGW_A_FLOW_BYTES_OUT, F_U64, NULL },
	{ "tcp-flags-out", NATGW_A_FLOW_TCP_FLAGS_OUT, F_TCP_FLAGS, NULL },
	{ "packets-in", NATGW_A_FLOW_PACKETS_IN, F_U64, NULL },
	{ "bytes-in", NATGW_A_FLOW_BYTES_IN, F_U64, NULL },
	{ "tcp-flags-in", NATGW_A_FLOW_TCP_FLAGS_IN, F_TCP_FLAGS, NULL },
};

static const struct field *field_of(const char *key)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (!strcmp(fields[i].key, key))
			return &fields[i];
	return NULL;
}

/* --------------------------------- written -------------------------------- */

static json_t *words_of(const char *const *words, uint32_t bits)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; words[i]; i++)
		if (bits & 1U << i)
			json_array_append_new(list, json_string(words[i]));
	return list;
}

static json_t *value_of(const struct field *field, const struct nlattr *attr)
{
	char text[CLOCK_TEXT + NATGW_NAME_LEN];
	in_addr_t addr;

	switch (field->form) {
	case F_NAME:
		nl_copy(attr, text, sizeof(text));
		return json_string(text);
	case F_PROTO:
		return json_string(proto_name(nl_u8(attr)));
	case F_ADDR:
		addr = nl_u32(attr);
		return json_string(inet_ntop(AF_INET, &addr, text,
					     sizeof(text)));
	case F_PORT:
		return json_integer(ntohs(nl_u16(attr)));
	case F_WORD:
		return json_string(spec_word(field->words, nl_u32(attr)));
	case F_WORDS:
		return words_of(field->words, nl_u32(attr));
	case F_U32:
		return json_integer(nl_u32(attr));
	case F_U64:
		return json_integer(nl_u64(attr));
	case F_TIME:
		return json_string(clock_utc(nl_u64(attr), text));
	case F_TCP_FLAGS:
		return json_string(flow_tcp_flags(nl_u8(attr)));
	case F_TRUE:
		return json_true();
	}
	return NULL;
}

json_t *flowfile_line(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[NATGW_A_FLOW_MAX + 1];
	json_t *line = json_object();
	const struct field *field;
	unsigned int i;

	nl_attrs(nlh, tb, NATGW_A_FLOW_MAX);
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		field = &fields[i];
		if (tb[field->attr])
			json_object_set_new(line, field->key,
					    value_of(field, tb[field->attr]));
	}
	return line;
}

/* ----------------------------------- read --------------------------------- */

static bool find_word(const char *const *words, const char *word, uint32_t *num)
{
	unsigned int i;

	for (i = 0; words[i]; i++) {
		if (strcmp(words[i], word))
			continue;
		*num = i;
		return true;
	}
	return false;
}

static bool take_number(const json_t *value, uint64_t max, uint64_t *num)
{
	*num = json_integer_value(value);
	return json_is_integer(value) && json_integer_value(value) >= 0 &&
	       *num <= max;
}

static bool take_proto(const char *text, uint32_t *num)
{
	unsigned int i;

	for (i = 0; protocols[i].name; i++) {
		if (strcmp(protocols[i].name, text))
			continue;
		*num = protocols[i].number;
		return true;
	}
	return parse_number(text, 0, UINT8_MAX, num);
}

static bool take_words(const char *const *words, const json_t *list,
		       uint32_t *bits)
{
	const json_t *value;
	uint32_t bit;
	size_t i;

	*bits = 0;
	json_array_foreach(list, i, value) {
		if (!json_is_string(value) ||
		    !find_word(words, json_string_value(value), &bit))
			return false;
		*bits |= 1U << bit;
	}
	return json_is_array(list);
}

static bool take_tcp_flags(const char *text, uint32_t *flags)
{
	uint32_t bit;

	*flags = 0;
	for (; *text; text++) {
		for (bit = 0; bit < 8; bit++)
			if (*flow_tcp_flags(1 << bit) == *text)
				break;
		if (bit == 8)
			return false;
		*flags |= 1 << bit;
	}
	return true;
}

/* Puts what stands as text; false where it says nothing. */
static bool put_text(struct nlmsghdr *nlh, const struct field *field,
		     const char *text)
{
	in_addr_t addr;
	uint32_t num;
	uint64_t ms;

	switch (field->form) {
	case F_NAME:
		if (strlen(text) > NATGW_NAME_LEN)
			return false;
		mnl_attr_put_strz(nlh, field->attr, text);
		return true;
	case F_PROTO:
		if (!take_proto(text, &num))
			return false;
		mnl_attr_put_u8(nlh, field->attr, num);
		return true;
	case F_ADDR:
		if (!parse_addr(text, &addr))
			return false;
		mnl_attr_put_u32(nlh, field->attr, addr);
		return true;
	case F_WORD:
		if (!find_word(field->words, text, &num))
			return false;
		mnl_attr_put_u32(nlh, field->attr, num);
		return true;
	case F_TIME:
		if (!clock_parse(text, &ms))
			return false;
		mnl_attr_put_u64(nlh, field->attr, ms);
		return true;
	case F_TCP_FLAGS:
		if (!take_tcp_flags(text, &num))
			return false;
		mnl_attr_put_u8(nlh, field->attr, num);
		return true;
	default:
		return false;
	}
}

static bool put_value(struct nlmsghdr *nlh, const struct field *field,
		      const json_t *value)
{
	uint32_t bits;
	uint64_t num;

	switch (field->form) {
	case F_PORT:
		if (!take_number(value, UINT16_MAX, &num))
			return false;
		mnl_attr_put_u16(nlh, field->attr, htons(num));
		return true;
	case F_WORDS:
		if (!take_words(field->words, value, &bits))
			return false;
		mnl_attr_put_u32(nlh, field->attr, bits);
		return true;
	case F_U32:
		if (!take_number(value, UINT32_MAX, &num))
			return false;
		mnl_attr_put_u32(nlh, field->attr, num);
		return true;
	case F_U64:
		if (!take_number(value, INT64_MAX, &num))
			return false;
		mnl_attr_put_u64(nlh, field->attr, num);
		return true;
	case F_TRUE:
		if (!json_is_true(value))
			return false;
		mnl_attr_put(nlh, field->attr, 0, NULL);
		return true;
	default:
		return json_is_string(value) &&
		       put_text(nlh, field, json_string_value(value));
	}
}

/* What is left of a flow's life. */
static bool put_expires(struct nlmsghdr *nlh, const json_t *value,
			uint64_t seconds, bool *over)
{
	uint64_t expires;

	if (!take_number(value, UINT32_MAX, &expires))
		return false;
	*over = expires <= seconds;
	if (!*over)
		mnl_attr_put_u32(nlh, NATGW_A_FLOW_EXPIRES, expires - seconds);
	return true;
}

const char *flowfile_put(struct nlmsghdr *nlh, const json_t *line,
			 uint64_t seconds, bool *over)
{
	static char wrong[64];
	const struct field *field;
	const char *key;
	json_t *value;
	bool good;

	*over = false;
	if (!json_is_object(line))
		return "it is not a line of a flow";
	json_object_foreach((json_t *)line, key, value) {
		field = field_of(key);
		if (!field) {
			snprintf(wrong, sizeof(wrong),
				 "a flow has no \"%.32s\"", key);
			return wrong;
		}
		good = field->attr == NATGW_A_FLOW_EXPIRES ?
		       put_expires(nlh, value, seconds, over) :
		       put_value(nlh, field, value);
		if (!good) {
			snprintf(wrong, sizeof(wrong),
				 "\"%s\" cannot have this value", key);
			return wrong;
		}
	}
	return NULL;
}
