"""State machines of stacks that run: moto interprets one, but does not read one from a template."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

from moto.stepfunctions import models
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

_Make = Callable[..., StateMachine]

_make: Final[_Make] = StateMachine.create_from_cloudformation_json
_update: Final[_Make] = StateMachine.update_from_cloudformation_json


def replacements(longest_wait: float) -> tuple[tuple[Any, str, Any], ...]:
    """What is put in the place of what: owner, name, replacement.

    Args:
        longest_wait: seconds that one waits at most before it tries again.
    """
    clock = SimpleNamespace(sleep=lambda seconds: time.sleep(min(seconds, longest_wait)))
    return (
        (models, "stepfunctions_backends", stepfunctions_parser_backends),
        (retrier_decl, "time", clock),
        (StateMachine, "create_from_cloudformation_json", staticmethod(_made)),
        (StateMachine, "update_from_cloudformation_json", staticmethod(_updated)),
    )


def _made(name: str, document: dict[str, Any], *place: Any, **more: Any) -> StateMachine:
    return _make(name, _as_text(document), *place, **more)


def _updated(*, cloudformation_json: dict[str, Any], **more: Any) -> StateMachine:
    return _update(cloudformation_json=_as_text(cloudformation_json), **more)


def _as_text(document: dict[str, Any]) -> dict[str, Any]:
    """A resource with its definition as a text, which a template may also give as an object."""
    properties = dict(document["Properties"])
    if "Definition" in properties:
        properties["DefinitionString"] = json.dumps(properties.pop("Definition"))
    return {**document, "Properties": properties}
