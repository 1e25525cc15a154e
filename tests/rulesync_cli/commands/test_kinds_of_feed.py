"""Five kinds of feed, in the forms of their publishers, through both functions, then one fails."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from click.testing import CliRunner, Result
from support import listed
from support.feeds import allowlist, packed, rule

from rulesync_cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

FEEDS: Final = """
version: 1
feeds:
  - {name: et/open, url: emerging.rules.tar.gz}
  - {name: oisf/trafficid, url: trafficid.rules}
  - {name: abuse.ch/urlhaus, url: urlhaus.tar.gz}
  - {name: abuse.ch/sslbl-blacklist, url: sslbl.rules.gz}
  - {name: ours/mirror, url: rules.zip, prefix: mirror, licence: Proprietary}
"""


def _trafficid() -> bytes:
    """One plain file, with a mark that its own rules share, as OISF's has."""
    return "\n".join(
        (
            "# names of services",
            rule(300_000_001, "flowbits:set,traffic/id/service; flowbits:noalert; "),
            rule(300_000_002, "flowbits:isset,traffic/id/service; "),
        )
    ).encode()


def _zip() -> bytes:
    """A mirror's archive, with folders and what is no file of rules."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rules/web.rules", f"{rule(4_000_001)}\n#{rule(4_000_002)}\n")
        archive.writestr("rules/dns.rules", rule(4_000_003))
        archive.writestr("README.txt", "no rules")
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with the five, a list of them, and an allowlist that turns one to drop."""
    files = {
        "emerging.rules.tar.gz": packed(
            {"emerging-malware": [rule(2_000_001), rule(2_000_002)], "tor": [rule(2_520_001)]}
        ),
        "trafficid.rules": _trafficid(),
        "urlhaus.tar.gz": packed({"urlhaus": listed.file_of(listed.urls(40)).decode()}),
        "sslbl.rules.gz": gzip.compress(listed.file_of(listed.certificates(30)), mtime=0),
        "rules.zip": _zip(),
        "feeds.yaml": FEEDS.encode(),
        "categories.yaml": allowlist(
            categories={"emerging-malware": "drop", "tor": "off", "urlhaus": "drop"},
            variables={"HOME_NET": ["10.0.0.0/8"]},
        ).encode(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with chdir(tmp_path):
        yield tmp_path


def run(*more: str) -> Result:
    """Sync the list."""
    words = ["local", "--feeds", "feeds.yaml", "--config", "categories.yaml", *more]
    return CliRunner().invoke(main, words, catch_exceptions=False)


def summary(number: int = 1) -> dict[str, Any]:
    """What a sync came to."""
    return dict(json.loads(Path("out", str(number), "summary.json").read_text("utf-8")))


@pytest.mark.usefixtures("folder")
def test_five_kinds_are_one_set_of_rules() -> None:
    """Tarball, plain file, packed file, zip archive; each with its prefix and its licence."""
    done = run()

    assert done.exit_code == 0, done.output
    told = summary()
    assert {feed["name"]: feed["categories"] for feed in told["feeds"]} == {
        "et/open": ["emerging-malware", "tor"],
        "oisf/trafficid": ["trafficid"],
        "abuse.ch/urlhaus": ["urlhaus"],
        "abuse.ch/sslbl-blacklist": ["sslbl"],
        "ours/mirror": ["mirror-dns", "mirror-web"],
    }
    assert [feed["rules"]["kept"] for feed in told["feeds"]] == [2, 2, 40, 30, 2]
    assert [feed["licence"] for feed in told["feeds"]] == [
        *("MIT", "MIT", "CC0-1.0", "CC0-1.0", "Proprietary")
    ]
    rules = told["rules"]
    assert rules["enabled"] == rules["kept"] + rules["discarded"] + rules["off"] == 77
    assert told["actions"] == {"alert": 34, "drop": 42}


def test_one_that_fails_keeps_its_rules_and_stops_no_other(folder: Path) -> None:
    """Its file is damaged before the second sync, in which another feed has a new release."""
    (folder / "then").mkdir()
    for name in ("rules.zip", "trafficid.rules"):
        (folder / "then" / name).write_bytes((folder / name).read_bytes())
    (folder / "then" / "rules.zip").write_bytes(_zip()[:-30])
    (folder / "then" / "trafficid.rules").write_bytes(
        _trafficid() + f"\n{rule(300_000_003)}\n".encode()
    )
    later = FEEDS.replace("url: rules.zip", "url: then/rules.zip").replace(
        "url: trafficid.rules", "url: then/trafficid.rules"
    )
    (folder / "later.yaml").write_text(later)

    done = run("--feeds", "later.yaml")

    assert done.exit_code == 0, done.output
    assert "feed ours/mirror was not fetched" in done.stderr
    first, second = (
        {feed["name"]: (feed["version"], feed["rules"]["kept"]) for feed in summary(n)["feeds"]}
        for n in (1, 2)
    )
    assert second["ours/mirror"] == first["ours/mirror"]
    assert second["oisf/trafficid"][1] == 3
    changes = {group["name"]: group["change"] for group in summary(2)["rule_groups"]}
    assert {name for name, change in changes.items() if change != "keep"} <= {
        *("et-trafficid", "et-trafficid-b")
    }
