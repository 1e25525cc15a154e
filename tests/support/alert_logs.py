"""Alert records as Network Firewall writes them, in the shapes of today and of before."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

MOMENT: Final = datetime(2026, 11, 28, 10, 0, 0, tzinfo=UTC)
GROUP: Final = "et-emerging-malware"
_ARN: Final = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/"


def alert_record(  # noqa: PLR0913  # what tests vary of a record
    sid: int,
    *,
    at: datetime = MOMENT,
    flow: int = 1,
    source: str = "10.0.0.5",
    destination: str = "192.0.2.9",
    verdict: Mapping[str, Any] | None = None,
    group: str = GROUP,
    **event: Any,
) -> dict[str, Any]:
    """A record of today; without a verdict and a group it is one of before.

    Args:
        sid: of the rule.
        at: when, in UTC.
        flow: the flow's number.
        source: address.
        destination: address.
        verdict: what became of the packet; left out where None.
        group: name of the rule group; left out where empty.
        event: what else stands in the event, or in the place of what is usual.
    """
    record: dict[str, Any] = {
        "firewall_name": "prod",
        "availability_zone": "eu-west-1a",
        "event_timestamp": str(int(at.timestamp())),
        "event": {
            "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%f+0000"),
            "event_type": "alert",
            "flow_id": flow,
            "src_ip": source,
            "src_port": 40000,
            "dest_ip": destination,
            "dest_port": 443,
            "proto": "TCP",
            "app_proto": "tls",
            "alert": {
                "action": "blocked" if _drops(verdict) else "allowed",
                "signature_id": sid,
                "rev": 1,
                "signature": "RULESYNC made up",
                "category": "",
                "severity": 3,
            },
            "tls": {"sni": "bad.example"},
            **event,
        },
    }
    if verdict is not None:
        record["event"]["verdict"] = dict(verdict)
    if group:
        record["aws_metadata"] = {"resource_arn": f"{_ARN}{group}"}
    return record


def log_text(records: Iterable[Mapping[str, Any]]) -> str:
    """Records as the lines of a file."""
    return "".join(f"{json.dumps(record)}\n" for record in records)


def write_log(path: Path, records: Iterable[Mapping[str, Any]]) -> Path:
    """Write records to a file, packed where its name says so."""
    data = log_text(records).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def after(**time: float) -> datetime:
    """So much later than `MOMENT`."""
    return MOMENT + timedelta(**time)


def _drops(verdict: Mapping[str, Any] | None) -> bool:
    return verdict is not None and verdict.get("action") == "drop"
