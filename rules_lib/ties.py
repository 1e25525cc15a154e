"""What ties rules together: one leaves a mark, another asks for it.

Which command does what is known from Suricata's detect-flowbits.c, detect-flowint.c, detect-xbits.c
and detect-hostbits.c (July 2026), and measured with 7.0.10 and 8.0.8.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

_SETTING: Final = frozenset({"set", "toggle", "=", "+"})
_CHANGING: Final = _SETTING | {"-"}
_WRITING: Final = _CHANGING | {"unset"}
_NEEDING: Final = frozenset({"isset", "<", "<=", "==", "!=", ">=", ">"})
_CALLING: Final = _NEEDING | {"read"}
_CHECKING: Final = _CALLING | {"isnotset"}


class MarkKind(StrEnum):
    """Where the engine keeps a mark; marks of one name and two kinds are two.

    A bit of a host is one, whether the rule tracks ip_src or ip_dst, by xbits or by hostbits: one
    rule marks the source of its traffic, and another asks for its destination.
    """

    FLOWBIT = "flowbit"
    FLOWINT = "flowint"
    HOST = "host xbit"
    PAIR = "pair xbit"
    TRANSACTION = "transaction xbit"
    NOWHERE = "untracked xbit"


class Mark(NamedTuple):
    """What one rule leaves for another: a bit or a number, by its name."""

    kind: MarkKind
    name: str

    def __str__(self) -> str:
        """As people are told of it; a flowbit, as nearly all are, by its name alone."""
        return self.name if self.kind is MarkKind.FLOWBIT else f"the {self.kind} {self.name}"


class Tie(NamedTuple):
    """What one option does with marks: `flowbits:isset,a|b` is "isset" of the flowbits a and b.

    Attributes:
        command: as the option has it; `isnotset` for a flowint's `notset` too, and `read` for a
            flowint that another is compared with or set to, which counts as 0 where it is not set.
    """

    command: str
    marks: tuple[Mark, ...]

    @property
    def sets(self) -> bool:
        """Whether the rule may leave the mark set; a flowint that is not set cannot be lessened."""
        return self.command in _SETTING

    @property
    def changes(self) -> bool:
        """Whether the rule is to be judged before those that ask for the mark."""
        return self.command in _CHANGING

    @property
    def writes(self) -> bool:
        """Whether the mark may be another one behind the rule than before it."""
        return self.command in _WRITING

    @property
    def needs(self) -> bool:
        """Whether the rule cannot match unless the mark is set."""
        return self.command in _NEEDING

    @property
    def calls(self) -> bool:
        """Whether setters are brought in for the rule."""
        return self.command in _CALLING

    @property
    def checks(self) -> bool:
        """Whether the rule asks for the mark's state, in any way."""
        return self.command in _CHECKING


class Bond(NamedTuple):
    """What ties the rules of a cluster; no two clusters have a mark or a file in common.

    Attributes:
        marks: that its rules set or ask for.
        files: that are published as written, so that nothing may come between their rules.
    """

    marks: tuple[Mark, ...]
    files: tuple[str, ...] = ()

    def __str__(self) -> str:
        """What ties, as the beginning of a sentence."""
        return what_ties((mark.kind for mark in self.marks), as_written=bool(self.files))


def what_ties(kinds: Iterable[MarkKind], *, as_written: bool) -> str:
    """Begin a sentence on what ties a rule to others: `flowbits and host xbits tie`.

    Args:
        kinds: of the marks.
        as_written: whether it is the rule's file, which stays in one piece, whatever its marks.
    """
    if as_written:
        return "its file, published as written, ties"
    named = sorted({f"{kind}s" for kind in kinds})
    kinds_named = " and ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))
    return f"{kinds_named} tie"
