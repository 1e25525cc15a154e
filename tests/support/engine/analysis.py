"""What the real engine makes of rules, told by itself: `suricata --engine-analysis`.

It writes `rules.json`, a rule a line with the text that it read, and `flowbits.json`, by bit. The
action, which 7.0 does not write, is None there and is not compared.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from rules_lib.groups.rule_group import GroupVariables
from rulesync_cli.verify.enginelog import read_log
from rulesync_cli.verify.suricata import write_run_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rulesync_cli.verify.suricata import Suricata


BUILT_IN: Final = {"HOME_NET": ("10.0.0.0/8",), "EXTERNAL_NET": ("!$HOME_NET",)}
VARIABLES: Final = GroupVariables({}, {"HTTP_PORTS": ("80", "8080")})
ENDS: Final = ("src_any", "sp_any", "dst_any", "dp_any")
_ANALYSIS: Final = (
    *("--engine-analysis", "--set", "engine-analysis.rules=yes"),
    *("--set", "engine-analysis.rules-fast-pattern=yes"),
)
_COMMANDS: Final = {"sets": "set", "unsets": "unset", "toggles": "toggle"}
_HEX: Final = re.compile(rb"\|([0-9A-F ]+)\|")


class View(NamedTuple):
    """What a rule is to somebody who reads it: to us, or to the engine.

    Attributes:
        action: None where the engine does not say.
        anys: which ends are `any`, named as in `ENDS`.
        contents: what is searched for, each once, in lower case.
        expressions: whether there is a pcre.
        bits: flowbits as command and name.
    """

    sid: int
    rev: int
    gid: int
    msg: str
    action: str | None
    noalert: bool
    anys: frozenset[str]
    contents: frozenset[bytes]
    expressions: bool
    bits: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the engine loaded of some lines.

    Attributes:
        loaded: how many rules, as it counts them.
        views: by the text that it read; two where a rule is for both directions.
    """

    loaded: int
    views: Mapping[str, tuple[View, ...]]


def analysed(
    engine: Suricata, lines: Sequence[str], variables: GroupVariables = VARIABLES
) -> Analysis:
    """Have the engine load lines, one a rule, and tell what it made of each."""
    with tempfile.TemporaryDirectory(prefix="rulesync-") as scratch:
        folder = Path(scratch)
        write_run_files(
            folder, lines, GroupVariables(BUILT_IN | dict(variables.ip_sets), variables.port_sets)
        )
        done = subprocess.run(  # noqa: S603 - our own words, and no shell
            [*engine.command(folder), *_ANALYSIS],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        entries = list(_documents(folder / "rules.json"))
        bits = _bits(folder / "flowbits.json")
    views: defaultdict[str, list[View]] = defaultdict(list)
    for entry in entries:
        views[entry["raw"]].append(_view(entry, bits))
    loaded = read_log(done.stdout + done.stderr).loaded
    return Analysis(loaded, {text: tuple(found) for text, found in views.items()})


def _documents(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)


def _bits(path: Path) -> Mapping[int, set[tuple[str, str]]]:
    found: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for document in _documents(path):
        for bit in document["flowbits"]:
            for key, value in bit.items():
                for sid in value if isinstance(value, list) else ():
                    found[sid].add((_COMMANDS.get(key, key), bit["name"]))
    return found


def _view(entry: Mapping[str, Any], bits: Mapping[int, set[tuple[str, str]]]) -> View:
    matches = tuple(_matches(entry))
    flags = frozenset(entry["flags"])
    return View(
        sid=entry["id"],
        rev=entry["rev"],
        gid=entry["gid"],
        msg=entry.get("msg") or "",
        action=_action(entry),
        noalert="noalert" in flags,
        anys=flags & frozenset(ENDS),
        contents=frozenset(
            _bytes(one["content"]["pattern"]) for one in matches if "content" in one
        ),
        expressions=any(one["name"] == "pcre" for one in matches),
        bits=frozenset(bits.get(entry["id"], ())),
    )


def _action(entry: Mapping[str, Any]) -> str | None:
    if "match_policy" not in entry:
        return None
    actions = set(entry["match_policy"]["actions"])
    return next((one for one in ("reject", "drop", "pass") if one in actions), "alert")


def _matches(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for place in (*entry.get("engines", ()), *entry.get("lists", {}).values()):
        yield from place.get("matches", ())


def _bytes(pattern: str) -> bytes:
    return _HEX.sub(lambda found: bytes.fromhex(found[1].decode()), pattern.encode()).lower()
