"""An export for AWS's Landing Zone Accelerator: a part of `network-config.yaml`, and rule files.

Read from its configuration schema and its reader of rule files, release of June 2026.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import yaml

from rules_lib.facts.limits import ACTIONS

if TYPE_CHECKING:
    from rulesync_cli.export.exported import ExportedGroup

_FOLDER: Final = "firewall-rules"
_HEAD: Final = (
    "# Written by `rulesync export --format lza`. Add these entries to network-config.yaml,\n"
    f"# and the folder {_FOLDER} beside it.\n"
)


def accelerator_reads(rule: str) -> bool:
    """Whether the accelerator takes a line for a rule: it asks for an action and a space."""
    return rule.split(" ", 1)[0] in ACTIONS


def lza_files(groups: Sequence[ExportedGroup], regions: Sequence[str]) -> Mapping[str, bytes]:
    """The files by their names.

    Args:
        groups: to be exported.
        regions: to which the accelerator deploys them.
    """
    firewall = {
        "firewalls": [],
        "policies": [_policy(groups, regions)],
        "rules": [_rule_group(group, regions) for group in groups],
    }
    document = {"centralNetworkServices": {"networkFirewall": firewall}}
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    rules = {_rules_file(group): group.text.encode() for group in groups}
    return {"network-config.yaml": (_HEAD + text).encode(), **rules}


def _rules_file(group: ExportedGroup) -> str:
    return f"{_FOLDER}/{group.lasting}.rules"


def _rule_group(group: ExportedGroup, regions: Sequence[str]) -> dict[str, Any]:
    content: dict[str, Any] = {
        "rulesSource": {"rulesFile": _rules_file(group)},
        "statefulRuleOptions": "STRICT_ORDER",
    }
    declared = group.variables
    if declared.ip_sets or declared.port_sets:
        content["ruleVariables"] = {  # the schema asks for both
            "ipSets": _sets(declared.ip_sets),
            "portSets": _sets(declared.port_sets),
        }
    return {
        "name": group.name,
        "description": group.about,
        "regions": list(regions),
        "capacity": group.capacity,
        "type": "STATEFUL",
        "ruleGroup": content,
    }


def _sets(sets: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    return [{"name": name, "definition": list(values)} for name, values in sets.items()]


def _policy(groups: Sequence[ExportedGroup], regions: Sequence[str]) -> dict[str, Any]:
    references = [{"name": group.name, "priority": group.priority} for group in groups]
    return {
        "name": "rulesync",
        "regions": list(regions),
        "firewallPolicy": {
            "statelessDefaultActions": ["aws:forward_to_sfe"],
            "statelessFragmentDefaultActions": ["aws:forward_to_sfe"],
            "statefulDefaultActions": ["aws:alert_established"],  # the schema has no newer one
            "statefulEngineOptions": "STRICT_ORDER",
            "statefulRuleGroups": references,
        },
    }
