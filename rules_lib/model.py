"""Rules as the feed ships them, and the words for what is done with them; never changed in place.

Those of which there is one for every rule are named tuples, which take a third of the time to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from rules_lib.ties import Tie

LOCAL_PREFIX: Final = "local-"
"""Begins the names of people's own categories: first in order, and winners on the same sid."""

FeedPosition: TypeAlias = tuple[bool, int, str, int]
"""Sorts rules into the feeds' order: people's own first, then by feed, file and line."""


def is_local(category: str) -> bool:
    """Whether it is a category of people's own."""
    return category.startswith(LOCAL_PREFIX)


class FeedOrigin(NamedTuple):
    """Which feed rules came with; all of one feed share the value.

    Attributes:
        order: its place among the feeds, from 0; of one sid in two feeds, the rule of the earlier
            one counts.
        name: as in `config/feeds.yaml`; empty for people's own, and where a feed is looked at
            alone.
    """

    order: int = 0
    name: str = ""


NO_FEED: Final = FeedOrigin()


@dataclass(frozen=True, slots=True)
class FeedFile:
    """One file of rules.

    Attributes:
        category: its name without folder and `.rules`, behind its feed's prefix.
        feed: with which it came.
    """

    category: str
    data: bytes
    feed: FeedOrigin = NO_FEED


class Mode(StrEnum):
    """What the allowlist asks for a category; `as-written` for people's own alone."""

    OFF = "off"
    ALERT = "alert"
    DROP = "drop"
    AS_WRITTEN = "as-written"


class Reason(StrEnum):
    """Why a rule was discarded, in the order in which the reasons are looked for."""

    UNPARSEABLE = "unparseable"
    NO_SID = "no-sid"
    DUPLICATE_SID = "duplicate-sid"
    UNSUPPORTED_ACTION = "unsupported-action"
    UNSUPPORTED_REJECT = "unsupported-reject"
    UNSUPPORTED_PROTOCOL = "unsupported-protocol"
    UNSUPPORTED_KEYWORD = "unsupported-keyword"
    UNMET_REQUIREMENT = "unmet-requirement"
    PASS_FROM_FEED = "pass-from-feed"  # noqa: S105 - no password
    PCRE_WITHOUT_CONTENT = "pcre-without-content"
    UNDEFINED_VARIABLE = "undefined-variable"
    EXCEPTED = "excepted"
    TOO_LONG = "too-long"
    REJECTED_BY_SERVICE = "rejected-by-service"
    NOT_YET_PROVEN = "not-yet-proven"
    FLOWBIT_NEVER_SET = "flowbit-never-set"
    OVER_BUDGET = "over-budget"


class Change(StrEnum):
    """What was changed in the text of a rule that was kept."""

    HEADER_SPACES_REMOVED = "header-spaces-removed"
    PRIORITY_REMOVED = "priority-removed"
    CLASSTYPE_REMOVED = "classtype-removed"
    GID_REMOVED = "gid-removed"
    FAST_PATTERN_REMOVED = "fast-pattern-removed"
    VARIABLE_WRITTEN = "variable-written"
    ALERT_TO_DROP = "alert-to-drop"
    DROP_TO_ALERT = "drop-to-alert"
    SETTER_BROUGHT_IN = "setter-brought-in"
    EARLIER_TEXT = "earlier-text"
    STAGED = "staged"
    EXCEPTION = "exception"
    LATE_SETTER = "late-setter"
    PRIORITY_WRITTEN = "priority-written"
    COUNTING_DROP = "counting-drop"


class Option(NamedTuple):
    """One option, with its place in the rule's text.

    Attributes:
        name: in lower case, as Suricata compares it.
        value: as written, quotes and escapes included; None where the option has none.
        start: where the white space before it begins.
        end: just behind its semicolon.
    """

    name: str
    value: str | None
    start: int
    end: int


class NumberedOption(NamedTuple):
    """Which of a rule's options: its place is in the text, and rules that are alike share this.

    Attributes:
        written: its name as written.
        number: among the rule's options, from 0.
    """

    written: str
    number: int


class Header(NamedTuple):
    """The seven fields before a rule's options, each without spaces."""

    action: str
    protocol: str
    source: str
    source_port: str
    direction: str
    destination: str
    destination_port: str

    @property
    def addresses(self) -> tuple[str, str]:
        """Source and destination."""
        return self.source, self.destination

    @property
    def ports(self) -> tuple[str, str]:
        """Source port and destination port."""
        return self.source_port, self.destination_port


class Rule(NamedTuple):
    """One enabled rule, as the feed ships it.

    Attributes:
        category: of its file (see `FeedFile`).
        line: number of its first line in that file, from 1.
        text: the logical line as it stands in the feed, without its line end.
        header: the seven fields before the options.
        sid: signature id; None where the rule has none.
        rev: revision; 0 where the rule has none.
        msg: the message, without its quotes; empty where the rule has none.
        keywords: names of all options in lower case; where support depends on the value,
            qualified too: `tag:host`, `xbits:address`, `geoip:ZZ` (see `reading.values`).
        ties: what it does with the marks by which rules work together, in order.
        noalert: the rule only marks a flow and says nothing.
        classtype: empty where none is given.
        severity: the metadata's `signature_severity`, the highest where several; empty if none.
        confidence: the metadata's `confidence`, the highest where several; empty if none.
        created_at: the metadata's `created_at` as `YYYY_MM_DD`, the earliest; empty if none.
        updated_at: the metadata's `updated_at`, likewise, the latest.
        alert_only: its metadata say `deployment alert_only`: it should not block.
        unwanted: the options that must go, in their order: those that no strict-order group
            takes, and `fast_pattern` where Suricata 8 refuses it.
        feed: with which its file came.
    """

    category: str
    line: int
    text: str
    header: Header
    sid: int | None
    rev: int
    msg: str
    keywords: frozenset[str]
    ties: tuple[Tie, ...] = ()
    noalert: bool = False
    classtype: str = ""
    severity: str = ""
    confidence: str = ""
    created_at: str = ""
    updated_at: str = ""
    alert_only: bool = False
    unwanted: tuple[NumberedOption, ...] = ()
    feed: FeedOrigin = NO_FEED

    @property
    def is_local(self) -> bool:
        """Whether it is one of people's own."""
        return is_local(self.category)

    @property
    def place(self) -> FeedPosition:
        """Where it stands in the feeds."""
        return _place(self)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A logical line that is neither blank, nor a comment, nor a rule.

    Attributes:
        problem: what is wrong with it, in plain words.
        sid: the signature id where one can still be read, for people who look for it.
    """

    category: str
    line: int
    text: str
    problem: str
    sid: int | None = None
    feed: FeedOrigin = NO_FEED

    @property
    def place(self) -> FeedPosition:
        """Where it stands in the feeds."""
        return _place(self)


class SidOnly(NamedTuple):
    """A logical line that nobody asks for, of which only the sid was read (see `read_needed`)."""

    category: str
    line: int
    text: str
    sid: int
    feed: FeedOrigin = NO_FEED

    @property
    def place(self) -> FeedPosition:
        """Where it stands in the feeds."""
        return _place(self)


AnyRule: TypeAlias = Rule | Malformed | SidOnly
"""A logical line of the feed that may be meant as a rule, as far as it was read."""


def _place(rule: AnyRule) -> FeedPosition:
    category = rule.category
    return not category.startswith(LOCAL_PREFIX), rule.feed.order, category, rule.line
