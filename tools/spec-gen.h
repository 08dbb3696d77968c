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

const char *const tcp_seen_words[] = {
	"syn-out",
	"syn-in",
	"fin-out",
	"fin-in",
	"sent-out",
	"sent-in",
	"acked-out",
	"acked-in",
	"rst",
	"begun-outside",
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
	"fin",
	"rst",
	"drained",
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

const char *const level_event_words[] = {
	"ports-high",
	"ports-low",
	"flows-high",
	"flows-low",
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

const char *const top_order_words[] = {
	"flows",
	"new",
	"bytes",
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
	[NATGW_A_OPTIONS_ACCOUNTING] = {
		"accounting", T_CHOICE, switch_words,
		"Flows that begin from now on count their packets, bytes and TCP flags, in each direction."
	},
	[NATGW_A_OPTIONS_IDLE_REPORT] = {
		"idle-report", T_CHOICE, switch_words,
		"What ends because it was idle is remembered for a while, to tell whether somebody spoke again."
	},
};

const struct number counters[] = {
	[NATGW_A_COUNTERS_PACKETS_IN_FROM_SOURCE] = {
		"packets-in-from-source", "packets",
		"Packets from inside hosts that were to be translated.",
		"natgw_in_from_source_packets_total",
		NULL,
		"Packets from inside hosts that were to be translated."
	},
	[NATGW_A_COUNTERS_BYTES_IN_FROM_SOURCE] = {
		"bytes-in-from-source", "bytes",
		"Bytes from inside hosts that were to be translated, from the IP header on.",
		"natgw_in_from_source_bytes_total",
		NULL,
		"Bytes from inside hosts that were to be translated, from the IP header on."
	},
	[NATGW_A_COUNTERS_PACKETS_OUT_TO_DESTINATION] = {
		"packets-out-to-destination", "packets",
		"Packets sent out of the uplink with a gateway address.",
		"natgw_out_to_destination_packets_total",
		NULL,
		"Packets sent out of the uplink with a gateway address."
	},
	[NATGW_A_COUNTERS_BYTES_OUT_TO_DESTINATION] = {
		"bytes-out-to-destination", "bytes",
		"Bytes sent out of the uplink with a gateway address.",
		"natgw_out_to_destination_bytes_total",
		NULL,
		"Bytes sent out of the uplink with a gateway address."
	},
	[NATGW_A_COUNTERS_PACKETS_IN_FROM_DESTINATION] = {
		"packets-in-from-destination", "packets",
		"Packets for a gateway address, or from the uplink for an inside prefix.",
		"natgw_in_from_destination_packets_total",
		NULL,
		"Packets for a gateway address, or from the uplink for an inside prefix."
	},
	[NATGW_A_COUNTERS_BYTES_IN_FROM_DESTINATION] = {
		"bytes-in-from-destination", "bytes",
		"Bytes for a gateway address, or from the uplink for an inside prefix.",
		"natgw_in_from_destination_bytes_total",
		NULL,
		"Bytes for a gateway address, or from the uplink for an inside prefix."
	},
	[NATGW_A_COUNTERS_PACKETS_OUT_TO_SOURCE] = {
		"packets-out-to-source", "packets",
		"Packets restored and sent on to inside hosts.",
		"natgw_out_to_source_packets_total",
		NULL,
		"Packets restored and sent on to inside hosts."
	},
	[NATGW_A_COUNTERS_BYTES_OUT_TO_SOURCE] = {
		"bytes-out-to-source", "bytes",
		"Bytes restored and sent on to inside hosts.",
		"natgw_out_to_source_bytes_total",
		NULL,
		"Bytes restored and sent on to inside hosts."
	},
	[NATGW_A_COUNTERS_PACKETS_TO_LOCAL] = {
		"packets-to-local", "packets",
		"Packets for a gateway address that were handed to this host's own stack.",
		"natgw_to_local_packets_total",
		NULL,
		"Packets for a gateway address that were handed to this host's own stack."
	},
	[NATGW_A_COUNTERS_FLOWS_CREATED] = {
		"flows-created", "flows",
		"Flows begun, by whatever protocol, this host's own too.",
		NULL,
		NULL,
		"Flows begun, by whatever protocol, this host's own too."
	},
	[NATGW_A_COUNTERS_FLOWS_ENDED] = {
		"flows-ended", "flows",
		"Flows ended, for whatever reason, this host's own too.",
		NULL,
		NULL,
		"Flows ended, for whatever reason, this host's own too."
	},
	[NATGW_A_COUNTERS_FLOWS_IDLE] = {
		"flows-idle", "flows",
		"Flows ended because nothing was sent for their time-out.",
		"natgw_flows_idle_total",
		NULL,
		"Flows ended because nothing was sent for their time-out."
	},
	[NATGW_A_COUNTERS_TCP_ATTEMPTS] = {
		"tcp-attempts", "connections",
		"TCP connections that inside hosts began.",
		"natgw_tcp_attempts_total",
		NULL,
		"TCP connections that inside hosts began."
	},
	[NATGW_A_COUNTERS_TCP_ESTABLISHED] = {
		"tcp-established", "connections",
		"TCP connections whose handshake was completed.",
		"natgw_tcp_established_total",
		NULL,
		"TCP connections whose handshake was completed."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_NO_PORT] = {
		"source-drop-no-port", "packets",
		"No free port was found on the gateway's address towards that destination.",
		"natgw_drops_total",
		"side=\"source\",cause=\"no-port\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_NO_ADDRESS] = {
		"source-drop-no-address", "packets",
		"Every address of the gateway was draining.",
		"natgw_drops_total",
		"side=\"source\",cause=\"no-address\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_TABLE_FULL] = {
		"source-drop-table-full", "packets",
		"The gateway already had max-flows flows.",
		"natgw_drops_total",
		"side=\"source\",cause=\"table-full\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_NO_MEMORY] = {
		"source-drop-no-memory", "packets",
		"The kernel had no memory for a flow, or for changing the packet.",
		"natgw_drops_total",
		"side=\"source\",cause=\"no-memory\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_PROTOCOL] = {
		"source-drop-protocol", "packets",
		"An inside host used a protocol that is not translated.",
		"natgw_drops_total",
		"side=\"source\",cause=\"protocol\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_MALFORMED] = {
		"source-drop-malformed", "packets",
		"The transport header was cut short or contradicted itself.",
		"natgw_drops_total",
		"side=\"source\",cause=\"malformed\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_ICMP_CHECKSUM] = {
		"source-drop-icmp-checksum", "packets",
		"The checksum of an ICMP error from inside was wrong.",
		"natgw_drops_total",
		"side=\"source\",cause=\"icmp-checksum\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_ICMP_UNMATCHED] = {
		"source-drop-icmp-unmatched", "packets",
		"An ICMP error from inside quoted a packet of no flow.",
		"natgw_drops_total",
		"side=\"source\",cause=\"icmp-unmatched\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_SPOOFED] = {
		"source-drop-spoofed", "packets",
		"A packet came in on another side of the uplink than the one that its source lives on.",
		"natgw_drops_total",
		"side=\"source\",cause=\"spoofed\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_NO_FLOW] = {
		"source-drop-no-flow", "packets",
		"An inside host sent an answer (ICMP reply) to something no flow asked.",
		"natgw_drops_total",
		"side=\"source\",cause=\"no-flow\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_HOST_DROP_NO_PORT] = {
		"host-drop-no-port", "packets",
		"This host's own packet, whose port a client had; no other port or memory for a flow was left.",
		"natgw_drops_total",
		"side=\"host\",cause=\"no-port\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_HOST_DROP_ICMP] = {
		"host-drop-icmp", "packets",
		"An ICMP error of this host that would have shown an inside address.",
		"natgw_drops_total",
		"side=\"host\",cause=\"icmp\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_HOST_DROP_NO_MEMORY] = {
		"host-drop-no-memory", "packets",
		"The kernel had no memory for changing a packet of this host.",
		"natgw_drops_total",
		"side=\"host\",cause=\"no-memory\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_DESTINATION_DROP_UNSOLICITED] = {
		"destination-drop-unsolicited", "packets",
		"A packet from outside matched no flow, and this host was not meant either.",
		"natgw_drops_total",
		"side=\"destination\",cause=\"unsolicited\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_DESTINATION_DROP_NO_MEMORY] = {
		"destination-drop-no-memory", "packets",
		"The kernel had no memory for changing the packet.",
		"natgw_drops_total",
		"side=\"destination\",cause=\"no-memory\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_DESTINATION_DROP_MALFORMED] = {
		"destination-drop-malformed", "packets",
		"The transport header was cut short or contradicted itself.",
		"natgw_drops_total",
		"side=\"destination\",cause=\"malformed\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_DESTINATION_DROP_ICMP_CHECKSUM] = {
		"destination-drop-icmp-checksum", "packets",
		"The checksum of an ICMP error, or of the header it quoted, was wrong.",
		"natgw_drops_total",
		"side=\"destination\",cause=\"icmp-checksum\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_MIDSTREAM] = {
		"source-drop-midstream", "packets",
		"A TCP packet from inside belonged to no connection.",
		"natgw_drops_total",
		"side=\"source\",cause=\"midstream\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_FLOWS] = {
		"source-drop-client-flows", "packets",
		"The client already had client-flows flows.",
		"natgw_drops_total",
		"side=\"source\",cause=\"client-flows\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_PORTS] = {
		"source-drop-client-ports", "packets",
		"The client already had client-ports ports.",
		"natgw_drops_total",
		"side=\"source\",cause=\"client-ports\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_OPENING] = {
		"source-drop-client-opening", "packets",
		"The client already had client-opening connections that are not established.",
		"natgw_drops_total",
		"side=\"source\",cause=\"client-opening\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_CLIENT_RATE] = {
		"source-drop-client-rate", "packets",
		"The client began more than client-rate flows in a second.",
		"natgw_drops_total",
		"side=\"source\",cause=\"client-rate\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_FAIR_SHARE] = {
		"source-drop-fair-share", "packets",
		"The gateway ran short of flows, and the client had its share of them.",
		"natgw_drops_total",
		"side=\"source\",cause=\"fair-share\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_SOURCE_DROP_TTL] = {
		"source-drop-ttl", "packets",
		"A packet for the external endpoint of another inside host had no hop left.",
		"natgw_drops_total",
		"side=\"source\",cause=\"ttl\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_DESTINATION_DROP_FILTERED] = {
		"destination-drop-filtered", "packets",
		"The far side sent to an external port that the filter does not let it use.",
		"natgw_drops_total",
		"side=\"destination\",cause=\"filtered\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_DESTINATION_DROP_NO_FLOW] = {
		"destination-drop-no-flow", "packets",
		"The filter let a packet in, but no flow could be made for it.",
		"natgw_drops_total",
		"side=\"destination\",cause=\"no-flow\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_DESTINATION_DROP_TCP_RESET] = {
		"destination-drop-tcp-reset", "packets",
		"An RST from outside whose sequence number is far from the connection's.",
		"natgw_drops_total",
		"side=\"destination\",cause=\"tcp-reset\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_DESTINATION_DROP_ICMP_SPOOFED] = {
		"destination-drop-icmp-spoofed", "packets",
		"An ICMP error quoted a TCP packet that the inside host cannot have under way.",
		"natgw_drops_total",
		"side=\"destination\",cause=\"icmp-spoofed\"",
		"Packets dropped, by the side that they came from and the cause."
	},
	[NATGW_A_COUNTERS_TCP_RESETS_SENT] = {
		"tcp-resets-sent", "packets",
		"Inside hosts told by RST that their connection is gone.",
		"natgw_tcp_resets_sent_total",
		NULL,
		"Inside hosts told by RST that their connection is gone."
	},
	[NATGW_A_COUNTERS_TCP_RESETS_IGNORED] = {
		"tcp-resets-ignored", "packets",
		"RSTs passed on without effect on the flow, as their sequence number was not the next one.",
		"natgw_tcp_resets_ignored_total",
		NULL,
		"RSTs passed on without effect on the flow, as their sequence number was not the next one."
	},
	[NATGW_A_COUNTERS_PACKETS_EXEMPT] = {
		"packets-exempt", "packets",
		"Packets that a rule exempts from translation, in either direction.",
		"natgw_exempt_packets_total",
		NULL,
		"Packets that a rule exempts from translation, in either direction."
	},
	[NATGW_A_COUNTERS_PACKETS_HAIRPIN] = {
		"packets-hairpin", "packets",
		"Packets from one inside host to another by its external endpoint. They count in all four directions.",
		"natgw_hairpin_packets_total",
		NULL,
		"Packets from one inside host to another by its external endpoint. They count in all four directions."
	},
	[NATGW_A_COUNTERS_PACKETS_FAST] = {
		"packets-fast", "packets",
		"Packets that took the fast path, in either direction. They count like all others, too.",
		"natgw_fast_packets_total",
		NULL,
		"Packets that took the fast path, in either direction. They count like all others, too."
	},
	[NATGW_A_COUNTERS_TCP_IDLE] = {
		"tcp-idle", "connections",
		"TCP connections that not both sides had closed, ended because nothing was sent for their time-out.",
		"natgw_tcp_idle_total",
		NULL,
		"TCP connections that not both sides had closed, ended because nothing was sent for their time-out."
	},
	[NATGW_A_COUNTERS_FLOWS_CREATED_TCP] = {
		"flows-created-tcp", "flows",
		"TCP flows of inside hosts that began.",
		"natgw_flows_created_total",
		"proto=\"tcp\"",
		"Flows of inside hosts that began, by protocol."
	},
	[NATGW_A_COUNTERS_FLOWS_CREATED_UDP] = {
		"flows-created-udp", "flows",
		"UDP flows of inside hosts that began.",
		"natgw_flows_created_total",
		"proto=\"udp\"",
		"Flows of inside hosts that began, by protocol."
	},
	[NATGW_A_COUNTERS_FLOWS_CREATED_ICMP] = {
		"flows-created-icmp", "flows",
		"ICMP flows of inside hosts that began.",
		"natgw_flows_created_total",
		"proto=\"icmp\"",
		"Flows of inside hosts that began, by protocol."
	},
	[NATGW_A_COUNTERS_FLOWS_CREATED_OTHER] = {
		"flows-created-other", "flows",
		"Flows of inside hosts by any other protocol that began.",
		"natgw_flows_created_total",
		"proto=\"other\"",
		"Flows of inside hosts that began, by protocol."
	},
	[NATGW_A_COUNTERS_HOST_FLOWS_CREATED] = {
		"host-flows-created", "flows",
		"Flows of this host's own that began.",
		"natgw_host_flows_created_total",
		NULL,
		"Flows of this host's own that began."
	},
	[NATGW_A_COUNTERS_FLOWS_ENDED_TCP] = {
		"flows-ended-tcp", "flows",
		"TCP flows of inside hosts that ended.",
		"natgw_flows_ended_total",
		"proto=\"tcp\"",
		"Flows of inside hosts that ended, by protocol."
	},
	[NATGW_A_COUNTERS_FLOWS_ENDED_UDP] = {
		"flows-ended-udp", "flows",
		"UDP flows of inside hosts that ended.",
		"natgw_flows_ended_total",
		"proto=\"udp\"",
		"Flows of inside hosts that ended, by protocol."
	},
	[NATGW_A_COUNTERS_FLOWS_ENDED_ICMP] = {
		"flows-ended-icmp", "flows",
		"ICMP flows of inside hosts that ended.",
		"natgw_flows_ended_total",
		"proto=\"icmp\"",
		"Flows of inside hosts that ended, by protocol."
	},
	[NATGW_A_COUNTERS_FLOWS_ENDED_OTHER] = {
		"flows-ended-other", "flows",
		"Flows of inside hosts by any other protocol that ended.",
		"natgw_flows_ended_total",
		"proto=\"other\"",
		"Flows of inside hosts that ended, by protocol."
	},
	[NATGW_A_COUNTERS_HOST_FLOWS_ENDED] = {
		"host-flows-ended", "flows",
		"Flows of this host's own that ended.",
		"natgw_host_flows_ended_total",
		NULL,
		"Flows of this host's own that ended."
	},
	[NATGW_A_COUNTERS_FLOW_EVENTS_LOST] = {
		"flow-events-lost", "events",
		"Events of flows that no memory was there for, or that a listener was too slow for.",
		"natgw_flow_events_lost_total",
		NULL,
		"Events of flows that no memory was there for, or that a listener was too slow for."
	},
	[NATGW_A_COUNTERS_FLOWS_IDLE_SPOKE_AGAIN] = {
		"flows-idle-spoke-again", "flows",
		"Flows ended because nothing was sent for their time-out, of which either side sent a packet later.",
		"natgw_flows_idle_spoke_again_total",
		NULL,
		"Flows ended because nothing was sent for their time-out, of which either side sent a packet later."
	},
};

const struct number gauges[] = {
	[NATGW_A_GAUGES_FLOWS_TCP] = {
		"flows-tcp", "flows",
		"TCP flows of inside hosts that are alive.",
		"natgw_flows",
		"proto=\"tcp\"",
		"Flows of inside hosts that are alive, by protocol."
	},
	[NATGW_A_GAUGES_FLOWS_UDP] = {
		"flows-udp", "flows",
		"UDP flows of inside hosts that are alive.",
		"natgw_flows",
		"proto=\"udp\"",
		"Flows of inside hosts that are alive, by protocol."
	},
	[NATGW_A_GAUGES_FLOWS_ICMP] = {
		"flows-icmp", "flows",
		"ICMP flows of inside hosts that are alive.",
		"natgw_flows",
		"proto=\"icmp\"",
		"Flows of inside hosts that are alive, by protocol."
	},
	[NATGW_A_GAUGES_FLOWS_OTHER] = {
		"flows-other", "flows",
		"Flows of inside hosts by any other protocol that are alive.",
		"natgw_flows",
		"proto=\"other\"",
		"Flows of inside hosts that are alive, by protocol."
	},
	[NATGW_A_GAUGES_HOST_FLOWS] = {
		"host-flows", "flows",
		"Flows of this host's own that are alive.",
		"natgw_host_flows",
		NULL,
		"Flows of this host's own that are alive."
	},
	[NATGW_A_GAUGES_HELD_FLOWS] = {
		"held-flows", "flows",
		"Flows that have ended and whose ports are kept from reuse.",
		"natgw_held_flows",
		NULL,
		"Flows that have ended and whose ports are kept from reuse."
	},
	[NATGW_A_GAUGES_CLIENTS] = {
		"clients", "clients",
		"Inside hosts that have flows.",
		"natgw_clients",
		NULL,
		"Inside hosts that have flows."
	},
	[NATGW_A_GAUGES_PEAK_BYTES_PER_SECOND] = {
		"peak-bytes-per-second", "bytes/s",
		"Bytes a second that came in, from either side, in the busiest ten seconds of the last minute.",
		"natgw_peak_bytes_per_second",
		NULL,
		"Bytes a second that came in, from either side, in the busiest ten seconds of the last minute."
	},
	[NATGW_A_GAUGES_PEAK_PACKETS_PER_SECOND] = {
		"peak-packets-per-second", "packets/s",
		"Packets a second that came in, from either side, in the busiest ten seconds of the last minute.",
		"natgw_peak_packets_per_second",
		NULL,
		"Packets a second that came in, from either side, in the busiest ten seconds of the last minute."
	},
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
