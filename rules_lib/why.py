"""Why a rule has its mode and its action: recorded by the stage that decides, told by all others.

There is one of these values for every rule, so rules share them: one for each mode that a key
gives, and one for each way in which an action comes about.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rules_lib.ties import Mark


class ModeKey(StrEnum):
    """Which key of the allowlist gives a rule its mode."""

    OFF = "rules.off"
    ALERT = "rules.alert"
    DROP = "rules.drop"
    ON = "rules.on"
    CATEGORY = "categories"
    DEFAULT = "default"


class Why(StrEnum):
    """Why a rule has the action that it has, as a sentence about it."""

    BROUGHT_IN = "its category is off; it was brought in to set a mark, and logs nothing itself"
    AS_WRITTEN = "its file is published as written, so its action does not change"
    NAMED_TO_ALERT = "it is shipped as {shipped}, and its sid is under `rules: alert:`"
    AS_SHIPPED = "the feed ships it as {shipped}, which no mode changes"
    ALERT_MODE = "alert mode does not change the action"
    SILENT = "it only marks a flow (noalert): as drop it would block silently"
    NAMED_TO_DROP = "drop mode, and its sid is listed, whatever its metadata"
    DROP_WHEN_HOLDS = "drop mode, and `drop_when` holds"
    DROP_MODE = "drop mode turns alert into drop"
    ALERT_ONLY = "its metadata say `deployment alert_only`: it should not block"
    DROP_WHEN_FAILS = "`drop_when` does not hold: {unmet}"
    STAGED = "it is staged: it alerts since {since}, and drops from {until} on"
    STAGED_AND_FIRED = (
        "it is staged, and fired on {fired}: it alerts until its sid is under `rules: drop:` "
        "or `rules: alert:`"
    )
    LATE_SETTER = "it alerts, as {late}"
    COUNTING_DROP = (
        "it alerts, as it counts matches first: a Next Generation policy may block, without a "
        "log, what it only counts"
    )
    WAITING = "the text in force stays until the service has judged the new one"
    PUT_BACK = "an earlier build published it so"


class Condition(NamedTuple):
    """One key of `drop_when`, as it is with one rule.

    Attributes:
        key: of `drop_when`.
        wanted: what is asked for: values, a day, or the words that must not be there.
        has: what the rule has of it; empty where it lacks the key.
        holds: the rule may drop, as far as this goes.
        without: what a rule becomes that lacks the key; empty where a lack is nothing special.
    """

    key: str
    wanted: tuple[str, ...]
    has: tuple[str, ...]
    holds: bool
    without: str = ""

    def __str__(self) -> str:
        """What is so with the rule, in plain words."""
        has, wanted = ", ".join(self.has), ", ".join(self.wanted)
        match self.key:
            case "not_msg":
                return f"msg says {has}" if has else f"msg says none of {wanted}"
            case _ if not self.has:
                return f"{self.key} is not given (`missing: {self.without}`)"
            case "created_after" | "updated_after":
                said = self.key.replace("_", " ")
                return f"{said} {wanted}" if self.holds else f"not {said} {wanted}"
        return f"{self.key} is {has}" + ("" if self.holds else f", wanted: {wanted}")


class Without(NamedTuple):
    """An exception by which hosts are taken out of a rule's header.

    Attributes:
        not_from: addresses and networks that are taken out of its source.
        not_to: likewise, of its destination.
        until: the last day on which it holds, in UTC; None where it holds for good.
        why: people's reason; may be empty.
    """

    not_from: tuple[str, ...]
    not_to: tuple[str, ...]
    until: date | None
    why: str

    def __str__(self) -> str:
        """What it takes out, until when and why."""
        ends = (("from", self.not_from), ("to", self.not_to))
        out = " and ".join(f"{end} {', '.join(hosts)}" for end, hosts in ends if hosts)
        until = f" until {self.until}" if self.until else ""
        return f"not {out}{until}" + (f": {self.why}" if self.why else "")


class Exemption(StrEnum):
    """Why a rule that is new here drops at once, as the end of a sentence about it."""

    ADDRESSES = "it is a list of addresses, which says exactly what it blocks"
    EXCEPTED = "its metadata are those that `staging: except:` names"


class Stage(NamedTuple):
    """How it is with a rule that is new here and would drop.

    Attributes:
        since: the first day of its time, in UTC.
        until: the day from which it drops, if nothing is in the way.
        fired: the newest day on which it fired in that time, if any.
    """

    since: date
    until: date
    fired: date | None = None


class LateSetter(NamedTuple):
    """What would be judged too late for a rule that drops, where rules are judged by action.

    Attributes:
        sid: of a rule that may match in the same packet, and is judged behind those that drop.
        action: of that rule.
        mark: that it sets, unsets or counts, and that the rule asks for.
        sets: it only sets it, and the rule needs it set; else the rule would drop what it lets
            pass once that one has been judged.
        others: how many more rules are so.
    """

    sid: int
    action: str
    mark: Mark
    sets: bool
    others: int = 0

    def __str__(self) -> str:
        """What is so, as the end of a sentence."""
        more = f", as {_rules(self.others)} may," if self.others else ""
        wrong = "miss that packet" if self.sets else "block what it lets pass after that one"
        return (
            f"sid {self.sid}{more} may {'set' if self.sets else 'change'} {self.mark} in the same "
            f"packet and is judged later, as its action is {self.action}: a drop would {wrong}"
        )


def _rules(count: int) -> str:
    return f"{count} other rules" if count > 1 else "another rule"


class ActionCause(NamedTuple):
    """What a rule's action is turned into, and why; as text, the sentence.

    Attributes:
        action: that it is to have; empty where it keeps the one that it ships with.
        shipped: the action that the feed ships, in lower case, where that is the cause.
        conditions: those of `drop_when`, where the rule is in drop mode and its category has one.
        stage: of a rule that is staged.
        exemption: of a rule that is new and drops all the same.
        late: what would be judged too late for the rule if it dropped.
    """

    why: Why
    action: str = ""
    shipped: str = ""
    conditions: tuple[Condition, ...] = ()
    stage: Stage | None = None
    exemption: Exemption | None = None
    late: LateSetter | None = None

    def __str__(self) -> str:
        """The sentence."""
        stage = self.stage._asdict() if self.stage else {}
        unmet = "; ".join(map(str, self.unmet))
        said = self.why.format(shipped=self.shipped, unmet=unmet, late=self.late, **stage)
        return f"{said}; new here, and not staged: {self.exemption}" if self.exemption else said

    @property
    def unmet(self) -> tuple[Condition, ...]:
        """The conditions that keep the rule from dropping."""
        return tuple(one for one in self.conditions if not one.holds)
