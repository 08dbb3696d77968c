# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # demo.sh uses what is set here
# The network of the demo: the NAT instance of lib.sh's one_armed with
# containers, more of an internet, and a data centre around it.
#
# Namespaces: c1 c2 c3 (containers) priv (their host) vpc (its router) gw (the
# NAT instance) igw (internet gateway) net (the internet's router) s1 (www) dns
# scanner far with its router narrow, tgw (transit gateway), onprem.

. ../lib.sh

# Names that setup_ns gives to namespaces
c3='' dns='' scanner='' narrow='' far='' tgw='' onprem=''

CONTAINERS=(10.0.1.11 10.0.1.12 10.0.1.13)
INSTANCE=10.0.0.10
WWW=$S1
DNS=192.0.2.53
FAR=192.0.2.130
SCANNER=$S2
TRANSIT=10.0.2.10
ONPREM=192.168.0.10

drawing()
{
	cat <<-'END'
	   private subnet 10.0.1.0/24    public subnet 10.0.0.0/24      on premises
	  ┌──────────────────────────┐  ┌─────────────────────────┐     192.168.0.0/24
	  │ a host 10.0.1.20 with    │  │ NAT instance with natgw │    ┌──────────────┐
	  │ container c1  10.0.1.11  │  │                  ens6 ──┼────┤ server  .10  │
	  │ container c2  10.0.1.12  │  │ 10.0.0.10     10.0.2.10 │    └──────────────┘
	  │ container c3  10.0.1.13  │  │ ens5                    │   transit gateway
	  └────────────┬─────────────┘  └──┬──────────────────────┘
	               └──── VPC router ───┘
	                         │   the private subnet's default route is the instance
	                  internet gateway     203.0.113.10 ◄─► 10.0.0.10, one to one
	                         │
	   ┌──────────────── internet ────────────┬───────────────────────┐
	   │                     │                │                       ║ MTU 1280
	  www (nginx)       DNS (dnsmasq)      scanner                  router
	  198.51.100.10     192.0.2.53         198.51.100.210             │
	                                                        far server 192.0.2.130
	END
}

cloud()
{
	one_armed
	# What the router itself answers to a container comes by the instance.
	on "$vpc" sysctl -qw net.ipv4.conf.all.accept_local=1
	on "$gw" sysctl -qw net.ipv4.conf.default.send_redirects=0
	ip -n "$gw" -batch - <<-END
		link set eth0 down
		link set eth0 name ens5
		link set ens5 up
		route add default via 10.0.0.1
	END
	containers
	internet
	on_premises
}

# Containers with addresses of the subnet: the host bridges.
containers()
{
	local name
	setup_ns c1 c2 c3
	ip -n "$priv" -batch - <<-END
		link add br0 type bridge
		addr flush dev eth0
		link set eth0 master br0
	END
	plug "$priv" br0 10.0.1.20/24 10.0.1.1
	for name in c1 c2 c3; do
		ip link add eth0 netns "${!name}" type veth \
			peer name $name netns "$priv"
		ip -n "$priv" link set $name master br0 up
		# A connection that cannot be is given up after some seconds.
		on "${!name}" sysctl -qw net.ipv4.tcp_syn_retries=3
		plug "${!name}" eth0 "${CONTAINERS[${name#c} - 1]}/24" 10.0.1.1
	done
	echo "nameserver $DNS" >"$TMP/resolv.conf"
	# The mount point of a container's resolver configuration.
	[ -e /etc/resolv.conf ] || : >/etc/resolv.conf
}

# inside CONTAINER COMMAND...: run it there, where DNS is the resolver
inside()
{
	# shellcheck disable=SC2016 # for the inner shell
	on "${!1}" unshare --mount sh -c \
		'mount --bind "$0" /etc/resolv.conf && exec "$@"' \
		"$TMP/resolv.conf" "${@:2}"
}

internet()
{
	setup_ns dns scanner narrow far
	ip -batch - <<-END
		link add eth0 netns $dns type veth peer name i2 netns $net
		link add eth0 netns $scanner type veth peer name i3 netns $net
		link add wan netns $narrow type veth peer name i4 netns $net
		link add eth0 netns $far type veth peer name lan netns $narrow
	END
	plug "$net" i2 192.0.2.1/25
	plug "$net" i3 198.51.100.129/25
	plug "$net" i4 203.0.113.129/30
	plug "$dns" eth0 $DNS/25 192.0.2.1
	plug "$scanner" eth0 "$SCANNER/25" 198.51.100.129
	plug "$narrow" wan 203.0.113.130/30 203.0.113.129
	plug "$narrow" lan 192.0.2.129/25
	plug "$far" eth0 $FAR/25 192.0.2.129
	ip -n "$net" link set i4 mtu 1280
	ip -n "$narrow" link set wan mtu 1280
	ip -n "$net" route add 192.0.2.128/25 via 203.0.113.130
	route_on "$narrow"
}

# Nobody there has a route to the VPC's private subnet.
on_premises()
{
	setup_ns tgw onprem
	ip -batch - <<-END
		link add ens6 netns $gw type veth peer name vpc netns $tgw
		link add eth0 netns $onprem type veth peer name dc netns $tgw
	END
	plug "$gw" ens6 $TRANSIT/24
	plug "$tgw" vpc 10.0.2.1/24
	plug "$tgw" dc 192.168.0.1/24
	plug "$onprem" eth0 $ONPREM/24 192.168.0.1
	ip -n "$gw" route add 192.168.0.0/24 via 10.0.2.1
	route_on "$tgw"
}

### servers ###################################################################

servers()
{
	mkdir "$TMP/www"
	head -c "$1" /dev/urandom >"$TMP/www/large"
	certificates
	web_server "$s1" www
	web_server "$onprem" onprem
	dns_server
	ssh_server
	wait_for 30 listening "$s1" 443
	wait_for 30 listening "$onprem" 443
	wait_for 30 listening "$dns" 53
	wait_for 30 listening "$gw" 22
}

# An authority of our own, and what it signs for www.example.com
certificates()
{
	certificate ca -subj "/CN=demo authority"
	certificate www -subj /CN=www.example.com \
		-CA "$TMP/ca.pem" -CAkey "$TMP/ca.key" \
		-addext basicConstraints=CA:FALSE \
		-addext subjectAltName=DNS:www.example.com
}

# certificate NAME OPTION...: NAME.pem, with its key in NAME.key
certificate()
{
	if ! openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$TMP/$1.key" -out "$TMP/$1.pem" "${@:2}" \
		>"$TMP/openssl" 2>&1; then
		cat "$TMP/openssl"
		return 1
	fi
}

# web_server NS NAME: its access log is NAME.log
web_server()
{
	cat >"$TMP/$2.nginx" <<-END
		daemon off;
		user root;
		worker_processes 1;
		pid $TMP/$2.pid;
		events { worker_connections 64; }
		http {
			log_format who '\$remote_addr "\$scheme \$request" '
				'\$status \$body_bytes_sent "\$http_user_agent"';
			access_log $TMP/$2.log who;
			server {
				listen 80;
				listen 443 ssl;
				ssl_certificate $TMP/www.pem;
				ssl_certificate_key $TMP/www.key;
				root $TMP/www;
			}
		}
	END
	on "$1" nginx -c "$TMP/$2.nginx" -e "$TMP/$2.errors" &
}

dns_server()
{
	on "$dns" dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts \
		--no-resolv --user=root --pid-file= --log-queries \
		--log-facility="$TMP/dns.log" \
		--address=/www.example.com/"$WWW" &
}

ssh_server()
{
	ssh-keygen -q -t ed25519 -N "" -f "$TMP/host"
	ssh-keygen -q -t ed25519 -N "" -f "$TMP/admin"
	echo "nat-instance $(cat "$TMP/host.pub")" >"$TMP/known_hosts"
	cat >"$TMP/sshd.conf" <<-END
		HostKey $TMP/host
		AuthorizedKeysFile $TMP/admin.pub
		PermitRootLogin prohibit-password
		StrictModes no
		UsePAM no
		PidFile none
	END
	mkdir -p /run/sshd
	on "$gw" "$(command -v sshd)" -D -f "$TMP/sshd.conf" -E "$TMP/sshd.log" &
}

# login NS ADDRESS: by key, to the host key of the NAT instance and no other;
# prints the two ends as the instance sees them
login()
{
	# shellcheck disable=SC2016 # for the other end
	on "$1" ssh -F none -i "$TMP/admin" -o BatchMode=yes \
		-o KexAlgorithms=curve25519-sha256 -o ConnectTimeout=20 \
		-o UserKnownHostsFile="$TMP/known_hosts" \
		-o StrictHostKeyChecking=yes -o HostKeyAlias=nat-instance \
		"root@$2" 'echo "$SSH_CONNECTION"'
}

### captures ##################################################################

# Packets from the VPC to other networks
LEAVING="ip and src net 10.0.0.0/8 and not dst net 10.0.0.0/8"

# capture NAME NS DEV FILTER: from now on, into NAME.pcap
capture()
{
	on "$2" tcpdump -n -i "$3" -s 96 -U -Z root --immediate-mode \
		-w "$TMP/$1.pcap" "$4" 2>"$TMP/$1.tcpdump" &
	wait_for 20 grep -q "listening on" "$TMP/$1.tcpdump"
}

# captured NAME [FILTER]: the packets in it
captured()
{
	tcpdump -n -t -r "$TMP/$1.pcap" "${2:-}" 2>"$TMP/tcpdump"
}

# captured_is NUMBER NAME [FILTER]
captured_is()
{
	captured "${@:2}" >"$TMP/packets"
	cat "$TMP/packets"
	[ "$(wc -l <"$TMP/packets")" -eq "$1" ]
}
