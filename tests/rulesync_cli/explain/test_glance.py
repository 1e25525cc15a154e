"""A rule's story from what touches it is the story that a build of all rules tells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from support.example import FEED
from support.example import ROOT as EXAMPLES
from support.groups import in_force
from support.inputs import inputs, read_once
from support.releases import COMPOSITE, RELEASES, SHIPPED, files_of
from support.rules import FEEDS, allowlists, feed, text
from support.samples import THOROUGH, one_in

from rules_lib.allowlist import load_allowlist
from rules_lib.allowlist.reader import read_document
from rules_lib.build import Built, build
from rules_lib.groups.content import GroupText
from rules_lib.groups.rule_group import Deployed
from rules_lib.model import FeedFile
from rules_lib.reading.sids import sids_in
from rules_lib.report.records import discarded_jsonl
from rules_lib.stages.read_needed import read_needed
from rules_lib.state.groupfile import groups_json
from rulesync_cli.explain import Evidence, Explained, explain
from rulesync_cli.explain.judging import judged
from rulesync_cli.explain.recorded import RecordedPlaces, records_of
from rulesync_cli.explain.touching import touching
from rulesync_cli.glance import needs_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rules_lib.allowlist import Allowlist
    from rules_lib.inputs import Inputs

UNKNOWN: Final = 4_000_000_001
SAMPLED: Final = 1
"""Sids of each fate of a real release; THOROUGH takes more."""


@dataclass(frozen=True, slots=True)
class Case:
    """A feed and an allowlist, with a build of all rules and what it left.

    Attributes:
        whole: of all rules; its groups are those that are in force, or none is.
        records: of the build before it; None where there was none.
    """

    files: tuple[FeedFile, ...]
    allowlist: Allowlist
    document: str
    whole: Inputs
    built: Built
    records: RecordedPlaces | None = None

    @classmethod
    def of(cls, files: Iterable[FeedFile], allowlist: Allowlist, document: str) -> Case:
        """Build with nothing in force."""
        held = tuple(files)
        whole = inputs(read_once(held, allowlist.rules.on), allowlist)
        return cls(held, allowlist, document, whole, build(whole))

    def applied(self) -> Case:
        """The same once its groups are in force, and have been built again."""
        deployed = in_force(self.built.groups)
        now = replace(self.whole, deployed=deployed)
        groups = groups_json(self.built.groups, self.allowlist.firewall.prefix)
        discarded = b"".join(discarded_jsonl(self.built.discarded))
        records = records_of(groups, discarded, now)
        assert records is not None
        return replace(self, whole=now, built=build(now), records=records)

    def told_by_all(self, sid: int) -> Explained:
        """What a build of all rules says of a sid."""
        document = read_document(self.document)
        return explain(sid, Evidence.of(self.files, document, self.whole, self.built))

    def told_briefly(self, sid: int) -> Explained | None:
        """What is said of it without one; None where only a build tells."""
        touched = touching(sid, self.files, self.allowlist)
        few = replace(self.whole, ruleset=touched)
        ledger = judged(few, self.records)
        if ledger is None or needs_all(sid, few, ledger):
            return None
        return explain(sid, Evidence(self.files, read_document(self.document), few, ledger))

    def compared(self, sids: Iterable[int]) -> Counter[str]:
        """Compare both ways; how many sids were told briefly, by what was said."""
        counts = Counter[str]()
        for sid in sids:
            briefly = self.told_briefly(sid)
            if briefly is not None:
                assert briefly == self.told_by_all(sid)
                counts.update(said(briefly))
            else:
                counts["only a build tells"] += 1
        return counts

    @property
    def sids(self) -> Sequence[int]:
        """All that the feed has, disabled ones too, and one that it has not."""
        found = {sid for file in self.files for sid in sids_in(file.data)}
        return [*sorted(found), UNKNOWN]

    def by_fate(self) -> Mapping[str, list[int]]:
        """The sids by what a build makes of them, in few words."""
        fates: dict[str, list[int]] = {}
        enabled = {rule.sid for rule in self.whole.ruleset.rules}
        for group in self.built.groups:
            for rule in group.rules:
                tied = ", tied" if rule.bond else ""
                setter = ", brought in" if rule.setter else ""
                named = f", {rule.given.key}" if "rules" in rule.given.key else ""
                fates.setdefault(f"{rule.action}{tied}{setter}{named}", []).append(rule.sid)
        for one in self.built.discarded:
            if one.rule.sid is not None:
                fates.setdefault(str(one.reason), []).append(one.rule.sid)
        fates["off"] = [off.sid for off in self.built.off if off.sid is not None]
        fates["disabled"] = [sid for sid in self.sids if sid not in enabled]
        return fates


def said(told: Explained) -> Iterator[str]:
    """Each story in a word."""
    if not told.stories:
        yield "unknown"
    for one in told.stories:
        yield str((one.left_out and one.left_out.reason) or one.fate)


def document_of(allowlist: Allowlist) -> str:
    """The allowlist as a file."""
    return allowlist.model_dump_json(exclude={"variables"})


@given(FEEDS, allowlists())
def test_brief_story_is_that_of_a_build(files: dict[str, list[str]], allowlist: Allowlist) -> None:
    """With nothing in force, and with the last build's groups in force, of every sid."""
    case = Case.of(feed(files), allowlist, document_of(allowlist))
    case.compared(case.sids)
    after = case.applied()
    told = after.compared(after.sids)
    assert told["only a build tells"] <= sum(
        one.reason in {"over-budget", "undefined-variable"} for one in after.built.discarded
    )


def test_every_sid_of_the_example_feed_is_told_alike() -> None:
    """Nearly all of them without a build; the others are over budget or lack a variable's value."""
    document = (EXAMPLES / "categories.yaml").read_text(encoding="utf-8")
    files = [FeedFile(path.stem, path.read_bytes()) for path in sorted(FEED.glob("*.rules"))]
    allowlist = load_allowlist(document, source="test", known=[one.category for one in files])
    case = Case.of(files, allowlist, document).applied()
    some = {sid for sids in case.by_fate().values() for sid in spread(sids, 5)}
    told = case.compared(case.sids if THOROUGH else [*some, UNKNOWN])
    assert {"kept", "off", "disabled", "unknown", "duplicate-sid", "flowbit-never-set"} <= set(told)
    assert told["only a build tells"] <= sum(
        one.reason in {"over-budget", "undefined-variable"} for one in case.built.discarded
    )


@pytest.mark.feeds
@pytest.mark.parametrize("capacity", [30_000, 2_000])
def test_sids_of_every_fate_of_a_real_release_are_told_alike(releases: Path, capacity: int) -> None:
    """As shipped, and with a budget that leaves most of it out."""
    document = SHIPPED.read_text(encoding="utf-8")
    files = files_of(releases / COMPOSITE)
    allowlist = load_allowlist(document, source="test", known=[one.category for one in files])
    some = one_in(4, files, "glance")
    room = allowlist.firewall.model_copy(update={"capacity": capacity})
    case = Case.of(some, allowlist.model_copy(update={"firewall": room}), document).applied()
    fates = case.by_fate()
    told = case.compared([sid for sids in fates.values() for sid in spread(sids, SAMPLED)])
    assert told["kept"] >= SAMPLED
    assert {"alert", "drop", "alert, tied", "off", "disabled"} <= set(fates)


@pytest.mark.feeds
@pytest.mark.parametrize("name", RELEASES if THOROUGH else RELEASES[:1])
def test_sids_at_random_of_a_real_release_are_told_alike(releases: Path, name: str) -> None:
    """By what touches them and by records; and of a feed alone, where what is off is not read."""
    document = SHIPPED.read_text(encoding="utf-8")
    files = files_of(releases / name)
    allowlist = load_allowlist(document, source="test", known=[one.category for one in files])
    files = tuple(one_in(4, files, "glance at random"))
    case = Case.of(files, allowlist, document)
    some = Random(name).sample(case.sids, 200 if THOROUGH else 20)  # noqa: S311 - no secret
    needed = inputs(read_needed(files, allowlist, some), allowlist)
    alone = Evidence.of(files, read_document(document), needed, build(needed))
    assert [explain(sid, alone) for sid in some] == [case.told_by_all(sid) for sid in some]
    told = case.applied().compared(some)
    assert {"kept", "off", "disabled"} <= set(told)


def spread(sids: Sequence[int], few: int) -> Iterator[int]:
    """Some of them, from all over."""
    most = 100 if THOROUGH else few
    yield from sids[:: max(1, len(sids) // most)][:most]


def test_groups_that_are_not_those_of_the_build_are_no_record() -> None:
    """Edited by hand, pinned, another capacity, another group beside them."""
    allowlist = load_allowlist("version: 1\ndefault: alert\n", source="test", known=[])
    case = Case.of(feed({"emerging-web": [text(1), text(2)]}), allowlist, "version: 1\n")
    [group] = in_force(case.built.groups).groups
    groups = groups_json(case.built.groups, "et")
    others = (
        replace(group, content=GroupText(f"{text(3)}\n")),
        replace(group, pinned=True),
        replace(group, edited=True),
        replace(group, strict=False),
        replace(group, capacity=group.capacity + 1),
    )
    for deployed in [(one,) for one in others] + [(), (group, replace(group, name="et-more"))]:
        now = replace(case.whole, deployed=Deployed(deployed))
        assert records_of(groups, b"", now) is None
    assert records_of(groups, b"", replace(case.whole, deployed=Deployed((group,)))) is not None
