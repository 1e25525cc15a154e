"""A call to the embedded Network Firewall, answered without a web request between."""

from __future__ import annotations

import json
from calendar import timegm
from typing import TYPE_CHECKING, Any, Final

from moto.core.utils import camelcase_to_underscores
from moto.iam.models import get_account_id_from
from moto.networkfirewall.models import networkfirewall_backends
from moto.utilities.utils import get_partition

from localaws.errors import NetworkFirewallError
from localaws.models import NetworkFirewallBackend
from localaws.responses import NetworkFirewallResponse

if TYPE_CHECKING:
    from datetime import datetime

    from moto.core.common_types import TYPE_RESPONSE
    from moto.core.responses import ActionResult

    from support.quick.short import Asked


_TYPE: Final = {"Content-Type": "application/x-amz-json-1.0"}


class _Brief(NetworkFirewallResponse):
    """Answers written as they are: what a model does not have, and None, botocore leaves out."""

    def serialized(self, action_result: ActionResult) -> TYPE_RESPONSE:
        """An answer as moto writes it, which looks up each member of each shape, by two names."""
        if isinstance(action_result.result, NetworkFirewallError):
            return self._refused(action_result.result)
        body = json.dumps(action_result.result, default=_seconds)
        return 200, {**_TYPE, **self.response_headers}, body


def _seconds(moment: datetime) -> float:
    """Since 1970, to the millisecond, as the wire has a time."""
    return timegm(moment.timetuple()) + moment.microsecond // 1_000 / 1_000


def answered(asked: Asked) -> TYPE_RESPONSE | None:
    """The answer to a call; None to one that moto answers, and where one is to fail.

    What fails may be asked again by botocore.
    """
    action = asked.headers["X-Amz-Target"].rpartition(".")[2]
    if camelcase_to_underscores(action) not in vars(NetworkFirewallResponse):
        return None
    account = get_account_id_from(asked.access_key)
    backend = networkfirewall_backends[account][asked.region]
    if not isinstance(backend, NetworkFirewallBackend) or backend.control.faults:
        return None
    asking: Any = _Brief()
    asking.current_account = account
    asking.region = asked.region
    asking.partition = get_partition(asked.region)
    asking.headers = asked.headers
    asking.response_headers = {"server": "amazon.com"}
    asking.params = json.loads(asked.body)
    answer: TYPE_RESPONSE = asking.call_action()
    return answer
