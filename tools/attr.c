// SPDX-License-Identifier: GPL-2.0
/* What is in netlink messages; nothing in them is believed unread. */
#include <string.h>
#include <linux/genetlink.h>

#include "nl.h"

void nl_parse(const struct nlattr *attr, size_t len, const struct nlattr **tb,
	      unsigned int max)
{
	memset(tb, 0, (max + 1) * sizeof(*tb));
	while (len <= INT32_MAX && mnl_attr_ok(attr, len)) {
		size_t step = NLMSG_ALIGN(attr->nla_len);

		if (mnl_attr_get_type(attr) <= max)
			tb[mnl_attr_get_type(attr)] = attr;
		if (step >= len)
			break;
		len -= step;
		attr = mnl_attr_next(attr);
	}
}

void nl_attrs(const struct nlmsghdr *nlh, const struct nlattr **tb,
	      unsigned int max)
{
	const char *start = mnl_nlmsg_get_payload(nlh);

	nl_parse((const struct nlattr *)(start + GENL_HDRLEN),
		 mnl_nlmsg_get_payload_len(nlh) - GENL_HDRLEN, tb, max);
}

void nl_nested(const struct nlattr *nest, const struct nlattr **tb,
	       unsigned int max)
{
	nl_parse(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest),
		 tb, max);
}

uint8_t nl_cmd(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return genl->cmd;
}

/* Copies the value, which is not aligned to 8 bytes, if there is one. */
static void value(const struct nlattr *attr, void *to, size_t size)
{
	memset(to, 0, size);
	if (attr && mnl_attr_get_payload_len(attr) >= size)
		memcpy(to, mnl_attr_get_payload(attr), size);
}

uint8_t nl_u8(const struct nlattr *attr)
{
	uint8_t num;

	value(attr, &num, sizeof(num));
	return num;
}

uint16_t nl_u16(const struct nlattr *attr)
{
	uint16_t num;

	value(attr, &num, sizeof(num));
	return num;
}

uint32_t nl_u32(const struct nlattr *attr)
{
	uint32_t num;

	value(attr, &num, sizeof(num));
	return num;
}

uint64_t nl_u64(const struct nlattr *attr)
{
	uint64_t num;

	value(attr, &num, sizeof(num));
	return num;
}

void nl_copy(const struct nlattr *attr, char *text, size_t size)
{
	size_t len = 0;

	if (attr) {
		len = strnlen(mnl_attr_get_payload(attr),
			      mnl_attr_get_payload_len(attr));
		if (len >= size)
			len = size - 1;
		memcpy(text, mnl_attr_get_payload(attr), len);
	}
	text[len] = '\0';
}
