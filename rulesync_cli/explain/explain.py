"""A sid in, the story of every line of the feed that has it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

from rules_lib.model import AnyRule, Change, Reason, Rule
from rules_lib.outcome import Converted
from rules_lib.report.feed_words import any_feed
from rulesync_cli.explain import advice
from rulesync_cli.explain.asked import asked_of
from rulesync_cli.explain.disabled import disabled_rules
from rulesync_cli.explain.ledger import Ledger
from rulesync_cli.explain.nearest import nearest_to
from rulesync_cli.explain.price import price_of
from rulesync_cli.explain.service import InForce, in_force
from rulesync_cli.explain.story import (
    Fate,
    Judged,
    LeftOut,
    Published,
    RequestedMode,
    RuleOrigin,
    Story,
    TextChange,
    ToldTie,
)
from rulesync_cli.explain.ties import ties_of
from rulesync_cli.explain.tokens import pieces_of

if TYPE_CHECKING:
    from rules_lib.allowlist.document import Document
    from rules_lib.build import Built
    from rules_lib.inputs import Inputs
    from rules_lib.model import FeedFile

_WHY: Final[Mapping[Change, str]] = {
    Change.HEADER_SPACES_REMOVED: "the service refuses spaces inside a list",
    Change.PRIORITY_REMOVED: "in strict order a rule's position decides, and the service refuses "
    "it",
    Change.CLASSTYPE_REMOVED: "a strict-order rule group does not accept it",
    Change.GID_REMOVED: "the service sets its own",
    Change.FAST_PATTERN_REMOVED: "Suricata 8 refuses it in base64_data",
    Change.VARIABLE_WRITTEN: "the allowlist gives the variable another's value",
    Change.ALERT_TO_DROP: "the rule is in drop mode",
    Change.DROP_TO_ALERT: "its sid is under `rules: alert:`",
    Change.SETTER_BROUGHT_IN: "a kept rule checks a mark that it sets; it logs nothing itself",
    Change.EARLIER_TEXT: "the service has not judged the new text yet",
    Change.STAGED: "it would drop otherwise; `staging:` has new rules alert first",
    Change.EXCEPTION: "`exceptions:` names its sid: {without}",
    Change.LATE_SETTER: "{late}",
    Change.COUNTING_DROP: "as a drop it may block what it only counts, without a log",
    Change.PRIORITY_WRITTEN: "it is to be judged after what sets the mark that it checks",
}

_TURNED_BY_ORDER: Final = frozenset({Change.LATE_SETTER, Change.COUNTING_DROP})
"""Why a rule that is shipped as drop alerts, where nobody named it."""

_WHY_BY_ACTION: Final[Mapping[Change, str]] = {
    Change.PRIORITY_REMOVED: "the feed means how severe it is; here it would say when the rule is "
    "judged",
    Change.CLASSTYPE_REMOVED: "nobody knows whether this kind of rule group accepts it",
}
"""Why a change is made for a policy that judges rules by their action, where that is another."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a story stands on.

    Attributes:
        files: of the feed, people's own first.
        document: the allowlist's file as read, for its lines.
        inputs: of the build; the ruleset has at least all that touches the sid.
        ledger: what became of these rules.
        missing: name of a variable -> rules that a value for it would recover; empty where none of
            the sid's rules is left out for one.
    """

    files: tuple[FeedFile, ...]
    document: Document
    inputs: Inputs
    ledger: Ledger
    missing: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def several(self) -> bool:
        """Whether several feeds are in use, so that people want to know which it is."""
        return len({file.feed.name for file in self.files} - {""}) > 1

    @classmethod
    def of(
        cls, files: tuple[FeedFile, ...], document: Document, inputs: Inputs, built: Built
    ) -> Self:
        """Take it from a build of all rules."""
        return cls(files, document, inputs, Ledger.of(built), built.missing_variables)


@dataclass(frozen=True, slots=True)
class Explained:
    """What there is to say of a sid.

    Attributes:
        stories: one for each line of the feed that has the sid: the used one first, then in the
            feed's order; none where the feed has no such sid.
        nearest: sids of the feed that are one slip away, where it has no such sid.
    """

    sid: int
    stories: tuple[Story, ...]
    in_force: InForce
    nearest: tuple[int, ...] = ()


def explain(sid: int, evidence: Evidence) -> Explained:
    """Tell the story of a sid, through all stages."""
    ledger = evidence.ledger
    enabled = [rule for rule in evidence.inputs.ruleset.rules if rule.sid == sid]
    shipped_off = [r for r in disabled_rules(evidence.files, str(sid)) if r.sid == sid]
    asleep = {rule.place for rule in shipped_off}
    sleeping = asleep - {rule.place for rule in enabled}
    lines = (*enabled, *(rule for rule in shipped_off if rule.place in sleeping))
    stories = [_story(rule, evidence, ships_enabled=rule.place not in asleep) for rule in lines]
    return Explained(
        sid=sid,
        stories=tuple(sorted(stories, key=_is_spare)),
        in_force=in_force(sid, evidence.inputs.deployed, ledger),
        nearest=() if stories else nearest_to(sid, evidence.files),
    )


def _is_spare(story: Story) -> tuple[bool, bool]:
    """Whether another line of the sid is to be read first: the one in use, or that counts."""
    duplicate = story.left_out is not None and story.left_out.reason is Reason.DUPLICATE_SID
    unasked = story.fate in {Fate.OFF, Fate.DISABLED}
    return story.fate is not Fate.KEPT, duplicate or unasked


def _story(rule: AnyRule, evidence: Evidence, *, ships_enabled: bool) -> Story:
    inputs, ledger = evidence.inputs, evidence.ledger
    ties = ties_of(rule, inputs.ruleset, evidence.files, ledger) if isinstance(rule, Rule) else ()
    fate = ledger.fate(rule)
    asked = asked_of(ledger.given(rule, inputs.allowlist), rule, evidence.document)
    feed = rule.feed.name if evidence.several else None
    origin = _origin(rule, fate, feed or None, ships_enabled=ships_enabled)
    if fate is Fate.KEPT and isinstance(rule, Rule):
        converted, _ = ledger.kept[rule.place]
        return Story(
            sid=converted.sid,
            origin=origin,
            fate=fate,
            asked=asked,
            published=_published(converted, evidence.inputs),
            seat=ledger.seat(rule),
            ties=ties,
            cluster=ledger.cluster(rule),
        )
    left_out = _left_out(rule, asked, evidence, ties)
    return Story(rule.sid or 0, origin, fate, asked, ties=ties, left_out=left_out)


def _origin(rule: AnyRule, fate: Fate, feed: str | None, *, ships_enabled: bool) -> RuleOrigin:
    woken = not ships_enabled and fate is not Fate.DISABLED
    if not isinstance(rule, Rule):
        return RuleOrigin(rule.category, rule.line, ships_enabled, woken, rule.text, feed=feed)
    return RuleOrigin(
        category=rule.category,
        line=rule.line,
        enabled=ships_enabled,
        woken=woken,
        text=rule.text,
        rev=rule.rev,
        msg=rule.msg,
        severity=rule.severity,
        confidence=rule.confidence,
        created_at=rule.created_at,
        updated_at=rule.updated_at,
        classtype=rule.classtype,
        feed=feed,
    )


def _published(converted: Converted, inputs: Inputs) -> Published:
    target = inputs.allowlist.firewall.target
    return Published(
        action=converted.action,
        why=str(converted.cause),
        conditions=tuple(
            Judged(one.key, one.holds, str(one)) for one in converted.cause.conditions
        ),
        text=converted.text,
        edits=tuple(_edits(converted, by_action=target.in_action_order)),
        pieces=pieces_of(converted.rule.text, converted.text),
        to_change=tuple(advice.ways_to_change(converted, inputs)),
    )


def _edits(converted: Converted, *, by_action: bool) -> Iterator[TextChange]:
    """Each change, with why it is made."""
    why = {**_WHY, **(_WHY_BY_ACTION if by_action else {})}
    told = {
        "without": "; ".join(map(str, converted.without)),
        "late": str(converted.cause.late),
    }
    turned = next((one for one in converted.changes if one in _TURNED_BY_ORDER), None)
    for change in converted.changes:
        cause = turned if turned and change is Change.DROP_TO_ALERT else change
        yield TextChange(change, why[cause].format(**told))


def _left_out(
    rule: AnyRule,
    asked: RequestedMode,
    evidence: Evidence,
    ties: tuple[ToldTie, ...],
) -> LeftOut:
    inputs, ledger = evidence.inputs, evidence.ledger
    if discarded := ledger.discarded.get(rule.place):
        feed = any_feed(several=evidence.several)
        notes = advice.notes_on(discarded, evidence.missing, ties, feed)
        if discarded.reason is Reason.OVER_BUDGET and isinstance(rule, Rule):
            notes = advice.note_on_price(price_of(rule, inputs))
        way_back = advice.way_back_of(discarded, inputs, ties)
        return advice.left_out_of(discarded, way_back, notes)
    notes = advice.if_asked(rule, inputs)
    if ledger.fate(rule) is Fate.OFF:
        return advice.off_of(rule, asked, notes)
    return advice.disabled_of(rule, asked, notes)
