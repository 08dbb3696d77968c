// SPDX-License-Identifier: GPL-2.0
/* As much of TCP as selects an idle time-out: opening until the handshake is
 * complete, closing once both sides have sent a FIN or one an RST (RFC 7857
 * section 2). No packet is ever refused here.
 */
#include "gateway.h"
#include "tcp.h"
#include "wheel.h"

/* Bits of natgw_flow.tcp */
enum {
	SEEN_SYN_REPLY = 1,	/* the far side answered the SYN */
	SEEN_FIN_ORIGINAL = 2,
	SEEN_FIN_REPLY = 4,
	SEEN_RST = 8,
	SEEN_FINS = SEEN_FIN_ORIGINAL | SEEN_FIN_REPLY,
};

/**
 * natgw_tcp_count() - count something about an inside host's connection
 * @flow: its flow; one of this host's own is not counted
 * @counter: NATGW_A_COUNTERS_TCP_*
 *
 * Context: bottom halves disabled.
 */
void natgw_tcp_count(const struct natgw_flow *flow, int counter)
{
	if (flow->kind == NATGW_FLOW_KIND_INSIDE)
		natgw_stats_add(flow->gw->stats, counter, 1);
}

static void set_state(struct natgw_flow *flow, u8 state)
{
	if (READ_ONCE(flow->state) == state)
		return;
	if (state == NATGW_FLOW_STATE_TCP_ESTABLISHED &&
	    READ_ONCE(flow->state) == NATGW_FLOW_STATE_TCP_OPENING)
		natgw_tcp_count(flow, NATGW_A_COUNTERS_TCP_ESTABLISHED);
	WRITE_ONCE(flow->state, state);
	if (state == NATGW_FLOW_STATE_TCP_CLOSING)
		natgw_wheel_move(flow->gw->nn, flow);
}

static void set_seen(struct natgw_flow *flow, u8 seen)
{
	if (READ_ONCE(flow->tcp) != seen)
		WRITE_ONCE(flow->tcp, seen);
}

/**
 * natgw_tcp_begin() - the state of a flow that its first packet asks for
 * @flow: in no table yet, or used again by its client
 * @flags: NATGW_TCP_* of the packet, from the inside
 *
 * A packet from the middle of a connection (the gateway was started later, or
 * its flow timed out) is taken for one of an established connection.
 *
 * Context: softirq. Return: whether it begins a connection.
 */
bool natgw_tcp_begin(struct natgw_flow *flow, u8 flags)
{
	bool syn = (flags & (NATGW_TCP_SYN | NATGW_TCP_ACK)) == NATGW_TCP_SYN;

	u8 state;

	if (flags & NATGW_TCP_RST)
		state = NATGW_FLOW_STATE_TCP_CLOSING;
	else
		state = syn ? NATGW_FLOW_STATE_TCP_OPENING :
			      NATGW_FLOW_STATE_TCP_ESTABLISHED;
	WRITE_ONCE(flow->tcp, 0);
	WRITE_ONCE(flow->state, state);
	return syn;
}

/**
 * natgw_tcp_packet() - note a packet of a flow
 * @flow: the flow
 * @dir: the packet's direction
 * @flags: NATGW_TCP_* of the packet
 *
 * Two CPUs may do this for one flow at once. The worst that follows is the
 * wrong one of two time-outs until the next packet.
 *
 * Context: softirq, RCU.
 */
void natgw_tcp_packet(struct natgw_flow *flow, enum natgw_dir dir, u8 flags)
{
	u8 state = READ_ONCE(flow->state);
	u8 seen = READ_ONCE(flow->tcp);

	if (flags & NATGW_TCP_RST) {
		seen |= SEEN_RST;
		state = NATGW_FLOW_STATE_TCP_CLOSING;
	} else if (flags & NATGW_TCP_SYN) {
		if (dir == NATGW_DIR_REPLY) {
			seen |= SEEN_SYN_REPLY;
		} else if (state == NATGW_FLOW_STATE_TCP_CLOSING &&
			   !(flags & NATGW_TCP_ACK)) {
			/* The client uses the tuple again. */
			natgw_tcp_begin(flow, flags);
			natgw_tcp_count(flow, NATGW_A_COUNTERS_TCP_ATTEMPTS);
			return;
		}
	} else {
		if (flags & NATGW_TCP_FIN)
			seen |= dir == NATGW_DIR_ORIGINAL ? SEEN_FIN_ORIGINAL :
							    SEEN_FIN_REPLY;
		else if (seen & SEEN_RST)
			/* Whoever sent the RST, the connection goes on
			 * (RFC 7857 section 2.2).
			 */
			seen &= ~SEEN_RST;

		if ((seen & SEEN_FINS) == SEEN_FINS)
			state = NATGW_FLOW_STATE_TCP_CLOSING;
		else if (state == NATGW_FLOW_STATE_TCP_OPENING ?
			 dir == NATGW_DIR_ORIGINAL && seen & SEEN_SYN_REPLY :
			 !(seen & SEEN_RST))
			state = NATGW_FLOW_STATE_TCP_ESTABLISHED;
	}
	set_seen(flow, seen);
	set_state(flow, state);
}
