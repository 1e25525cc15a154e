"""All of it in moto's place, for as long as the server runs."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from moto.awslambda.models import LambdaFunction, LayerVersion
from moto.cloudformation import parsing
from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.models import Stack, cloudformation_backends
from moto.core.config import default_user_config
from moto.events.models import EventPattern, Rule
from moto.s3.models import FakeBucket
from moto.sts.responses import TokenResponse

from localaws.stacks import events, resources, state_machines, trust
from localaws.stacks.functions import Invoker
from localaws.stacks.models import StacksBackend
from localaws.stacks.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import Iterator


_RUN: Final = {"execute_state_machine": True}
"""moto's own setting, which programs give to `mock_aws`, and a server cannot be given."""


@contextmanager
def stacks(endpoint: str, longest_wait: float) -> Iterator[None]:
    """Have stacks whose functions and state machines run and are reached by events.

    Args:
        endpoint: URL of this server, for the clients of the functions.
        longest_wait: seconds that a state machine waits at most before it tries again.
    """
    with ExitStack() as undo:
        folder = undo.enter_context(TemporaryDirectory(prefix="localaws-"))
        invoker = Invoker(Runtime(Path(folder), endpoint))
        for owner, name, replacement in (
            *_replacements(invoker),
            *state_machines.replacements(longest_wait),
        ):
            undo.enter_context(mock.patch.object(owner, name, replacement, create=True))
        undo.enter_context(mock.patch.dict(default_user_config, {"stepfunctions": _RUN}))
        undo.enter_context(mock.patch.object(cloudformation_backends, "backend", StacksBackend))
        cloudformation_backends.clear()
        yield


def _replacements(invoker: Invoker) -> tuple[tuple[Any, str, Any], ...]:
    """What is put in the place of what: owner, name, replacement."""

    def invoke(function: LambdaFunction, body: str, asked: Any, answered: Any) -> bytes:
        return invoker.invoke(function, body, asked, answered)

    made = "create_from_cloudformation_json"
    return (
        (LambdaFunction, "invoke", invoke),
        (LambdaFunction, made, staticmethod(resources.function)),
        (LayerVersion, "physical_resource_id", property(lambda layer: layer.arn)),
        (FakeBucket, made, staticmethod(resources.bucket)),
        # moto takes an answer for the end of a creation; StacksBackend waits for all answers itself
        (Stack, "verify_readiness", lambda _: None),
        (CustomModel, made, staticmethod(resources.custom)),
        (parsing, "clean_json", resources.cleaned),
        (parsing, "resource_class_from_type", resources.kind_of),
        (parsing, "parse_and_update_resource", resources.updated),
        (TokenResponse, "assume_role", trust.assume_role),
        (Rule, "send_to_targets", events.sender(invoker, events.SEND)),
        (EventPattern, "_does_item_match_named_filter", staticmethod(events.matcher(events.MATCH))),
    )
