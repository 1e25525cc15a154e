"""What the stages make of a rule: a candidate, what will be published of it, or a discard.

Those of which there is one for every rule are named tuples, which take a third of the time to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rules_lib.model import Change, Malformed, Mode, Reason, Rule

if TYPE_CHECKING:
    from rules_lib.ties import Bond
    from rules_lib.why import ActionCause, ModeKey, Without


@dataclass(frozen=True, slots=True)
class Discarded:
    """A rule that is left out: exactly one reason, and a detail in plain words.

    Attributes:
        missing: names that the allowlist would have to give a value: variables bare, references
            with `@`.
        winner: of a duplicate, the rule that counts, where that one is discarded too.
    """

    rule: Rule | Malformed
    reason: Reason
    detail: str
    missing: tuple[str, ...] = ()
    winner: Discarded | None = None


class GivenMode(NamedTuple):
    """The mode that the allowlist gives a rule, and the key that gives it."""

    mode: Mode
    key: ModeKey


class Candidate(NamedTuple):
    """A rule that the allowlist asks for, or that stands by.

    Attributes:
        given: its mode, and what gives it; off for a setter that stands by.
        cause: of the action that it is to have.
    """

    rule: Rule
    given: GivenMode
    cause: ActionCause

    @property
    def setter(self) -> bool:
        """Whether nobody asks for it, and it only stands by to set marks for others."""
        return self.given.mode is Mode.OFF


class Converted(NamedTuple):
    """A rule as it will be published.

    Attributes:
        rule: as the feed ships it.
        text: as the service gets it.
        action: of `text`.
        given: the mode that was asked for, and what gives it; off for a setter that is brought in.
        cause: of its action.
        changes: what was done to get from `rule.text` to `text`.
        variables: names of the header variables that `text` uses, without `$`, and of reference
            sets, with `@`.
        bond: what ties it to others, the same for all rules of its cluster; None where it is alone.
        without: the exceptions by which hosts were taken out of its header.
    """

    rule: Rule
    text: str
    action: str
    given: GivenMode
    cause: ActionCause
    changes: tuple[Change, ...]
    variables: frozenset[str]
    bond: Bond | None = None
    without: tuple[Without, ...] = ()

    @property
    def setter(self) -> bool:
        """Whether it was brought in from an off category to set marks."""
        return self.given.mode is Mode.OFF

    @property
    def mode(self) -> Mode:
        """In which it is published: never off, as what is brought in alerts."""
        mode = self.given.mode
        return Mode.ALERT if mode is Mode.OFF else mode

    @property
    def lets_through(self) -> bool:
        """Whether what it matches is inspected no further, and not blocked."""
        return self.action == "pass" or (self.action == "alert" and "bypass" in self.rule.keywords)

    @property
    def size(self) -> int:
        """Bytes of its text in UTF-8; it never has more characters."""
        return len(self.text) if self.text.isascii() else len(self.text.encode())

    @property
    def sid(self) -> int:
        """The signature id, which every rule that came this far has."""
        if self.rule.sid is None:
            raise ValueError(f"a rule without sid was converted: {self.rule.text[:80]}")
        return self.rule.sid
