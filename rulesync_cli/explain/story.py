"""What is told of a rule, as frozen values; their fields are those of `rulesync explain --json`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rules_lib.model import Change, Mode, Reason
from rules_lib.ties import MarkKind
from rulesync_cli.explain.tokens import Piece


class Fate(StrEnum):
    """What became of a line of the feed."""

    KEPT = "kept"
    DISCARDED = "discarded"
    OFF = "off"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class RuleOrigin:
    """Where a rule stands in the feed, and what it says of itself.

    Attributes:
        line: of its file, from 1.
        enabled: the feed ships it enabled.
        woken: the feed ships it disabled, and `rules: on:` wakes it.
        rev: None for a line that is no rule, as are msg and what follows.
        feed: the name of its feed, where several are in use; None for people's own.
    """

    category: str
    line: int
    enabled: bool
    woken: bool
    text: str
    rev: int | None = None
    msg: str | None = None
    severity: str | None = None
    confidence: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    classtype: str | None = None
    feed: str | None = None


@dataclass(frozen=True, slots=True)
class RequestedMode:
    """What the allowlist asks for.

    Attributes:
        key: of the allowlist that gives the mode: `rules.drop`, `categories.tor`, `default`.
        line: where the file has that key; None where it leaves it out.
        why: the same as a sentence.
    """

    mode: Mode
    key: str
    line: int | None
    why: str


@dataclass(frozen=True, slots=True)
class TextChange:
    """One change on the way to the published text, and why it is made."""

    change: Change
    why: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One condition of `drop_when`, as it is with the rule.

    Attributes:
        key: of `drop_when`.
        holds: the rule may drop, as far as this goes.
        says: what is so with the rule, in plain words.
    """

    key: str
    holds: bool
    says: str


@dataclass(frozen=True, slots=True)
class Published:
    """The rule as the service gets it.

    Attributes:
        why: the action is this one.
        conditions: those of `drop_when`, where the rule is in drop mode; all of them must hold.
        edits: in the order in which they are made.
        pieces: both texts in one: what stayed, what was taken out, what was put in.
        to_change: what would give it another action, or leave it out; what is to be typed is in
            backticks.
    """

    action: str
    why: str
    conditions: tuple[Judged, ...]
    text: str
    edits: tuple[TextChange, ...]
    pieces: tuple[Piece, ...]
    to_change: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """The place of a kept rule.

    Attributes:
        priority: of its rule group in a firewall policy.
        position: in the group, from 1, as the service inspects it.
        rules: of the group.
    """

    group: str
    priority: int
    position: int
    rules: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Relative:
    """Another rule that uses the same mark.

    Attributes:
        note: its action where it is kept, its reason where it is discarded.
    """

    sid: int | None
    category: str
    line: int
    fate: Fate
    note: str = ""


@dataclass(frozen=True, slots=True)
class ToldTie:
    """One mark that the rule uses: a flowbit, a flowint, an xbit.

    Attributes:
        commands: what the rule itself does with it: set, toggle, unset, isset, isnotset; of a
            flowint `=`, `+`, `-` and comparisons too, and `read` where another is compared with it.
        needs: the rule cannot match unless it is set.
        setters: other rules that set or toggle it; disabled ones only where no enabled one is kept.
        checkers: other enabled rules that ask for it.
        changers: other enabled rules that unset or lessen it.
    """

    kind: MarkKind
    name: str
    commands: tuple[str, ...]
    needs: bool
    setters: tuple[Relative, ...]
    checkers: tuple[Relative, ...]
    changers: tuple[Relative, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a rule is not published, and what would bring it back.

    Attributes:
        reason: None where it is off or disabled.
        cause: of every rule with this reason.
        way_back: the reason's, or what is known to help this very rule; what is to be typed is in
            backticks.
        notes: what holds for this very rule.
    """

    reason: Reason | None
    detail: str
    cause: str
    way_back: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One line of the feed, from there to the firewall.

    Attributes:
        published: None where it is not kept, as is the seat.
        left_out: None where it is kept.
        cluster: the other rules of its cluster; empty where it is not kept, or alone.
    """

    sid: int
    origin: RuleOrigin
    fate: Fate
    asked: RequestedMode
    published: Published | None = None
    seat: Seat | None = None
    ties: tuple[ToldTie, ...] = ()
    cluster: tuple[Relative, ...] = ()
    left_out: LeftOut | None = None
