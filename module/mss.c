// SPDX-License-Identifier: GPL-2.0
/* The largest segment that a SYN offers to take, made to fit a path whose routers
 * may not tell (RFC 2923 section 2.1).
 */
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/tcp.h>

#include "gateway.h"
#include "mss.h"

/* find - the offset of the MSS option's value from the TCP header, or 0 */
static unsigned int find(const u8 *tcp, unsigned int len)
{
	unsigned int i = sizeof(struct tcphdr);

	while (i + 1 < len && tcp[i] != TCPOPT_EOL) {
		if (tcp[i] == TCPOPT_NOP) {
			i++;
			continue;
		}
		if (tcp[i + 1] < 2 || i + tcp[i + 1] > len)
			return 0;
		if (tcp[i] == TCPOPT_MSS)
			return tcp[i + 1] == TCPOLEN_MSS ? i + 2 : 0;
		i += tcp[i + 1];
	}
	return 0;
}

/* Two bytes as the checksum sees them: at an odd offset they are halves of two
 * words.
 */
static __be16 word(u8 first, u8 second, unsigned int offset)
{
	return offset & 1 ? htons(second << 8 | first) :
			    htons(first << 8 | second);
}

/**
 * natgw_mss_clamp() - lower the MSS that a SYN offers
 * @skb: a packet of which natgw_mss_wanted() is true
 * @pkt: the packet, parsed
 * @config: the gateway's
 * @mtu: what the path can carry, as far as it is known
 *
 * One without the option is left alone: it stands for 536 bytes.
 *
 * Context: softirq. Return: false without memory; @skb is then as it was.
 */
bool natgw_mss_clamp(struct sk_buff *skb, const struct natgw_pkt *pkt,
		     const struct natgw_config *config, unsigned int mtu)
{
	unsigned int headers = sizeof(struct iphdr) + sizeof(struct tcphdr);
	u32 limit = natgw_option(config, MSS);
	unsigned int len, where;
	struct tcphdr *th;
	u8 *mss;

	if (limit == NATGW_MSS_PMTU) {
		if (mtu <= headers)
			return true;
		limit = mtu - headers;
	}
	if (skb_ensure_writable(skb, pkt->thoff + sizeof(*th)))
		return false;
	len = ((struct tcphdr *)(skb->data + pkt->thoff))->doff * 4;
	if (skb_ensure_writable(skb, pkt->thoff + len))
		return false;
	th = (struct tcphdr *)(skb->data + pkt->thoff);
	where = find((u8 *)th, len);
	if (!where)
		return true;
	mss = (u8 *)th + where;
	if ((mss[0] << 8 | mss[1]) <= limit)
		return true;
	inet_proto_csum_replace2(&th->check, skb,
				 word(mss[0], mss[1], where),
				 word(limit >> 8, limit & 0xff, where), false);
	mss[0] = limit >> 8;
	mss[1] = limit & 0xff;
	return true;
}
