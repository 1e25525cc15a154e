"""Packing takes about as many more steps as there are more rules: counted, not timed."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pytest
from support.groups import in_force
from support.rules import allow, ordered_from, text

from rules_lib import packing
from rules_lib.facts import limits
from rules_lib.groups.rule_group import Deployed
from rules_lib.packing.fit import Fitted, fit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

Files: TypeAlias = "Callable[[int], Mapping[str, Sequence[str]]]"
"""Makes a feed of about so many rules."""

Budget: TypeAlias = tuple[float, float]
"""Capacity and groups, as shares of the rules' number; groups from 1 on as they are."""

ROOM: Final = str(Path(packing.__file__).parent)
FEW: Final = 100
MANY: Final = 800
GROWTH: Final = 3
"""Steps may be so many times more than the rules are, as there are more trials too."""


def steps(work: Callable[[], Fitted]) -> int:
    """Calls of functions of `rules_lib/packing`, and resumptions of its generators."""
    found: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(ROOM):
            found[frame.f_code.co_name] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return found.total()


def rule(sid: int, options: str = "") -> str:
    """Rules of many sizes and values, in no order."""
    severity = ("Critical", "Major", "Minor")[sid * 7 % 3]
    padding = f'content:"{"y" * (sid * 31 % 90)}"; '
    return text(sid, f"{padding}{options}metadata:signature_severity {severity}; ")


def alike(rules: int) -> dict[str, list[str]]:
    """One category."""
    return {"emerging-web": [rule(sid) for sid in range(1, rules + 1)]}


def small(rules: int) -> dict[str, list[str]]:
    """Categories of five rules."""
    return {
        f"emerging-{first}": [rule(sid) for sid in range(first, first + 5)]
        for first in range(1, rules, 5)
    }


def tied(rules: int) -> dict[str, list[str]]:
    """One cluster, and as many rules beside it."""
    cluster = [rule(sid, "flowbits:set,a; ") for sid in range(1, rules // 2 + 1)]
    return {**alike(rules // 2), "emerging-dns": [one.replace("sid:", "sid:9") for one in cluster]}


def firewall(rules: int, share: float, rule_groups: float) -> dict[str, Any]:
    """Room for a share of the rules, in so many groups, or a share of the rules' number."""
    most = rule_groups if rule_groups >= 1 else rules * rule_groups
    return {"capacity": int(rules * share), "rule_groups": int(most), "headroom": 0.1}


@pytest.mark.parametrize(
    ("files", "budget", "size"),
    [
        pytest.param(alike, (0.4, 20), 2_000_000, id="one category over budget"),
        pytest.param(alike, (3, 1_000), 2_500, id="as many parts as there are rules"),
        pytest.param(alike, (0.5, 1_000), 2_500, id="and over budget"),
        pytest.param(small, (3, 4), 2_000_000, id="small categories share"),
        pytest.param(small, (0.5, 4), 2_000_000, id="small categories share over budget"),
        pytest.param(small, (3, 1 / 13), 2_500, id="small categories fill all groups"),
        pytest.param(small, (0.5, 1 / 30), 2_500, id="small categories share too few groups"),
        pytest.param(tied, (0.6, 20), 2_000_000, id="one cluster"),
    ],
)
def test_steps_grow_as_the_rules_do(
    files: Files, budget: Budget, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight times the rules, beside nothing and beside what a tighter budget left in force.

    Were it quadratic, it would be 64 times the steps.
    """
    monkeypatch.setattr(limits, "RULES_STRING_BYTES", size)
    (few, few_beside), (many, many_beside) = (_taken(files, rules, budget) for rules in (FEW, MANY))
    assert many / few < MANY / FEW * GROWTH
    assert many_beside / few_beside < MANY / FEW * GROWTH


def _taken(files: Files, rules: int, budget: Budget) -> tuple[int, int]:
    allowlist, tighter = (
        allow(firewall=firewall(rules, share, budget[1])) for share in (budget[0], budget[0] * 0.9)
    )
    ordered = ordered_from(files(rules), allowlist)
    deployed = in_force(fit(ordered, tighter, Deployed()).packed.groups)
    fresh, beside = (partial(fit, ordered, allowlist, one) for one in (Deployed(), deployed))
    return steps(fresh), steps(beside)
