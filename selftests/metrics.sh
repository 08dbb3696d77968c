#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What natctl tells those who keep metrics: in the forms that they take, and the
# same as what the ends of the gateway's traffic saw.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh

AWS_NAMES="ActiveConnectionCount BytesInFromDestination BytesInFromSource
BytesOutToDestination BytesOutToSource ConnectionAttemptCount
ConnectionEstablishedCount ErrorPortAllocation IdleTimeoutCount
PacketsDropCount PacketsInFromDestination PacketsInFromSource
PacketsOutToDestination PacketsOutToSource PeakBytesPerSecond
PeakPacketsPerSecond"

# metric NAME [LABEL="VALUE"]...: of gateway g, or what GATEWAY says, in Prometheus' form
metric()
{
	local of=${GATEWAY:-g}
	local labels="gateway=\"$of\""
	[ $# -lt 2 ] || labels+=$(printf ',%s' "${@:2}")
	nat metrics gateway "$of" | grep -F "$1{$labels} " | cut -d' ' -f2
}

# metric_is VALUE NAME [LABEL="VALUE"]...
metric_is()
{
	local value
	value=$(metric "${@:2}")
	echo "${*:2} is $value, not $1"
	[ "$value" = "$1" ]
}

# cloud NAME: of gateway g, in CloudWatch's form, as cloudwatch() has read it last
cloud()
{
	jq --arg name "$1" '.[] | select(.MetricName == $name).Value' \
		"$TMP/cloud"
}

# cloudwatch WORD...: read what cloud() tells from now on
cloudwatch()
{
	nat metrics gateway "${GATEWAY:-g}" format cloudwatch "$@" >"$TMP/cloud"
}

# cloud_is NAME VALUE
cloud_is()
{
	local value
	value=$(cloud "$1")
	echo "$1 is $value, not $2"
	[ "$value" = "$2" ]
}

forms()
{
	nat metrics >"$TMP/metrics"
	check "promtool takes the exposition format" \
		promtool check metrics <"$TMP/metrics"
	check "every line is a sample or about one" quiet \
		grep -vE '^natgw_[a-z_]+\{gateway="([^"\\]|\\.)*"(,[a-z]+="[^"]*")*\} [0-9]+$|^# (HELP|TYPE) natgw_' \
		"$TMP/metrics"
	check "each gateway is there" \
		grep -qF 'natgw_gateway_available{gateway="a\"b\\c"} 1' \
		"$TMP/metrics"
	refute "but not where one was asked for" grep -q 'gateway="a' \
		<(nat metrics gateway g)
	cloudwatch
	check_is "the names of the managed gateway's metrics" \
		"$(xargs <<<"$AWS_NAMES")" \
		"$(jq -r '.[].MetricName' "$TMP/cloud" | xargs)"
	check "each as put-metric-data takes it" jq -e '.[] |
		(keys == ["Dimensions","MetricName","Timestamp","Unit","Value"])
		and .Dimensions == [{"Name":"NatGatewayId","Value":"g"}] and
		.Unit == (if .MetricName | startswith("Bytes")
			  then "Bytes" else "Count" end) and
		(.Timestamp | fromdate > 1700000000)' "$TMP/cloud"
	nat metrics format cloudwatch >"$TMP/cloud"
	check_is "of all gateways where none was named" 2 \
		"$(jq -r '.[].Dimensions[0].Value' "$TMP/cloud" | sort -u | wc -l)"
}

# quiet COMMAND...: it has nothing to say
quiet()
{
	! "$@"
}

# transferred: a transfer, as both forms and both ends have it
transferred()
{
	local out back bytes back_bytes
	pkt clear
	nat metrics format cloudwatch since "$TMP/since" >"$TMP/cloud"
	transfer "$c1" "$s1" $S1 || return
	out=$(pkt count s1 src=$EIP)
	back=$(pkt count c1 src=$S1)
	bytes=$(pkt field s1 total src=$EIP | awk '{ n += $1 } END { print n }')
	back_bytes=$(pkt field c1 total src=$S1 |
		awk '{ n += $1 } END { print n }')
	cloudwatch since "$TMP/since"
	cloud_is PacketsInFromSource "$out" &&
		cloud_is PacketsOutToDestination "$out" &&
		cloud_is BytesInFromSource "$bytes" &&
		cloud_is BytesOutToDestination "$bytes" &&
		cloud_is PacketsInFromDestination "$back" &&
		cloud_is PacketsOutToSource "$back" &&
		cloud_is BytesInFromDestination "$back_bytes" &&
		cloud_is BytesOutToSource "$back_bytes" &&
		cloud_is ConnectionAttemptCount 2 &&
		cloud_is ConnectionEstablishedCount 2 &&
		cloud_is PacketsDropCount 0 &&
		OUT=$out BYTES=$bytes BACK=$back BACK_BYTES=$back_bytes
}

traffic()
{
	check "CloudWatch: a transfer is what both ends saw of it" transferred
	check "Prometheus: packets out" metric_is "$OUT" \
		natgw_out_to_destination_packets_total
	check "bytes out" metric_is "$BYTES" \
		natgw_out_to_destination_bytes_total
	check "packets back" metric_is "$BACK" natgw_out_to_source_packets_total
	check "bytes back" metric_is "$BACK_BYTES" \
		natgw_out_to_source_bytes_total
	check "flows of TCP that began" metric_is 2 natgw_flows_created_total \
		'proto="tcp"'
}

# Sums since the run before, which FILE tells of
since()
{
	local file=$TMP/file_of_sums
	cloudwatch since "$file"
	check_is "a first run knows what is now, but no sum" \
		"ActiveConnectionCount PeakBytesPerSecond PeakPacketsPerSecond" \
		"$(jq -r '.[].MetricName' "$TMP/cloud" | xargs)"
	cloudwatch since "$file"
	check "nothing has happened since" cloud_is PacketsInFromSource 0
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7000..7002
	pkt wait wan n=3 src=$EIP dst=$HOLE
	cloudwatch
	check_is "without a file, sums are those of all time" \
		"$(counter packets-in-from-source)" "$(cloud PacketsInFromSource)"
	cloudwatch since "$file"
	check "with it, those since the last run" \
		cloud_is PacketsInFromSource 3
	nat gateway del b 2>/dev/null
	nat metrics format cloudwatch since "$file" >/dev/null
	nat gateway add b dev dmz eip 192.0.2.10 inside 10.7.0.0/16 2>/dev/null
	check "another gateway of the same name begins anew" \
		jq -e 'all(.[]; .Value == 0)' \
		<(nat metrics gateway b format cloudwatch since "$file")
	echo "something else" >"$TMP/other"
	refute "another's file is refused" cloudwatch since "$TMP/other"
	check_is "and left as it was" "something else" "$(<"$TMP/other")"
}

# Connections live, as the server has them
established()
{
	on "$s1" ss -Htn state established "sport = :80" | wc -l
}

connections()
{
	local i
	nat flow flush all >/dev/null
	for i in 1 2 3; do
		pkt tcp "k$i" "$c1" to=$S1:80 >/dev/null
		pkt accept web "a$i" >/dev/null
	done
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7000..7001
	pkt send "$c1/eth0" "$gw/in1" echo src=$C1 dst=$HOLE id=9
	pkt send "$c1/eth0" "$gw/in1" raw src=$C1 dst=$HOLE proto=gre len=30
	pkt wait wan src=$EIP proto=gre
	cloudwatch
	check_is "active connections are those of the server" "$(established)" \
		"$(cloud ActiveConnectionCount)"
	check "flows of each protocol: TCP" metric_is 3 natgw_flows 'proto="tcp"'
	check "UDP" metric_is 2 natgw_flows 'proto="udp"'
	check "ICMP" metric_is 1 natgw_flows 'proto="icmp"'
	check "others" metric_is 1 natgw_flows 'proto="other"'
	check "on the address too" metric_is 7 natgw_address_flows \
		"address=\"$EIP\""
	check "none on the other address" metric_is 0 natgw_address_flows \
		"address=\"$EIP2\""
	check "clients" metric_is 1 natgw_clients
	on "$gw" ping -qc1 -W5 -I $HOST $RT >/dev/null
	check "this host's flows are no client's" metric_is 0 natgw_host_flows
	on "$gw" ping -qc1 -W5 -I $EIP $RT >/dev/null
	check "and counted where it uses the address" metric_is 1 \
		natgw_host_flows
	check_is "flows begun are those ended and alive" \
		"$(($(counter flows-ended) + $(nat -j flow count | values count)))" \
		"$(counter flows-created)"
	nat gateway set g tcp-closing 1
	pkt close k1 a1
	check "a connection that was closed is none" \
		wait_for 10 metric_is 2 natgw_flows 'proto="tcp"'
	check "and has not timed out" metric_is 0 natgw_tcp_idle_total
	nat gateway set g tcp-established 1 udp 1
	check "idle ones end" wait_for 10 metric_is 0 natgw_flows 'proto="tcp"'
	check "which are the time-outs" metric_is 2 natgw_tcp_idle_total
	cloudwatch
	check "of CloudWatch too" cloud_is IdleTimeoutCount 2
	check "and no other flows'" wait_for 10 metric_is 0 natgw_flows \
		'proto="udp"'
	check "are" metric_is 2 natgw_tcp_idle_total
	pkt close k2 k3 a2 a3
	nat gateway set g profile aws proto-gre on
}

# All ports but one are reserved.
ports()
{
	nat address del gateway g eip $EIP2
	on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports=1024-65534
	pkt send "$c1/eth0" "$gw/in1" udp src=$C1 dst=$HOLE sport=7100..7102 \
		dport=53
	check "of three flows two get no port" wait_for 5 metric_is 2 \
		natgw_drops_total 'side="source"' 'cause="no-port"'
	check "the address tells" metric_is 2 natgw_address_port_errors_total \
		"address=\"$EIP\""
	cloudwatch
	check "and ErrorPortAllocation" cloud_is ErrorPortAllocation 2
	check_is "the dropped packets are the sum of all causes" \
		"$(nat metrics gateway g | grep '^natgw_drops_total' |
			awk '{ n += $2 } END { print n }')" \
		"$(cloud PacketsDropCount)"
	on "$gw" sysctl -qw net.ipv4.ip_local_reserved_ports=
}

peak()
{
	metric natgw_peak_packets_per_second
}

peak_above()
{
	echo "peak: $(peak)"
	[ "$(peak)" -gt "$1" ]
}

# 2,000 packets within a window of ten seconds, or on both sides of its end; of a gateway
# that has no others, as they are forgotten after a minute, while the other cases go on
burst()
{
	ip -n "$gw" link add far type dummy
	plug "$gw" far 192.0.3.2/24
	ip -n "$gw" route add 10.9.0.0/16 dev in1
	nat gateway add p dev far eip 192.0.3.10 inside 10.9.0.0/16 2>/dev/null
	pkt send "$c1/eth0" "$gw/in1" udp src=10.9.0.1 dst=192.0.3.70 \
		sport=20000..21999 len=72
	check_is "2,000 packets" 2000 \
		"$(nat -j stats gateway p | values packets-in-from-source)"
}

peaks()
{
	local GATEWAY=p
	check "are at least 50 a second for twice ten seconds" \
		wait_for 30 peak_above 50
	check "and never more than 200" [ "$(peak)" -le 200 ]
	check_is "of 100 bytes each" "$(peak)" \
		"$(($(metric natgw_peak_bytes_per_second) / 100))"
	cloudwatch
	check "of which CloudWatch hears" cloud_is PeakPacketsPerSecond "$(peak)"
}

forgotten()
{
	local GATEWAY=p
	check "the peaks are forgotten after a minute" \
		wait_for 90 metric_is 0 natgw_peak_bytes_per_second
	check "those of packets too" metric_is 0 natgw_peak_packets_per_second
}

# STATUS COMMAND | what is said
refused()
{
	cat <<-END
		1 metrics since $TMP/x | needs format cloudwatch
		1 metrics format prometheus since $TMP/x | needs format cloudwatch
		1 metrics format json | format
		1 -j metrics | natctl -j stats
		1 metrics format cloudwatch since /nonexistent/x | /nonexistent/x
		2 metrics gateway nobody | no gateway has this name
		2 metrics gateway nobody format cloudwatch | no gateway has this name
	END
}

# no STATUS MESSAGE COMMAND...
no()
{
	local status=0
	nat "${@:3}" >"$TMP/said" 2>&1 || status=$?
	echo "status $status"
	cat "$TMP/said"
	[ $status -eq "$1" ] && grep -qF -- "$2" "$TMP/said"
}

need promtool socat ss ping
ktap_plan $((7 + 6 + 7 + 18 + 4 + 7 + $(refused | wc -l)))
two_armed
ip -n "$gw" link add dmz type dummy
plug "$gw" dmz 192.0.2.2/24
nat gateway add g dev ext eip $EIP inside 10.0.0.0/16 proto-gre on
nat gateway add 'a"b\c' dev dmz eip 192.0.2.20 inside 10.8.0.0/16 2>/dev/null
pkt capture c1 "$c1/eth0"
pkt capture s1 "$s1/eth0"
pkt capture wan "$rt/wan"
pkt listen web "$s1" $S1:80
for place in "${DEVICES[@]}"; do
	offload "${place%/*}" "${place#*/}" off
done
forms
burst
traffic
peaks
nat address add gateway g eip $EIP2
nat rule add gateway g address $EIP
nat gateway add b dev dmz eip 192.0.2.10 inside 10.7.0.0/16 2>/dev/null
since
connections
nat rule del gateway g pref 10
ports
while IFS='|' read -r command message; do
	# shellcheck disable=SC2086 # words are words
	check "refused: $command" no "${command%% *}" "${message# }" \
		${command#* }
done < <(refused)
forgotten
ktap_finish
