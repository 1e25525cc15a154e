"""The state machine that builds all targets, as template.yaml has it."""

from pathlib import Path
from typing import Any

from moto.cloudformation.models import Stack

_TEMPLATE = Path(__file__).parents[1] / "template.yaml"


def definition(function: str, *, pause: int | None = None) -> dict[str, Any]:
    """The state machine's definition.

    Args:
        function: ARN of the build function.
        pause: seconds before a build that failed is run again; None: as the template has it.
    """
    template = Stack.parse_template(_TEMPLATE.read_text(encoding="utf-8"))
    machine = template["Resources"]["TargetsMachine"]["Properties"]["Definition"]
    found: dict[str, Any] = _resolved(machine, function)
    if pause is not None:
        build = found["States"]["Each"]["ItemProcessor"]["States"]["Build"]
        build["Retry"][-1] |= {"IntervalSeconds": pause, "BackoffRate": 1}
    return found


def _resolved(node: Any, function: str) -> Any:
    match node:
        case {"Fn::GetAtt": _}:
            return function
        case {"Fn::Sub": str(text)}:
            return text.replace("${AWS::Partition}", "aws")
        case dict():
            return {key: _resolved(one, function) for key, one in node.items()}
        case list():
            return [_resolved(one, function) for one in node]
    return node
