#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does natgw-ec2 ask EC2 for what it should, and write the right file? The AWS CLI is
# real; EC2 is ec2_mock.py, and the device of the instance is made up. Also, what is shipped
# for cloud-init and Packer. Prints KTAP.

. "$(dirname "$0")/../vm/lib.sh"

HERE=$TOP/selftests/package
EC2=$TOP/packaging/ec2
number=0

check() {
	local text=$1 verdict=ok
	shift
	number=$((number + 1))
	"$@" > "$work/output" 2>&1 || verdict="not ok"
	printf '  %s %s - ec2: %s\n' "$verdict" $number "$text"
	[[ $verdict == ok ]] || sed 's/^/  # /' "$work/output"
}

not() {
	! "$@"
}

start_mock() {
	"$HERE/ec2_mock.py" "$@" > "$work/calls" &
	mock=$!
	until grep -q '^port' "$work/calls"; do
		sleep 0.1
	done
	port=$(sed -n 's/^port //p' "$work/calls")
}

stop_mock() {
	kill "$mock"
	wait "$mock" 2> /dev/null || :
}

# instance COMMAND: natgw-ec2 on an instance of the mock.
instance() {
	env AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret AWS_EC2_METADATA_DISABLED=true \
		NATGW_ETC="$work" IMDS="http://127.0.0.1:$port" \
		EC2_ENDPOINT="http://127.0.0.1:$port" PATH="$work/bin:/usr/bin:/usr/sbin:/bin" \
		"$EC2/natgw-ec2" "$@"
}

called() {
	cat "$work/calls"
	grep -qxF "$1" "$work/calls"
}

settings() {
	printf 'ALLOCATION_ID=%s\nINSIDE="10.0.1.0/24 10.0.2.0/24"\nROUTE_TABLES="rtb-1 rtb-2"\n' \
		"$1" > "$work/ec2.conf"
}

gateway_is() {
	cat "$work/natgw.conf"
	grep -qxF "gateway add nat0 dev ens5 $1 inside 10.0.1.0/24 10.0.2.0/24" "$work/natgw.conf"
}

public() {
	settings eipalloc-1
	printf '# comments alone\n' > "$work/natgw.conf"
	start_mock
	check "configure" instance configure
	check "the source/destination check is off" called \
		"ModifyInstanceAttribute InstanceId=i-0123456789abcdef0 SourceDestCheck.Value=false"
	check "the elastic IP is associated" called \
		"AssociateAddress AllocationId=eipalloc-1 AllowReassociation=true NetworkInterfaceId=eni-1 PrivateIpAddress=10.0.0.10"
	check "the gateway is in the file" gateway_is "eip 203.0.113.10 private-ip 10.0.0.10"
	check "no route before" not grep Route "$work/calls"
	check "takeover" instance takeover
	check "the first route" called \
		"ReplaceRoute DestinationCidrBlock=0.0.0.0/0 NetworkInterfaceId=eni-1 RouteTableId=rtb-1"
	check "the second route" called \
		"ReplaceRoute DestinationCidrBlock=0.0.0.0/0 NetworkInterfaceId=eni-1 RouteTableId=rtb-2"
	check "none is created where one was replaced" not grep CreateRoute "$work/calls"
	stop_mock
}

others() {
	start_mock no-route
	check "takeover of tables without a route" instance takeover
	check "it is created" called \
		"CreateRoute DestinationCidrBlock=0.0.0.0/0 NetworkInterfaceId=eni-1 RouteTableId=rtb-2"
	printf 'gateway add mine dev ens5 eip 203.0.113.9\n' > "$work/natgw.conf"
	check "configure again" instance configure
	check "a file with gateways is left as it is" grep -qx \
		"gateway add mine dev ens5 eip 203.0.113.9" "$work/natgw.conf"
	stop_mock
	settings ""
	rm "$work/natgw.conf"
	start_mock
	check "configure without an elastic IP" instance configure
	check "none is associated" not grep AssociateAddress "$work/calls"
	check "the gateway is private" gateway_is "connectivity private private-ip 10.0.0.10"
	stop_mock
	port=1
	check "configure fails without metadata" not instance configure
}


# What is shipped for others is what they read. Packer's whole check wants a newer one
# than Debian's, which does not know metadata_options.
shipped() {
	local programs
	programs=$("$HERE/cloud.sh")
	check "cloud-init takes user-data.yaml" \
		env PYTHONPATH="$programs/usr/lib/python3/dist-packages" \
		/usr/bin/python3 -B -m cloudinit.cmd.main schema --config-file "$EC2/user-data.yaml"
	check "Packer reads natgw.pkr.hcl" "$programs/usr/bin/packer" \
		validate -syntax-only -var debs=/tmp "$EC2/natgw.pkr.hcl"
	check "and has it in its form" "$programs/usr/bin/packer" fmt -check "$EC2/natgw.pkr.hcl"
}

work=$(mktemp -d)
mock=
trap '[[ ! $mock ]] || kill "$mock" 2> /dev/null || :; rm -rf "$work"' EXIT
mkdir "$work/bin"
# The instance has one device, by the name that EC2's have.
cat > "$work/bin/ip" <<'END'
#!/bin/sh
echo '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN \    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00'
echo '2: ens5: <BROADCAST,UP,LOWER_UP> mtu 9001 state UP \    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff'
END
chmod +x "$work/bin/ip"
public
others
shipped
