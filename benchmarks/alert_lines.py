"""A day of made alert lines, in the service's own layout."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

DAY: Final = datetime(2026, 11, 28, tzinfo=UTC)
_SIDS: Final = 800
_HOSTS: Final = 2_000
_FOREIGN: Final = 50_000
_FILES_AN_HOUR: Final = 12
"""The service writes every five minutes, as a rule."""


def made_day(folder: Path, lines: int) -> Path:
    """Write a day of alerts below a folder: few rules have most of the lines, as in life.

    Args:
        folder: gets `2026/11/28/<hour>/*.log.gz`.
        lines: how many.
    """
    chance = random.Random(lines)  # noqa: S311  # made lines are the same each time
    files = 24 * _FILES_AN_HOUR
    for number in range(files):
        begin = DAY + timedelta(days=number / files)
        path = folder / f"{begin:%Y/%m/%d/%H}" / f"{number:03}.log.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        share = lines * (number + 1) // files - lines * number // files
        text = "".join(_line(chance, begin) for _ in range(share))
        path.write_bytes(gzip.compress(text.encode(), compresslevel=6))
    return folder


def _line(chance: random.Random, begin: datetime) -> str:
    sid = 2_000_000 + int(chance.paretovariate(0.7)) % _SIDS
    action = "drop" if sid % 3 else "alert"
    record = {
        "firewall_name": "prod",
        "availability_zone": "eu-west-1a",
        "event_timestamp": str(int(begin.timestamp())),
        "aws_metadata": {
            "resource_arn": "arn:aws:network-firewall:eu-west-1:111122223333:"
            f"stateful-rulegroup/et-{sid % 20}"
        },
        "event": {
            "tx_id": 0,
            "app_proto": "tls",
            "src_ip": f"10.0.{chance.randrange(_HOSTS) // 250}.{chance.randrange(250)}",
            "src_port": chance.randrange(1024, 65_536),
            "event_type": "alert",
            "alert": {
                "severity": 3,
                "signature_id": sid,
                "rev": 2,
                "metadata": {"signature_severity": ["Major"], "created_at": ["2026_01_31"]},
                "signature": f"RULESYNC made up signature of some length, number {sid}",
                "action": "blocked" if action == "drop" else "allowed",
                "category": "A Network Trojan was detected",
            },
            "flow_id": chance.getrandbits(50),
            "dest_ip": f"198.{chance.randrange(_FOREIGN) // 250}.{chance.randrange(250)}.9",
            "proto": "TCP",
            "verdict": {"action": action},
            "tls": {"sni": f"host-{chance.getrandbits(24):x}.example", "version": "TLS 1.3"},
            "dest_port": 443,
            "pkt_src": "geneve encapsulation",
            "timestamp": (begin + timedelta(seconds=chance.random() * 300)).strftime(
                "%Y-%m-%dT%H:%M:%S.%f+0000"
            ),
            "direction": "to_server",
        },
    }
    return f"{json.dumps(record, separators=(',', ':'))}\n"


def log_files(folder: Path) -> list[Path]:
    """The files of a made day."""
    return sorted(folder.rglob("*.log.gz"))
