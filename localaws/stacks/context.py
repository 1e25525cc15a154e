"""All of it in moto's place, for as long as the server runs."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

from moto.awslambda.models import LambdaBackend, LambdaFunction, LayerVersion
from moto.core.config import default_user_config
from moto.events.models import EventPattern, Rule
from moto.sts.responses import TokenResponse

from localaws.stacks import events, functions, trust
from localaws.stacks.environments import Environments
from localaws.stacks.functions import Invoker
from localaws.stacks.packages import Packages
from localaws.stacks.runtime import Runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


_RUN: Final = {"execute_state_machine": True}
"""moto's own setting, which programs give to `mock_aws`, and a server cannot be given."""

_WITH_TEMPLATES: Final = frozenset({"cloudformation", "stepfunctions"})
"""Services that nobody reaches but by asking for one of them."""


@contextmanager
def stacks(endpoint: str, longest_wait: float) -> Iterator[Callable[[str], None]]:
    """Have stacks whose functions and state machines run and are reached by events.

    Args:
        endpoint: URL of this server, for the clients of the functions.
        longest_wait: seconds that a state machine waits at most before it tries again.

    Yields:
        What is to be called with a service's name before it is asked for the first time.
    """
    with ExitStack() as undo:
        folder = Path(undo.enter_context(TemporaryDirectory(prefix="localaws-")))
        environments = Environments(folder)
        undo.callback(environments.end)
        runtime = Runtime(folder, endpoint, Packages(folder / "code"), environments)
        _replace(undo, _replacements(Invoker(runtime)))
        undo.enter_context(mock.patch.dict(default_user_config, {"stepfunctions": _RUN}))

        @cache
        def begin() -> None:
            from localaws.stacks import templates  # noqa: PLC0415 - slow to import, and rarely used

            _replace(undo, templates.replacements(longest_wait))

        yield lambda service: begin() if service in _WITH_TEMPLATES else None


def _replace(undo: ExitStack, replacements: Iterable[tuple[Any, str, Any]]) -> None:
    for owner, name, replacement in replacements:
        undo.enter_context(mock.patch.object(owner, name, replacement, create=True))


def _replacements(invoker: Invoker) -> tuple[tuple[Any, str, Any], ...]:
    """What is put in the place of what: owner, name, replacement."""
    environments = invoker.runtime.environments

    def invoke(function: LambdaFunction, body: str, asked: Any, answered: Any) -> bytes:
        return invoker.invoke(function, body, asked, answered)

    return (
        (LambdaFunction, "invoke", invoke),
        (LambdaBackend, "delete_function", functions.deleter(environments, functions.DELETE)),
        (LambdaBackend, "reset", functions.forgetter(environments, functions.RESET)),
        (LayerVersion, "physical_resource_id", property(lambda layer: layer.arn)),
        (TokenResponse, "assume_role", trust.assume_role),
        (Rule, "send_to_targets", events.sender(invoker, events.SEND)),
        (EventPattern, "_does_item_match_named_filter", staticmethod(events.matcher(events.MATCH))),
    )
