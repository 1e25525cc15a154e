"""Hits of one day that come to the same are one; what cannot be added has a bound."""

from __future__ import annotations

from support.hits import day_hits, talkers

from rules_lib.hits.merge import most_talkative, one_of_each
from rules_lib.hits.values import TOP, PacketAction, Talker


def test_examples_of_parts_are_added_up_by_address() -> None:
    """Those with the most lines come first."""
    one = day_hits(sources=2, top_sources=talkers("10.0.0.1", "10.0.0.2"))
    two = day_hits(sources=2, top_sources=talkers("10.0.0.2", "10.0.0.3"))
    [both] = one_of_each([one, two])
    assert both.top_sources == (Talker("10.0.0.2", 2), *talkers("10.0.0.1", "10.0.0.3"))


def test_actions_and_groups_stay_apart() -> None:
    """What was dropped is another thing than what got through."""
    hits = (
        day_hits(action=PacketAction.DROP),
        day_hits(action=PacketAction.ALERT),
        day_hits(group=""),
    )
    assert [(one.action, one.group != "") for one in one_of_each(hits)] == [
        ("alert", False),
        ("alert", True),
        ("drop", True),
    ]


def test_groups_of_one_name_in_one_day_are_one() -> None:
    """As two firewalls may have in two accounts."""
    one = one_of_each([day_hits(count=2), day_hits(count=3), day_hits(8)])
    assert [(hits.sid, hits.count, hits.flows) for hits in one] == [(7, 5, 2), (8, 1, 1)]


def test_no_more_addresses_are_kept_than_of_a_day() -> None:
    """However many days there are."""
    assert len(most_talkative(Talker(f"10.0.0.{number}", 1) for number in range(100))) == TOP
