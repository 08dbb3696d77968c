// SPDX-License-Identifier: GPL-2.0
/* Requests to the natgw netlink family. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <linux/genetlink.h>
#include <linux/natgw.h>

#include "msg.h"
#include "nl.h"

enum {
	REQUEST_SIZE = 16384,	/* the largest gateway takes about a quarter */
	RECEIVE_SIZE = 65536,	/* the kernel fills up to half of it at once */
	COLLECT_TRIES = 10,
};

struct group {
	const char *name;
	uint32_t id;
};

static struct {
	struct mnl_socket *socket;
	uint32_t portid;
	uint32_t seq;
	uint16_t family;
	uint32_t version;
	int failed;		/* why there is no family for the request */
	struct group groups[3];
	char said[512];		/* the kernel's words on the last failure */
	char receive[RECEIVE_SIZE];
} nl = {
	.groups = {
		{ NATGW_MCGRP_GATEWAY, 0 },
		{ NATGW_MCGRP_FLOW, 0 },
		{ NATGW_MCGRP_ERROR, 0 },
	},
};

static char request[REQUEST_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));

enum { GROUPS = ARRAY_SIZE(nl.groups) };

static struct nlmsghdr *begin(uint16_t type, uint8_t cmd, uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

/* Keeps the kernel's words, or prints them where the request succeeded. */
static void hear(const struct nlmsghdr *nlh, size_t skip, int err)
{
	const struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];
	const char *start = mnl_nlmsg_get_payload(nlh);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	char text[sizeof(nl.said)];

	nl.said[0] = '\0';
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || skip >= len)
		return;
	nl_parse((const struct nlattr *)(start + skip), len - skip, tb,
		 NLMSGERR_ATTR_MAX);
	nl_copy(tb[NLMSGERR_ATTR_MSG], text, sizeof(text));
	if (err)
		memcpy(nl.said, text, sizeof(text));
	else if (*text)
		warning("%s", text);
}

/* The result that an error or an ACK carries. */
static int result(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *msg = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*msg);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg))
		return -EBADMSG;
	/* An uncapped error repeats the request. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(msg->msg.nlmsg_len) - sizeof(msg->msg);
	hear(nlh, skip, msg->error);
	return msg->error;
}

/* The result that the end of a dump carries. */
static int dump_result(const struct nlmsghdr *nlh)
{
	int err = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(err))
		memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	hear(nlh, sizeof(err), err);
	return err;
}

/* One datagram's messages; 1 while more are to come. */
static int take(const char *buf, int len, nl_callback callback, void *data,
		bool *disturbed)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_seq != nl.seq || nlh->nlmsg_pid != nl.portid)
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			*disturbed = true;
		if (nlh->nlmsg_type == NLMSG_ERROR)
			return result(nlh);
		if (nlh->nlmsg_type == NLMSG_DONE)
			return dump_result(nlh);
		if (nlh->nlmsg_type >= NLMSG_MIN_TYPE && callback &&
		    mnl_nlmsg_get_payload_len(nlh) >= GENL_HDRLEN)
			callback(nlh, data);
	}
	return 1;
}

static int talk(struct nlmsghdr *nlh, nl_callback callback, void *data,
		bool *disturbed)
{
	ssize_t len;
	int err = 1;

	nl.said[0] = '\0';
	nlh->nlmsg_seq = ++nl.seq;
	if (mnl_socket_sendto(nl.socket, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (err > 0) {
		len = mnl_socket_recvfrom(nl.socket, nl.receive,
					  sizeof(nl.receive));
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		err = take(nl.receive, len, callback, data, disturbed);
	}
	return err;
}

static void take_group(const struct nlattr *nest)
{
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	char name[GENL_NAMSIZ];
	unsigned int i;

	nl_nested(nest, tb, CTRL_ATTR_MCAST_GRP_MAX);
	nl_copy(tb[CTRL_ATTR_MCAST_GRP_NAME], name, sizeof(name));
	for (i = 0; i < GROUPS; i++)
		if (!strcmp(name, nl.groups[i].name))
			nl.groups[i].id = nl_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
}

static void take_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];
	const struct nlattr *nest;

	(void)data;
	nl_attrs(nlh, tb, CTRL_ATTR_MAX);
	nl.family = nl_u16(tb[CTRL_ATTR_FAMILY_ID]);
	nl.version = nl_u32(tb[CTRL_ATTR_VERSION]);
	if (!tb[CTRL_ATTR_MCAST_GROUPS])
		return;
	mnl_attr_for_each_nested(nest, tb[CTRL_ATTR_MCAST_GROUPS])
		take_group(nest);
}

static int open_socket(void)
{
	int on = 1;

	nl.socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl.socket)
		return -errno;
	if (mnl_socket_bind(nl.socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	nl.portid = mnl_socket_get_portid(nl.socket);
	nl.seq = time(NULL);
	/* Old kernels lack these; what they add is then just not there. */
	mnl_socket_setsockopt(nl.socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl.socket, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl.socket, NETLINK_GET_STRICT_CHK, &on,
			      sizeof(on));
	/* So that natgw can count the events that do not get here. */
	mnl_socket_setsockopt(nl.socket, NETLINK_BROADCAST_ERROR, &on,
			      sizeof(on));
	return 0;
}

static void say_not_loaded(void)
{
	snprintf(nl.said, sizeof(nl.said),
		 "natgw is not loaded: run `modprobe natgw` (or `insmod natgw.ko`)");
}

/* Finds the family's number once; the kernel may load the module for it. */
static int find_family(void)
{
	struct nlmsghdr *nlh;
	bool disturbed;
	int err;

	if (nl.family)
		return 0;
	if (!nl.socket) {
		err = open_socket();
		if (err)
			return err;
	}
	nlh = begin(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	nlh->nlmsg_flags |= NLM_F_ACK;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, NATGW_FAMILY_NAME);
	err = talk(nlh, take_family, NULL, &disturbed);
	if (err == -ENOENT)
		say_not_loaded();
	else if (!err && !nl.family)
		err = -EBADMSG;
	return err;
}

void nl_close(void)
{
	if (nl.socket)
		mnl_socket_close(nl.socket);
	nl.socket = NULL;
	nl.family = 0;
}

int nl_version(uint32_t *version)
{
	int err = find_family();

	*version = nl.version;
	return err;
}

/*
 * Without the family a request cannot be sent, but it can be built: the
 * failure comes back from what sends it.
 */
struct nlmsghdr *nl_request(uint8_t cmd)
{
	nl.failed = find_family();
	return begin(nl.family, cmd, NATGW_FAMILY_VERSION);
}

static int send_request(struct nlmsghdr *nlh, uint16_t flags,
			nl_callback callback, void *data, bool *disturbed)
{
	int err;

	if (nl.failed)
		return nl.failed;
	nlh->nlmsg_flags |= flags;
	err = talk(nlh, callback, data, disturbed);
	/* natgw explains each of its refusals, a missing family cannot. */
	if (err == -ENOENT && !nl.said[0]) {
		nl.family = 0;
		say_not_loaded();
	}
	return err;
}

int nl_do(struct nlmsghdr *nlh, nl_callback callback, void *data)
{
	bool disturbed;

	return send_request(nlh, NLM_F_ACK, callback, data, &disturbed);
}

int nl_dump(struct nlmsghdr *nlh, nl_callback callback, void *data,
	    bool *disturbed)
{
	*disturbed = false;
	return send_request(nlh, NLM_F_DUMP, callback, data, disturbed);
}

void nl_keep(const struct nlmsghdr *nlh, void *data)
{
	struct nl_list *list = data;
	size_t size = NLMSG_ALIGN(nlh->nlmsg_len);

	list->buf = xrealloc(list->buf, list->len + size);
	memset(list->buf + list->len + size - NLMSG_ALIGNTO, 0, NLMSG_ALIGNTO);
	memcpy(list->buf + list->len, nlh, nlh->nlmsg_len);
	list->len += size;
}

int nl_collect(struct nlmsghdr *nlh, struct nl_list *list)
{
	bool disturbed = false;
	int err, tries = 0;

	list->buf = NULL;
	do {
		list->len = 0;
		err = nl_dump(nlh, nl_keep, list, &disturbed);
	} while (!err && disturbed && ++tries < COLLECT_TRIES);
	if (!err && disturbed)
		warning("it kept changing while it was read; something may be missing or old");
	if (err)
		nl_free(list);
	return err;
}

int nl_get(struct nlmsghdr *nlh, struct nl_list *list)
{
	int err;

	list->buf = NULL;
	list->len = 0;
	err = nl_do(nlh, nl_keep, list);
	if (err)
		nl_free(list);
	return err;
}

void nl_each(const struct nl_list *list, nl_callback callback, void *data)
{
	const struct nlmsghdr *nlh;
	size_t at;

	for (at = 0; at < list->len; at += NLMSG_ALIGN(nlh->nlmsg_len)) {
		nlh = (const struct nlmsghdr *)(list->buf + at);
		callback(nlh, data);
	}
}

void nl_free(struct nl_list *list)
{
	free(list->buf);
	list->buf = NULL;
	list->len = 0;
}

const char *nl_rights(int err)
{
	if (err != -EPERM || nl.said[0])
		return NULL;
	return "not permitted: this needs CAP_NET_ADMIN (root in the namespace's owner)";
}

bool nl_loaded(void)
{
	return nl.family;
}

const char *nl_why(int err)
{
	if (nl.said[0])
		return nl.said;
	return nl_rights(err) ?: strerror(-err);
}

enum status nl_fail(int err, const char *fmt, ...)
{
	char tried[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(tried, sizeof(tried), fmt, ap);
	va_end(ap);
	if (nl.said[0])
		error("%s", nl.said);
	else
		error("cannot %s: %s", tried, nl_why(err));
	return STATUS_KERNEL;
}

int nl_join(const char *group, int buffer)
{
	unsigned int i = 0;
	int err;

	err = find_family();
	if (err)
		return err;
	nl.said[0] = '\0';
	while (i < GROUPS && strcmp(group, nl.groups[i].name))
		i++;
	if (i == GROUPS || !nl.groups[i].id)
		return -ENOENT;
	if (setsockopt(mnl_socket_get_fd(nl.socket), SOL_SOCKET,
		       SO_RCVBUFFORCE, &buffer, sizeof(buffer)))
		setsockopt(mnl_socket_get_fd(nl.socket), SOL_SOCKET, SO_RCVBUF,
			   &buffer, sizeof(buffer));
	if (mnl_socket_setsockopt(nl.socket, NETLINK_ADD_MEMBERSHIP,
				  &nl.groups[i].id, sizeof(uint32_t)))
		return -errno;
	return 0;
}

/* One datagram of events; 1, or 0 where there is none. */
static int hear_events(int flags, nl_callback callback, void *data)
{
	const struct nlmsghdr *nlh;
	ssize_t got;
	int len;

	got = recv(mnl_socket_get_fd(nl.socket), nl.receive,
		   sizeof(nl.receive), flags);
	if (got < 0 && errno == ENOBUFS) {
		callback(NULL, data);
		return 1;
	}
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	len = got;
	nlh = (const struct nlmsghdr *)nl.receive;
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (nlh->nlmsg_type == nl.family &&
		    mnl_nlmsg_get_payload_len(nlh) >= GENL_HDRLEN)
			callback(nlh, data);
	return 1;
}

int nl_listen(nl_callback callback, void *data)
{
	int err;

	do {
		err = hear_events(0, callback, data);
	} while (err >= 0);
	return err;
}

int nl_hear(nl_callback callback, void *data)
{
	return hear_events(MSG_DONTWAIT, callback, data);
}

void nl_wait(int milliseconds)
{
	struct pollfd fd = {
		.fd = mnl_socket_get_fd(nl.socket),
		.events = POLLIN,
	};

	poll(&fd, 1, milliseconds);
}
