"""An export for Terraform or OpenTofu: resources, and the rules in files beside them.

The rules are read by `file()`, which changes no byte of them. Everything else is hcl_string.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from rulesync_cli.export.hcl import hcl_label, hcl_list, hcl_string

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import GroupVariables
    from rulesync_cli.export.exported import ExportedGroup

_HEAD: Final = """\
# Written by `rulesync export --format terraform`; a later export overwrites it.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "write_parameters" {
  description = "Whether to write each rule group's ARN to the SSM parameter /rulesync/NAME/arn."
  type        = bool
  default     = false
}

variable "policy_name" {
  description = "The name of a firewall policy to create with these rule groups. Empty: none."
  type        = string
  default     = ""
}
"""

_POLICY_HEAD: Final = """
resource "aws_networkfirewall_firewall_policy" "rulesync" {
  count = var.policy_name == "" ? 0 : 1
  name  = var.policy_name

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_default_actions           = ["aws:alert_established_app_layer_to_server"]

    stateful_engine_options {
      rule_order              = "STRICT_ORDER"
      stream_exception_policy = "REJECT"
    }

    dynamic "stateful_rule_group_reference" {
      for_each = local.stateful_rule_groups
      content {
        priority     = stateful_rule_group_reference.value.priority
        resource_arn = stateful_rule_group_reference.value.resource_arn
      }
    }
  }
}

output "stateful_rule_groups" {
  description = "The rule groups with their priorities in strict order, for a policy of your own."
  value       = local.stateful_rule_groups
}
"""


def terraform_files(groups: Sequence[ExportedGroup]) -> Mapping[str, bytes]:
    """The files by their names."""
    lines = [_HEAD, *(line for group in groups for line in _resource(group)), *_references(groups)]
    rules = {_rules_file(group): group.text.encode() for group in groups}
    return {"rulesync.tf": ("\n".join(lines) + _POLICY_HEAD).encode(), **rules}


def _rules_file(group: ExportedGroup) -> str:
    return f"rules/{group.lasting}.rules"


def _resource(group: ExportedGroup) -> Iterator[str]:
    name = hcl_label(group.lasting)
    yield f'resource "aws_networkfirewall_rule_group" {hcl_string(name)} {{'
    yield f"  name        = {hcl_string(group.name)}"
    yield f"  description = {hcl_string(group.about)}"
    yield '  type        = "STATEFUL"'
    yield f"  capacity    = {group.capacity}"
    yield from ("", "  rule_group {")
    yield from _variables(group.variables)
    yield from _reference_sets(group.variables.references)
    yield "    rules_source {"
    yield f'      rules_string = file("${{path.module}}/{_rules_file(group)}")'
    yield from ("    }", "", "    stateful_rule_options {", '      rule_order = "STRICT_ORDER"')
    yield from ("    }", "  }", "")
    # the new group stands beside the old one until policies refer to it
    yield from ("  lifecycle {", "    create_before_destroy = true", "  }", "}", "")
    yield f'resource "aws_ssm_parameter" {hcl_string(name)} {{'
    yield "  count = var.write_parameters ? 1 : 0"
    yield f"  name  = {hcl_string(group.parameter)}"
    yield '  type  = "String"'
    yield f"  value = aws_networkfirewall_rule_group.{name}.arn"
    yield from ("}", "")


def _variables(declared: GroupVariables) -> Iterator[str]:
    if not declared.ip_sets and not declared.port_sets:
        return
    yield "    rule_variables {"
    for kind, sets in (("ip", declared.ip_sets), ("port", declared.port_sets)):
        for name, values in sets.items():
            yield f"      {kind}_sets {{"
            yield f"        key = {hcl_string(name)}"
            yield f"        {kind}_set {{"
            yield f"          definition = {hcl_list(values)}"
            yield from ("        }", "      }")
    yield from ("    }", "")


def _reference_sets(references: Mapping[str, str]) -> Iterator[str]:
    if not references:
        return
    yield "    reference_sets {"
    for name, arn in references.items():
        yield "      ip_set_references {"
        yield f"        key = {hcl_string(name)}"
        yield "        ip_set_reference {"
        yield f"          reference_arn = {hcl_string(arn)}"
        yield from ("        }", "      }")
    yield from ("    }", "")


def _references(groups: Sequence[ExportedGroup]) -> Iterator[str]:
    """The policy's part: every group with its priority."""
    yield from ("locals {", "  stateful_rule_groups = [")
    for group in groups:
        arn = f"aws_networkfirewall_rule_group.{hcl_label(group.lasting)}.arn"
        yield f"    {{ priority = {group.priority}, resource_arn = {arn} }},"
    yield from ("  ]", "}", "")
