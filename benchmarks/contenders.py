"""Who is measured, each in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.account import account
from benchmarks.costs import Cost, measured, python
from benchmarks.deployed import by_deployed
from benchmarks.feeds import ROOT

SURICATA_UPDATE: Final = ROOT / ".venv" / "bench" / "bin" / "suricata-update"

_SURICATA: Final = """\
%YAML 1.1
---
vars:
  address-groups:
    {HOME_NET: "[10.0.0.0/8]", EXTERNAL_NET: "!$HOME_NET", AIM_SERVERS: "$EXTERNAL_NET",
     DC_SERVERS: "$HOME_NET", DNS_SERVERS: "$HOME_NET", HTTP_SERVERS: "$HOME_NET",
     SMTP_SERVERS: "$HOME_NET", SQL_SERVERS: "$HOME_NET", TELNET_SERVERS: "$HOME_NET"}
  port-groups:
    {HTTP_PORTS: "80", SHELLCODE_PORTS: "!80", ORACLE_PORTS: 1521, SSH_PORTS: 22,
     FTP_PORTS: 21, FILE_DATA_PORTS: "[$HTTP_PORTS,110,143]"}
"""
"""The variables of Suricata's own configuration: without them suricata-update disables rules."""


def sync(feed: Path, environment: Mapping[str, str]) -> Cost:
    """Both functions once, on an account, as Lambda has them."""
    command, path = by_deployed("benchmarks.invoke")
    return measured(command, {**environment, **path, "RULESYNC_FEED_URL": str(feed)})


def cold_sync(feed: Path, config: Path) -> Cost:
    """Both functions on an account that has nothing yet."""
    with account(config) as environment:
        return sync(feed, environment)


def suricata_update(feed: Path) -> Cost:
    """A whole run on the same archive, into an empty folder; it neither tests nor reloads."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "suricata.yaml").write_text(_SURICATA)
        (folder / "update.yaml").touch()
        return measured(
            [
                *(str(SURICATA_UPDATE), "update", "--quiet", "--no-test", "--no-reload"),
                *("--suricata-version", "7.0.10"),
                *("--suricata-conf", str(folder / "suricata.yaml")),
                *("--config", str(folder / "update.yaml")),
                *("--data-dir", str(folder), "--output", str(folder / "rules")),
                *("--url", feed.absolute().as_uri()),
            ]
        )


def bare_parse(feed: Path) -> Cost:
    """Every rule through idstools, and nothing else."""
    return measured(python("benchmarks.parse", feed))
