"""The feeds that are measured: a real release where one is at hand, and one ten times as large.

What is made is created again in a temporary folder each time; nothing of a real feed is kept.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from examples.feed import build_feed
from rules_lib.feed.archive import unpack

ROOT: Final = Path(__file__).parents[1]
COMPOSITE: Final = ROOT.parent / "shared" / "et-open" / "composite-2026-03.tar.gz"
SHIPPED: Final = ROOT / "config" / "categories.yaml"
_EXAMPLE: Final = 500
"""So many times over, the example feed has about as many rules as ET Open."""

_MOST: Final = 2**32 - 2**24
"""The largest sid is 2**32 - 2, and no feed's own is above 2**24."""

_FIRST: Final = re.compile(rb'(?<=\n)(alert [^\n]*?msg:"[^"]*)"')
_SID: Final = re.compile(rb"(?<=[;( ])sid:\s*(\d+)(?=;)")
_BITS: Final = re.compile(rb"(?<=[;( ])(flowbits:\s*\w+\s*,)([^;]+)(?=;)")
_NAME: Final = re.compile(rb"[^\s|&]+")


@dataclass(frozen=True, slots=True)
class Feeds:
    """What is measured.

    Attributes:
        name: what to call the usual one.
        usual: an archive of the size that ET Open has.
        large: ten times as large.
    """

    name: str
    usual: Path
    large: Path


def prepare(folder: Path, given: Path | None, *, large: bool) -> Feeds:
    """Make what there is not, in a folder that goes afterwards; a large one only if asked for.

    Beside each lies its checksum, as ET publishes it, so that a fetch need not read it again.
    """
    source, times = (given, 1) if given else base(folder)
    name = source.name if times == 1 else f"the example feed, {times} times"
    usual = multiplied(source, times, folder / "usual.tar.gz")
    ten = multiplied(source, 10 * times, folder / "large.tar.gz") if large else usual
    return Feeds(name, usual, ten)


def base(folder: Path) -> tuple[Path, int]:
    """A feed, and how many times over it is about as large as ET Open: that itself, if at hand."""
    if COMPOSITE.exists():
        return COMPOSITE, 1
    return build_feed([ROOT / "examples" / "feed"], folder / "example", version="1"), _EXAMPLE


def multiplied(feed: Path, times: int, to: Path) -> Path:
    """A feed so many times as large: each copy of a rule has a sid and flowbits of its own."""
    return packed_feed(
        (
            (file.category, b"".join(_copy(file.data, number, times) for number in range(times)))
            for file in unpack(feed.read_bytes())
        ),
        to,
    )


def revised(feed: Path, to: Path) -> Path:
    """The same feed, but for a comma more in the msg of one rule that the shipped file wants."""
    return packed_feed(
        (
            (
                file.category,
                _FIRST.sub(rb'\1,"', file.data, count=1)
                if file.category == "emerging-malware"
                else file.data,
            )
            for file in unpack(feed.read_bytes())
        ),
        to,
    )


def packed_feed(files: Iterable[tuple[str, bytes]], to: Path) -> Path:
    """Pack categories as an archive; its checksum is laid beside it."""
    with tarfile.open(to, "w:gz", compresslevel=1) as archive:
        for category, data in files:
            member = tarfile.TarInfo(f"rules/{category}.rules")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    digest = hashlib.md5(to.read_bytes(), usedforsecurity=False).hexdigest()
    to.with_name(f"{to.name}.md5").write_text(f"{digest}\n")
    return to


def _copy(data: bytes, number: int, times: int) -> bytes:
    suffix, step = b"_%d" % number, number * (_MOST // times)

    def sid(match: re.Match[bytes]) -> bytes:
        return b"sid:%d" % (int(match[1]) + step)

    def bits(match: re.Match[bytes]) -> bytes:
        return match[1] + _NAME.sub(lambda name: name[0] + suffix, match[2])

    copied = _BITS.sub(bits, _SID.sub(sid, data)) if number else data
    return copied.rstrip(b"\n") + b"\n"


def rules_in(feed: Path) -> int:
    """How many rules an archive enables, about: each begins a line."""
    return sum(file.data.count(b"\nalert") + 1 for file in unpack(feed.read_bytes()))


def everything(firewall: Mapping[str, int], to: Path) -> Path:
    """An allowlist by which every category alerts, with the variables of the one that we ship.

    Args:
        firewall: the budget.
        to: where it is written.
    """
    variables = _read(SHIPPED)["variables"]
    document = {"version": 1, "default": "alert", "variables": variables, "firewall": firewall}
    to.write_text(json.dumps(document))
    return to


def _read(config: Path) -> dict[str, Any]:
    return dict(yaml.load(config.read_text(), Loader=yaml.BaseLoader))  # noqa: S506 - strings only


def roomy(config: Path, to: Path) -> Path:
    """An allowlist as it is, but with room for a feed ten times as large."""
    document = _read(config)
    document["firewall"] = {"capacity": 1_000_000, "rule_groups": 1_000}
    to.write_text(json.dumps(document))
    return to
