# SPDX-License-Identifier: GPL-2.0
# An AMI with natgw on Debian 12: packer build -var debs=../../build/deb natgw.pkr.hcl
variable "debs" {
  type        = string
  description = "Folder with the packages that make deb has built."
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

source "amazon-ebs" "natgw" {
  ami_name      = "natgw-${formatdate("YYYYMMDDhhmm", timestamp())}"
  instance_type = "t3.small"
  region        = var.region
  ssh_username  = "admin"
  source_ami_filter {
    filters = {
      name                = "debian-12-amd64-*"
      virtualization-type = "hvm"
    }
    owners      = ["136693071363"]
    most_recent = true
  }
  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}

build {
  sources = ["source.amazon-ebs.natgw"]

  provisioner "file" {
    source      = "${var.debs}/"
    destination = "/tmp"
  }

  provisioner "file" {
    sources     = ["natgw-ec2", "natgw-ec2.service", "natgw-ec2-takeover.service"]
    destination = "/tmp/"
  }

  provisioner "shell" {
    execute_command = "sudo env {{ .Vars }} sh -e {{ .Path }}"
    inline = [
      "cloud-init status --wait",
      "apt-get update",
      "apt-get install -y awscli curl linux-headers-cloud-amd64",
      "apt-get install -y /tmp/natgw-dkms_*.deb /tmp/natgw-tools_*_amd64.deb",
      "modinfo natgw",
      "install -m 755 /tmp/natgw-ec2 /usr/local/sbin/",
      "install -m 644 -t /etc/systemd/system /tmp/natgw-ec2.service /tmp/natgw-ec2-takeover.service",
      "systemctl enable natgw-ec2.service natgw-ready.service natgw-ec2-takeover.service",
    ]
  }
}
