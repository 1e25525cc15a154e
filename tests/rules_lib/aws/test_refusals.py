"""The search for refused rules, with services that answer in ways the embedded AWS does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from firewall_support import rule
from hypothesis import given
from hypothesis import strategies as st

from rules_lib.aws.refusals import UnpinnedError, find_refusals
from rules_lib.content import by_sid
from rules_lib.ties import Kind, Mark, Tie

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = Mark(Kind.FLOWBIT, "a")
SETTER = rule(1, "flowbits:set,a; ", ties=(Tie("set", (MARK,)),))
CHECKER = rule(50, "flowbits:isset,a; ", ties=(Tie("isset", (MARK,)),))


def refusing(
    bad: set[int], *, named: set[int], strict_flowbits: bool = False
) -> Callable[[str], str | None]:
    """A service that refuses these sids and, where it is strict, a checker without its setter."""

    def judge(text: str) -> str | None:
        rules = by_sid(text)
        for sid, line in rules.items():
            if sid in bad:
                quoted = f"rule: {line} gid:1234567890;, " if sid in named else ""
                return f"stateful rule is invalid, {quoted}reason: bad"
        if strict_flowbits and CHECKER.sid in rules and SETTER.sid not in rules:
            return "stateful rule is invalid, reason: flowbit a is checked and never set"
        return None

    return judge


@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)))
def test_exactly_the_refused_rules_are_found(bad: set[int], named: set[int]) -> None:
    """Any number of them, named or not; a name may have what the service appends to a rule."""
    rules = [rule(sid) for sid in range(1, 41)]
    found = find_refusals(rules, refusing(bad, named=named))
    assert {refusal.rule.sid for refusal in found} == bad
    assert len(found) == len(bad)


def test_checker_is_not_blamed_for_being_tried_without_its_setter() -> None:
    """The setter stands in the first half, the culprit and the checker in the second."""
    rules = [SETTER, *(rule(sid) for sid in range(2, 50)), CHECKER, rule(51), rule(52)]
    found = find_refusals(rules, refusing({51}, named=set(), strict_flowbits=True))
    assert [refusal.rule.sid for refusal in found] == [51]


def test_refused_checker_is_found_by_its_own_fault() -> None:
    """Tried alone it would be refused for another reason."""
    rules = [rule(2), SETTER, *(rule(sid) for sid in range(3, 50)), CHECKER, rule(51)]
    (found,) = find_refusals(rules, refusing({50}, named=set(), strict_flowbits=True))
    assert (found.rule, found.words) == (CHECKER, "stateful rule is invalid, reason: bad")


def test_rule_that_is_refused_beside_its_setter_alone_is_found() -> None:
    """By itself it would be accepted, as would the setter."""
    rules = [rule(2), SETTER, *(rule(sid) for sid in range(3, 50)), CHECKER, rule(51)]

    def judge(text: str) -> str | None:
        return "bad" if {SETTER.sid, CHECKER.sid} <= by_sid(text).keys() else None

    assert [refusal.rule for refusal in find_refusals(rules, judge)] == [CHECKER]


def test_what_is_known_to_be_accepted_is_not_searched_again() -> None:
    """Ten dry runs for the first of 1000, and few for each further one behind it."""
    asked = list[str]()
    judge = refusing(set(range(993, 1001)), named=set())

    def counted(text: str) -> str | None:
        asked.append(text)
        return judge(text)

    found = find_refusals([rule(sid) for sid in range(1, 1001)], counted)
    assert len(found) == 8
    assert len(asked) <= 1 + (10 + 3) + 7 * (3 + 3)


def test_size_of_the_text_is_no_rules_fault() -> None:
    """An unknown limit: the last rule of what is still accepted is fine by itself."""
    rules = [rule(sid) for sid in range(1, 100)]
    with pytest.raises(UnpinnedError, match="too big"):
        find_refusals(rules, lambda text: "too big" if len(text) > 2000 else None)
