"""Whether botocore has read all of an answer: what its model lacks, it leaves out without a word.

An update replaces a whole policy, so what was left out on reading would be cleared by writing.
Tried with botocore 1.43.60, which loses `Route53ResolvedIPValidation`, and 1.40.0, which also loses
`EnableTLSSessionHolding` [November 2026].
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

_EVENT: Final = "before-parse.network-firewall.Describe"
_KINDS: Final = ("FirewallPolicy", "FirewallPolicyV2")
_BODY: Final = "rulesync:body"
_SUCCESS: Final = range(200, 300)
_UNREADABLE: Final = "(an answer that is not JSON)"

_TOLD: Final = frozenset(
    {"StatusMessage", "Errors", "Tags", "NumberOfAssociations", "LastModifiedTime"}
    | {"ConsumedStatelessRuleCapacity", "ConsumedStatefulRuleCapacity"}
    | {"ConsumedStatefulDomainCapacity", "ConsumedFirewallRuleCapacity"}
    | {"ConsumedIpsRuleCapacity", "ConsumedIpsDomainCapacity"}
)
"""Members of `FirewallPolicyResponse`, and of that of the other kind, that no update takes [api,
botocore 1.44.8]: they say how a policy is, so that an older botocore which does not know them loses
nothing. So do those that have the kind in their name."""
_NAMED: Final = ("Name", "Arn", "Id", "Status")


def keep_body(client: Any) -> None:
    """Have a client hand out the body of each description of a policy beside what it read in it."""
    for kind in _KINDS:
        client.meta.events.register(f"{_EVENT}{kind}", _keep, unique_id=f"{_BODY}:{kind}")


def _keep(
    response_dict: Mapping[str, Any], customized_response_dict: dict[str, Any], **_: object
) -> None:
    if response_dict["status_code"] in _SUCCESS:
        customized_response_dict[_BODY] = response_dict["body"]


def unread(answer: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """Name what the service said of a policy and botocore did not read.

    Args:
        answer: to the description of a policy, by a client that keeps the body.
        kind: of the policy, as its actions and members are named after it.

    Returns:
        Paths such as `FirewallPolicy.StatefulEngineOptions.FlowTimeouts`.
    """
    try:
        said = json.loads(answer[_BODY])
    except ValueError:
        return (_UNREADABLE,)
    names = _TOLD.union(f"{kind}{name}" for name in _NAMED)
    told = {f"{kind}Response.{name}" for name in names}
    return tuple(path for path in _unread(said, answer, "") if path not in told)


def _unread(said: Any, read: Any, path: str) -> Iterator[str]:
    if isinstance(said, Mapping):
        yield from _members(said, read if isinstance(read, Mapping) else {}, path)
    elif isinstance(said, list):
        yield from _items(said, read if isinstance(read, list) else [], path)
    elif isinstance(read, str | int | float) and read != said:
        yield path


def _members(said: Mapping[str, Any], read: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, value in said.items():
        inner = f"{path}.{name}" if path else name
        if value is None:  # a member without a value: nothing is lost
            continue
        if name in read:
            yield from _unread(value, read[name], inner)
        else:
            yield inner


def _items(said: list[Any], read: list[Any], path: str) -> Iterator[str]:
    if len(said) != len(read):
        yield path
        return
    for place, (one, other) in enumerate(zip(said, read, strict=True)):
        yield from _unread(one, other, f"{path}[{place}]")
