"""The example feed through `rulesync local`: every rule's fate, and every byte of the results.

`pytest tests/examples/test_pipeline.py --renew-golden` writes the golden files anew: read their
diff as what it is, a change of what people get.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from unittest import mock

import pytest
from support.clock import Clock
from support.example import ALLOWLIST, EXPECTED, ROOT, Entry, entries, expectation
from support.results import Results, by_sid, synced

from examples.run import releases
from functions.build import app as build_app

GOLDEN: Final = Path(__file__).with_name("golden")
DAY: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
"""On which the releases are synced: the days of staged rules are counted from it."""

_REV: Final = re.compile(r"\brev: ?(\d+)", re.IGNORECASE)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, Results]:
    """What the two releases, synced one after the other, leave."""
    folder = tmp_path_factory.mktemp("releases")
    feeds = [folder / path for path in releases(folder)]
    clock = Clock(DAY, step=timedelta(seconds=1))
    with mock.patch.object(build_app, "datetime", clock):
        run = synced(tmp_path_factory.mktemp("out"), *feeds, config=ROOT / "categories.yaml")
    return run.sync(1), run.sync(2)


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of every rule of one release.

    Attributes:
        discards: by category and sid.
        published: text by sid.
        homes: categories that have rules in the sid's group.
    """

    discards: dict[tuple[str, int | None], list[dict[str, Any]]]
    published: dict[int, str]
    homes: dict[int, list[str]]

    @classmethod
    def of(cls, results: Results) -> Fates:
        """Read them from the results of a sync."""
        discards = defaultdict(list)
        for record in results.records("discarded.jsonl"):
            discards[record["category"], record["sid"]].append(record)
        homes = {
            sid: results.group(name)["categories"]
            for name, text in results.groups.items()
            for sid in by_sid(text)
        }
        return cls(discards, results.published, homes)

    def fate(self, entry: Entry) -> dict[str, str]:
        """Outcome, with the reason or the action."""
        for record in self.discards.get((entry.category, entry.sid), ()):
            if _is_of(entry, record):
                return {"outcome": "discarded", "reason": record["reason"]}
        text = self.published.get(entry.sid or 0, "")
        if text and _rev(text) == _rev(entry.text) and entry.category in self.homes[entry.sid or 0]:
            return {"outcome": "kept", "action": text.split()[0]}
        return {"outcome": "off"}

    def wrong(self, found: Iterable[Entry]) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
        """Rules that fare otherwise than expected: what was expected, and what became of them."""
        return {
            f"{entry.category}:{entry.line}, sid {entry.sid}": (expected(entry), self.fate(entry))
            for entry in found
            if not expected(entry).items() <= self.fate(entry).items()
        }


def _is_of(entry: Entry, record: dict[str, Any]) -> bool:
    """Whether a discard is of this rule; one without a sid is known by how it begins."""
    if entry.sid is None:
        return bool(record["rule"][:30] == entry.text[:30])
    return record["rev"] in {_rev(entry.text), None}


def _rev(text: str) -> int:
    return int(_REV.findall(text)[-1])


def expected(entry: Entry) -> dict[str, str]:
    """What the golden file says of a rule; an ordinary one goes as its category."""
    by_itself = expectation(entry)
    if by_itself is None:
        mode = ALLOWLIST["categories"].get(entry.category, "off")
        return {"outcome": "off" if mode == "off" else "kept"}
    return {
        key: value for key, value in by_itself.items() if key in {"outcome", "reason", "action"}
    }


def enabled() -> Iterator[Entry]:
    """The first release's rules that count: enabled in the feed, or by `rules: on:`."""
    woken = {int(sid) for sid in ALLOWLIST["rules"]["on"]}
    return (entry for entry in entries() if entry.enabled or entry.sid in woken)


def test_every_rule_meets_its_expectation(both: tuple[Results, Results]) -> None:
    """Outcome, reason and action, as `examples/expected.yaml` has them."""
    assert not Fates.of(both[0]).wrong(enabled())


def test_expectations_hold_for_the_second_release_too(both: tuple[Results, Results]) -> None:
    """Where the second release leaves a file as it was, its rules fare as before."""
    replaced = {path.stem for path in (ROOT / "feed-next").glob("*.rules")}
    same = [entry for entry in enabled() if entry.category not in replaced]
    assert len(same) > 100
    assert not Fates.of(both[1]).wrong(same)


def test_every_enabled_rule_is_accounted_for(both: tuple[Results, Results]) -> None:
    """The count of the feed's reader is that of the summary."""
    rules = both[0].summary["rules"]
    assert rules["enabled"] == len(list(enabled()))
    assert rules["enabled"] == rules["kept"] + rules["discarded"] + rules["off"]


def test_setters_that_are_expected_are_those_brought_in(both: tuple[Results, Results]) -> None:
    """Each of them is told in the records, and the summary counts them."""
    changed = both[0].records("changed.jsonl")
    brought = {one["sid"] for one in changed if "setter-brought-in" in one["changes"]}
    said = {
        sid for sid, rule in EXPECTED["rules"].items() if rule["why"].startswith("brought in for")
    }
    assert brought == said
    assert both[0].summary["rules"]["setters_added"] == len(said)


def test_second_release_writes_only_what_changed(both: tuple[Results, Results]) -> None:
    """A group whose text is the same is kept, and any other is not."""
    first, second = both
    kept = {name for name, change in second.changes.items() if change == "keep"}
    same = {name for name, text in first.groups.items() if second.groups.get(name) == text}
    assert kept == same
    assert 0 < len(kept) < len(second.groups)


def test_changes_lead_from_the_feed_s_text_to_the_published_one(
    both: tuple[Results, Results],
) -> None:
    """The golden files leave both texts out, as they stand elsewhere."""
    continued = 9090701  # over several lines in the feed
    texts = {entry.text for entry in enabled()}
    changed = both[0].records("changed.jsonl")
    assert changed
    for one in changed:
        assert one["after"] == both[0].published[one["sid"]]
        assert one["sid"] == continued or one["before"] in texts


def test_new_rules_are_staged_and_the_critical_one_drops(both: tuple[Results, Results]) -> None:
    """The first release has a rule of unknown age, the second has four new ones."""
    staged = [{one["sid"]: one["staged"] for one in changes(sync, "staged")} for sync in both]
    assert [sorted(sids) for sids in staged] == [[9090410], [9001101, 9001102, 9001103, 9090410]]
    assert staged[1][9090410] == {"since": "2026-11-28", "until": "2026-12-12", "fired": None}
    assert staged[1][9001101]["until"] == "2026-12-05"
    published = both[1].published
    assert {published[sid].split()[0] for sid in staged[1]} == {"alert"}
    assert published[9001104].split()[0] == "drop"
    assert [sync.summary["staging"]["staged"] for sync in both] == [1, 4]


def test_exception_takes_its_host_out_of_the_rule(both: tuple[Results, Results]) -> None:
    """Of one rule, in both releases; the summary counts it."""
    for sync in both:
        (one,) = changes(sync, "exception")
        assert one["sid"] == 9001001
        assert one["after"].startswith("drop dns [$HOME_NET,!10.20.99.7] any -> ")
        assert sync.summary["staging"]["excepted"] == 1


def changes(results: Results, code: str) -> list[dict[str, Any]]:
    """The records of rules that were changed in a certain way."""
    return [one for one in results.records("changed.jsonl") if code in one["changes"]]


@pytest.mark.parametrize("release", ["1", "2"])
def test_results_are_those_of_the_golden_files(
    both: tuple[Results, Results], release: str, *, renew_golden: bool
) -> None:
    """Byte for byte, but for what differs from run to run.

    Of the second release the golden files are those that the second sync makes otherwise.
    """
    found = files_of(both[int(release) - 1])
    folders = [GOLDEN / "1", GOLDEN / release]
    if renew_golden:
        write(folders[-1], found, {} if release == "1" else files_of(both[0]))
    golden = {name: text for folder in folders for name, text in read(folder).items()}
    gone = {f"rule-groups/{name}.rules" for name in both[0].groups.keys() - found_groups(found)}
    assert found.keys() == golden.keys() - (gone if release == "2" else set())
    for name, text in found.items():
        assert text == golden[name], f"{name} is another; see --renew-golden"


def files_of(results: Results) -> dict[str, str]:
    """The files that are compared, without what differs from run to run.

    That is the build's id, the feed's place, and the checksum of its archive, which another zlib
    makes otherwise.
    """
    files = {f"rule-groups/{name}.rules": text for name, text in results.groups.items()}
    for name in ("summary.json", "plan.json", "discarded.jsonl"):
        files[name] = (results.folder / name).read_bytes().decode()
    files["changed.jsonl"] = "".join(
        json.dumps({key: one[key] for key in ("sid", "rev", "category", "changes")}) + "\n"
        for one in results.records("changed.jsonl")
    )
    summary = results.summary
    fetched = [feed["fetched_at"] for feed in summary["feeds"]]
    volatile = (summary["build"], summary["feed"]["source"], summary["feed"]["sha256"], *fetched)
    for word in volatile:
        files = {name: text.replace(word, "…") for name, text in files.items()}
    return files


def found_groups(files: dict[str, str]) -> set[str]:
    """Names of the rule groups among the files."""
    return {Path(name).stem for name in files if name.startswith("rule-groups/")}


def read(folder: Path) -> dict[str, str]:
    """The golden files of a release."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in paths}


def write(folder: Path, files: dict[str, str], known: dict[str, str]) -> None:
    """Write golden files anew, but for those that are known."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        if known.get(name) != text:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
