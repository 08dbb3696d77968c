/* SPDX-License-Identifier: GPL-2.0 */
/* Made from Documentation/netlink/specs/natgw.yaml by
 * tools/gen-tables.py; do not edit.
 */
#define NATGW_DROP_SYMBOLS \
	{ 0, "fence" }, \
	{ 1, "no-gateway" }, \
	{ 16, "source-drop-no-port" }, \
	{ 17, "source-drop-no-address" }, \
	{ 18, "source-drop-table-full" }, \
	{ 19, "source-drop-no-memory" }, \
	{ 20, "source-drop-protocol" }, \
	{ 21, "source-drop-malformed" }, \
	{ 22, "source-drop-icmp-checksum" }, \
	{ 23, "source-drop-icmp-unmatched" }, \
	{ 24, "source-drop-spoofed" }, \
	{ 25, "source-drop-no-flow" }, \
	{ 26, "host-drop-no-port" }, \
	{ 27, "host-drop-icmp" }, \
	{ 28, "host-drop-no-memory" }, \
	{ 29, "destination-drop-unsolicited" }, \
	{ 30, "destination-drop-no-memory" }, \
	{ 31, "destination-drop-malformed" }, \
	{ 32, "destination-drop-icmp-checksum" }, \
	{ 33, "source-drop-midstream" }, \
	{ 34, "source-drop-client-flows" }, \
	{ 35, "source-drop-client-ports" }, \
	{ 36, "source-drop-client-opening" }, \
	{ 37, "source-drop-client-rate" }, \
	{ 38, "source-drop-fair-share" }, \
	{ 39, "source-drop-ttl" }, \
	{ 40, "destination-drop-filtered" }, \
	{ 41, "destination-drop-no-flow" }, \
	{ 42, "destination-drop-tcp-reset" }, \
	{ 43, "destination-drop-icmp-spoofed" }

#define NATGW_FLOW_END_SYMBOLS \
	{ 0, "idle" }, \
	{ 1, "reopened" }, \
	{ 2, "flushed" }, \
	{ 3, "address" }, \
	{ 4, "gateway" }, \
	{ 5, "fin" }, \
	{ 6, "rst" }, \
	{ 7, "drained" }

#define NATGW_FLOW_KIND_SYMBOLS \
	{ 0, "inside" }, \
	{ 1, "host" }, \
	{ 2, "mapping" }
