"""What the engine did to a capture, read from its `eve.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

_BY_A_RULE: Final = "rules"
_WITH_ITS_FLOW: Final = "flow drop"


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """A conversation: its protocol and its two ends, the one that opened it first where known."""

    protocol: str
    source: str
    source_port: int
    destination: str
    destination_port: int

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """Read it from an event; an alert's own flow says who opened it."""
        ends = event.get("flow", event)
        return cls(
            str(event.get("proto", "")).lower(),
            str(ends.get("src_ip", event.get("src_ip", ""))),
            int(ends.get("src_port", 0)),
            str(ends.get("dest_ip", event.get("dest_ip", ""))),
            int(ends.get("dest_port", 0)),
        )

    @property
    def ends(self) -> tuple[str, frozenset[tuple[str, int]]]:
        """The same for both directions."""
        source = self.source, self.source_port
        return self.protocol, frozenset({source, (self.destination, self.destination_port)})

    def __str__(self) -> str:
        """As people write it; addresses of version 6 in brackets."""
        return f"{self.protocol} {_end(self.source, self.source_port)} -> " + _end(
            self.destination, self.destination_port
        )


def _end(address: str, port: int) -> str:
    if not port:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that matched and was logged.

    Attributes:
        packet: its number in the capture, from 1; 0 where the engine gives none.
        number: the rule's sid as it was loaded.
        blocked: the rule dropped the packet or rejected it.
    """

    packet: int
    flow: Flow
    number: int
    rev: int
    msg: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """A packet that a rule dropped; the flow's later packets go with it and are not counted."""

    packet: int
    flow: Flow
    number: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that the engine did to one capture.

    Attributes:
        alerts: in the order of the packets.
        drops: likewise.
        others: reason -> packets that the engine itself dropped, not for a rule.
    """

    alerts: tuple[Alert, ...] = ()
    drops: tuple[Drop, ...] = ()
    others: tuple[tuple[str, int], ...] = ()

    @property
    def dropped(self) -> tuple[Drop, ...]:
        """The first drop of each flow."""
        first: dict[object, Drop] = {}
        for drop in self.drops:
            first.setdefault(drop.flow.ends, drop)
        return tuple(first.values())

    def logs(self, drop: Drop) -> bool:
        """Whether anything was logged of the flow's being dropped."""
        return any(alert.blocked and alert.flow.ends == drop.flow.ends for alert in self.alerts)


def read_events(lines: Iterable[str]) -> Verdict:
    """Read one capture's events, one JSON object a line."""
    alerts, drops, others = list[Alert](), list[Drop](), dict[str, int]()
    for line in lines:
        event = json.loads(line)
        if event["event_type"] == "alert":
            alerts.append(_alert(event))
        elif (reason := event["drop"]["reason"]) == _BY_A_RULE:
            drops.append(
                Drop(event.get("pcap_cnt", 0), Flow.of(event), event["alert"]["signature_id"])
            )
        elif reason != _WITH_ITS_FLOW:
            others[reason] = others.get(reason, 0) + 1
    return Verdict(tuple(alerts), tuple(drops), tuple(sorted(others.items())))


def _alert(event: Mapping[str, Any]) -> Alert:
    said = event["alert"]
    return Alert(
        packet=event.get("pcap_cnt", 0),
        flow=Flow.of(event),
        number=said["signature_id"],
        rev=said["rev"],
        msg=said["signature"],
        blocked=said["action"] == "blocked",
    )
