"""Lines of alert logs: the firewall writes them, about traffic that an attacker makes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.alert_logs import alert_record, log_text
from support.samples import THOROUGH

from rules_lib.errors import HitsError
from rules_lib.hits.rows import counted_lines
from rules_lib.hits.stored import pack_day, unpack_day
from rules_lib.hits.values import CountedLines
from rules_lib.text import visible
from rulesync_cli.alert_logs.disk import count_files

NOW = datetime(2026, 11, 29, tzinfo=UTC)
SNEAKY = (
    "\x1b[2J</script><script>alert(1)</script>'; DROP TABLE lines; --\u202e\u2028=cmd|' /C calc'!A0"
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
FEW = settings(max_examples=50 if THOROUGH else 12)  # each starts an engine
PLACES = ("timestamp", "flow_id", "src_ip", "dest_ip", "alert", "verdict")


def texts_of(counted: CountedLines) -> list[str]:
    """Every text that what was counted holds."""
    return [
        text
        for day in counted.days
        for hits in day.hits
        for text in (
            hits.group,
            *(talker.address for talker in (*hits.top_sources, *hits.top_destinations)),
        )
    ]


def count_text(folder: Path, text: str | bytes) -> CountedLines:
    """Count a file of this text."""
    log = folder / "a.log"
    log.write_bytes(text.encode(errors="surrogatepass") if isinstance(text, str) else text)
    return count_files([log], now=NOW).counted


def test_nothing_of_a_line_but_what_was_validated_is_kept(tmp_path: Path) -> None:
    """Neither names nor signatures; an address is an address, a group has a group's name."""
    record = alert_record(7, src_ip=SNEAKY, dest_ip=SNEAKY, tls={"sni": SNEAKY}, app_proto=SNEAKY)
    record["aws_metadata"] = {"resource_arn": f"x:stateful-rulegroup/{SNEAKY}"}
    record["event"]["alert"] |= {"signature": SNEAKY, "category": SNEAKY, "action": SNEAKY}
    record["firewall_name"] = SNEAKY
    counted = count_text(tmp_path, log_text([record]))
    (day,) = counted.days
    assert [hits.count for hits in day.hits] == [1]
    assert set(texts_of(counted)) <= {""}
    assert b"script" not in pack_day(day)


@FEW
@given(
    st.dictionaries(st.sampled_from(PLACES), VALUES, max_size=6),
    st.dictionaries(st.text(max_size=8), VALUES, max_size=3),
)
def test_any_record_is_counted_or_passed_over(event: dict[str, Any], more: dict[str, Any]) -> None:
    """A good one beside it counts all the same, and what is kept can be shown and read back."""
    odd = json.dumps({**alert_record(7), **more, "event": {**alert_record(7)["event"], **event}})
    with TemporaryDirectory() as folder:
        counted = count_text(Path(folder), f"{odd}\n{log_text([alert_record(9)])}")
    hits = [one for day in counted.days for one in day.hits]
    assert sum(one.count for one in hits if one.sid == 9) >= 1
    assert sum(day.lines for day in counted.days) + counted.unread == 2
    for day in counted.days:
        assert unpack_day(pack_day(day), "x") == day
    assert all(visible(text) == text for text in texts_of(counted))
    assert len({(one.sid, one.action, one.group) for one in hits}) <= 2


@FEW
@given(st.binary(max_size=300))
def test_any_bytes_beside_a_record_leave_it_what_it_is(noise: bytes) -> None:
    """Text of another encoding, NUL, and ends of lines of every kind."""
    record = log_text([alert_record(9)]).encode()
    with TemporaryDirectory() as folder:
        counted = count_text(Path(folder), record + noise + b"\n" + record)
    assert sum(hits.count for day in counted.days for hits in day.hits if hits.sid == 9) >= 1


def test_line_of_megabytes_and_deep_nesting_stop_nothing(tmp_path: Path) -> None:
    """The lines beside them count."""
    huge = log_text([alert_record(7, tls={"sni": "x" * 5_000_000})])
    deep = "[" * 200_000 + "\n" + '{"event":' * 50_000 + "\n"
    counted = count_text(tmp_path, huge + deep + log_text([alert_record(9)]))
    assert [hits.sid for day in counted.days for hits in day.hits] == [7, 9]
    assert counted.unread == 2


COLUMNS = st.sampled_from(["day", "sid", "number", "word"])


@given(st.lists(st.dictionaries(COLUMNS, st.text()), min_size=1, max_size=3))
def test_answer_of_an_engine_is_never_taken_on_trust(rows: list[dict[str, str]]) -> None:
    """What is not a number, no sid or no time is an error of ours."""
    bad = {"day": "2026-11-28", "sid": "7", "number": "?"}
    with pytest.raises(HitsError, match="the answer"):
        counted_lines([*rows, bad], now=NOW, addresses=True)
