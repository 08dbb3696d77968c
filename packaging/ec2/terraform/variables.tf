# SPDX-License-Identifier: GPL-2.0
variable "name" {
  description = "Name of the gateway and of all that belongs to it"
  type        = string
}

variable "vpc_id" {
  description = "VPC that the gateway is in"
  type        = string
}

variable "subnet_id" {
  description = "Public subnet that the gateway is in"
  type        = string
}

variable "private_subnets_cidr_blocks" {
  description = "CIDR blocks of the private subnets that it serves"
  type        = list(string)
}

variable "private_route_table_ids" {
  description = "Route tables whose default route shall be the gateway"
  type        = list(string)
}

variable "ami_id" {
  description = "AMI with natgw, as natgw.pkr.hcl makes it"
  type        = string
}

variable "instance_type" {
  description = "Type of the instance"
  type        = string
  default     = "t4g.small"
}

variable "key_name" {
  description = "Key pair for SSH; none where null"
  type        = string
  default     = null
}

variable "ssh_cidr_blocks" {
  description = "CIDR blocks that may reach the instance by SSH"
  type        = list(string)
  default     = []
}

variable "probe_source" {
  description = "Address in a private subnet that nobody has, for the probe of natgw-ready.service"
  type        = string
}

variable "tags" {
  description = "Tags for all resources"
  type        = map(string)
  default     = {}
}
