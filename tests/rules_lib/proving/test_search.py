"""The search for refused rules, with services that answer in ways the embedded AWS does not."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.groups import Service, many, rule, whole, without

from rules_lib.groups.content import by_sid
from rules_lib.proving.search import DEFAULT_OPTIONS, SearchOptions, UnpinnedError, search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rules_lib.outcome import Converted

HOW_IT_WORKS: Final = Path(__file__).parents[3] / "docs" / "how-it-works.md"
SETTER = rule(1, "flowbits:set,a; ")
CHECKER = rule(50, "flowbits:isset,a; ")


def refusing(bad: set[int], *, named: set[int]) -> Callable[[str], str | None]:
    """A service that refuses these sids, and a checker without its setter."""

    def judge(text: str) -> str | None:
        rules = by_sid(text)
        for sid, line in rules.items():
            if sid in bad:
                quoted = f"rule: {line} gid:1234567890;, " if sid in named else ""
                return f"stateful rule is invalid, {quoted}reason: bad"
        if CHECKER.sid in rules and SETTER.sid not in rules:
            return "stateful rule is invalid, reason: flowbit a is checked and never set"
        return None

    return judge


def refusing_one(rule: str, words: str) -> Callable[[str], str | None]:
    """A service that refuses one rule, in these words."""
    return lambda text: words if rule in text else None


@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)))
def test_exactly_the_refused_rules_are_found(
    bad: set[int], named: set[int], trusted: set[int]
) -> None:
    """Any number of them, named or not, and whether they were accepted before or not."""
    rules = many(60)
    known = frozenset(one.text for one in rules if one.sid in trusted)
    found = whole(rules, Service(rules, bad, named), SearchOptions(trusted=known))
    assert sorted(refusal.rule.sid for refusal in found) == sorted(bad)


@pytest.mark.parametrize("pattern", [r"sid:\d*7;", r"sid:\d*[07];", r"sid:\d*[27];"])
def test_service_that_refuses_a_rule_beyond_doubt_is_searched_all_the_same(pattern: str) -> None:
    """What it takes offence at in others may stand in that rule too."""
    rules = many(30)

    def judge(text: str) -> str | None:
        return "stateful rule is invalid, reason: bad" if re.search(pattern, text) else None

    found = [one.rule.sid for one in search(rules, judge).refusals]
    assert found == [one.sid for one in rules if judge(one.text)]


@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)), st.integers(1, 80))
def test_search_that_runs_out_of_time_has_not_been_for_nothing(
    bad: set[int], named: set[int], dry_runs: int
) -> None:
    """Every rule is accepted, refused or open; what is said of it is right, and was told."""
    rules = many(60)
    service, told = Service(rules, bad, named), list[int]()
    options = service.within(dry_runs, lambda refusal: told.append(refusal.rule.sid))
    searched = search(rules, service, options)
    refused = {refusal.rule.sid for refusal in searched.refusals}
    accepted = {one.sid for one in rules if one.text in searched.accepted}
    left = {one.sid for one in searched.open}
    assert refused <= bad
    assert refused == set(told)
    assert accepted.isdisjoint(bad)
    assert sorted((*refused, *accepted, *left)) == [one.sid for one in rules]


@pytest.mark.parametrize("named", [True, False])
def test_each_search_gets_further_than_the_one_before(*, named: bool) -> None:
    """With time for thirty dry runs each: what one has found the next need not find again."""
    rules: Sequence[Converted] = many(500)
    bad = set(range(3, 500, 4))
    found = set[int]()
    for _ in range(40):
        service = Service(rules, bad, bad if named else ())
        searched = search(rules, service, service.within(30))
        if not searched.refusals:
            break
        found |= {refusal.rule.sid for refusal in searched.refusals}
        rules = without(rules, searched)
    assert found == bad


@pytest.mark.parametrize("bad", [1, 20, 200, 2_000, 10_000])
def test_dry_runs_among_ten_thousand_rules_are_as_the_docs_say(bad: int) -> None:
    """Spread and together, named and unnamed; each rule that is blamed costs one at least."""
    ways = [*product((True, False), (10_000 // bad, 1))]
    asked = {way: dry_runs(bad, *way) for way in dict.fromkeys(ways)}  # all bad ones are together
    row = "".join(f" {count:,} |" for count in (bad, *map(asked.__getitem__, ways)))
    assert f"\n|{row}\n" in HOW_IT_WORKS.read_text(), row
    assert min(asked.values()) >= bad


def dry_runs(bad: int, named: bool, step: int) -> int:
    """How many it takes to find so many of ten thousand rules, each so far from the last."""
    rules = many(10_000)
    sids = {1 + step * number + step // 2 for number in range(bad)}
    service = Service(rules, sids, sids if named else ())
    assert {refusal.rule.sid for refusal in whole(rules, service)} == sids
    return service.asked


def test_rules_that_were_accepted_before_are_asked_about_once() -> None:
    """A day's release: three of forty new rules are bad, and ten thousand are in force."""
    rules = many(10_040)
    trusted = frozenset(one.text for one in rules[:10_000])
    service = Service(rules, {10_003, 10_004, 10_030})
    assert len(whole(rules, service, SearchOptions(trusted=trusted))) == 3
    assert service.asked <= 30


def test_good_half_is_proven_before_every_bad_rule_is_found() -> None:
    """A long list of people's own that is bad altogether does not keep the feed's rules waiting."""
    rules = many(4_000)
    service = Service(rules, set(range(1, 2_001)), set(range(1, 2_001)))
    searched = search(rules, service, service.within(40))
    assert {one.text for one in rules[2_010:]} <= searched.accepted


def test_rule_is_shortened_in_the_services_words_however_it_is_quoted() -> None:
    """With the service's own gid or without, as an invalid rule or as a duplicate."""
    rules = many(3)
    bad = rules[1].text
    for words in (
        f"rule: {bad}, reason: no",
        f'Duplicate signature "{bad}"',
        f"parameter: [{bad}]",
    ):
        for said in (words, words.replace("rev:1;)", "rev:1; gid:1234567890;)")):
            (found,) = search(rules, refusing_one(bad, said)).refusals
            assert (found.rule, found.words) == (rules[1], words.replace(bad, "…"))


def test_checker_is_not_blamed_for_being_tried_without_its_setter() -> None:
    """The setter stands in the first half, the culprit and the checker in the second."""
    rules = [SETTER, *(rule(sid) for sid in range(2, 50)), CHECKER, rule(51), rule(52)]
    found = search(rules, refusing({51}, named=set())).refusals
    assert [refusal.rule.sid for refusal in found] == [51]


@pytest.mark.parametrize("named", [{1}, set[int]()], ids=["named", "unnamed"])
def test_checker_of_a_refused_setter_is_not_blamed(named: set[int]) -> None:
    """The service refuses it then too; but it may come back with the setter, so no word of it."""
    rules = [SETTER, *(rule(sid) for sid in range(2, 50)), CHECKER, rule(51), rule(52)]
    searched = search(rules, refusing({1}, named=named))
    assert [refusal.rule.sid for refusal in searched.refusals] == [1]
    assert CHECKER.text not in searched.accepted
    assert searched.open == ()


def test_refused_checker_is_found_by_its_own_fault() -> None:
    """Tried alone it would be refused for another reason."""
    rules = [rule(2), SETTER, *(rule(sid) for sid in range(3, 50)), CHECKER, rule(51)]
    (found,) = search(rules, refusing({50}, named=set())).refusals
    assert (found.rule, found.words) == (CHECKER, "stateful rule is invalid, reason: bad")


def test_rule_that_is_refused_beside_its_setter_alone_is_found() -> None:
    """By itself it would be accepted, as would the setter."""
    rules = [rule(2), SETTER, *(rule(sid) for sid in range(3, 50)), CHECKER, rule(51)]

    def judge(text: str) -> str | None:
        return "bad" if {SETTER.sid, CHECKER.sid} <= by_sid(text).keys() else None

    assert [refusal.rule for refusal in search(rules, judge).refusals] == [CHECKER]


@pytest.mark.parametrize("trusted", [0, 20, 99])
def test_size_of_the_text_is_no_rules_fault(trusted: int) -> None:
    """An unknown limit: the last rule of what is still accepted is fine by itself."""
    rules = many(99)
    options = SearchOptions(trusted=frozenset(one.text for one in rules[:trusted]))
    with pytest.raises(UnpinnedError, match="too big"):
        search(rules, lambda text: "too big" if len(text) > 2000 else None, options)


@pytest.mark.parametrize("count", [1, 2, 10, 99])
def test_refusal_that_does_not_last_is_no_rules_fault(count: int) -> None:
    """The service answers so once, and then takes whatever it is asked for."""
    answers = iter(["busy"])
    with pytest.raises(UnpinnedError, match="busy"):
        search(many(count), lambda _: next(answers, None))


def test_nothing_is_blamed_where_even_a_rule_beyond_doubt_is_refused() -> None:
    """Four dry runs tell."""
    asked = list[str]()

    def judge(text: str) -> str:
        asked.append(text)
        return "no"

    with pytest.raises(UnpinnedError, match="no"):
        search(many(100), judge)
    assert len(asked) == 4


def test_group_without_a_rule_is_not_asked_about() -> None:
    """An empty text is refused by itself."""
    rules: list[Converted] = []
    service = Service(rules, ())
    assert search(rules, service, DEFAULT_OPTIONS).refusals == ()
    assert service.asked == 0
