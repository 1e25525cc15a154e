"""Rules that let traffic through for its header alone, and the blocking rules that they overrule.

A `pass` that looks at nothing but the header matches the first packet of a flow, and the rest of
the flow is inspected no further: a rule that blocks for what it finds in a later packet then blocks
nothing, even where it stands in front. One that asks for `flow` too passes packet by packet, so
what stands in front of it still blocks. `bypass` in an alert does what such a `pass` does.
(`tests/engine/test_passes.py`)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from rules_lib.facts.limits import BLOCKING
from rules_lib.facts.suricata import DESCRIPTIVE
from rules_lib.groups.content import lets_through
from rules_lib.reading.rule import RuleSyntaxError, header_of, split

if TYPE_CHECKING:
    from rules_lib.groups.rule_group import Group
    from rules_lib.model import Header
    from rules_lib.outcome import Converted

_INERT: Final = DESCRIPTIVE | {"noalert", "alert", "bypass", "threshold", "tag", "requires"}
"""Options by which a rule matches no less."""

_WIDE: Final = frozenset({"any", "$HOME_NET", "$EXTERNAL_NET", "0.0.0.0/0", "::/0"})
_TRANSPORTS: Final = frozenset({"tcp", "udp", "icmp"})
_OVER_TCP: Final = frozenset(
    {"http", "http1", "http2", "tls", "ssl", "ssh", "smtp", "ftp", "smb", "imap", "pop3", "rdp"}
)
"""Protocols that have no other transport; any other may have either."""

_NARROWED: Final = re.compile(r"\bnot_established\b")


class CatchAllPass(NamedTuple):
    """How far a rule reaches that lets everything through.

    Attributes:
        protocol: that it names, in lower case.
        whole: it ends the inspection of whole flows, so that its place does not matter.
    """

    protocol: str
    whole: bool


class Shadowed(NamedTuple):
    """What one sweeping rule does to the blocking ones.

    Attributes:
        rule: that lets everything through.
        blocking: sids of the rules that block nothing, or not all, of what they should.
    """

    rule: Converted
    blocking: frozenset[int]


def catch_all_pass(text: str) -> CatchAllPass | None:
    """Tell how far a rule reaches that lets through whatever its wide header names; else None."""
    if not lets_through(text):
        return None
    try:
        written, options = split(text)
        header = header_of(written)
    except RuleSyntaxError:
        return None
    narrowing = {option.name: option.value or "" for option in options if option.name not in _INERT}
    flow = narrowing.pop("flow", None)
    if narrowing or not _is_wide(header) or (flow and _NARROWED.search(flow)):
        return None
    return CatchAllPass(header.protocol.lower(), whole=flow is None)


def shadowed_by_passes(groups: Iterable[Group], *, by_action: bool = False) -> Iterator[Shadowed]:
    """Name each sweeping rule of some groups, and the blocking rules of all that it overrules.

    Args:
        groups: in the order of their priorities.
        by_action: the policy judges every `pass` first, wherever it stands. An alert that bypasses
            comes after all drops there, and is told as if it stood first, to be on the safe side.
    """
    rules = [rule for group in groups for rule in group.rules]
    for place, rule in enumerate(rules):
        if rule.lets_through and (sweep := catch_all_pass(rule.text)):
            first = 0 if by_action else place
            behind = frozenset(other.sid for other in rules[first:])
            yield Shadowed(rule, frozenset(_under(sweep, rules, behind)))


def _under(
    sweep: CatchAllPass, rules: Iterable[Converted], behind: Collection[int]
) -> Iterator[int]:
    for rule in rules:
        met = _carries(sweep.protocol, rule.rule.header.protocol.lower())
        late = rule.sid in behind or (sweep.whole and rule.rule.keywords - _INERT)
        if rule.action in BLOCKING and met and late:
            yield rule.sid


def _carries(protocol: str, other: str) -> bool:
    """Whether packets of one protocol may be of the other; where that is not known, they may."""
    if "ip" in {protocol, other} or protocol == other:
        return True
    if {protocol, other}.isdisjoint(_TRANSPORTS):
        return False
    known = {_transport(protocol), _transport(other)} - {""}
    return len(known) == 1


def _transport(protocol: str) -> str:
    """Over which transport it goes; empty where that is not known."""
    if protocol in _OVER_TCP:
        return "tcp"
    return protocol if protocol in _TRANSPORTS else ""


def _is_wide(header: Header) -> bool:
    return set(header.ports) == {"any"} and all(map(_is_everywhere, header.addresses))


def _is_everywhere(addresses: str) -> bool:
    """Whether an address list names all of a network, or all but a few hosts."""
    parts = addresses.strip("[]").split(",")
    return any(part.strip("[]!") in _WIDE for part in parts) or all(p[:1] == "!" for p in parts)
