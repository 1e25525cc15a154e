"""Marks: setters are brought in, and rules that they tie together stay together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rules import TIES, published, text

from rules_lib.model import Reason
from rules_lib.outcome import Converted
from rules_lib.stages.link import Linked, link
from rules_lib.ties import Mark

SOURCES = st.lists(st.lists(TIES, max_size=3), max_size=9)


def _rules(
    options: list[list[str]], start: int = 1, *, setter: bool = False
) -> tuple[Converted, ...]:
    sources = (text(sid, "".join(bits)) for sid, bits in enumerate(options, start))
    category = "emerging-dns" if setter else "emerging-web"
    return published(*sources, category=category, setter=setter)


def _linked(wanted: list[str], standby: list[str] | None = None) -> Linked:
    """Link rules by their flowbits: `set,a isset,b` is one rule; sids from 1, standby from 101."""
    return _tied(
        *(
            [" ".join(f"flowbits:{one};" for one in rule.split()) for rule in rules]
            for rules in (wanted, standby or [])
        )
    )


def _tied(wanted: list[str], standby: list[str] | None = None) -> Linked:
    """Link rules by their options; sids from 1, standby from 101."""
    ours, others = ([[f"{one} "] for one in rules] for rules in (wanted, standby or []))
    return link(_rules(ours), _rules(others, 101, setter=True))


def _sids(linked: Linked) -> list[int]:
    return sorted(rule.sid for cluster in linked.clusters for rule in cluster)


def _set_by(rule: Converted) -> set[Mark]:
    return {mark for tie in rule.rule.ties if tie.sets for mark in tie.marks}


def _works(rule: Converted, marks: set[Mark]) -> bool:
    """Whether all that the rule needs can be set."""
    asked = [tie for tie in rule.rule.ties if tie.needs]
    return all(any(mark in marks for mark in tie.marks) for tie in asked)


def _reachable(rules: list[Converted]) -> set[Mark]:
    """The marks that the rules can set, counted up from nothing."""
    marks: set[Mark] = set()
    for _ in range(len(rules) + 1):
        marks |= set().union(*(_set_by(rule) for rule in rules if _works(rule, marks)))
    return marks


@given(SOURCES, SOURCES)
def test_wanted_rules_are_kept_or_discarded(
    wanted: list[list[str]], standby: list[list[str]]
) -> None:
    """Each one, and a standby rule is never discarded: nobody asked for it."""
    rules = _rules(wanted)
    linked = link(rules, _rules(standby, 101, setter=True))
    kept = [rule.sid for cluster in linked.clusters for rule in cluster if not rule.setter]
    lost = [discard.rule.sid or 0 for discard in linked.discarded]
    assert sorted((*kept, *lost)) == [rule.sid for rule in rules]
    assert {discard.reason for discard in linked.discarded} <= {Reason.FLOWBIT_NEVER_SET}


@given(SOURCES, SOURCES)
def test_all_that_a_kept_rule_checks_can_be_set_by_kept_rules(
    wanted: list[list[str]], standby: list[list[str]]
) -> None:
    """Also what its setters check in turn; and nothing is discarded that could have worked."""
    rules, others = _rules(wanted), _rules(standby, 101, setter=True)
    linked = link(rules, others)
    kept = [rule for cluster in linked.clusters for rule in cluster]
    marks = _reachable(kept)
    assert all(_works(rule, marks) for rule in kept)
    possible = _reachable([*rules, *others])
    lost = {discard.rule.sid for discard in linked.discarded}
    assert lost == {rule.sid for rule in rules if not _works(rule, possible)}


@given(SOURCES, SOURCES)
def test_every_setter_that_is_needed_is_brought_in_and_no_other(
    wanted: list[list[str]], standby: list[list[str]]
) -> None:
    """All setters of a mark that some kept rule checks, where they can fire themselves."""
    rules, others = _rules(wanted), _rules(standby, 101, setter=True)
    kept = [rule for cluster in link(rules, others).clusters for rule in cluster]
    asked = {mark for rule in kept for tie in rule.rule.ties if tie.calls for mark in tie.marks}
    possible = _reachable([*rules, *others])
    expected = {one.sid for one in others if _set_by(one) & asked and _works(one, possible)}
    assert {rule.sid for rule in kept if rule.setter} == expected


@given(SOURCES, SOURCES)
def test_linking_what_was_kept_changes_nothing(
    wanted: list[list[str]], standby: list[list[str]]
) -> None:
    """It is a fixpoint."""
    once = link(_rules(wanted), _rules(standby, 101, setter=True))
    kept = sorted(
        (rule for cluster in once.clusters for rule in cluster), key=lambda rule: rule.rule.place
    )
    again = link(kept, ())
    assert again.clusters == once.clusters
    assert not again.discarded


@given(SOURCES, SOURCES)
def test_no_mark_is_named_by_two_clusters(
    wanted: list[list[str]], standby: list[list[str]]
) -> None:
    """And a cluster is not larger than its marks make it; rules stand in the feed's order."""
    linked = link(_rules(wanted), _rules(standby, 101, setter=True))
    seen: set[Mark] = set()
    for cluster in linked.clusters:
        names = [{mark for tie in rule.rule.ties for mark in tie.marks} for rule in cluster]
        assert seen.isdisjoint(set().union(*names))
        seen |= set().union(*names)
        joined = names[0]
        for _ in names:
            joined = joined.union(*(bits for bits in names if bits & joined))
        assert joined == set().union(*names)
        assert len(cluster) == 1 or all(names)
        places = [rule.rule.place for rule in cluster]
        assert places == sorted(places)
    firsts = [cluster[0].rule.place for cluster in linked.clusters]
    assert firsts == sorted(firsts)


@given(SOURCES, SOURCES)
def test_rules_of_a_cluster_have_one_bond_and_no_other_rule_has_it(
    wanted: list[list[str]], standby: list[list[str]]
) -> None:
    """It names their marks; a rule that is alone has none, whatever marks it uses."""
    linked = link(_rules(wanted), _rules(standby, 101, setter=True))
    bonds = [{rule.bond for rule in cluster} for cluster in linked.clusters]
    assert all(len(found) == 1 for found in bonds)
    tied = [bond for [bond] in bonds if bond]
    assert len(tied) == len(set(tied)) == sum(len(cluster) > 1 for cluster in linked.clusters)
    for cluster, [bond] in zip(linked.clusters, bonds, strict=True):
        marks = {mark for rule in cluster for tie in rule.rule.ties for mark in tie.marks}
        assert bond is None or (set(bond.marks), bond.files) == (marks, ())


def test_checker_without_any_setter_is_discarded() -> None:
    """The detail names the bit."""
    linked = _linked(["isset,a", "set,b", "isset,b"])
    assert [(one.rule.sid, one.detail) for one in linked.discarded] == [
        (1, "it checks a, and no enabled rule that can be published ever sets it")
    ]
    assert _sids(linked) == [2, 3]


@pytest.mark.parametrize(
    ("check", "kept"),
    [
        ("isset,a|b", True),
        ("isset,a&b", False),
        ("isset,b", False),
        ("isnotset,b", True),
        ("isnotset,a&b", True),
        ("unset,b", True),
        ("isset,a isset,b", False),
    ],
)
def test_what_a_checker_needs(check: str, kept: bool) -> None:
    """`|` one of them; `&` is a part of a name; isnotset and unset nothing; several options all."""
    assert (1 in _sids(_linked([check, "set,a"]))) is kept


def test_rule_that_sets_the_bit_it_checks_does_not_help_itself() -> None:
    """Somebody else must set it first."""
    assert not _sids(_linked(["isset,a set,a"]))
    assert _sids(_linked(["isset,a set,a"], ["set,a"])) == [1, 101]


def test_rules_that_wait_for_each_other_never_fire() -> None:
    """Each checks what only the other sets."""
    assert not _sids(_linked(["isset,a set,b", "isset,b set,a"]))
    assert _sids(_linked(["isset,a set,b", "isset,b set,a"], ["toggle,a"])) == [1, 2, 101]


def test_setters_come_in_with_what_they_check_in_turn() -> None:
    """And all setters of a bit, not just one; others stay out."""
    standby = ["isset,b set,a", "set,b", "toggle,b", "set,c", "unset,a", "set,a"]
    assert _sids(_linked(["isset,a"], standby)) == [1, 101, 102, 103, 106]


def test_setter_that_cannot_fire_is_not_brought_in() -> None:
    """It would take room for nothing."""
    linked = _linked(["isset,a"], ["isset,nowhere set,a"])
    assert not linked.clusters
    assert linked.discarded[0].detail.startswith("it checks a,")


def test_isnotset_brings_no_setter_in_but_ties() -> None:
    """It works without one; where one is there, both belong together."""
    assert _sids(_linked(["isnotset,a"], ["set,a"])) == [1]
    assert len(_linked(["isnotset,a", "set,a", "unset,a", "noalert"]).clusters) == 2


def test_setters_counts_those_that_were_brought_in() -> None:
    """Not the wanted ones."""
    assert _linked(["isset,a", "set,a"], ["set,a", "set,b"]).setters == 1


def test_flowint_that_is_compared_needs_a_rule_that_counts_it() -> None:
    """One that only lessens it does not; `notset` needs none, nor does what it is compared with."""
    count = "flowint:aa,+,1;"
    assert _sids(_tied(["flowint:aa,>,3;", "flowint:aa,isset;"], [count])) == [1, 2, 101]
    assert not _tied(["flowint:aa,>,3;"], ["flowint:aa,-,1;"]).clusters
    assert _sids(_tied(["flowint:aa,notset;"], [count])) == [1]
    assert _sids(_tied(["flowint:aa,=,bb;"])) == [1]


def test_what_a_flowint_is_compared_with_is_brought_in() -> None:
    """Without it the number would count as 0, and the rule fire where it should not."""
    assert _sids(_tied(["flowint:aa,>,bb;"], ["flowint:aa,+,1;", "flowint:bb,=,3;"])) == [
        *(1, 101, 102)
    ]


def test_bit_of_a_host_is_one_whichever_end_and_keyword_sets_it() -> None:
    """So a rule may mark the source, and another ask for the destination."""
    setters = ["xbits:set,a,track ip_src;", "hostbits:set,a,dst;", "xbits:set,a,track ip_pair;"]
    assert _sids(_tied(["xbits:isset,a,track ip_dst;"], setters)) == [1, 101, 102]
    assert _sids(_tied(["hostbits:isset,a;"], setters)) == [1, 101, 102]
    assert _sids(_tied(["xbits:isset,a,track ip_pair;"], setters)) == [1, 103]


def test_marks_of_one_name_and_several_kinds_are_several() -> None:
    """A flowbit, a flowint and an xbit know nothing of each other."""
    kinds = [
        *("flowbits:set,aa;", "flowint:aa,=,1;", "xbits:set,aa,track ip_src;"),
        *("xbits:set,aa,track ip_pair;", "xbits:set,aa,track tx;"),
    ]
    assert len(_tied(kinds).clusters) == len(kinds)
    lost = _tied(["flowint:aa,isset;", "hostbits:isset,aa;"], kinds[:1]).discarded
    assert [one.detail.split(", and")[0] for one in lost] == [
        "it checks the flowint aa",
        "it checks the host xbit aa",
    ]


def test_xbit_without_track_is_never_set() -> None:
    """Suricata 8 takes such an option, which then sets nothing and matches nothing."""
    linked = _tied(["xbits:isset,a;", "xbits:isnotset,a;", "xbits:set,a;"])
    assert _sids(linked) == [3]
