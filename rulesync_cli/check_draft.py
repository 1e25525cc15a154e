"""An allowlist and people's own rules, looked at before they are uploaded: every fault at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from rules_lib.allowlist import load_allowlist
from rules_lib.deploy.foresee import foresee
from rules_lib.errors import AllowlistError, RefusedError
from rules_lib.groups.rule_group import Deployed
from rules_lib.inputs import Inputs
from rules_lib.model import AnyRule, Malformed, Reason, Rule, is_local
from rules_lib.outcome import Discarded
from rules_lib.own.files import OwnFiles, own_file_name
from rules_lib.own.odd_files import OddFile, odd_files
from rules_lib.reading.ruleset import read_rules
from rules_lib.sync.warnings import without_effect
from rulesync_cli.remarks import remarks

if TYPE_CHECKING:
    from datetime import date

    from rules_lib.allowlist import Allowlist, FirewallSettings
    from rules_lib.build import Built
    from rules_lib.groups.policy_quotas import PolicyRemainder
    from rules_lib.model import FeedFile
    from rules_lib.sync.gather import Draft


@dataclass(frozen=True, slots=True)
class OwnFault:
    """A rule of people's own that cannot be published, or a file of theirs that cannot be read.

    Attributes:
        file: where it stands, as people know the file.
        line: from 1.
        reason: why it would be discarded; None where the engine refuses it, and for a file.
        detail: what is wrong with it, in plain words.
        rule: its text; empty for a file.
    """

    file: str
    line: int
    sid: int | None
    reason: Reason | None
    detail: str
    rule: str

    @classmethod
    def of(cls, rule: AnyRule, reason: Reason | None, detail: str, folder: str) -> Self:
        """The fault of a rule, with the place of its file."""
        file = f"{folder}{own_file_name(rule.category)}"
        return cls(file, rule.line, rule.sid, reason, detail, rule.text)

    @property
    def message(self) -> str:
        """What is wrong, and why."""
        return f"{self.reason}: {self.detail}" if self.reason else self.detail

    def __str__(self) -> str:
        """The fault in one line, as compilers tell theirs."""
        sid = "" if self.sid is None else f"sid {self.sid}: "
        return f"{self.file}:{self.line}: {sid}{self.message}"


@dataclass(frozen=True, slots=True)
class DraftContext:
    """What is known beside the files that are examined.

    Attributes:
        day: on which they are examined, in UTC.
        feed: files of the feed; none where no feed is at hand.
        known: categories that the feeds, or earlier releases, had.
        may_come: whether a category may be one of a feed that has not arrived yet.
        refusals: what the service said of texts that it refused (see `stages.convert`).
        deployed: gives what is there under a prefix, and the policies; by itself nothing.
    """

    day: date
    feed: tuple[FeedFile, ...] = ()
    known: Collection[str] = ()
    may_come: Callable[[str], bool] = field(default=lambda _: False)
    refusals: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    deployed: Callable[[FirewallSettings], Deployed] = field(default=lambda _: Deployed())


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of it.

    Attributes:
        allowlist: None where it has errors.
        error: with all of them.
        own: how many enabled rules of their own people have.
        faults: own files that cannot be read as they are stored, and rules that would be discarded.
        warnings: what is no fault, and probably not meant.
        built: what would be published; None where the allowlist has errors.
        odd: own files that are stored otherwise than they should be.
        left: what each policy has left for our groups.
        refusal: why the account cannot take what would be published; None where it can.
    """

    allowlist: Allowlist | None
    error: AllowlistError | None
    own: int
    faults: tuple[OwnFault, ...]
    warnings: tuple[str, ...] = ()
    built: Built | None = None
    odd: tuple[OddFile, ...] = ()
    left: tuple[PolicyRemainder, ...] = ()
    refusal: RefusedError | None = None


def check_draft(draft: Draft, own: OwnFiles, evidence: DraftContext) -> Examined:
    """Look at an allowlist and at people's own rules.

    Args:
        draft: the allowlist.
        own: people's own rules.
        evidence: what else is known. Without a feed no one can say whether it sets a mark.
    """
    odd = odd_files(own.files, own.folder)
    known = {*evidence.known, *(file.category for file in (*own.files, *evidence.feed))}
    try:
        allowlist = load_allowlist(
            draft.text, source=draft.source, known=known, may_come=evidence.may_come
        )
    except AllowlistError as error:
        rules = tuple(read_rules(own.files).rules)
        faults = once_a_file(odd, own_faults(_malformed(rules), own.folder))
        return Examined(None, error, len(rules), faults, own.warnings)
    inputs = Inputs(
        ruleset=read_rules((*own.files, *evidence.feed), allowlist.rules.on),
        allowlist=allowlist,
        day=evidence.day,
        deployed=evidence.deployed(allowlist.firewall),
        refusals=evidence.refusals,
    )
    foreseen = foresee(inputs, allow_shrink=True)
    built = foreseen.built
    faults = once_a_file(odd, own_faults(built.discarded, own.folder))
    unsure = () if evidence.feed else _without_setter(faults)
    return Examined(
        allowlist=allowlist,
        error=None,
        own=sum(is_local(rule.category) for rule in inputs.ruleset.rules),
        faults=tuple(fault for fault in faults if fault not in unsure),
        warnings=(
            *(f"{fault}; the feed, which was not given, may set it" for fault in unsure),
            *own_remarks((rule.rule for rule in built.kept), own.folder),
            *own.warnings,
            *without_effect(inputs, built, own.folder, has_feed=bool(evidence.feed)),
        ),
        built=built,
        odd=odd,
        left=foreseen.left,
        refusal=foreseen.refusal,
    )


def once_a_file(odd: Iterable[OddFile], faults: Iterable[OwnFault]) -> tuple[OwnFault, ...]:
    """How files are stored, once a file, in place of what follows from it line by line."""
    files = tuple(odd)
    return (
        *(OwnFault(one.file, one.line, None, None, one.words, "") for one in files),
        *beside(files, faults),
    )


def beside(odd: Iterable[OddFile], faults: Iterable[OwnFault]) -> tuple[OwnFault, ...]:
    """The faults that do not follow from how a file is stored."""
    files = tuple(odd)
    return tuple(
        one for one in faults if not any(file.covers(one.file, one.line) for file in files)
    )


def own_faults(discarded: Iterable[Discarded], folder: str) -> tuple[OwnFault, ...]:
    """Those of the discarded rules that are people's own, with the places of their files."""
    return tuple(
        OwnFault.of(item.rule, item.reason, item.detail, folder)
        for item in discarded
        if is_local(item.rule.category)
    )


def own_remarks(kept: Iterable[Rule], folder: str) -> tuple[str, ...]:
    """What is odd about those of the kept rules that are people's own, with their places."""
    own = sorted((rule for rule in kept if rule.is_local), key=lambda rule: rule.place)
    return tuple(
        f"{folder}{own_file_name(rule.category)}:{rule.line}: sid {rule.sid}: {remark}"
        for rule in own
        for remark in remarks(rule)
    )


def _malformed(rules: Iterable[AnyRule]) -> tuple[Discarded, ...]:
    """What can be said of rules without an allowlist: which lines are none."""
    return tuple(
        Discarded(rule, Reason.UNPARSEABLE, rule.problem)
        for rule in rules
        if isinstance(rule, Malformed)
    )


def _without_setter(faults: Iterable[OwnFault]) -> tuple[OwnFault, ...]:
    return tuple(fault for fault in faults if fault.reason is Reason.FLOWBIT_NEVER_SET)
