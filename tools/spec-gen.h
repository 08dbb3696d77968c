/* SPDX-License-Identifier: GPL-2.0 */
/* Made from Documentation/netlink/specs/natgw.yaml by
 * tools/gen-tables.py; do not edit.
 */
const char *const profile_words[] = {
	"aws",
	"rfc",
	NULL
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
	"service",
	NULL
};

const char *const conntrack_words[] = {
	"keep",
	"bypass",
	NULL
};

const char *const switch_words[] = {
	"off",
	"on",
	NULL
};

const char *const dependence_words[] = {
	"address-and-port-dependent",
	"address-dependent",
	"endpoint-independent",
	NULL
};

const char *const midstream_words[] = {
	"rst",
	"drop",
	"accept",
	NULL
};

const char *const refusal_words[] = {
	"host-unreachable",
	"prohibited",
	"silent",
	NULL
};

const char *const flow_state_words[] = {
	"tcp-opening",
	"tcp-established",
	"tcp-fin-inside",
	"tcp-fin-outside",
	"tcp-closing",
	"tcp-reset",
	"udp",
	"icmp",
	"other",
	"held",
	NULL
};

const char *const flow_kind_words[] = {
	"inside",
	"host",
	"mapping",
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
	"client-flows",
	"client-ports",
	"client-opening",
	"client-rate",
	"fair-share",
	NULL
};

const char *const drop_cause_words[] = {
	"fence",
	"no-gateway",
	NULL
};

const char *const why_step_words[] = {
	"route",
	"gateway",
	"flow",
	"source",
	"protocol",
	"rule",
	"limits",
	"address",
	"port",
	"neighbour",
	"mtu",
	"path",
	NULL
};

const char *const why_result_words[] = {
	"pass",
	"note",
	"stop",
	NULL
};

const char *const why_verdict_words[] = {
	"translated",
	"untranslated",
	"dropped",
	"host",
	"turned",
	NULL
};

static const char *const mss_words[] = {
	"off",
	"pmtu",
	NULL
};

const struct word option_words[NATGW_A_OPTIONS_MAX + 1] = {
	[NATGW_A_OPTIONS_UNSOLICITED] = {
		"unsolicited", T_CHOICE, unsolicited_words,
		"Where packets for a gateway address go that match no flow."
	},
	[NATGW_A_OPTIONS_CONNTRACK] = {
		"conntrack", T_CHOICE, conntrack_words,
		"What this host's connection tracking sees of the gateway's packets."
	},
	[NATGW_A_OPTIONS_MAX_FLOWS] = {
		"max-flows", T_NUMBER, NULL,
		"Most flows at a time. The default depends on the memory size."
	},
	[NATGW_A_OPTIONS_TCP_OPENING] = {
		"tcp-opening", T_SECONDS, NULL,
		"Seconds that a connection may be idle before its handshake is complete."
	},
	[NATGW_A_OPTIONS_TCP_ESTABLISHED] = {
		"tcp-established", T_SECONDS, NULL,
		"Seconds that an established connection may be idle."
	},
	[NATGW_A_OPTIONS_TCP_CLOSING] = {
		"tcp-closing", T_SECONDS, NULL,
		"Seconds that a connection may be idle after both sides' FIN, or an RST."
	},
	[NATGW_A_OPTIONS_UDP] = {
		"udp", T_SECONDS, NULL,
		"Seconds that a UDP or UDP-Lite flow may be idle."
	},
	[NATGW_A_OPTIONS_ICMP] = {
		"icmp", T_SECONDS, NULL,
		"Seconds that an ICMP query may be idle."
	},
	[NATGW_A_OPTIONS_OTHER] = {
		"other", T_SECONDS, NULL,
		"Seconds that a flow of a protocol without ports may be idle."
	},
	[NATGW_A_OPTIONS_TCP_MAPPING] = {
		"tcp-mapping", T_CHOICE, dependence_words,
		"What the external port of TCP, SCTP and DCCP depends on."
	},
	[NATGW_A_OPTIONS_UDP_MAPPING] = {
		"udp-mapping", T_CHOICE, dependence_words,
		"What the external port of UDP and UDP-Lite, or the identifier of an ICMP query, depends on."
	},
	[NATGW_A_OPTIONS_TCP_FILTERING] = {
		"tcp-filtering", T_CHOICE, dependence_words,
		"Who may send to an external port of TCP, SCTP and DCCP. Never wider than tcp-mapping."
	},
	[NATGW_A_OPTIONS_UDP_FILTERING] = {
		"udp-filtering", T_CHOICE, dependence_words,
		"Who may send to an external port of UDP and UDP-Lite. Never wider than udp-mapping."
	},
	[NATGW_A_OPTIONS_HAIRPIN] = {
		"hairpin", T_CHOICE, switch_words,
		"Inside hosts reach each other by their external endpoints. Needs endpoint-independent mapping."
	},
	[NATGW_A_OPTIONS_INBOUND_REFRESH] = {
		"inbound-refresh", T_CHOICE, switch_words,
		"Packets from outside keep a flow alive too, but for TCP, where they always do."
	},
	[NATGW_A_OPTIONS_PORT_PARITY] = {
		"port-parity", T_CHOICE, switch_words,
		"An even port stays even and an odd one odd, where such a port is free (RFC 4787 REQ-4)."
	},
	[NATGW_A_OPTIONS_PORT_CLASS] = {
		"port-class", T_CHOICE, switch_words,
		"A port below 1024 stays below 1024, where such a port is free (RFC 4787 REQ-3a)."
	},
	[NATGW_A_OPTIONS_SPILL] = {
		"spill", T_CHOICE, switch_words,
		"A client whose address has no port left gets one of another address."
	},
	[NATGW_A_OPTIONS_MIDSTREAM] = {
		"midstream", T_CHOICE, midstream_words,
		"What becomes of a TCP packet from inside that belongs to no flow."
	},
	[NATGW_A_OPTIONS_SYN_ANSWER] = {
		"syn-answer", T_CHOICE, switch_words,
		"An unsolicited TCP SYN is answered after six seconds, by ICMP port unreachable (RFC 5382 REQ-4)."
	},
	[NATGW_A_OPTIONS_REFUSAL] = {
		"refusal", T_CHOICE, refusal_words,
		"What an inside host is told when it gets no flow."
	},
	[NATGW_A_OPTIONS_HOLD_FIN] = {
		"hold-fin", T_SECONDS, NULL,
		"Seconds before the port of a connection that both sides closed is used again."
	},
	[NATGW_A_OPTIONS_HOLD_RST] = {
		"hold-rst", T_SECONDS, NULL,
		"Seconds before the port of a connection that ended by RST is used again."
	},
	[NATGW_A_OPTIONS_HOLD_OPENING] = {
		"hold-opening", T_SECONDS, NULL,
		"Seconds before the port of a connection that never was established is used again."
	},
	[NATGW_A_OPTIONS_HOLD_UDP] = {
		"hold-udp", T_SECONDS, NULL,
		"Seconds before the port of any other flow is used again (RFC 6888 REQ-8)."
	},
	[NATGW_A_OPTIONS_HOLD_MAX] = {
		"hold-max", T_NUMBER, NULL,
		"Most ports that are kept from reuse at a time."
	},
	[NATGW_A_OPTIONS_CLIENT_FLOWS] = {
		"client-flows", T_NUMBER, NULL,
		"Most flows of one inside host; 0 for no limit."
	},
	[NATGW_A_OPTIONS_CLIENT_PORTS] = {
		"client-ports", T_NUMBER, NULL,
		"Most external ports of one inside host; 0 for no limit."
	},
	[NATGW_A_OPTIONS_CLIENT_OPENING] = {
		"client-opening", T_NUMBER, NULL,
		"Most TCP connections of one inside host that are not established; 0 for no limit."
	},
	[NATGW_A_OPTIONS_CLIENT_RATE] = {
		"client-rate", T_NUMBER, NULL,
		"Most flows that one inside host begins in a second; 0 for no limit."
	},
	[NATGW_A_OPTIONS_FAIR_SHARE] = {
		"fair-share", T_CHOICE, switch_words,
		"While less than an eighth of max-flows is left, an inside host with more than its share of the flows gets no more."
	},
	[NATGW_A_OPTIONS_MSS] = {
		"mss", T_NUMBER, mss_words,
		"Largest TCP segment that a SYN may offer; 0 leaves it alone, 1 stands for what the MTU of the path allows."
	},
	[NATGW_A_OPTIONS_UNIQUE_IP_ID] = {
		"unique-ip-id", T_CHOICE, switch_words,
		"Packets that may be fragmented get an IP identification of this host (RFC 6864 section 5.3)."
	},
	[NATGW_A_OPTIONS_PROTO_UDPLITE] = {
		"proto-udplite", T_CHOICE, switch_words,
		"UDP-Lite is translated."
	},
	[NATGW_A_OPTIONS_PROTO_SCTP] = {
		"proto-sctp", T_CHOICE, switch_words,
		"SCTP is translated."
	},
	[NATGW_A_OPTIONS_PROTO_DCCP] = {
		"proto-dccp", T_CHOICE, switch_words,
		"DCCP is translated."
	},
	[NATGW_A_OPTIONS_PROTO_GRE] = {
		"proto-gre", T_CHOICE, switch_words,
		"GRE is translated, for one inside host per destination."
	},
	[NATGW_A_OPTIONS_PROTO_ESP] = {
		"proto-esp", T_CHOICE, switch_words,
		"ESP is translated, for one inside host per destination."
	},
	[NATGW_A_OPTIONS_PROTO_AH] = {
		"proto-ah", T_CHOICE, switch_words,
		"AH is translated, for one inside host per destination."
	},
	[NATGW_A_OPTIONS_PROTO_IPIP] = {
		"proto-ipip", T_CHOICE, switch_words,
		"IP in IP is translated, for one inside host per destination."
	},
	[NATGW_A_OPTIONS_PROTO_OTHER] = {
		"proto-other", T_CHOICE, switch_words,
		"Any other protocol is translated, for one inside host per destination."
	},
	[NATGW_A_OPTIONS_FASTPATH] = {
		"fastpath", T_CHOICE, switch_words,
		"Packets of established TCP and UDP flows leave from the ingress hook of the device that they come in on."
	},
};

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
	{ NATGW_A_COUNTERS_SOURCE_DROP_MIDSTREAM, "source-drop-midstream",
	  "A TCP packet from inside belonged to no connection." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_FLOWS, "source-drop-client-flows",
	  "The client already had client-flows flows." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_PORTS, "source-drop-client-ports",
	  "The client already had client-ports ports." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_OPENING, "source-drop-client-opening",
	  "The client already had client-opening connections that are not established." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_RATE, "source-drop-client-rate",
	  "The client began more than client-rate flows in a second." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_FAIR_SHARE, "source-drop-fair-share",
	  "The gateway ran short of flows, and the client had its share of them." },
	{ NATGW_A_COUNTERS_SOURCE_DROP_TTL, "source-drop-ttl",
	  "A packet for the external endpoint of another inside host had no hop left." },
	{ NATGW_A_COUNTERS_DESTINATION_DROP_FILTERED, "destination-drop-filtered",
	  "The far side sent to an external port that the filter does not let it use." },
	{ NATGW_A_COUNTERS_DESTINATION_DROP_NO_FLOW, "destination-drop-no-flow",
	  "The filter let a packet in, but no flow could be made for it." },
	{ NATGW_A_COUNTERS_DESTINATION_DROP_TCP_RESET, "destination-drop-tcp-reset",
	  "An RST from outside whose sequence number is far from the connection's." },
	{ NATGW_A_COUNTERS_DESTINATION_DROP_ICMP_SPOOFED, "destination-drop-icmp-spoofed",
	  "An ICMP error quoted a TCP packet that the inside host cannot have under way." },
	{ NATGW_A_COUNTERS_TCP_RESETS_SENT, "tcp-resets-sent",
	  "Inside hosts told by RST that their connection is gone." },
	{ NATGW_A_COUNTERS_TCP_RESETS_IGNORED, "tcp-resets-ignored",
	  "RSTs passed on without effect on the flow, as their sequence number was not the next one." },
	{ NATGW_A_COUNTERS_PACKETS_EXEMPT, "packets-exempt",
	  "Packets that a rule exempts from translation, in either direction." },
	{ NATGW_A_COUNTERS_PACKETS_HAIRPIN, "packets-hairpin",
	  "Packets from one inside host to another by its external endpoint. They count in all four directions." },
	{ NATGW_A_COUNTERS_PACKETS_FAST, "packets-fast",
	  "Packets that took the fast path, in either direction. They count like all others, too." },
	{ 0, NULL, NULL }
};

const struct cause drop_causes[] = {
	{ 0, "fence" },
	{ 1, "no-gateway" },
	{ 16, "source-drop-no-port" },
	{ 17, "source-drop-no-address" },
	{ 18, "source-drop-table-full" },
	{ 19, "source-drop-no-memory" },
	{ 20, "source-drop-protocol" },
	{ 21, "source-drop-malformed" },
	{ 22, "source-drop-icmp-checksum" },
	{ 23, "source-drop-icmp-unmatched" },
	{ 24, "source-drop-spoofed" },
	{ 25, "source-drop-no-flow" },
	{ 26, "host-drop-no-port" },
	{ 27, "host-drop-icmp" },
	{ 28, "host-drop-no-memory" },
	{ 29, "destination-drop-unsolicited" },
	{ 30, "destination-drop-no-memory" },
	{ 31, "destination-drop-malformed" },
	{ 32, "destination-drop-icmp-checksum" },
	{ 33, "source-drop-midstream" },
	{ 34, "source-drop-client-flows" },
	{ 35, "source-drop-client-ports" },
	{ 36, "source-drop-client-opening" },
	{ 37, "source-drop-client-rate" },
	{ 38, "source-drop-fair-share" },
	{ 39, "source-drop-ttl" },
	{ 40, "destination-drop-filtered" },
	{ 41, "destination-drop-no-flow" },
	{ 42, "destination-drop-tcp-reset" },
	{ 43, "destination-drop-icmp-spoofed" },
	{ 0, NULL }
};
