#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The parts of EC2 that an instance talks to: its metadata, by version 2 alone, and the
Query API. Prints a line for each call of the API.

    ec2_mock.py [no-route]    with route tables that have no default route yet
"""

import sys
import http.server
import urllib.parse

METADATA = {
    "placement/region": "eu-central-1",
    "instance-id": "i-0123456789abcdef0",
    "mac": "02:00:00:00:00:01",
    "network/interfaces/macs/02:00:00:00:00:01/interface-id": "eni-1",
    "local-ipv4": "10.0.0.10",
}
TOKEN = "a-token"
ADDRESSES = """<addressesSet><item><publicIp>203.0.113.10</publicIp>
<allocationId>eipalloc-1</allocationId><domain>vpc</domain></item></addressesSet>"""


class Handler(http.server.BaseHTTPRequestHandler):
    """One request"""

    def answer(self, status, text, kind="text/plain"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_PUT(self):
        if self.path != "/latest/api/token" or \
           "X-aws-ec2-metadata-token-ttl-seconds" not in self.headers:
            self.answer(400, "")
            return
        self.answer(200, TOKEN)

    def do_GET(self):
        if self.headers.get("X-aws-ec2-metadata-token") != TOKEN:
            self.answer(401, "")
            return
        value = METADATA.get(self.path.removeprefix("/latest/meta-data/"))
        self.answer(200 if value else 404, value or "")

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        call = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode()))
        action = call.pop("Action")
        call.pop("Version")
        print(action, *(f"{key}={call[key]}" for key in sorted(call)), flush=True)
        if action == "ReplaceRoute" and "no-route" in sys.argv:
            self.answer(400, "<Response><Errors><Error><Code>InvalidParameterValue</Code>"
                        "<Message>There is no route</Message></Error></Errors></Response>",
                        "text/xml")
            return
        body = ADDRESSES if action == "DescribeAddresses" else "<return>true</return>"
        self.answer(200, f"<{action}Response>{body}</{action}Response>", "text/xml")

    def log_message(self, *args):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print("port", server.server_port, flush=True)
    server.serve_forever()
