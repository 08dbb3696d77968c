# SPDX-License-Identifier: GPL-2.0
# A NAT instance that replaces itself: a group of one, whose instance takes over elastic
# IP and routes at boot (../natgw-ec2).
terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

locals {
  tags = merge({ Name = var.name }, var.tags)
}

resource "aws_eip" "this" {
  domain = "vpc"
  tags   = local.tags
}

resource "aws_security_group" "this" {
  name_prefix = "${var.name}-"
  description = "natgw ${var.name}"
  vpc_id      = var.vpc_id
  tags        = local.tags

  ingress {
    description = "from the private subnets"
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = var.private_subnets_cidr_blocks
  }

  dynamic "ingress" {
    for_each = length(var.ssh_cidr_blocks) > 0 ? [1] : []
    content {
      description = "SSH"
      protocol    = "tcp"
      from_port   = 22
      to_port     = 22
      cidr_blocks = var.ssh_cidr_blocks
    }
  }

  egress {
    description = "to anywhere"
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "this" {
  statement {
    actions = [
      "ec2:AssociateAddress",
      "ec2:CreateRoute",
      "ec2:DescribeAddresses",
      "ec2:ModifyInstanceAttribute",
      "ec2:ReplaceRoute",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "this" {
  name_prefix        = "${var.name}-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = local.tags
}

resource "aws_iam_role_policy" "this" {
  name_prefix = "${var.name}-"
  role        = aws_iam_role.this.id
  policy      = data.aws_iam_policy_document.this.json
}

resource "aws_iam_instance_profile" "this" {
  name_prefix = "${var.name}-"
  role        = aws_iam_role.this.name
  tags        = local.tags
}

resource "aws_launch_template" "this" {
  name_prefix   = "${var.name}-"
  image_id      = var.ami_id
  instance_type = var.instance_type
  key_name      = var.key_name
  tags          = local.tags

  iam_instance_profile {
    arn = aws_iam_instance_profile.this.arn
  }

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  network_interfaces {
    associate_public_ip_address = true
    security_groups             = [aws_security_group.this.id]
  }

  user_data = base64encode(<<-END
    #cloud-config
    write_files:
      - path: /etc/natgw/ec2.conf
        content: |
          ALLOCATION_ID=${aws_eip.this.id}
          INSIDE="${join(" ", var.private_subnets_cidr_blocks)}"
          ROUTE_TABLES="${join(" ", var.private_route_table_ids)}"
      - path: /etc/systemd/system/natgw-ready.service.d/probe.conf
        content: |
          [Service]
          Environment="READY=timeout 300 probe 1.1.1.1 from ${var.probe_source}"
    runcmd:
      - systemctl daemon-reload
      - systemctl start natgw-ec2.service
      - systemctl restart natgw.service
      - systemctl start natgw-ec2-takeover.service
    END
  )

  tag_specifications {
    resource_type = "instance"
    tags          = local.tags
  }
}

resource "aws_autoscaling_group" "this" {
  name_prefix         = "${var.name}-"
  min_size            = 1
  max_size            = 1
  vpc_zone_identifier = [var.subnet_id]

  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }

  instance_refresh {
    strategy = "Rolling"
  }
}
