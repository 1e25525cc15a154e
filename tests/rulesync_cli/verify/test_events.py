"""What the engine wrote of a capture, read back."""

from __future__ import annotations

import json
from typing import Any, Final, TypeAlias

from rulesync_cli.verify.events import Verdict, read_events

Event: TypeAlias = dict[str, Any]

THERE: Final[Event] = {
    "src_ip": "10.0.0.1",
    "src_port": 4000,
    "dest_ip": "198.51.100.7",
    "dest_port": 80,
}
BACK: Final[Event] = {
    "src_ip": "198.51.100.7",
    "src_port": 80,
    "dest_ip": "10.0.0.1",
    "dest_port": 4000,
}


def alert(packet: int, number: int, action: str = "allowed", **ends: Any) -> Event:
    """An alert's event."""
    said = {"signature_id": number, "rev": 2, "signature": "words", "action": action}
    ends = ends or {**THERE, "flow": THERE}
    return {"event_type": "alert", "pcap_cnt": packet, "proto": "TCP", "alert": said, **ends}


def drop(packet: int, reason: str, number: int | None = None, **ends: Any) -> Event:
    """A dropped packet's event."""
    said = {} if number is None else {"alert": {"signature_id": number}}
    ends = ends or THERE
    return {"event_type": "drop", "pcap_cnt": packet, "proto": "TCP", "drop": {"reason": reason},
            **said, **ends}  # fmt: skip


def read(*events: Event) -> Verdict:
    """Read events as from a file."""
    return read_events(f"{json.dumps(event)}\n" for event in events)


def test_alert_names_packet_flow_and_rule() -> None:
    """The flow begins with the end that opened it, whichever way the packet went."""
    [found] = read(alert(4, 101, **BACK, flow=THERE)).alerts
    assert (found.packet, found.number, found.rev, found.msg) == (4, 101, 2, "words")
    assert str(found.flow) == "tcp 10.0.0.1:4000 -> 198.51.100.7:80"
    assert not found.blocked


def test_flow_is_dropped_once() -> None:
    """With its first packet; those that go with their flow are not counted."""
    found = read(
        alert(4, 101, "blocked"),
        drop(4, "rules", 101),
        drop(5, "flow drop", **BACK),
        drop(6, "rules", 102, **BACK),
    )
    [first] = found.dropped
    assert (first.packet, first.number) == (4, 101)
    assert found.logs(first)


def test_drop_without_a_blocking_alert_is_not_logged() -> None:
    """An alert that let the packet pass does not tell of its drop."""
    found = read(alert(4, 101), drop(4, "rules", 102))
    assert not found.logs(found.dropped[0])


def test_what_the_engine_drops_for_itself_is_counted_apart() -> None:
    """It is no rule's doing."""
    found = read(drop(4, "stream error"), drop(5, "stream error"), drop(6, "flow drop"))
    assert found.others == (("stream error", 2),)
    assert found.dropped == ()


def test_flow_without_ports_is_written_without_them() -> None:
    """As of ICMP; addresses of version 6 stand in brackets before a port."""
    plain: Event = {"src_ip": "10.0.0.1", "dest_ip": "10.0.0.2"}
    six: Event = {"src_ip": "2001:db8::1", "src_port": 5}
    six |= {"dest_ip": "2001:db8::2", "dest_port": 53}
    texts = [str(one.flow) for one in read(alert(1, 1, **plain), alert(2, 1, **six)).alerts]
    assert texts == ["tcp 10.0.0.1 -> 10.0.0.2", "tcp [2001:db8::1]:5 -> [2001:db8::2]:53"]
