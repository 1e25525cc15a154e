"""An export for CloudFormation: a template for each rule group, and one for a firewall policy.

A rule group has a template of its own, so that none moves to another stack when one grows. The
policy finds it by an SSM parameter, whose name stays when the group is replaced.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import GroupVariables
    from rulesync_cli.export.exported import ExportedGroup

TEMPLATE_BYTES: Final = 1_000_000
"""Of a template in S3 (CloudFormation's quotas: 1 MB; 51,200 bytes in a request)."""

_AROUND: Final = 4_000
"""Bytes that a template has at most beside its rules and variables."""

_OTHER: Final = re.compile(r"[^A-Za-z0-9]")


def cloudformation_files(groups: Sequence[ExportedGroup]) -> Mapping[str, bytes]:
    """The files by their names."""
    templates = {f"groups/{group.lasting}.json": _group_template(group) for group in groups}
    found = {"policy.json": _policy_template(groups), **templates}
    return {name: json.dumps(one, indent=1).encode() + b"\n" for name, one in found.items()}


def overhead(variables: GroupVariables) -> int:
    """Bytes of a template that its rules cannot have."""
    return _AROUND + len(json.dumps(_declared(variables), indent=8))


def _template(about: str, **parts: Any) -> dict[str, Any]:
    return {"AWSTemplateFormatVersion": "2010-09-09", "Description": about, **parts}


def _group_template(group: ExportedGroup) -> dict[str, Any]:
    arn = {"Ref": "RuleGroup"}
    parameter = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": group.parameter, "Type": "String", "Value": arn},
    }
    resource = {
        "Type": "AWS::NetworkFirewall::RuleGroup",
        # a policy may still use the old one when the new one is there
        "UpdateReplacePolicy": "Retain",
        "DeletionPolicy": "Delete",
        "Properties": {
            "RuleGroupName": group.name,
            "Description": group.about,
            "Type": "STATEFUL",
            "Capacity": group.capacity,
            "RuleGroup": _content(group),
        },
    }
    return _template(
        f"{group.lasting}, exported by rulesync",
        Resources={"RuleGroup": resource, "Arn": parameter},
        Outputs={"Arn": {"Value": arn}},
    )


def _content(group: ExportedGroup) -> dict[str, Any]:
    return {
        "RulesSource": {"RulesString": group.text},
        "StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER"},
        **_declared(group.variables),
    }


def _declared(declared: GroupVariables) -> dict[str, Any]:
    """Variables and reference sets, as far as there are any."""
    kinds = (("IPSets", declared.ip_sets), ("PortSets", declared.port_sets))
    variables = {
        kind: {name: {"Definition": list(values)} for name, values in sets.items()}
        for kind, sets in kinds
        if sets
    }
    references = {name: {"ReferenceArn": arn} for name, arn in declared.references.items()}
    found: dict[str, Any] = {"RuleVariables": variables} if variables else {}
    return found | ({"ReferenceSets": {"IPSetReferences": references}} if references else {})


def _policy_template(groups: Sequence[ExportedGroup]) -> dict[str, Any]:
    """A policy whose parameters are read anew at each update of its stack."""
    named = {
        f"Arn{_OTHER.sub('', group.lasting)}{place}": group for place, group in enumerate(groups)
    }
    parameters: dict[str, Any] = {"PolicyName": {"Type": "String", "Default": "rulesync"}}
    for name, group in named.items():
        parameters[name] = {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Default": group.parameter,
        }
    references = [
        {"Priority": group.priority, "ResourceArn": {"Ref": name}} for name, group in named.items()
    ]
    content = {
        "StatelessDefaultActions": ["aws:forward_to_sfe"],
        "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
        "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER", "StreamExceptionPolicy": "REJECT"},
        "StatefulDefaultActions": ["aws:alert_established_app_layer_to_server"],
        "StatefulRuleGroupReferences": references,
    }
    resource = {
        "Type": "AWS::NetworkFirewall::FirewallPolicy",
        "Properties": {"FirewallPolicyName": {"Ref": "PolicyName"}, "FirewallPolicy": content},
    }
    return _template(
        "A firewall policy in strict order with the rule groups that rulesync exported",
        Parameters=parameters,
        Resources={"Policy": resource},
        Outputs={"Arn": {"Value": {"Ref": "Policy"}}},
    )
