/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to the natgw netlink family.
 *
 * Functions that talk to the kernel return 0 or -errno and keep what the
 * kernel said beside it; nl_fail() then reports both. What the kernel says on
 * success is a warning and is printed at once.
 */
#ifndef NATCTL_NL_H
#define NATCTL_NL_H

#include <stddef.h>
#include <stdint.h>
#include <libmnl/libmnl.h>

#include "natctl.h"

typedef void (*nl_callback)(const struct nlmsghdr *nlh, void *data);

/* Messages that were collected. */
struct nl_list {
	char *buf;
	size_t len;
};

/* Forgets the kernel: another namespace, or module, is asked from here on. */
void nl_close(void);

/* Begins a request in the one buffer there is for them. */
struct nlmsghdr *nl_request(uint8_t cmd);

/* Sends a request, waits for its end; the callback gets each reply. */
int nl_do(struct nlmsghdr *nlh, nl_callback callback, void *data);

/* The same, with the replies kept. */
int nl_get(struct nlmsghdr *nlh, struct nl_list *list);

/*
 * Asks for all objects. nl_dump() hands them on as they come, and sets
 * *disturbed where the kernel says that they changed meanwhile; nl_collect()
 * asks again until they did not.
 */
int nl_dump(struct nlmsghdr *nlh, nl_callback callback, void *data,
	    bool *disturbed);
int nl_collect(struct nlmsghdr *nlh, struct nl_list *list);
/* Adds a message to a list, which is the data; a callback. */
void nl_keep(const struct nlmsghdr *nlh, void *list);
void nl_each(const struct nl_list *list, nl_callback callback, void *data);
void nl_free(struct nl_list *list);

/* The version of the family that the module has; 0 or -errno. */
int nl_version(uint32_t *version);

/* Whether the last request found natgw there. */
bool nl_loaded(void);

/* Why the last request failed: in the kernel's words, or those for the error. */
const char *nl_why(int err);

/* Reports the failure of something one tried to do; returns the exit status. */
enum status nl_fail(int err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Whether the failure is a lack of rights, and how to say so. */
const char *nl_rights(int err);

/*
 * Multicast groups, and their messages. NULL: some were lost, as they came faster
 * than the buffer of so many bytes was emptied. nl_listen() hands them on without
 * end; nl_hear() hands on what is there at once, and returns 1, or 0 where that
 * is nothing; nl_wait() waits for more, or a signal.
 */
enum { NL_EVENT_BUFFER = 4 << 20 };

int nl_join(const char *group, int buffer);
int nl_listen(nl_callback callback, void *data);
int nl_hear(nl_callback callback, void *data);
void nl_wait(int milliseconds);

/*
 * Attributes of a message, or of a part of one; tb must have max + 1 entries.
 * What is cut short is passed over.
 */
void nl_parse(const struct nlattr *attr, size_t len, const struct nlattr **tb,
	      unsigned int max);
void nl_attrs(const struct nlmsghdr *nlh, const struct nlattr **tb,
	      unsigned int max);
void nl_nested(const struct nlattr *nest, const struct nlattr **tb,
	       unsigned int max);
uint8_t nl_cmd(const struct nlmsghdr *nlh);

/* Values; 0 or "" where the attribute is absent or too short. */
uint8_t nl_u8(const struct nlattr *attr);
uint16_t nl_u16(const struct nlattr *attr);
uint32_t nl_u32(const struct nlattr *attr);
uint64_t nl_u64(const struct nlattr *attr);
void nl_copy(const struct nlattr *attr, char *text, size_t size);

#endif
