/* SPDX-License-Identifier: GPL-2.0 */
/* The commands, and what they use of each other. */
#ifndef NATCTL_CMD_H
#define NATCTL_CMD_H

#include "args.h"

/* Sends what is given of inside prefixes, profile and options; 0 or -errno. */
int gateway_change(const struct args *args);

struct nl_list;

/* The gateway that is named, or all; 0 or -errno. */
int gateways_get(const struct args *args, struct nl_list *list);

enum status cmd_gateway_add(const struct args *args);
enum status cmd_gateway_set(const struct args *args);
enum status cmd_gateway_del(const struct args *args);
enum status cmd_gateway_show(const struct args *args);
enum status cmd_describe(const struct args *args);
enum status cmd_address_add(const struct args *args);
enum status cmd_address_del(const struct args *args);
enum status cmd_address_show(const struct args *args);
enum status cmd_flow_show(const struct args *args);
enum status cmd_flow_flush(const struct args *args);
enum status cmd_flow_count(const struct args *args);
enum status cmd_flow_save(const struct args *args);
enum status cmd_flow_restore(const struct args *args);
enum status cmd_rule_add(const struct args *args);
enum status cmd_rule_del(const struct args *args);
enum status cmd_rule_show(const struct args *args);
enum status cmd_port_show(const struct args *args);
enum status cmd_client_show(const struct args *args);
enum status cmd_idle_show(const struct args *args);
enum status cmd_label_set(const struct args *args);
enum status cmd_label_del(const struct args *args);
enum status cmd_label_show(const struct args *args);
enum status cmd_top(const struct args *args);
enum status cmd_stats(const struct args *args);
enum status cmd_metrics(const struct args *args);
enum status cmd_drops(const struct args *args);
enum status cmd_why(const struct args *args);
enum status cmd_doctor_show(const struct args *args);
enum status cmd_doctor_ready(const struct args *args);
enum status cmd_monitor(const struct args *args);
enum status cmd_log(const struct args *args);
enum status cmd_who(const struct args *args);
enum status cmd_save(const struct args *args);
enum status cmd_restore(const struct args *args);
enum status cmd_handover(const struct args *args);
enum status cmd_fence_show(const struct args *args);
enum status cmd_fence_del(const struct args *args);
enum status cmd_fence_nft(const struct args *args);

extern const char *const format_words[];	/* of metrics */

void stats_help(void);
void metrics_man(void);
void doctor_man(void);

extern const char *const log_formats[];

#endif
