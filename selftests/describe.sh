#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# "natctl describe" says what there is in the form of EC2's DescribeNatGateways. What
# scripts ask of that, they get; here with jq, as the "--query" of the AWS CLI has it.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

# says TEXT WANTED EXPRESSION [NAME]: what jq makes of it, in one line
says()
{
	check_is "$1" "$2" "$(nat describe "${@:4}" | jq -rc "$3" | xargs)"
}

# drain GATEWAY FROM TO SRC ADDRESS WORD: an address with a flow begins to drain; one
# without would be gone
drain()
{
	nat rule add gateway "$1" pref 1 dst $HOLE address "$5"
	pkt send "$2" "$3" udp src="$4" dst=$HOLE sport=7000 dport=53
	wait_for 5 flows -eq 1 gateway "$1"
	nat rule del gateway "$1" pref 1
	nat address del gateway "$1" "$6" "$5" drain 100
}

public_gateway()
{
	# --query 'NatGateways[?State==`available`].NatGatewayId'
	says "the names of those that work" "g p" \
		'.NatGateways[] | select(.State == "available") | .NatGatewayId'
	# --query 'NatGateways[0].NatGatewayAddresses[0].PublicIp'
	says "the public address of one" $EIP \
		'.NatGateways[0].NatGatewayAddresses[0].PublicIp' g
	says "the private one, which is on the wire" 203.0.113.20 \
		'.NatGateways[].NatGatewayAddresses[] | select(.PublicIp == "192.0.2.20") |
			.PrivateIp'
	says "where there is none, the elastic IP is" $EIP \
		'.NatGateways[0].NatGatewayAddresses[] | select(.IsPrimary) | .PrivateIp'
	# --query 'NatGateways[].NatGatewayAddresses[?IsPrimary==`false`].PublicIp'
	says "secondary addresses" "192.0.2.20" \
		'.NatGateways[].NatGatewayAddresses[] | select(.IsPrimary == false) | .PublicIp'
	says "the interface" "$UPLINK" \
		'[.NatGateways[].NatGatewayAddresses[].NetworkInterfaceId] | unique[]'
	# --filter Name=tag:Name,Values=g
	says "by the tag of its name" public '.NatGateways[] | select(.Tags[] |
		.Key == "Name" and .Value == "g") | .ConnectivityType'
	says "all addresses are there" "succeeded succeeded succeeded" \
		'.NatGateways[].NatGatewayAddresses[].Status'
	drain g "$c1/eth0" "$gw/in1" $C1 192.0.2.20 eip
	says "one that drains" "192.0.2.20 disassociating" \
		'.NatGateways[].NatGatewayAddresses[] | select(.Status != "succeeded") |
			.PublicIp, .Status'
}

private_gateway()
{
	says "a private gateway has no public address" "private null 203.0.113.30" \
		'.NatGateways[] | .ConnectivityType, (.NatGatewayAddresses[0] |
			.PublicIp, .PrivateIp)' p
	nat address add gateway p private-ip 203.0.113.31
	drain p "$c2/eth0" "$gw/in2" $C2 203.0.113.31 private-ip
	says "one of its addresses that drains" unassigning \
		'.NatGateways[].NatGatewayAddresses[1].Status' p
}

failed_gateway()
{
	says "no failure where there is none" "null null" \
		'.NatGateways[] | .FailureCode, .FailureMessage' g
	ip -n "$gw" link set "$UPLINK" down
	# --query 'NatGateways[?State==`failed`].[NatGatewayId,FailureCode,FailureMessage]'
	says "why one has failed" "[g,Gateway.NotAttached,uplink device is down]" \
		'.NatGateways[] | select(.State == "failed") |
			[.NatGatewayId, .FailureCode, .FailureMessage]' g
}

need jq
ktap_plan 15
two_armed
says "without gateways there is a list without any" "0" '.NatGateways | length'
UPLINK=ext
nat gateway add g dev $UPLINK eip $EIP inside 10.0.1.0/24
nat address add gateway g eip 192.0.2.20 private-ip 203.0.113.20
nat gateway add p dev "$UPLINK" connectivity private private-ip 203.0.113.30 \
	inside 10.0.2.0/24
public_gateway
private_gateway
failed_gateway
refute "one that is not there" nat describe nobody
ktap_finish
