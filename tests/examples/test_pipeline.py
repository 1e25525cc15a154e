"""The example feed through `rulesync local`: every rule's fate, and every byte of the results.

`pytest tests/examples/test_pipeline.py --renew-golden` writes the golden files anew: read their
diff as what it is, a change of what people get.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from example_feed import ALLOWLIST, EXPECTED, FEED, ROOT, Entry, entries, expectation
from pipeline_support import Results, synced

from examples.run import releases

GOLDEN: Final = Path(__file__).with_name("golden")
COMPARED: Final = ("summary.json", "plan.json", "discarded.jsonl", "changed.jsonl")
_REV: Final = re.compile(r"\brev: ?(\d+)", re.IGNORECASE)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, Results]:
    """What the two releases, synced one after the other, leave."""
    folder = tmp_path_factory.mktemp("releases")
    feeds = [folder / path for path in releases(folder)]
    run = synced(tmp_path_factory.mktemp("out"), *feeds, config=ROOT / "categories.yaml")
    return run.sync(1), run.sync(2)


def fate(entry: Entry, results: Results) -> dict[str, str]:
    """What became of a rule: its outcome, and the reason or the action."""
    for record in results.records("discarded.jsonl"):
        if is_record_of(entry, record):
            return {"outcome": "discarded", "reason": record["reason"]}
    text = results.published.get(entry.sid or 0, "")
    if text and int(_REV.findall(text)[-1]) == entry.rev and is_published(entry, results):
        return {"outcome": "kept", "action": text.split()[0]}
    return {"outcome": "off"}


def is_record_of(entry: Entry, record: dict[str, Any]) -> bool:
    """Whether a discard is of this rule; one without a sid is known by how it begins."""
    if record["category"] != entry.category or record["sid"] != entry.sid:
        return False
    if entry.sid is None:
        return bool(record["rule"][:30] == entry.text[:30])
    return record["rev"] in {entry.rev, None}


def is_published(entry: Entry, results: Results) -> bool:
    """Whether a group with rules of the entry's category has its sid."""
    return any(
        entry.category in group["categories"] and f"sid:{entry.sid};" in results.groups[group["name"]]
        for group in results.summary["rule_groups"]
        if group["change"] != "delete"
    )


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
    wrong = {}
    for entry in enabled():
        found = fate(entry, both[0])
        if not expected(entry).items() <= found.items():
            wrong[f"{entry.category}:{entry.line}, sid {entry.sid}"] = (expected(entry), found)
    assert not wrong


def test_expectations_hold_for_the_second_release_too(both: tuple[Results, Results]) -> None:
    """Where the second release leaves a file as it was, its rules fare as before."""
    replaced = {path.stem for path in (ROOT / "feed-next").glob("*.rules")}
    same = [entry for entry in enabled() if entry.category not in replaced]
    assert len(same) > 100
    wrong = {
        f"{entry.category}:{entry.line}, sid {entry.sid}": (expected(entry), found)
        for entry in same
        if not expected(entry).items() <= (found := fate(entry, both[1])).items()
    }
    assert not wrong


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


@pytest.mark.parametrize("number", [1, 2])
def test_results_are_those_of_the_golden_files(
    both: tuple[Results, Results], number: int, *, renew_golden: bool
) -> None:
    """Byte for byte, but for the build's id and the place of the feed."""
    found = files_of(both[number - 1])
    folder = GOLDEN / str(number)
    if renew_golden:
        write(folder, found)
    golden = {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found.keys() == golden.keys()
    for name, text in found.items():
        assert text == golden[name], f"{name} is another; see --renew-golden"


def files_of(results: Results) -> dict[str, str]:
    """The files that are compared, without what differs from run to run."""
    groups = {f"rule-groups/{name}.rules": text for name, text in results.groups.items()}
    records = {name: (results.folder / name).read_bytes().decode() for name in COMPARED}
    summary = results.summary
    feed = summary["feed"]
    for volatile in (summary["build"], feed["source"]):
        assert volatile
        records = {name: text.replace(volatile, "…") for name, text in records.items()}
    return groups | records


def write(folder: Path, files: dict[str, str]) -> None:
    """Write golden files, and no others."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def test_golden_summary_is_json() -> None:
    """Whoever wants to see the summary's form can read it there."""
    summary = json.loads((GOLDEN / "1" / "summary.json").read_bytes())
    assert summary["rules"]["enabled"] > 200
    assert FEED.is_dir()
