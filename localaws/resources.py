"""What rule groups and firewall policies have in common: names, ARNs, update tokens, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from moto.moto_api._internal import mock_random

from localaws.errors import InvalidRequestError, InvalidTokenError, ResourceNotFoundError
from localaws.limits import TAGS

if TYPE_CHECKING:
    from collections.abc import Mapping


class Named(Protocol):
    """A resource with a name of its own in its account, region and kind."""

    @property
    def name(self) -> str:
        """Such as `et-emerging-malware`."""


R = TypeVar("R", bound=Named)


def new_id() -> str:
    """An identifier or update token in the form that the service model demands.

    moto's generator: a test can seed it.
    """
    return str(mock_random.uuid4())


def find(resources: Mapping[str, R], kind: str, params: Mapping[str, Any]) -> R:
    """The resource that a request means by name, by ARN or by both.

    Args:
        resources: The resources of this kind, by ARN.
        kind: What the request's members begin with: `RuleGroup` or `FirewallPolicy`.
        params: The request.

    Raises:
        InvalidRequestError: The request has neither.
        ResourceNotFoundError: There is none, or name and ARN mean different ones.
    """
    name, arn = params.get(f"{kind}Name"), params.get(f"{kind}Arn")
    if name is None and arn is None:
        raise InvalidRequestError(f"{kind}Name or {kind}Arn is required")
    for known, resource in resources.items():
        if arn in {None, known} and name in {None, resource.name}:
            return resource
    raise ResourceNotFoundError


def check_token(current: str, params: Mapping[str, Any]) -> None:
    """Refuse a change that was planned on an older state.

    Raises:
        InvalidTokenError: The request's token is not the resource's current one.
    """
    if params["UpdateToken"] != current:
        raise InvalidTokenError


def check_name_is_free(resources: Mapping[str, Named], arn: str) -> None:
    """Refuse a second resource of the same name.

    Raises:
        InvalidRequestError: There is one.
    """
    if arn in resources:
        raise InvalidRequestError("A resource with the specified name already exists")


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse more tags than a resource may have.

    Raises:
        InvalidRequestError: There are more.
    """
    if len(tags) > TAGS:
        raise InvalidRequestError(f"parameter is invalid, parameter: [{len(tags)}], context: Tags")
