"""Templates as CloudFormation works on them: SAM expanded, resources in the order of creation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SAM_PYTHON: Final = "LOCALAWS_SAM_PYTHON"
"""Environment variable: a Python that has SAM's translator, such as the one of SAM CLI."""

_TRANSFORM: Final = "AWS::Serverless-2016-10-31"
_SCRIPT: Final = Path(__file__).with_name("transform.py")


def expand(template: str, parameters: Mapping[str, str], region: str) -> str:
    """Expand a template.

    Args:
        template: YAML or JSON.
        parameters: values of its parameters, defaults included.
        region: where the stack is to be.

    Returns:
        JSON; what other resources name in `DependsOn` stands before them.

    Raises:
        ValidationError: SAM refuses the template.
    """
    document = Stack.parse_template(template)
    if document.get("Transform") == _TRANSFORM:
        document = transformed(template, parameters, region)
    document["Resources"] = dict(_ordered(document["Resources"]))
    return json.dumps(document)


def transformed(template: str, parameters: Mapping[str, str], region: str) -> dict[str, Any]:
    """Carry out the SAM transform, under the Python that `LOCALAWS_SAM_PYTHON` names.

    Raises:
        ValidationError: SAM refuses the template, or is not there.
    """
    result = subprocess.run(  # noqa: S603  # our own script
        [os.environ.get(SAM_PYTHON, sys.executable), _SCRIPT],
        input=json.dumps({"template": template, "parameters": dict(parameters)}),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "AWS_DEFAULT_REGION": region},
    )
    if result.returncode:
        raise ValidationError(message=f"Transform {_TRANSFORM} failed: {_last_line(result.stderr)}")
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def defaults(template: str) -> dict[str, str]:
    """The values that a template's parameters have where nobody gives another."""
    declared: Mapping[str, Mapping[str, Any]] = Stack.parse_template(template).get("Parameters", {})
    return {name: str(about["Default"]) for name, about in declared.items() if "Default" in about}


def _ordered(resources: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Put each resource after those that it names in `DependsOn`."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[tuple[str, Any]]:
        if name in done:
            return
        done.add(name)
        needed = resources[name].get("DependsOn", ())
        for other in [needed] if isinstance(needed, str) else needed:
            yield from visit(other)
        yield name, resources[name]

    for name in resources:
        yield from visit(name)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]
