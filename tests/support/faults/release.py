"""Feeds and allowlists as values, and the changes that releases and people make to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

from support.rules import text

NAMES: Final = (
    "emerging-malware",
    "emerging-info",
    "emerging-dns",
    "emerging-exploit",
    "emerging-web_server",
)
"""Categories that ET has, so that a file that lists one is right whatever the feed has."""

REFUSED: Final = "the-service-takes-no-such-rule"
"""The embedded service refuses what this stands in."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A rule before it is text; `options` end in a semicolon and a blank each."""

    sid: int
    rev: int = 1
    options: str = ""
    source: str = "any"
    action: str = "alert"
    disabled: bool = False

    @property
    def text(self) -> str:
        """As the feed has it."""
        head, ends = f"{self.action} tcp", f"{self.source} any -> any any"
        written = text(self.sid, self.options, head=head, ends=ends, rev=self.rev)
        return f"{'#' * self.disabled}{written}"


Feed: TypeAlias = Mapping[str, tuple[Spec, ...]]
Change: TypeAlias = Callable[[Feed, int, int], Feed]

FIRST: Final[Feed] = {
    "emerging-malware": tuple(Spec(sid) for sid in range(1, 7)),
    "emerging-info": tuple(Spec(sid) for sid in range(11, 15)),
    "emerging-dns": (Spec(21), Spec(22), Spec(23, disabled=True)),
}


def lines_of(feed: Feed) -> dict[str, Sequence[str]]:
    """The feed's files."""
    return {name: [spec.text for spec in specs] for name, specs in feed.items()}


def _next_sid(feed: Feed) -> int:
    return 1 + max(spec.sid for specs in feed.values() for spec in specs)


def _edited(feed: Feed, place: int, edit: Callable[[Spec], Spec]) -> Feed:
    """Edit one rule, counted through all categories and around."""
    places = [(name, at) for name, specs in feed.items() for at in range(len(specs))]
    name, at = places[place % len(places)]
    specs = feed[name]
    return {**feed, name: (*specs[:at], edit(specs[at]), *specs[at + 1 :])}


def _grow(feed: Feed, place: int, count: int) -> Feed:
    """A category grows, or is new."""
    name, sid = NAMES[place % len(NAMES)], _next_sid(feed)
    more = tuple(Spec(sid + at) for at in range(count))
    return {**feed, name: (*feed.get(name, ()), *more)}


def _shrink(feed: Feed, place: int, count: int) -> Feed:
    """A category loses its first rules, and goes where it has no more."""
    name = list(feed)[place % len(feed)]
    left = feed[name][count:]
    rest = {other: specs for other, specs in feed.items() if other != name}
    return {**rest, name: left} if left else rest or feed


def _move(feed: Feed, place: int, count: int) -> Feed:
    """Rules go from one category to another."""
    name, to = list(feed)[place % len(feed)], NAMES[count % len(NAMES)]
    gone = feed[name][: count // 2]
    if name == to or not gone or len(gone) == len(feed[name]):
        return feed
    return {**feed, name: feed[name][len(gone) :], to: (*feed.get(to, ()), *gone)}


def _tie(feed: Feed, place: int, count: int) -> Feed:
    """One rule comes to check what another sets."""
    bit = f"bit{count % 3}"
    setting = _edited(feed, place, lambda spec: replace(spec, options=f"flowbits:set,{bit}; "))
    checking = f"flowbits:isset,{bit}; "
    return _edited(setting, place + count, lambda spec: replace(spec, options=checking))


def _untie(feed: Feed, place: int, count: int) -> Feed:
    """Rules lose their options."""
    for at in range(place, place + count):
        feed = _edited(feed, at, lambda spec: replace(spec, options="", source="any"))
    return feed


def _bump(feed: Feed, place: int, count: int) -> Feed:
    for at in range(place, place + count):
        feed = _edited(feed, at, lambda spec: replace(spec, rev=spec.rev + 1))
    return feed


def _disable(feed: Feed, place: int, count: int) -> Feed:
    return _edited(feed, place + count, lambda spec: replace(spec, disabled=not spec.disabled))


def _twin(feed: Feed, place: int, count: int) -> Feed:
    """A sid stands in a second category, too."""
    name = list(feed)[place % len(feed)]
    twin = replace(feed[name][0], rev=count)
    to = NAMES[(place + count) % len(NAMES)]
    return {**feed, to: (*feed.get(to, ()), twin)}


def _spoil(feed: Feed, place: int, count: int) -> Feed:
    """A rule becomes one that is not published, each for a reason of its own."""
    edits: tuple[Callable[[Spec], Spec], ...] = (
        lambda spec: replace(spec, options=f"reference:url,{REFUSED}; "),
        lambda spec: replace(spec, options="dataset:isset,x; "),
        lambda spec: replace(spec, source="$NOWHERE"),
        lambda spec: replace(spec, action="log"),
    )
    return _edited(feed, place, edits[count % len(edits)])


def _rate(feed: Feed, place: int, count: int) -> Feed:
    """A rule gets a severity, by which the budget decides."""
    severity = ("Critical", "Major", "Minor")[count % 3]
    options = f"metadata:signature_severity {severity}; "
    return _edited(feed, place, lambda spec: replace(spec, options=options))


CHANGES: Final[tuple[Change, ...]] = (
    *(_grow, _shrink, _move, _tie, _untie),
    *(_bump, _disable, _twin, _spoil, _rate),
)


def released(feed: Feed, changes: Sequence[tuple[Change, int, int]]) -> Feed:
    """The next release."""
    for change, place, count in changes:
        feed = change(feed, place, count)
    return feed


RELEASES: Final = st.lists(
    st.tuples(st.sampled_from(CHANGES), st.integers(0, 40), st.integers(1, 9)),
    min_size=1,
    max_size=4,
)

_FIREWALL: Final = st.fixed_dictionaries(
    {},
    optional={
        "rule_groups": st.sampled_from([2, 3, 4]),
        "capacity": st.sampled_from([12, 25, 40]),
        "headroom": st.sampled_from([0, 1]),
        "first_priority": st.sampled_from([1001, 2000]),
    },
)
_SIDS: Final = st.dictionaries(
    st.integers(1, 30), st.sampled_from(["off", "alert", "drop", "on"]), max_size=4
)


def _by_list(modes: Mapping[int, str]) -> dict[str, list[int]]:
    return {
        name: [sid for sid, mode in modes.items() if mode == name] for name in set(modes.values())
    }


ALLOWLISTS: Final[st.SearchStrategy[dict[str, Any]]] = st.fixed_dictionaries(
    {"max_shrink": st.sampled_from([1, 1, 1, 0.3])},
    optional={
        "default": st.sampled_from(["alert", "drop"]),
        "categories": st.dictionaries(
            st.sampled_from(NAMES), st.sampled_from(["alert", "drop", "off"]), max_size=4
        ),
        "firewall": _FIREWALL,
        "rules": _SIDS.map(_by_list),
        "variables": st.sampled_from(
            [{"HOME_NET": ["10.0.0.0/8"]}, {"NOWHERE": ["192.0.2.0/24"]}, {"NOWHERE": "$HOME_NET"}]
        ),
        "staging": st.sampled_from([{"days": 7}, {"days": 3, "changed": "stage"}, {"days": 0}]),
        "exceptions": st.sampled_from(
            [[{"sid": 3, "not_from": "10.0.0.1"}], [{"sid": 12, "not_to": ["10.0.0.1"]}]]
        ),
    },
)
