"""`rulesync explain` of a stack: by the last build's records where they fit, else by a build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from support.account import BUCKET, Account, call
from support.begun import begun
from support.example import FEED
from support.example import ROOT as EXAMPLES
from support.feeds import allowlist, rule
from support.samples import THOROUGH, one_in

from examples.feed import build_feed
from functions.fetch import app as fetch_app
from rules_lib.model import FeedFile
from rules_lib.reading.sids import sids_in
from rules_lib.sync import circumstances
from rulesync_cli.explain import explain
from rulesync_cli.explain.touching import touching
from rulesync_cli.glance import briefly, in_whole
from rulesync_cli.scene import Sight, see
from rulesync_cli.where import Where

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.reading.recall import Recall
    from rules_lib.reading.ruleset import Ruleset

HERE: Final = Where(BUCKET, (), None, None, None)


@begun()
def running(aws: Account) -> None:
    """An account with a build of the example feed in force."""
    aws.allow((EXAMPLES / "categories.yaml").read_text(encoding="utf-8"))
    build_feed([FEED], aws.folder, version="1")
    fetch_app.handler({"source": "aws.scheduler"}, None)
    assert call("apply", "--yes").exit_code == 0


def seen(sid: int) -> Sight:
    """What the command reads for a sid."""

    def reading(files: tuple[FeedFile, ...], allowlist: Allowlist, _: Recall | None) -> Ruleset:
        return touching(sid, files, allowlist)

    return see(HERE, lambda _: None, reading)


def test_both_ways_tell_the_same_of_a_stack(running: Account) -> None:
    """What is in force, the refusal and the hold too."""
    data = b"".join(path.read_bytes() for path in sorted(FEED.glob("*.rules")))
    sids = sorted({*sids_in(data), 99})
    told = 0
    for sid in sids if THOROUGH else one_in(12, sids, "explain of a stack"):
        sight = seen(sid)
        brief = briefly(sid, sight)
        if brief is None:
            continue
        told += 1
        scene, evidence = brief
        other, whole = in_whole(sid, sight, lambda _: None)
        assert scene == other
        assert explain(sid, evidence) == explain(sid, whole)
    assert running.latest()["circumstances"]
    assert told > len(sids) / 20


@begun()
def small(aws: Account) -> None:
    """An account with two rules in force, of which one came with the second build."""
    aws.allow()
    aws.sync(malware=[rule(1)])
    aws.sync(malware=[rule(1), rule(2)])


def is_brief() -> bool:
    """Whether the records of the build in force do for a rule that is kept."""
    return briefly(1, seen(1)) is not None


def edit_by_hand(running: Account) -> None:
    """What somebody does in the console."""
    running.edit_by_hand("et-emerging-malware", f"{rule(1)}\n")


WORLD_MOVES: Final[dict[str, Callable[[Account], object]]] = {
    "another allowlist": lambda running: running.allow(rules={"drop": [1]}),
    "another feed": lambda running: running.publish(malware=[rule(1), rule(2), rule(3)]),
    "rules of our own": lambda running: running.put("local/ours.rules", rule(50)),
    "a group edited by hand": edit_by_hand,
    "a refusal": lambda running: running.put(
        "state/refusals.json", '{"00": {"sid": 1, "words": "no"}}'
    ),
    "a rollback": lambda running: call("rollback", running.builds[0], "--yes"),
    "a lost record": lambda running: running.s3.delete_object(
        Bucket=BUCKET, Key=f"builds/{running.builds[-1]}/groups.json"
    ),
    "a damaged record": lambda running: running.put(
        f"builds/{running.builds[-1]}/groups.json", "{"
    ),
}


@pytest.mark.parametrize("moves", WORLD_MOVES)
def test_what_has_moved_since_the_build_takes_a_build(small: Account, moves: str) -> None:
    """The records say nothing of what a sync would do then."""
    assert is_brief()
    WORLD_MOVES[moves](small)
    assert not is_brief()
    assert call("explain", "1").exit_code == 0


@pytest.mark.usefixtures("small")
def test_other_code_takes_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer command may judge otherwise than the function that made the records."""
    monkeypatch.setattr(circumstances, "code_digest", lambda: "another")
    assert not is_brief()


def test_same_allowlist_from_the_disk_takes_no_build(small: Account, tmp_path: Path) -> None:
    """It is the content that counts."""
    file = tmp_path / "same.yaml"
    file.write_bytes(small.read("config/categories.yaml"))
    same = Where(BUCKET, (), None, file, None)
    sight = see(same, lambda _: None, lambda files, allowed, _: touching(1, files, allowed))
    assert briefly(1, sight) is not None
    file.write_text(allowlist(default="drop"))
    sight = see(same, lambda _: None, lambda files, allowed, _: touching(1, files, allowed))
    assert briefly(1, sight) is None
