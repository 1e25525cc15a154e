"""What a resource has that the models at hand lack, or what becomes of it later: on the wire alone.

moto reads requests and writes answers by botocore's model, so that a member of a newer model cannot
pass through it. It is laid over the description here, and an update of a policy, which replaces
the whole `FirewallPolicy`, takes it away, as the service does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from moto.core.common_types import TYPE_RESPONSE

    from localaws.faults import Call

_OK: Final = 200
_REPLACED: Final = {
    "UpdateFirewallPolicy": "FirewallPolicy",
    "UpdateFirewallPolicyV2": "FirewallPolicyV2",
}
_DESCRIBED: Final = ("DescribeFirewallPolicy", "DescribeFirewallPolicyV2", "DescribeRuleGroup")


def laid_over(
    call: Call, answer: TYPE_RESPONSE, unmodelled: dict[str, Mapping[str, Any]]
) -> TYPE_RESPONSE:
    """The answer as the service would give it.

    Args:
        call: what was asked.
        answer: moto's.
        unmodelled: name of a policy or rule group -> what its description has beside; changed here.
    """
    status, headers, body = answer
    more = unmodelled.get(call.resource or "")
    if more is None or status != _OK:
        return answer
    if (replaced := _REPLACED.get(call.action)) and not call.dry_run:
        unmodelled[str(call.resource)] = {k: v for k, v in more.items() if k != replaced}
    if call.action not in _DESCRIBED:
        return answer
    return status, headers, json.dumps(_merged(json.loads(body), more))


def _merged(said: Any, more: Any) -> Any:
    if not (isinstance(said, Mapping) and isinstance(more, Mapping)):
        return more
    return {**said, **{name: _merged(said.get(name), value) for name, value in more.items()}}
