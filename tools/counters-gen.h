/* SPDX-License-Identifier: GPL-2.0 */
/* Made from Documentation/netlink/specs/natgw.yaml by
 * tools/gen-counters.py; do not edit.
 */
const struct counter counters[] = {
	{ NATGW_A_COUNTERS_PACKETS_IN_FROM_SOURCE, "packets-in-from-source",
	  "Packets from inside hosts that were to be translated." },
	{ NATGW_A_COUNTERS_BYTES_IN_FROM_SOURCE, "bytes-in-from-source",
	  "Bytes of these packets, from the IP header on." },
	{ NATGW_A_COUNTERS_PACKETS_OUT_TO_DESTINATION, "packets-out-to-destination",
	  "Packets sent out of the uplink with a gateway address." },
	{ NATGW_A_COUNTERS_BYTES_OUT_TO_DESTINATION, "bytes-out-to-destination",
	  "Bytes of these packets." },
	{ NATGW_A_COUNTERS_PACKETS_IN_FROM_DESTINATION, "packets-in-from-destination",
	  "Packets for a gateway address, or from the uplink for an inside prefix." },
	{ NATGW_A_COUNTERS_BYTES_IN_FROM_DESTINATION, "bytes-in-from-destination",
	  "Bytes of these packets." },
	{ NATGW_A_COUNTERS_PACKETS_OUT_TO_SOURCE, "packets-out-to-source",
	  "Packets restored and sent on to inside hosts." },
	{ NATGW_A_COUNTERS_BYTES_OUT_TO_SOURCE, "bytes-out-to-source",
	  "Bytes of these packets." },
	{ NATGW_A_COUNTERS_PACKETS_TO_LOCAL, "packets-to-local",
	  "Packets for a gateway address that were handed to this host's own stack." },
	{ NATGW_A_COUNTERS_FLOWS_CREATED, "flows-created",
	  "Flows begun." },
	{ NATGW_A_COUNTERS_FLOWS_ENDED, "flows-ended",
	  "Flows ended, for whatever reason." },
	{ NATGW_A_COUNTERS_FLOWS_IDLE, "flows-idle",
	  "Flows ended because nothing was sent for their time-out." },
	{ NATGW_A_COUNTERS_TCP_ATTEMPTS, "tcp-attempts",
	  "TCP connections that inside hosts began." },
	{ NATGW_A_COUNTERS_TCP_ESTABLISHED, "tcp-established",
	  "TCP connections whose handshake was completed." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_NO_PORT, "source-drop-no-port",
	  "No free port was found on the gateway's address towards that destination." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_NO_ADDRESS, "source-drop-no-address",
	  "Every address of the gateway was draining." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_TABLE_FULL, "source-drop-table-full",
	  "The gateway already had max-flows flows." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY, "source-drop-no-memory",
	  "The kernel had no memory for a flow, or for changing the packet." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_PROTOCOL, "source-drop-protocol",
	  "An inside host used a protocol that is not translated." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_MALFORMED, "source-drop-malformed",
	  "The transport header was cut short or contradicted itself." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_ICMP_CHECKSUM, "source-drop-icmp-checksum",
	  "The checksum of an ICMP error from inside was wrong." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_ICMP_UNMATCHED, "source-drop-icmp-unmatched",
	  "An ICMP error from inside quoted a packet of no flow." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_SPOOFED, "source-drop-spoofed",
	  "A packet came in on another side of the uplink than the one that its source lives on." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_NO_FLOW, "source-drop-no-flow",
	  "An inside host sent an answer (ICMP reply) to something no flow asked." },
	{ NATGW_A_COUNTERS_HOST_DROP_NO_PORT, "host-drop-no-port",
	  "This host's own packet, whose port a client had; no other port or memory for a flow was left." },
	{ NATGW_A_COUNTERS_HOST_DROP_ICMP, "host-drop-icmp",
	  "An ICMP error of this host that would have shown an inside address." },
	{ NATGW_A_COUNTERS_HOST_DROP_NO_MEMORY, "host-drop-no-memory",
	  "The kernel had no memory for changing a packet of this host." },
	{ NATGW_A_COUNTERS_DESTINATION_DROP_UNSOLICITED, "destination-drop-unsolicited",
	  "A packet from outside matched no flow, and this host was not meant either." },
	{ NATGW_A_COUNTERS_DESTINATION_DROP_NO_MEMORY, "destination-drop-no-memory",
	  "The kernel had no memory for changing the packet." },
	{ NATGW_A_COUNTERS_DESTINATION_DROP_MALFORMED, "destination-drop-malformed",
	  "The transport header was cut short or contradicted itself." },
	{ NATGW_A_COUNTERS_DESTINATION_DROP_ICMP_CHECKSUM, "destination-drop-icmp-checksum",
	  "The checksum of an ICMP error, or of the header it quoted, was wrong." },
	{ 0, NULL, NULL }
};

const char *const connectivity_words[] = {
	"public",
	"private",
	NULL
};

const char *const gateway_state_words[] = {
	"available",
	"failed",
	NULL
};

const char *const address_state_words[] = {
	"available",
	"draining",
	NULL
};

const char *const unsolicited_words[] = {
	"local",
	"drop",
	NULL
};

const char *const conntrack_words[] = {
	"keep",
	"bypass",
	NULL
};

const char *const flow_state_words[] = {
	"tcp-opening",
	"tcp-established",
	"tcp-closing",
	"udp",
	"icmp",
	NULL
};

const char *const flow_kind_words[] = {
	"inside",
	"host",
	NULL
};

const char *const flow_end_words[] = {
	"idle",
	"reopened",
	"flushed",
	"address",
	"gateway",
	NULL
};

const char *const event_words[] = {
	"add",
	"change",
	"delete",
	NULL
};

const char *const error_cause_words[] = {
	"no-port",
	"no-address",
	"table-full",
	"no-memory",
	NULL
};
