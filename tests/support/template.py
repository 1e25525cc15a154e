"""The template as CloudFormation sees it: SAM expanded, and intrinsics resolved for one stack."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest import mock

from moto.cloudformation.models import Stack

from localaws.stacks.expand import SAM_PYTHON, defaults, transformed

ROOT: Final = Path(__file__).parents[2]
REGION: Final = "us-east-1"
ACCOUNT: Final = "123456789012"
BUCKET: Final = "rulesync-test"
TOPIC: Final = f"arn:aws:sns:{REGION}:{ACCOUNT}:rulesync-topic"
QUEUE: Final = f"arn:aws:sqs:{REGION}:{ACCOUNT}:rulesync-dead-letters"
FETCH: Final = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:rulesync-fetch"
POLICY: Final = f"arn:aws:network-firewall:{REGION}:{ACCOUNT}:firewall-policy/perimeter"

VALUES: Final[dict[str, str | None]] = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": "rulesync",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": None,
    "Bucket": BUCKET,
    "Bucket.Arn": f"arn:aws:s3:::{BUCKET}",
    "Topic": TOPIC,
    "DeadLetters.Arn": QUEUE,
    "FetchFunction.Arn": FETCH,
    "DiscardsDatabase": "rulesync",
    "HitsWorkGroup": "rulesync-hits",
}


@cache
def source() -> str:
    """The text of template.yaml."""
    return (ROOT / "template.yaml").read_text(encoding="utf-8")


@cache
def expanded() -> dict[str, Any]:
    """The template after the SAM transform, with the parameters' defaults, its code uploaded."""
    uploaded = re.sub(r"(CodeUri|ContentUri): \S+", r"\1: s3://packages/code.zip", source())
    python = str(ROOT / ".venv" / "sam" / "bin" / "python")
    with mock.patch.dict(os.environ, {SAM_PYTHON: python}):
        return transformed(uploaded, defaults(uploaded), REGION)


@dataclass(frozen=True, slots=True)
class Template:
    """The expanded template with values for its parameters."""

    given: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The template as it is written, with its intrinsics."""
        return expanded()

    def resource(self, name: str) -> dict[str, Any]:
        """A resource's properties, resolved."""
        return dict(self.resolve(self.document()["Resources"][name]["Properties"]))

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of a type, by logical id."""
        found = self.document()["Resources"].items()
        return {name: self.resource(name) for name, about in found if about["Type"] == kind}

    def value(self, name: str) -> Any:
        """What a Ref gives; what nobody knows before the deploy stands in angle brackets."""
        parameters = self.document()["Parameters"]
        if name in self.given:
            return self.given[name]
        if name in parameters:
            text = parameters[name]["Default"]
            is_list = parameters[name]["Type"] == "CommaDelimitedList"
            return [text] if is_list else text
        return VALUES.get(name, f"<{name}>")

    def condition(self, name: str) -> bool:
        """Whether a condition of the template holds."""
        return bool(self.resolve(self.document()["Conditions"][name]))

    def resolve(self, node: Any) -> Any:
        """Resolve intrinsics; what is `AWS::NoValue` is left out."""
        if isinstance(node, list):
            return [item for each in node if (item := self.resolve(each)) is not None]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (name, argument), *_ = node.items()
            if name in _FUNCTIONS:
                return _FUNCTIONS[name](self, argument)
        members = {name: self.resolve(each) for name, each in node.items()}
        return {name: each for name, each in members.items() if each is not None}

    def statements(self, role: str) -> Iterator[dict[str, Any]]:
        """Every statement of a role's policies."""
        for policy in self.resource(role)["Policies"]:
            yield from policy["PolicyDocument"]["Statement"]


@cache
def target_template() -> dict[str, Any]:
    """template-target.yaml as read."""
    text = (ROOT / "template-target.yaml").read_text(encoding="utf-8")
    return dict(Stack.parse_template(text))


class TargetTemplate(Template):
    """The template of a target's account with values for its parameters."""

    def document(self) -> dict[str, Any]:
        """The template as it is written, with its intrinsics."""
        return target_template()


def _sub(template: Template, given: str | list[Any]) -> str:
    """Fill in what stands in `${…}`; `${!…}` stands for itself, without the mark."""
    text, names = given if isinstance(given, list) else (given, {})
    own = {name: template.resolve(node) for name, node in names.items()}

    def filled(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        return str(own[name] if name in own else template.value(name))

    return re.sub(r"\$\{([^}]+)\}", filled, text)


_FUNCTIONS: Final[dict[str, Callable[[Template, Any], Any]]] = {
    "Ref": Template.value,
    "Condition": Template.condition,
    "Fn::Condition": Template.condition,  # as moto reads the tag
    "Fn::GetAtt": lambda template, path: template.value(".".join(path)),
    "Fn::Sub": _sub,
    "Fn::If": lambda template, parts: template.resolve(
        parts[1] if template.condition(parts[0]) else parts[2]
    ),
    "Fn::Equals": lambda template, parts: len(set(map(str, template.resolve(parts)))) == 1,
    "Fn::Not": lambda template, parts: not template.resolve(parts[0]),
    "Fn::And": lambda template, parts: all(template.resolve(parts)),
    "Fn::Select": lambda template, parts: template.resolve(parts[1])[int(parts[0])],
    "Fn::Or": lambda template, parts: any(template.resolve(parts)),
    "Fn::Split": lambda template, parts: template.resolve(parts[1]).split(parts[0]),
    "Fn::Join": lambda template, parts: parts[0].join(template.resolve(parts[1])),
}


def listed(value: Any) -> list[Any]:
    """A list, where a policy may also have a single value."""
    return value if isinstance(value, list) else [value]


def allows(statement: Mapping[str, Any], action: str, resource: str) -> bool:
    """Whether a statement lets an action happen on a resource, conditions aside."""
    return (
        statement["Effect"] == "Allow"
        and action in listed(statement["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in listed(statement["Resource"]))
    )


def machine_definition(function: str, *, pause: int | None = None) -> dict[str, Any]:
    """The definition of the state machine that builds all targets, as it is deployed.

    Args:
        function: stands for the ARN of the build function.
        pause: seconds before a build that failed is run again, in place of the definition's.
    """
    with mock.patch.dict(VALUES, {"BuildFunction.Arn": function}):
        definition = Template({"Targets": "true"}).resource("TargetsMachine")["Definition"]
    if pause is not None:
        build = definition["States"]["Each"]["ItemProcessor"]["States"]["Build"]
        build["Retry"][-1] |= {"IntervalSeconds": pause, "BackoffRate": 1}
    return dict(definition)
