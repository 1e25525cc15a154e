"""Throttled calls get through, a used-up quota is told at once, and a build always gets ahead."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import botocore.endpoint
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import MockRawResponse
from support.account import account
from support.feeds import rule
from support.firewall import create_by_hand
from support.groups import group

from localaws import EmbeddedAws, Fault, Quotas
from rules_lib.aws import clients
from rules_lib.aws.firewall import Firewall
from rules_lib.errors import FirewallError, SyncError, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FEED = {f"c{number}": [rule(100 * number + place) for place in range(1, 6)] for number in range(8)}
_BUSY = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses take no time, and are written down."""
    pauses = list[float]()
    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=pauses.append))
    return pauses


class Busy:
    """Throttles a share of all calls to Network Firewall, drawn by lot."""

    def __init__(self, share: float, seed: int) -> None:
        self._lot = random.Random(seed)  # noqa: S311 - no secret
        self._share = share
        self.throttled = 0

    def answer(self, request: Any, **_: object) -> AWSResponse | None:
        """Answer in the service's place, or let the call through."""
        if self._lot.random() >= self._share:
            return None
        self.throttled += 1
        headers = HTTPHeaders()
        headers["Content-Type"] = "application/x-amz-json-1.0"
        return AWSResponse(request.url, 400, headers, MockRawResponse(_BUSY))


@pytest.mark.parametrize("share", [0.7, 0.9])
def test_build_that_is_throttled_that_much_is_applied(
    tmp_path: Path, slept: list[float], share: float
) -> None:
    """With pauses that leave it time within a function's 15 minutes."""
    with account(tmp_path, RULESYNC_POLICIES="live") as running:
        running.allow(default="alert", max_shrink=1)
        running.publish(**FEED)
        busy = Busy(share, seed=7)
        answer: Callable[..., Any] = busy.answer
        session = boto3.DEFAULT_SESSION
        assert session is not None
        session.events.register_first("before-send.network-firewall", answer)
        assert running.build()["status"] == "applied"
        session.events.unregister("before-send.network-firewall", answer)
        assert len(running.sids()) == 40
        assert busy.throttled > 30
        assert len(slept) == busy.throttled
        assert sum(slept) < 600
        assert max(slept) <= 1.5


def test_pauses_grow_while_the_service_is_busy_and_shrink_again(
    aws: EmbeddedAws, slept: list[float]
) -> None:
    """The calls that follow profit from what the first has learnt."""
    wall = Firewall(clients.network_firewall(), "et")
    aws.inject(Fault("ListRuleGroups", "ThrottlingException", times=8))
    wall.names()
    assert slept[0] < 0.5 < slept[-1]
    for _ in range(8):
        wall.names()
    aws.inject(Fault("ListRuleGroups", "ThrottlingException"))
    wall.names()
    assert slept[-1] < 0.5


def test_used_up_quota_is_not_asked_again(aws: EmbeddedAws, slept: list[float]) -> None:
    """Botocore itself would wait for a minute and more."""
    aws.grant(Quotas(rule_groups=1))
    create_by_hand("et-other")
    with pytest.raises(FirewallError) as caught:
        Firewall(clients.network_firewall(), "et").create(group("et-one", 1))
    assert caught.value.troubles == {Trouble.QUOTA}
    assert not slept
    asked = [call for call in aws.calls if call.action == "CreateRuleGroup"]
    assert [call.resource for call in asked] == ["et-other", "et-one"]


def test_fault_of_the_service_is_asked_again_a_few_times(
    aws: EmbeddedAws, slept: list[float]
) -> None:
    """As botocore does."""
    wall = Firewall(clients.network_firewall(), "et")
    aws.inject(Fault("ListRuleGroups", "InternalServerError", times=4))
    assert wall.names() == frozenset()
    aws.inject(Fault("ListRuleGroups", "InternalServerError", times=5))
    with pytest.raises(FirewallError):
        wall.names()
    assert len(slept) == 8


def test_fresh_account_is_told_which_quota_and_how_many_are_missing(tmp_path: Path) -> None:
    """What fits is made, and the next build makes the rest."""
    with account(tmp_path) as running:
        running.aws.grant(Quotas(rule_groups=5))
        running.allow(default="alert", max_shrink=1)
        running.publish(**FEED)
        with pytest.raises(SyncError) as caught:
            running.build()
        words = "quota of stateful rule groups in this region is used up (50 unless it was raised)"
        assert f"{words}, and 3 more are needed" in str(caught.value)
        assert caught.value.troubles == {Trouble.QUOTA}
        assert len(running.deployed()) == 5
        running.aws.grant(Quotas())
        assert running.build()["status"] == "applied"
        assert len(running.deployed()) == 8
