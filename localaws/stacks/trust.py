"""Who may take on a role, by its trust policy: moto gives every role to everybody."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.sts.exceptions import STSClientError
from moto.sts.models import sts_backends
from moto.sts.responses import TokenResponse

_PARTITION: Final = "aws"
_OWNER: Final = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:root"
"""Whoever has credentials that nobody was given here."""

_OF_MEMBERS: Final = "OrganizationAccountAccessRole"
"""The role that AWS Organizations makes in each account, for the account that manages them all."""

_SECONDS: Final = 3600

_assume: Final = TokenResponse.assume_role


def assume_role(response: TokenResponse) -> ActionResult:
    """Answer a request for a role, if it trusts whoever asks, with the external id that is given.

    Raises:
        STSClientError: it does not, or there is no such role.
    """
    asked, given = (str(response._get_param(name)) for name in ("RoleArn", "ExternalId"))  # noqa: SLF001  # moto's own way
    caller = _caller(response.access_key)
    if not _is_trusted(caller, asked, given):
        words = f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {asked}"
        raise STSClientError("AccessDenied", words)
    return _assume(response)


def credentials_of(role: str, session: str) -> dict[str, str]:
    """What a function of a role finds in its environment.

    Args:
        role: ARN.
        session: names the function.
    """
    taken = sts_backends[_account(role)][_PARTITION].assume_role(
        region_name="us-east-1",
        role_session_name=session,
        role_arn=role,
        policy="",
        duration=_SECONDS,
        external_id="",
    )
    return {
        "AWS_ACCESS_KEY_ID": taken.access_key_id,
        "AWS_SECRET_ACCESS_KEY": taken.secret_access_key,
        "AWS_SESSION_TOKEN": taken.session_token,
    }


def _caller(access_key: str) -> str:
    """ARN of the role or user whose key it is."""
    for account, backends in list(iam_backends.items()):
        if key := backends[_PARTITION].access_keys.get(access_key):
            return str(key.role_arn or f"arn:aws:iam::{account}:user/{key.user_name}")
    return _OWNER


def _is_trusted(caller: str, role: str, external_id: str) -> bool:
    try:
        found = iam_backends[_account(role)][_PARTITION].get_role_by_arn(role)
    except NotFoundException:
        return caller == _OWNER and role.endswith(f":role/{_OF_MEMBERS}")
    known = {caller, f"arn:aws:iam::{_account(caller)}:root", _account(caller)}
    return any(
        not known.isdisjoint(_listed(statement["Principal"].get("AWS", ())))
        and _external_id(statement) in {None, external_id}
        for statement in _statements(found.assume_role_policy_document)
    )


def _statements(document: Any) -> Iterator[Mapping[str, Any]]:
    policy = json.loads(document) if isinstance(document, str) else document
    yield from (each for each in policy["Statement"] if each["Effect"] == "Allow")


def _external_id(statement: Mapping[str, Any]) -> str | None:
    """The one that is asked for; None where none is."""
    equal: Mapping[str, str] = statement.get("Condition", {}).get("StringEquals", {})
    return equal.get("sts:ExternalId")


def _account(arn: str) -> str:
    return arn.split(":")[4]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
