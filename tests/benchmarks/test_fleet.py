"""The benchmark of many targets, with few: the template's own state machine calls the build."""

from __future__ import annotations

from pathlib import Path

from support.feeds import allowlist, feed, rule

from benchmarks.fleet import RoundCost, rounds


def test_few_targets_go_through_all_rounds(tmp_path: Path) -> None:
    """Each is built, found unchanged and built again; each in an account of its own."""
    for name, sids in (("first", (1, 2)), ("newer", (1, 2, 3))):
        (tmp_path / name).mkdir()
        feed(tmp_path / name, {"emerging-malware": [rule(sid) for sid in sids]})
    first, newer = (tmp_path / name / "emerging.rules.tar.gz" for name in ("first", "newer"))
    found = list(rounds(first, newer, allowlist().encode(), 3))
    assert [cost.results["applied"] for cost in found[:2]] == [3, 3]
    assert all(cost.calls["sts"] == 3 for cost in found)
    assert found[3].calls["s3"] <= found[0].calls["s3"]
    assert [cost.what for cost in found[:2]] == ["first build", "a newer release"]
    assert found[4].what == "one target added, one removed"
    assert sum(found[4].results.values()) == 3


def test_row_has_what_a_target_takes() -> None:
    """Divided by their number."""
    cost = RoundCost("first", {"applied": 3, "failed": 1}, 8.0, {"s3": 40, "network-firewall": 4})
    assert cost.row() == "| first | 3 applied, 1 failed | 2.00 | 10.0 | 1.0 | 0.0 |"
