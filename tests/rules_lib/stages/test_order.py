"""The order of inspection: setters first, otherwise as the feed has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from support.rules import TIES, published, text

from rules_lib.outcome import Converted
from rules_lib.stages.link import link
from rules_lib.stages.order import order

if TYPE_CHECKING:
    from random import Random

SOURCES = st.lists(st.lists(TIES, max_size=2), max_size=10)


def _rules(options: list[list[str]]) -> tuple[Converted, ...]:
    return published(*(text(sid, "".join(bits)) for sid, bits in enumerate(options, start=1)))


def _inspected(*rules: str) -> list[int]:
    """Order rules by their flowbits: `set,a isset,b` is one rule; sids from 1."""
    return _in_order(*(" ".join(f"flowbits:{one};" for one in rule.split()) for rule in rules))


def _in_order(*options: str) -> list[int]:
    """Order rules by their options; sids from 1."""
    position = order([_rules([[f"{one} "] for one in options])]).position
    return sorted(position, key=position.__getitem__)


def _leads(rule: Converted, other: Converted) -> bool:
    """Whether the one changes what the other checks."""
    changed = {mark for tie in rule.rule.ties if tie.changes for mark in tie.marks}
    checks = (tie.marks for tie in other.rule.ties if tie.checks)
    return any(mark in changed for marks in checks for mark in marks)


def _behind(rules: tuple[Converted, ...]) -> dict[int, set[int]]:
    """For each rule all those that come behind it, through others too."""
    found = {
        one.sid: {other.sid for other in rules if other is not one and _leads(one, other)}
        for one in rules
    }
    for _ in rules:
        found = {sid: some.union(*(found[one] for one in some)) for sid, some in found.items()}
    return found


@given(SOURCES)
def test_order_is_a_permutation(options: list[list[str]]) -> None:
    """Every rule has one place, and the clusters stay as they are."""
    clusters = link(_rules(options), ()).clusters
    ordered = order(clusters)
    sids = [rule.sid for cluster in clusters for rule in cluster]
    assert sorted(ordered.position) == sorted(sids)
    assert sorted(ordered.position.values()) == list(range(len(sids)))
    assert ordered.clusters == clusters


@given(SOURCES)
def test_setters_stand_before_their_checkers_unless_in_a_circle(options: list[list[str]]) -> None:
    """In a circle each would have to stand before the other."""
    rules = _rules(options)
    position = order([rules]).position
    behind = _behind(rules)
    for sid, followers in behind.items():
        for other in followers - {sid}:
            assert position[sid] < position[other] or sid in behind[other]


@given(SOURCES)
def test_rules_without_ties_stay_in_the_order_of_the_feed(options: list[list[str]]) -> None:
    """As does everything where each setter already stands first."""
    rules = _rules(options)
    position = order([rules]).position
    free = [rule.sid for rule in rules if not rule.rule.ties]
    assert sorted(free, key=position.__getitem__) == free
    behind = _behind(rules)
    if all(sid < other for sid, followers in behind.items() for other in followers):
        assert sorted(position, key=position.__getitem__) == [rule.sid for rule in rules]


@given(SOURCES, st.randoms(use_true_random=False))
def test_order_does_not_depend_on_how_the_clusters_come(
    options: list[list[str]], random: Random
) -> None:
    """Places in the feed decide, nothing else."""
    clusters = list(link(_rules(options), ()).clusters)
    position = order(clusters).position
    random.shuffle(clusters)
    assert order(clusters).position == position


def test_setter_moves_before_the_checker() -> None:
    """Or rather the checker behind it; nothing else moves."""
    assert _inspected("isset,a", "noalert", "set,a", "noalert") == [2, 3, 1, 4]


def test_chain_is_put_in_its_order() -> None:
    """A checker may be a setter too; toggle sets."""
    assert _inspected("isset,b", "isset,a set,b", "toggle,a") == [3, 2, 1]


def test_isnotset_checks_too() -> None:
    """Its setter stands first."""
    assert _inspected("isnotset,a", "set,a") == [2, 1]


def test_unset_is_no_setter() -> None:
    """It may stand wherever the feed has it."""
    assert _inspected("isset,a", "unset,a", "set,a") == [2, 3, 1]


def test_in_a_circle_isset_decides_before_isnotset() -> None:
    """Isset must see the bit in the same packet; isnotset only asks whether it is there yet."""
    assert _inspected("isset,a", "isnotset,b set,a", "isset,a set,b") == [2, 3, 1]
    assert _inspected("isset,a set,b", "isnotset,b set,a") == [2, 1]


def test_rule_that_marks_a_flow_once_stays_where_it_is() -> None:
    """It asks for the bit that it sets itself."""
    assert _inspected("isnotset,a set,a", "isset,a") == [1, 2]
    assert _inspected("isset,a", "isnotset,a set,a") == [2, 1]
    assert _inspected("set,a", "noalert", "isset,a set,a") == [1, 2, 3]


def test_circle_that_nothing_decides_keeps_the_order_of_the_feed() -> None:
    """Both wait for the other."""
    assert _inspected("isset,b set,a", "isset,a set,b", "set,a") == [3, 1, 2]


def test_flowint_is_counted_before_it_is_compared() -> None:
    """Lessened too, and whatever it is compared with."""
    assert _in_order("flowint:aa,>,3;", "noalert;", "flowint:aa,-,1;", "flowint:aa,+,1;") == [
        *(2, 3, 4, 1)
    ]
    assert _in_order("flowint:aa,>,bb;", "flowint:aa,+,1;", "flowint:bb,=,3;") == [2, 3, 1]
    assert _in_order("flowint:aa,notset;", "flowint:aa,=,1;") == [2, 1]


def test_first_that_counts_and_those_that_go_on_counting_stand_before_what_is_counted_for() -> None:
    """The one starts where there is not a number yet, the other adds to it, the third compares."""
    start, more = "flowint:aa,notset; flowint:aa,=,1;", "flowint:aa,isset; flowint:aa,+,1;"
    assert _in_order("flowint:aa,>,5;", more, start) == [3, 2, 1]


def test_bit_of_a_host_is_set_before_it_is_checked_by_whichever_end() -> None:
    """By xbits or hostbits; of another name, or of a pair, it is another bit."""
    check = "xbits:isset,a,track ip_dst;"
    assert _in_order(check, "xbits:set,a,track ip_src;") == [2, 1]
    assert _in_order(check, "hostbits:set,a,src;") == [2, 1]
    assert _in_order(check, "xbits:set,a,track ip_pair;", "flowbits:set,a;") == [1, 2, 3]
