# SPDX-License-Identifier: GPL-2.0
output "public_ip" {
  description = "Elastic IP that others see"
  value       = aws_eip.this.public_ip
}

output "autoscaling_group_name" {
  description = "Group that keeps one instance alive"
  value       = aws_autoscaling_group.this.name
}

output "security_group_id" {
  description = "Security group of the instance"
  value       = aws_security_group.this.id
}

output "iam_role_arn" {
  description = "Role of the instance"
  value       = aws_iam_role.this.arn
}
