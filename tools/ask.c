// SPDX-License-Identifier: GPL-2.0
/* Questions to the kernel's other netlink families. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "ask.h"

enum { RECEIVE_SIZE = 65536, TRIES = 10 };

struct nlmsghdr *ask_request(void *buf, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = 1;
	return nlh;
}

static int keep(const struct nlmsghdr *nlh, void *list)
{
	nl_keep(nlh, list);
	return MNL_CB_OK;
}

static int receive(struct mnl_socket *socket, struct nl_list *list)
{
	static char buf[RECEIVE_SIZE];
	uint32_t portid = mnl_socket_get_portid(socket);
	ssize_t len;
	int more;

	do {
		len = mnl_socket_recvfrom(socket, buf, sizeof(buf));
		if (len < 0)
			return -errno;
		more = mnl_cb_run(buf, len, 1, portid, keep, list);
	} while (more > 0);
	return more < 0 ? -errno : 0;
}

static int ask_once(int bus, struct nlmsghdr *nlh, struct nl_list *list)
{
	struct mnl_socket *socket;
	int on = 1, err;

	memset(list, 0, sizeof(*list));
	socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!socket)
		return -errno;
	mnl_socket_setsockopt(socket, NETLINK_CAP_ACK, &on, sizeof(on));
	if (!(nlh->nlmsg_flags & NLM_F_DUMP))
		nlh->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) < 0)
		err = -errno;
	else
		err = receive(socket, list);
	mnl_socket_close(socket);
	if (err)
		nl_free(list);
	return err;
}

/* A list that changes while it is read is read anew. */
int ask(int bus, struct nlmsghdr *nlh, struct nl_list *list)
{
	int err, tries = 0;

	do {
		err = ask_once(bus, nlh, list);
	} while (err == -EINTR && ++tries < TRIES);
	return err;
}

void ask_attrs(const struct nlmsghdr *nlh, size_t header,
	       const struct nlattr **tb, unsigned int max)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	header = MNL_ALIGN(header);
	if (len < header)
		len = header;
	nl_parse(mnl_nlmsg_get_payload_offset(nlh, header), len - header, tb,
		 max);
}
