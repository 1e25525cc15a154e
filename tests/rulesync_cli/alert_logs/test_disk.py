"""Files of alert logs, counted by the one SQL in DuckDB."""

from __future__ import annotations

import builtins
import gzip
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.alert_logs import GROUP, MOMENT, after, alert_record, log_text, write_log

from rules_lib.errors import HitsError
from rules_lib.hits.values import DayHits, PacketAction, Talker
from rulesync_cli.alert_logs.disk import count_files

if TYPE_CHECKING:
    from rulesync_cli.alert_logs.disk import CountedFiles

DROP = {"action": "drop"}
REJECT = {"action": "drop", "reject-target": "to_client", "reject": ["tcp-reset"]}


def counted(*paths: Path, **asked: Any) -> CountedFiles:
    """Count files, at a known time."""
    return count_files(paths, now=after(days=1), **asked)


def hits_of(*paths: Path, **asked: Any) -> tuple[DayHits, ...]:
    """The hits of the only day."""
    (day,) = counted(*paths, **asked).counted.days
    return day.hits


def test_hits_of_a_rule_are_counted_with_their_flows_addresses_and_times(tmp_path: Path) -> None:
    """Each address with its lines, the most talkative first; equals by address, the last first."""
    log = write_log(
        tmp_path / "a.log",
        [
            alert_record(7, flow=1, source="10.0.0.5", verdict=DROP),
            alert_record(7, flow=1, source="10.0.0.5", verdict=DROP, at=after(minutes=2)),
            alert_record(7, flow=2, source="10.0.0.6", verdict=DROP, at=after(minutes=1)),
        ],
    )
    assert hits_of(log) == (
        DayHits(
            sid=7,
            action=PacketAction.DROP,
            group=GROUP,
            count=3,
            flows=2,
            sources=2,
            destinations=1,
            top_sources=(Talker("10.0.0.5", 2), Talker("10.0.0.6", 1)),
            top_destinations=(Talker("192.0.2.9", 3),),
            first=MOMENT,
            last=after(minutes=2),
        ),
    )


@pytest.mark.parametrize(
    ("verdict", "alert", "action"),
    [
        ({"action": "alert"}, "allowed", PacketAction.ALERT),
        ({"action": "pass"}, "allowed", PacketAction.PASS),
        (DROP, "blocked", PacketAction.DROP),
        (DROP, "allowed", PacketAction.DROP),
        (REJECT, "blocked", PacketAction.REJECT),
        (None, "blocked", PacketAction.DROP),
        (None, "allowed", PacketAction.ALERT),
        ({"action": "something-new"}, "allowed", PacketAction.ALERT),
    ],
)
def test_verdict_says_what_became_of_the_packet_and_the_alert_where_there_is_none(
    tmp_path: Path, verdict: dict[str, Any] | None, alert: str, action: PacketAction
) -> None:
    """A rule that only alerts may stand on a packet that a later rule drops."""
    record = alert_record(7, verdict=verdict)
    record["event"]["alert"]["action"] = alert
    (hits,) = hits_of(write_log(tmp_path / "a.log", [record]))
    assert hits.action == action


def test_a_sid_counts_apart_by_action_and_group(tmp_path: Path) -> None:
    """An old record names no group."""
    log = write_log(
        tmp_path / "a.log",
        [
            alert_record(7, verdict={"action": "alert"}),
            alert_record(7, verdict=DROP),
            alert_record(7, verdict=DROP, group="et-other"),
            alert_record(7, group=""),
        ],
    )
    assert [(hits.action, hits.group) for hits in hits_of(log)] == [
        ("alert", ""),
        ("alert", GROUP),
        ("drop", GROUP),
        ("drop", "et-other"),
    ]


def test_folder_is_read_to_the_bottom_packed_files_too(tmp_path: Path) -> None:
    """As a copy of the service's layout; what is no log stays unread."""
    write_log(tmp_path / "2026/11/28/10/a.log.gz", [alert_record(7)])
    write_log(tmp_path / "2026/11/28/11/b.log", [alert_record(7)])
    write_log(tmp_path / "eve.json", [alert_record(7)])
    (tmp_path / "notes.txt").write_text("no log")
    found = counted(tmp_path)
    assert (found.files, found.counted.days[0].hits[0].count) == (3, 3)


def test_name_of_a_file_is_no_pattern(tmp_path: Path) -> None:
    """Neither a star nor brackets in it stand for another file; a quote ends nothing."""
    odd = write_log(tmp_path / "it's [a]*.log", [alert_record(7)])
    write_log(tmp_path / "it's ab.log", [alert_record(8)])
    assert [hits.sid for hits in hits_of(odd)] == [7]


def test_day_is_that_of_the_line_in_utc(tmp_path: Path) -> None:
    """Wherever the file lies; days are cut where asked for."""
    log = write_log(
        tmp_path / "a.log", [alert_record(7, at=after(days=day)) for day in (0, 0, 1, 2)]
    )
    days = counted(log).counted.days
    assert [(day.day.day, day.lines) for day in days] == [(28, 2), (29, 1), (30, 1)]
    day = date(2026, 11, 29)
    assert [one.day for one in counted(log, first=day, last=day).counted.days] == [day]


def test_suricatas_own_record_is_taken_with_its_zone(tmp_path: Path) -> None:
    """`eve.json` has no wrapper around the event, and may be in local time."""
    event = alert_record(7)["event"] | {"timestamp": "2026-11-28T00:30:00.000000+0100"}
    (day,) = counted(write_log(tmp_path / "eve.json", [event])).counted.days
    assert day.day == date(2026, 11, 27)
    assert day.hits[0].first == datetime(2026, 11, 27, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arn", "group"),
    [
        ("arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/Threat", "Threat"),
        ("arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/prod", ""),
        ("arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/<b>", ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_group_is_named_by_its_arn(tmp_path: Path, arn: str | None, group: str) -> None:
    """Default actions of a policy have none."""
    record = alert_record(7) | {"aws_metadata": {"resource_arn": arn}}
    (hits,) = hits_of(write_log(tmp_path / "a.log", [record]))
    assert hits.group == group


def test_record_that_is_no_alert_is_a_line_and_no_hit(tmp_path: Path) -> None:
    """`eve.json` has flows and statistics as well."""
    flow = {"timestamp": "2026-11-28T10:00:00.000000+0000", "event_type": "flow", "flow_id": 1}
    (day,) = counted(write_log(tmp_path / "eve.json", [flow, flow])).counted.days
    assert (day.lines, day.hits) == (2, ())


def test_half_written_last_line_is_counted_as_unread(tmp_path: Path) -> None:
    """The lines before it count."""
    log = tmp_path / "a.log"
    log.write_text(log_text([alert_record(7), alert_record(7)])[:-40])
    found = counted(log)
    assert (found.counted.days[0].hits[0].count, found.counted.unread) == (1, 1)


def test_packed_file_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """With a warning; the other files are read as ever."""
    many = [alert_record(7, flow=flow) for flow in range(5_000)]
    whole = write_log(tmp_path / "whole.log.gz", [alert_record(8)])
    cut = tmp_path / "cut.log.gz"
    cut.write_bytes(gzip.compress(log_text(many).encode())[:-2_000])
    found = counted(whole, cut)
    numbers = {hits.sid: hits.count for hits in found.counted.days[0].hits}
    assert numbers[8] == 1
    assert 0 < numbers[7] < 5_000
    (warning,) = found.warnings
    assert str(cut) in warning
    assert "no whole gzip file" in warning


def test_packed_file_of_several_members_is_whole(tmp_path: Path) -> None:
    """As when files were put together; beside one that is cut off too."""
    log = tmp_path / "two.log.gz"
    packed = gzip.compress(log_text([alert_record(7)]).encode())
    log.write_bytes(packed + packed)
    (tmp_path / "cut.log.gz").write_bytes(packed[:-9])
    found = counted(tmp_path)
    assert found.counted.days[0].hits[0].count >= 2
    assert len(found.warnings) == 1


def test_empty_files_have_no_hits(tmp_path: Path) -> None:
    """And are no error."""
    (tmp_path / "a.log").touch()
    (tmp_path / "b.log.gz").touch()
    assert counted(tmp_path).counted.days == ()


def test_without_addresses_the_query_does_not_name_one(tmp_path: Path) -> None:
    """How many there were is no address."""
    (hits,) = hits_of(write_log(tmp_path / "a.log", [alert_record(7)]), addresses=False)
    assert (hits.top_sources, hits.top_destinations) == ((), ())
    assert (hits.sources, hits.destinations) == (1, 1)


def test_only_the_most_talkative_addresses_are_named(tmp_path: Path) -> None:
    """Twenty of each side; the number is of all."""
    records = [alert_record(7, source=f"10.0.0.{n}") for n in range(100) for _ in range(n + 1)]
    (hits,) = hits_of(write_log(tmp_path / "a.log", records))
    assert hits.sources == 100
    assert [talker.count for talker in hits.top_sources] == list(range(100, 80, -1))


@pytest.mark.parametrize(
    ("path", "words"),
    [("missing.log", "does not exist"), ("empty", "has no alert log")],
)
def test_path_without_logs_is_told(tmp_path: Path, path: str, words: str) -> None:
    """With its name."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(HitsError, match=f"{path} {words}"):
        counted(tmp_path / path)


def test_absent_duckdb_is_told_with_what_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra: the functions do without."""
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name == "duckdb":
            raise ImportError(name=name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(HitsError, match="needs the package duckdb: pip install 'duckdb"):
        counted(write_log(tmp_path / "a.log", [alert_record(7)]))


def test_line_that_lies_about_its_types_stops_nothing(tmp_path: Path) -> None:
    """A number for an object, text for a number, an hour that is none: other lines count."""
    odd: list[Any] = [
        5,
        [],
        "text",
        {"event": 5},
        {"event": {"timestamp": 5, "alert": "no"}},
        alert_record(7, timestamp="2026-11-28T99:00:00.000000+0000"),
        alert_record(7, timestamp="2026-11-31T10:00:00.000000+0000"),
        alert_record(7, src_ip={"a": 1}, dest_ip=["b"], flow_id="x" * 500),
        alert_record(8, alert={"signature_id": "x"}),
        alert_record(8, alert={"signature_id": -5}),
        alert_record(8, alert={"signature_id": 2**40}),
        alert_record(9, verdict={"action": {"a": 1}, "reject": 5}),
    ]
    found = counted(write_log(tmp_path / "a.log", odd)).counted
    (day,) = found.days
    assert {hits.sid: hits.count for hits in day.hits} == {7: 1, 9: 1}
    assert [hits.top_sources for hits in day.hits if hits.sid == 7] == [()]
    assert found.unread == 7
