"""What embedded accounts have, of all accounts and regions, to be had again in others."""

from __future__ import annotations

import pickle
from typing import Any, Final

from moto.networkfirewall.models import networkfirewall_backends
from moto.s3.models import s3_backends

_KEPT: Final[dict[str, Any]] = {"s3": s3_backends, "network-firewall": networkfirewall_backends}
"""The services that have something after a build; roles are taken on anew by whoever needs one."""


def kept_resources() -> bytes:
    """All that there is; pickled, as moto closes the objects of a bucket that it forgets."""
    return pickle.dumps({name: _resources(backends) for name, backends in _KEPT.items()})


def restore_resources(kept: bytes) -> None:
    """Put it into accounts that have just begun."""
    for name, found in pickle.loads(kept).items():  # noqa: S301 - ours
        for (account, region), values in found.items():
            vars(_KEPT[name][account][region]).update(values)


def _resources(backends: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """By account and region; how the embedded AWS is set up is no resource."""
    return {
        (account, region): {name: one for name, one in vars(backend).items() if name != "control"}
        for account, regions in backends.items()
        for region, backend in regions.items()
    }
