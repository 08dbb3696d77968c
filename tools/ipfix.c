// SPDX-License-Identifier: GPL-2.0
/*
 * NAT events to an IPFIX collector, over UDP (RFC 7011, RFC 8158).
 *
 * A message is a header and sets; a set has records of one template, and a
 * template is a list of information elements. A collector may begin to listen
 * at any time, or lose a message, so the templates are sent again and again.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "ipfix.h"
#include "nl.h"

enum {
	VERSION = 10,
	TEMPLATE_SET = 2,
	HEADER = 16,
	SET_HEADER = 4,
	MESSAGE = 1400,			/* fits an Ethernet frame, in a tunnel too */
	LONGEST = 128,			/* of a record, and more */
	TEMPLATES_EVERY = 30 * 1000,	/* ms */
	REVERSE = 29305,		/* enterprise of the other direction, RFC 5103 */
	ENTERPRISE = 0x8000,
	VARIABLE = 0xffff,		/* the length of a text stands before it */
};

/* IANA's numbers. */
enum element {
	OCTET_DELTA_COUNT = 1,
	PACKET_DELTA_COUNT = 2,
	PROTOCOL_IDENTIFIER = 4,
	TCP_CONTROL_BITS = 6,
	SOURCE_TRANSPORT_PORT = 7,
	SOURCE_IPV4_ADDRESS = 8,
	DESTINATION_TRANSPORT_PORT = 11,
	DESTINATION_IPV4_ADDRESS = 12,
	FLOW_END_REASON = 136,
	FLOW_START_MILLISECONDS = 152,
	FLOW_END_MILLISECONDS = 153,
	POST_NAT_SOURCE_IPV4_ADDRESS = 225,
	POST_NAT_DESTINATION_IPV4_ADDRESS = 226,
	POST_NAPT_SOURCE_TRANSPORT_PORT = 227,
	POST_NAPT_DESTINATION_TRANSPORT_PORT = 228,
	NAT_EVENT = 230,
	OBSERVATION_TIME_MILLISECONDS = 323,
	USER_NAME = 371,
};

enum nat_event { NAT44_SESSION_CREATE = 4, NAT44_SESSION_DELETE = 5 };

enum end_reason { IDLE_TIMEOUT = 1, END_OF_FLOW = 3, FORCED_END = 4 };

/* What there is a template for. */
enum template { CREATE, DELETE, DELETE_COUNTED, TEMPLATES };

enum { FIRST_ID = 256 };		/* the lowest that a template may have */

/* Which records have an element. */
enum in { IN_ALL, IN_ENDS, IN_COUNTED };

static const struct field {
	uint16_t element;
	uint16_t size;
	enum in in;
	bool reverse;
	bool destination;
} fields[] = {
	{ OBSERVATION_TIME_MILLISECONDS, 8, IN_ALL, false, false },
	{ NAT_EVENT, 1, IN_ALL, false, false },
	{ PROTOCOL_IDENTIFIER, 1, IN_ALL, false, false },
	{ SOURCE_IPV4_ADDRESS, 4, IN_ALL, false, false },
	{ POST_NAT_SOURCE_IPV4_ADDRESS, 4, IN_ALL, false, false },
	{ SOURCE_TRANSPORT_PORT, 2, IN_ALL, false, false },
	{ POST_NAPT_SOURCE_TRANSPORT_PORT, 2, IN_ALL, false, false },
	{ DESTINATION_IPV4_ADDRESS, 4, IN_ALL, false, true },
	{ POST_NAT_DESTINATION_IPV4_ADDRESS, 4, IN_ALL, false, true },
	{ DESTINATION_TRANSPORT_PORT, 2, IN_ALL, false, true },
	{ POST_NAPT_DESTINATION_TRANSPORT_PORT, 2, IN_ALL, false, true },
	{ FLOW_START_MILLISECONDS, 8, IN_ALL, false, false },
	{ USER_NAME, VARIABLE, IN_ALL, false, false },
	{ FLOW_END_MILLISECONDS, 8, IN_ENDS, false, false },
	{ FLOW_END_REASON, 1, IN_ENDS, false, false },
	{ PACKET_DELTA_COUNT, 8, IN_COUNTED, false, false },
	{ OCTET_DELTA_COUNT, 8, IN_COUNTED, false, false },
	{ PACKET_DELTA_COUNT, 8, IN_COUNTED, true, false },
	{ OCTET_DELTA_COUNT, 8, IN_COUNTED, true, false },
	{ TCP_CONTROL_BITS, 1, IN_COUNTED, true, false },
	/* Last, as nfdump keeps the last ones that it meets. */
	{ TCP_CONTROL_BITS, 1, IN_COUNTED, false, false },
};

static struct {
	int socket;
	bool destination;
	uint32_t sequence;	/* records in the messages before this one */
	uint32_t records;	/* in this one */
	uint64_t templates;	/* when they were sent last */
	uint16_t set_id;	/* of the set that is open, or 0 */
	size_t set;		/* where it begins */
	size_t len;
	uint8_t message[MESSAGE];
} out;

/* A number in network byte order, in so many bytes. */
static void put(uint64_t num, unsigned int size)
{
	uint64_t big = htobe64(num);

	memcpy(out.message + out.len, (uint8_t *)&big + sizeof(big) - size,
	       size);
	out.len += size;
}

/* A short text; without one, it is empty. */
static void put_text(const char *text)
{
	size_t len = text ? strlen(text) : 0;

	put(len, 1);
	memcpy(out.message + out.len, text ?: "", len);
	out.len += len;
}

static void put_at(size_t at, uint64_t num, unsigned int size)
{
	size_t len = out.len;

	out.len = at;
	put(num, size);
	out.len = len;
}

static void end_set(void)
{
	if (out.set_id)
		put_at(out.set + 2, out.len - out.set, 2);
	out.set_id = 0;
}

static void begin_set(uint16_t id)
{
	end_set();
	out.set_id = id;
	out.set = out.len;
	put(id, 2);
	put(0, 2);
}

static bool has(enum template template, const struct field *field)
{
	return (enum template)field->in <= template &&
	       (out.destination || !field->destination);
}

static void put_template(enum template template)
{
	size_t count = out.len + 2;
	unsigned int i, n = 0;

	put(FIRST_ID + template, 2);
	put(0, 2);
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!has(template, &fields[i]))
			continue;
		put(fields[i].element | (fields[i].reverse ? ENTERPRISE : 0),
		    2);
		put(fields[i].size, 2);
		if (fields[i].reverse)
			put(REVERSE, 4);
		n++;
	}
	put_at(count, n, 2);
}

static uint64_t end_reason(uint32_t end)
{
	switch (end) {
	case NATGW_FLOW_END_IDLE:
		return IDLE_TIMEOUT;
	case NATGW_FLOW_END_FIN:
	case NATGW_FLOW_END_RST:
	case NATGW_FLOW_END_REOPENED:
		return END_OF_FLOW;
	default:
		return FORCED_END;
	}
}

static uint64_t value(const struct record *record, const struct field *field)
{
	const struct count *count = field->reverse ? &record->in : &record->out;

	switch ((enum element)field->element) {
	case OCTET_DELTA_COUNT:
		return count->bytes;
	case PACKET_DELTA_COUNT:
		return count->packets;
	case TCP_CONTROL_BITS:
		return count->tcp_flags;
	case PROTOCOL_IDENTIFIER:
		return record->proto;
	case SOURCE_TRANSPORT_PORT:
		return record->sport;
	case SOURCE_IPV4_ADDRESS:
		return ntohl(record->src);
	case DESTINATION_TRANSPORT_PORT:
	case POST_NAPT_DESTINATION_TRANSPORT_PORT:
		return record->dport;
	case DESTINATION_IPV4_ADDRESS:
	case POST_NAT_DESTINATION_IPV4_ADDRESS:
		return ntohl(record->dst);
	case FLOW_END_REASON:
		return end_reason(record->end);
	case FLOW_START_MILLISECONDS:
		return record->start;
	case FLOW_END_MILLISECONDS:
		return record->ended;
	case POST_NAT_SOURCE_IPV4_ADDRESS:
		return ntohl(record->wire_ip);
	case POST_NAPT_SOURCE_TRANSPORT_PORT:
		return record->wire_port;
	case NAT_EVENT:
		return record->over ? NAT44_SESSION_DELETE :
				      NAT44_SESSION_CREATE;
	case OBSERVATION_TIME_MILLISECONDS:
		return record->over ? record->ended : record->start;
	case USER_NAME:
		break;
	}
	return 0;
}

/* The rest of the header is known when the message is sent. */
static void begin_message(void)
{
	enum template template;
	uint64_t now = clock_now();

	out.len = HEADER;
	out.records = 0;
	if (now - out.templates < TEMPLATES_EVERY)
		return;
	out.templates = now;
	begin_set(TEMPLATE_SET);
	for (template = 0; template < TEMPLATES; template++)
		put_template(template);
	end_set();
}

static void put_field(const struct record *record, const char *label,
		      const struct field *field)
{
	if (field->element == USER_NAME)
		put_text(label);
	else
		put(value(record, field), field->size);
}

int ipfix_add(const struct record *record, const char *label)
{
	enum template template = CREATE;
	unsigned int i;
	int err = 0;

	if (record->over)
		template = record->counted ? DELETE_COUNTED : DELETE;
	if (out.len + LONGEST > MESSAGE)
		err = ipfix_flush();
	if (out.set_id != FIRST_ID + template)
		begin_set(FIRST_ID + template);
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (has(template, &fields[i]))
			put_field(record, label, &fields[i]);
	out.records++;
	return err;
}

int ipfix_flush(void)
{
	int err = 0;

	end_set();
	if (out.len > HEADER) {
		put_at(0, VERSION, 2);
		put_at(2, out.len, 2);
		put_at(4, clock_now() / 1000, 4);
		put_at(8, out.sequence, 4);
		/* No observation domain in particular. */
		put_at(12, 0, 4);
		if (send(out.socket, out.message, out.len, 0) < 0)
			err = -errno;
		out.sequence += out.records;
	}
	begin_message();
	return err;
}

int ipfix_open(in_addr_t addr, uint16_t port, bool destination)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = addr,
		.sin_port = htons(port),
	};

	out.socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (out.socket < 0 ||
	    connect(out.socket, (const struct sockaddr *)&to, sizeof(to)))
		return -errno;
	out.destination = destination;
	begin_message();
	return 0;
}
