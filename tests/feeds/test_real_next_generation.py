"""Real releases in one Next Generation policy: all of one, and several with their writes."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest
from support.feeds import allowlist, packed
from support.next_generation import NEXT
from support.releases import COMPOSITE, built_from, variables
from support.results import Results, by_sid, quick_process
from support.samples import THOROUGH, one_in

from rules_lib.feed.archive import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.feeds

RELEASES: Final = (
    *("2025-05-02.tar.gz", "2025-05-09.tar.gz", "2025-07-24.tar.gz"),
    *("2025-07-26.tar.gz", "2025-07-28.tar.gz", "2025-08-04.tar.gz"),
)
ALLOWED: Final = {"unsupported-keyword", "unsupported-protocol", "flowbit-never-set"}
"""Reasons that no room can help."""


def synced(out: Path, default: str, *feeds: Path) -> list[Results]:
    """Sync feeds one after the other into one policy, through both handlers."""
    config = out.parent / f"{out.name}.yaml"
    config.write_text(allowlist(default=default, variables=variables(), firewall=NEXT))
    words: list[object] = [word for feed in feeds for word in ("--feed", feed)]
    policy = ("--policy", "wall", "--unproven", "--allow-shrink")
    quick_process(*words, "--config", config, "--out", out, *policy)
    return [Results(out / str(number)) for number in range(1, len(feeds) + 1)]


def sampled(folder: Path, *archives: Path) -> Iterator[Path]:
    """Every other category of each release, the same of all, as an archive of its own."""
    first = [file.category for file in unpack(archives[0].read_bytes())]
    wanted = {*one_in(2, first, "categories of releases in one policy")}
    for archive in archives:
        files = (file for file in unpack(archive.read_bytes()) if file.category in wanted)
        path = folder / archive.name
        path.write_bytes(packed({file.category: file.data.decode() for file in files}))
        yield path


def test_all_of_the_composite_fits_one_policy(releases: Path) -> None:
    """Every category drops, with the default headroom: 20 rule groups within 50,000."""
    built = built_from(releases / COMPOSITE, "next-generation")
    assert built.off == ()
    assert {one.reason for one in built.discarded} <= ALLOWED
    assert len(built.kept) > 38_500
    assert len(built.groups) == 20
    assert sum(group.capacity for group in built.groups) <= 50_000
    assert max(len(group.text.encode()) for group in built.groups) <= 2_000_000
    told = [(group.name, len(group.rules), group.capacity) for group in built.groups]
    print(Counter(rule.action for rule in built.kept), *told, sep="\n")  # noqa: T201 - for -s


def test_next_releases_write_only_what_changed(releases: Path, tmp_path: Path) -> None:
    """A release changes the groups whose rules it changes, and the policy where one is replaced."""
    names = RELEASES if THOROUGH else RELEASES[3:5]
    feeds = sampled(tmp_path, *(releases / name for name in names))
    found = synced(tmp_path / "out", "alert", *feeds)
    assert found[0].summary["calls"] == {"CreateFirewallPolicyV2": 1, "CreateRuleGroup": 20}
    assert found[0].summary["budget"] == 50_000
    for before, after in itertools.pairwise(found):
        changes = Counter(after.changes.values())
        calls = after.summary["calls"]
        print(changes, calls)  # noqa: T201 - the table is what people run this with -s for
        assert calls.get("UpdateRuleGroup", 0) == changes["update"]
        assert calls.get("CreateRuleGroup", 0) == changes["create"] + changes["replace"]
        assert calls.get("DeleteRuleGroup", 0) == changes["delete"] + changes["replace"]
        assert calls.get("UpdateFirewallPolicyV2", 0) <= 1
        moved = changes["create"] + changes["replace"] + changes["delete"]
        assert bool(calls.get("UpdateFirewallPolicyV2")) == bool(moved)
        old, new = (
            {sid: name for name, text in one.groups.items() for sid in by_sid(text)}
            for one in (before, after)
        )
        assert len(after.groups) == 20
        staying = [sid for sid in old.keys() & new.keys() if old[sid] != new[sid]]
        assert len(staying) < 0.1 * len(old), "so many rules move to another rule group"
