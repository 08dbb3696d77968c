// SPDX-License-Identifier: GPL-2.0
/* As much of TCP as selects an idle time-out (RFC 7857 section 2, with the states
 * of RFC 6146 section 3.5.2), and as much as keeps others from changing it.
 *
 *   opening --handshake--> established --FIN of one--> fin-inside, fin-outside
 *      |                     |     ^                       |
 *      +-------- RST --------+     | more data             | FIN of the other
 *                v                 |                       v
 *              reset --------------+                    closing --SYN--> opening
 *
 * Two CPUs may note packets of one flow at once. What only one packet says (SYN, FIN)
 * is noted for certain, and so is the state that follows; of numbers, the worst that
 * follows is that the next packet has to tell them.
 *
 * Anybody who knows or guesses the addresses and ports of a connection can send
 * an RST in the far side's name. So an RST counts only when its number is exactly
 * the next one (RFC 5961 section 3): what its receiver has acknowledged last, or
 * what follows its sender's data. And of the latter only what continues without
 * a gap from what the receiver acknowledged is believed, or the forger would
 * send data first.
 */
#include "gateway.h"
#include "tcp.h"
#include "wheel.h"

/* Bits of natgw_flow.tcp. Those of a direction are shifted by it. */
enum {
	SYN_SEEN = NATGW_TCP_SEEN_SYN_OUT,
	FIN_SEEN = NATGW_TCP_SEEN_FIN_OUT,
	SENT = NATGW_TCP_SEEN_SENT_OUT,		/* node.end is known */
	ACKED = NATGW_TCP_SEEN_ACKED_OUT,	/* node.ack is known */
	RST_SEEN = NATGW_TCP_SEEN_RST,
	FROM_OUTSIDE = NATGW_TCP_SEEN_BEGUN_OUTSIDE,
	SYNS_SEEN = SYN_SEEN | SYN_SEEN << 1,
	FINS_SEEN = FIN_SEEN | FIN_SEEN << 1,
};

enum {
	/* Farther from what is expected, nobody has sent it. */
	FAR = 1 << 20,
	/* The widest window that there can be (RFC 7323 section 2.3) */
	WIDEST = 1 << 30,
};

/**
 * natgw_tcp_count() - count something about an inside host's connection
 * @flow: its flow; one of this host's own is not counted, nor is SCTP or DCCP
 * @counter: NATGW_A_COUNTERS_TCP_*
 *
 * Context: bottom halves disabled.
 */
void natgw_tcp_count(const struct natgw_flow *flow, int counter)
{
	if (flow->kind == NATGW_FLOW_KIND_INSIDE &&
	    natgw_flow_tuple(flow, NATGW_DIR_ORIGINAL)->proto == IPPROTO_TCP)
		natgw_stats_add(flow->gw->stats, counter, 1);
}

static bool ends_sooner(u8 state)
{
	return state == NATGW_FLOW_STATE_TCP_CLOSING ||
	       state == NATGW_FLOW_STATE_TCP_RESET;
}

/* set_state - unless another CPU has changed it meanwhile; returns whether none has */
static bool set_state(struct natgw_flow *flow, u8 old, u8 state)
{
	/* Somebody has ended it meanwhile, and keeps its port. */
	if (old == state || old == NATGW_FLOW_STATE_HELD)
		return true;
	if (cmpxchg(&flow->state, old, state) != old)
		return false;
	if (old == NATGW_FLOW_STATE_TCP_OPENING) {
		natgw_flow_stop_opening(flow);
		/* All but an RST come after the handshake. */
		if (state != NATGW_FLOW_STATE_TCP_RESET)
			natgw_tcp_count(flow,
					NATGW_A_COUNTERS_TCP_ESTABLISHED);
	}
	if (ends_sooner(state))
		natgw_wheel_move(flow->gw->nn, flow);
	return true;
}

/* set_seen - unless another CPU has noted something meanwhile */
static bool set_seen(struct natgw_flow *flow, u16 was, u16 seen)
{
	return was == seen || cmpxchg(&flow->tcp, was, seen) == was;
}

/* believed - does a packet show how far its sender is? Of an inside host, whatever
 * goes on; of outsiders see the top of the file.
 */
static bool believed(const struct natgw_flow *flow, enum natgw_dir dir,
		     u16 seen, const struct natgw_pkt *pkt)
{
	const struct natgw_node *own = natgw_flow_look(flow, dir);
	const struct natgw_node *peer = natgw_flow_look(flow, !dir);
	bool more = !(seen & SENT << dir) ||
		    (s32)(pkt->end - READ_ONCE(own->end)) > 0;

	/* By a SYN it begins anew, with numbers of no relation to those before. */
	if (dir == NATGW_DIR_ORIGINAL)
		return more || pkt->tcp & NATGW_TCP_SYN;
	if (seen & ACKED << !dir && pkt->seq == READ_ONCE(peer->ack))
		return true;
	if (seen & SENT << dir)
		return more && pkt->seq == READ_ONCE(own->end);
	/* The first one has to answer what the inside host sent first. */
	return !(seen & SENT << !dir) ||
	       (pkt->tcp & NATGW_TCP_ACK && pkt->ack == READ_ONCE(peer->end));
}

/* acknowledges - does an acknowledgment show what its sender has got? An outsider can
 * have got what the inside host has sent, and no less than before: a forged number
 * would have errors believed that quote what nobody sent.
 */
static bool acknowledges(const struct natgw_flow *flow, enum natgw_dir dir,
			 u16 seen, const struct natgw_pkt *pkt)
{
	u32 end = READ_ONCE(flow->original.end);
	u32 missing = WIDEST;

	if (dir == NATGW_DIR_ORIGINAL || !(seen & SENT << NATGW_DIR_ORIGINAL))
		return true;
	if (seen & ACKED << NATGW_DIR_REPLY)
		missing = end - READ_ONCE(flow->reply.ack);
	return end - pkt->ack <= missing;
}

/* note_numbers - remember how far the sender of a packet is */
static u16 note_numbers(struct natgw_flow *flow, enum natgw_dir dir, u16 seen,
			const struct natgw_pkt *pkt)
{
	struct natgw_node *own = natgw_flow_node(flow, dir);

	if (believed(flow, dir, seen, pkt)) {
		WRITE_ONCE(own->end, pkt->end);
		seen |= SENT << dir;
	}
	if (!(pkt->tcp & NATGW_TCP_ACK) ||
	    (seen & ACKED << dir && READ_ONCE(own->ack) == pkt->ack) ||
	    !acknowledges(flow, dir, seen, pkt))
		return seen;
	WRITE_ONCE(own->ack, pkt->ack);
	return seen | ACKED << dir;
}

/* is_next - is an RST what its receiver has to take for real? */
static bool is_next(const struct natgw_flow *flow, enum natgw_dir dir, u16 seen,
		    const struct natgw_pkt *pkt)
{
	const struct natgw_node *own = natgw_flow_look(flow, dir);
	const struct natgw_node *peer = natgw_flow_look(flow, !dir);

	if (pkt->tuple.proto != IPPROTO_TCP)
		return true;
	/* The answer to a SYN has no number of its own, but the SYN's; so has the one to a
	 * client that has lost its connection and begins anew, which the number 0 tells.
	 */
	if ((READ_ONCE(flow->state) == NATGW_FLOW_STATE_TCP_OPENING || !pkt->seq) &&
	    pkt->tcp & NATGW_TCP_ACK && seen & SENT << !dir &&
	    pkt->ack == READ_ONCE(peer->end))
		return true;
	return (seen & ACKED << !dir && pkt->seq == READ_ONCE(peer->ack)) ||
	       (seen & SENT << dir && pkt->seq == READ_ONCE(own->end));
}

/* is_far - can the far side not have sent it? */
static bool is_far(const struct natgw_flow *flow, u16 seen,
		   const struct natgw_pkt *pkt)
{
	u32 expected = READ_ONCE(flow->original.ack);

	if (seen & ACKED << NATGW_DIR_ORIGINAL)
		return pkt->seq - expected + FAR > 2 * FAR;
	/* Nothing is acknowledged yet, so it had to acknowledge the SYN. */
	return seen & SENT << NATGW_DIR_ORIGINAL;
}

static enum natgw_tcp reset(struct natgw_flow *flow, enum natgw_dir dir,
			    u16 seen, const struct natgw_pkt *pkt)
{
	u8 state;

	if (!is_next(flow, dir, seen, pkt)) {
		if (dir == NATGW_DIR_REPLY && is_far(flow, seen, pkt))
			return NATGW_TCP_SPOOFED;
		natgw_stats_add(flow->gw->stats,
				NATGW_A_COUNTERS_TCP_RESETS_IGNORED, 1);
		return NATGW_TCP_PASS;
	}
	/* Only the first one gives the flow its time to end, or whoever answers
	 * what comes from outside by RST would keep it (RFC 7857 section 9).
	 */
	if (seen & RST_SEEN)
		return NATGW_TCP_PASS;
	set_seen(flow, seen, seen | RST_SEEN);
	WRITE_ONCE(flow->used, (u32)jiffies);
	state = READ_ONCE(flow->state);
	if (state != NATGW_FLOW_STATE_TCP_CLOSING)
		set_state(flow, state, NATGW_FLOW_STATE_TCP_RESET);
	return NATGW_TCP_PASS;
}

static bool is_syn(const struct natgw_pkt *pkt)
{
	return (pkt->tcp & (NATGW_TCP_SYN | NATGW_TCP_ACK)) == NATGW_TCP_SYN;
}

/* What a first packet has shown of its connection. */
static u16 first_seen(struct natgw_flow *flow, enum natgw_dir dir,
		      const struct natgw_pkt *pkt)
{
	u16 seen = dir == NATGW_DIR_REPLY ? FROM_OUTSIDE : 0;

	if (pkt->tcp & NATGW_TCP_SYN)
		seen |= SYN_SEEN << dir;
	return note_numbers(flow, dir, seen, pkt);
}

/**
 * natgw_tcp_begin() - the state of a flow that its first packet asks for
 * @flow: in no table yet
 * @dir: the packet's direction
 * @pkt: the packet
 *
 * A packet from the middle of a connection is taken for one of an established
 * connection.
 *
 * Context: softirq. Return: whether it begins a connection.
 */
bool natgw_tcp_begin(struct natgw_flow *flow, enum natgw_dir dir,
		     const struct natgw_pkt *pkt)
{
	flow->tcp = first_seen(flow, dir, pkt);
	if (is_syn(pkt))
		flow->state = NATGW_FLOW_STATE_TCP_OPENING;
	else if (pkt->tcp & NATGW_TCP_RST)
		flow->state = NATGW_FLOW_STATE_TCP_RESET;
	else
		flow->state = NATGW_FLOW_STATE_TCP_ESTABLISHED;
	return is_syn(pkt);
}

/* reopen - let a client use the tuple of a connection that is over for another */
static bool reopen(struct natgw_flow *flow, enum natgw_dir dir,
		   const struct natgw_pkt *pkt)
{
	u8 state = READ_ONCE(flow->state);

	if (dir != NATGW_DIR_ORIGINAL || !is_syn(pkt) || !ends_sooner(state) ||
	    cmpxchg(&flow->state, state, NATGW_FLOW_STATE_TCP_OPENING) != state)
		return false;
	if (!test_bit(NATGW_FLOW_DYING, &flow->flags))
		natgw_flow_renew(flow->gw->nn, flow);
	WRITE_ONCE(flow->tcp, first_seen(flow, dir, pkt));
	natgw_flow_start_opening(flow);
	natgw_tcp_count(flow, NATGW_A_COUNTERS_TCP_ATTEMPTS);
	return true;
}

/* The state that a packet which is no RST leads to, with what has been seen up to it. */
static u8 next_state(u8 state, enum natgw_dir dir, u16 seen,
		     const struct natgw_pkt *pkt)
{
	bool begun_by_sender = dir == (seen & FROM_OUTSIDE ? NATGW_DIR_REPLY :
				       NATGW_DIR_ORIGINAL);

	if (state == NATGW_FLOW_STATE_TCP_OPENING &&
	    !((seen & SYNS_SEEN) == SYNS_SEEN && begun_by_sender &&
	      pkt->tcp & NATGW_TCP_ACK))
		return state;
	switch (seen & FINS_SEEN) {
	case FINS_SEEN:
		return NATGW_FLOW_STATE_TCP_CLOSING;
	case FIN_SEEN << NATGW_DIR_ORIGINAL:
		return NATGW_FLOW_STATE_TCP_FIN_INSIDE;
	case FIN_SEEN << NATGW_DIR_REPLY:
		return NATGW_FLOW_STATE_TCP_FIN_OUTSIDE;
	default:
		return NATGW_FLOW_STATE_TCP_ESTABLISHED;
	}
}

/**
 * natgw_tcp_packet() - note a packet of a flow
 * @flow: the flow, of TCP or a protocol that is treated like it
 * @dir: the packet's direction
 * @pkt: the packet
 *
 * Context: softirq, RCU. Return: what is to be done about it.
 */
enum natgw_tcp natgw_tcp_packet(struct natgw_flow *flow, enum natgw_dir dir,
				const struct natgw_pkt *pkt)
{
	u16 was = READ_ONCE(flow->tcp), seen;
	u8 state;

	if (pkt->tcp & NATGW_TCP_RST)
		return reset(flow, dir, was, pkt);
	if (reopen(flow, dir, pkt))
		return NATGW_TCP_REFRESH;
	do {
		was = READ_ONCE(flow->tcp);
		/* Whoever sent the RST, the connection goes on (RFC 7857 section 2). */
		seen = was & ~RST_SEEN;
		if (pkt->tcp & NATGW_TCP_SYN)
			seen |= SYN_SEEN << dir;
		if (pkt->tcp & NATGW_TCP_FIN)
			seen |= FIN_SEEN << dir;
		seen = note_numbers(flow, dir, seen, pkt);
	} while (!set_seen(flow, was, seen));
	do {
		/* Of two FINs at once, the one that is noted second closes the connection.
		 * What is seen is read after the state: who has read too little finds
		 * another state then.
		 */
		state = smp_load_acquire(&flow->state);
		seen = READ_ONCE(flow->tcp);
		/* An RST that came after this packet */
		if (state == NATGW_FLOW_STATE_TCP_RESET && seen & RST_SEEN)
			break;
	} while (!set_state(flow, state, next_state(state, dir, seen, pkt)));
	return NATGW_TCP_REFRESH;
}

/**
 * natgw_tcp_data() - note a packet that neither begins nor ends anything
 * @flow: the flow, established, and perhaps closed from one side
 * @dir: the packet's direction
 * @pkt: the packet, with the ACK flag alone
 *
 * What natgw_tcp_packet() does with it, which leaves the state as it is.
 *
 * Context: softirq, RCU.
 */
void natgw_tcp_data(struct natgw_flow *flow, enum natgw_dir dir,
		    const struct natgw_pkt *pkt)
{
	u16 was = READ_ONCE(flow->tcp);

	set_seen(flow, was, note_numbers(flow, dir, was & ~RST_SEEN, pkt));
}

/**
 * natgw_tcp_under_way() - can the inside host have sent what is quoted?
 * @flow: its flow
 * @seq: sequence number of the packet that an ICMP error from outside quotes
 *
 * That is what it has sent and nobody has acknowledged (RFC 5927 section 4.1), or
 * a probe that asks whether the far side is there still.
 *
 * Context: softirq, RCU. Return: true too where nothing is known.
 */
bool natgw_tcp_under_way(const struct natgw_flow *flow, u32 seq)
{
	const struct natgw_node *own = &flow->original;
	u16 seen = READ_ONCE(flow->tcp);
	u32 end = READ_ONCE(own->end);
	u32 missing = FAR;

	if (!(seen & SENT << NATGW_DIR_ORIGINAL))
		return true;
	if (seen & ACKED << NATGW_DIR_REPLY)
		missing = end - READ_ONCE(flow->reply.ack) + 1;
	/* One that came before the inside host had sent anything may be anybody's. */
	return end - seq <= (missing <= WIDEST ? missing : FAR);
}
