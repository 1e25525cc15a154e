"""The codes of feeds that are paid for: read where they are kept, at the moment of the request.

What is read goes into an address and nowhere else: neither it nor what was parsed of it is in an
error, in what an error was raised from, or in a log of the packages that this calls.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from rules_lib.aws import clients
from rules_lib.aws.advice import explained
from rules_lib.errors import SecretError

_MANAGED: Final = ":secretsmanager:"
_LONGEST: Final = 4_096
"""Characters; a parameter has no more, and a code has sixteen."""


class ParameterClient(Protocol):
    """The one call to SSM that this project makes."""

    def get_parameter(self, *, Name: str, WithDecryption: bool) -> Any:  # noqa: N803  # boto3's names
        """Read a parameter."""


class ManagedSecretClient(Protocol):
    """The one call to Secrets Manager that this project makes."""

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803  # boto3's names
        """Read a secret."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Reads secrets; a client is made when the first of its kind is asked for.

    Attributes:
        parameters: makes the client of SSM.
        managed: makes the client of Secrets Manager.
    """

    parameters: Callable[[], ParameterClient] = clients.parameters
    managed: Callable[[], ManagedSecretClient] = clients.managed_secrets

    def read(self, name: str) -> str:
        """Read the code that is kept under a name.

        Args:
            name: of an SSM parameter, or the ARN of one or of a Secrets Manager secret. A secret
                may be JSON with one value, as the console makes it.

        Raises:
            SecretError: it cannot be read, or is nothing that an address may have in it.
        """
        value = self._managed(name) if _MANAGED in name else self._parameter(name)
        code = _only_value(value).strip()
        if problem := _problem(code):
            raise SecretError(f"secret {name} {problem}; store the code alone")
        return code

    def _parameter(self, name: str) -> str:
        client = self.parameters()
        ask = partial(client.get_parameter, Name=name, WithDecryption=True)
        return str(_asked(ask, name, "SSM")["Parameter"]["Value"])

    def _managed(self, name: str) -> str:
        ask = partial(self.managed().get_secret_value, SecretId=name)
        return str(_asked(ask, name, "Secrets Manager").get("SecretString", ""))


def _only_value(text: str) -> str:
    """The code itself, also where it is the one value of a JSON object; empty of several."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return text
    if not isinstance(parsed, dict):
        return text
    values = [value for value in parsed.values() if isinstance(value, str)]
    return values[0] if len(parsed) == len(values) == 1 else ""


def _problem(code: str) -> str:
    if not code:
        return "has no value, or several"
    if len(code) > _LONGEST:
        return f"has {len(code)} characters, more than any code"
    if not code.isprintable() or " " in code:
        return "has spaces, line ends or characters that cannot be printed"
    return ""


def _asked(ask: Callable[[], Any], name: str, service: str) -> Any:
    """Ask; a refusal becomes an error of ours, without what it was raised from."""
    try:
        with _unlogged():
            return ask()
    except ClientError as error:
        told = error.response.get("Error", {})
        code = str(told.get("Code", "unknown"))
        advice = "; the stack's FeedSecrets must name its ARN" if "Denied" in code else ""
        refusal = SecretError(f"secret {name}: {service} answers {code}{advice}", code)
    except BotoCoreError as error:
        refusal = SecretError(f"secret {name}: {explained(error)}")
    raise refusal


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep botocore from logging the answer, as it does where somebody looks for a fault."""
    before = logging.root.manager.disable
    logging.disable(max(before, logging.DEBUG))
    try:
        yield
    finally:
        logging.disable(before)
