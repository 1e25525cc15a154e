"""What the shipped allowlists block of a real release: as the page counts, and on its grounds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from support.releases import COMPOSITE, SHIPPED, built_from

from benchmarks.drops import MARKS, counted_on
from rules_lib.allowlist import load_allowlist
from rules_lib.facts.limits import BLOCKING, POLICY_CAPACITY, POLICY_RULE_GROUPS

if TYPE_CHECKING:
    from rules_lib.build import Built
    from rules_lib.outcome import Converted

pytestmark = pytest.mark.feeds

PAGE: Final = Path(__file__).parents[2] / "docs" / "shipped-allowlist.md"
GUESSES: Final = re.compile(r"\b(possible|suspicious|likely|suspected|generic)\b", re.IGNORECASE)
NAMED: Final = load_allowlist(SHIPPED.read_bytes(), source="shipped", known=()).rules.drop
"""The sids that the shipped file has drop whatever they say of themselves."""


@pytest.fixture(scope="module")
def shipped(releases: Path) -> Built:
    """Build the release by the shipped file."""
    return built_from(releases / COMPOSITE, "shipped")


@pytest.fixture(scope="module")
def strict(releases: Path) -> Built:
    """Build it by the stricter one."""
    return built_from(releases / COMPOSITE, "strict")


def drops(built: Built) -> dict[int, Converted]:
    """The rules that drop, by sid."""
    return {rule.sid: rule for rule in built.kept if rule.action in BLOCKING}


def created(rule: Converted) -> str:
    """The day on which a rule was written, read plainly."""
    [day] = re.findall(r"[,:]\s*created_at (\d{4}_\d\d_\d\d)", rule.rule.text)
    return str(day)


def test_tables_of_the_page_are_those_of_the_release(shipped: Built, strict: Built) -> None:
    """If not: python -m benchmarks.drops --feed … --write docs/shipped-allowlist.md."""
    page = PAGE.read_text(encoding="utf-8")
    between = page.partition(MARKS[0])[2].partition(MARKS[1])[0]
    assert between.strip() == counted_on(COMPOSITE, (shipped, strict)).strip()


def test_nothing_that_says_it_guesses_drops_unless_it_is_named(shipped: Built) -> None:
    """Which those are, and why, stands in the file."""
    guessing = {sid for sid, rule in drops(shipped).items() if GUESSES.search(rule.rule.msg)}
    assert guessing <= NAMED
    assert drops(shipped).keys() >= NAMED


def test_what_knows_domains_and_pages_is_not_from_before_2019(shipped: Built) -> None:
    """And of what is sure of itself and older, attacks alone drop, and miners."""
    old = {sid: rule for sid, rule in drops(shipped).items() if created(rule) < "2019"}
    kinds = {rule.rule.category for rule in old.values()}
    assert kinds == {"drop", "dshield", "emerging-coinminer", "emerging-exploit"}


def test_no_single_address_drops_in_the_shipped_file(shipped: Built) -> None:
    """Networks do, and what has a port."""
    blocking = {rule.rule.category for rule in drops(shipped).values()}
    addresses = {"botcc", "compromised", "threatview_CS_c2", "3coresec", "ciarmy"}
    kept = {rule.rule.category for rule in shipped.kept}
    assert addresses <= kept
    assert not addresses & blocking


@pytest.mark.parametrize(
    ("words", "least"),
    [
        (r"ETERNAL(BLUE|ROMANCE|CHAMPION)", 6),
        ("Spring4Shell", 5),
        ("CVE-2024-3400", 1),
        ("CVE-2024-1709", 4),
        ("MOVEit|LEMURLOOT", 8),
        ("CVE-2024-2719[89]", 6),
    ],
)
def test_attacks_that_everybody_meets_drop(shipped: Built, words: str, least: int) -> None:
    """Those of which the rule names what only the attack sends."""
    found = [sid for sid, rule in drops(shipped).items() if re.search(words, rule.rule.msg)]
    assert len(found) >= least


def test_stricter_file_drops_all_that_the_shipped_one_does_and_more(
    shipped: Built, strict: Built
) -> None:
    """It keeps the same rules, in one policy."""
    assert drops(shipped).keys() < drops(strict).keys()
    assert {rule.sid for rule in shipped.kept} == {rule.sid for rule in strict.kept}
    for built in (shipped, strict):
        assert len(built.groups) <= POLICY_RULE_GROUPS
        assert sum(group.capacity for group in built.groups) <= POLICY_CAPACITY
