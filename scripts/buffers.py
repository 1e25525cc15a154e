"""Ask Suricata of which protocol and direction each keyword's buffer is, and write the list.

    python -m scripts.buffers

Every keyword of the list of 8 is tried in a rule for tcp and one for udp, in the forms that
keywords have; of those that the engine takes its own analysis tells protocol and direction. A
keyword that is found for several protocols, or for none, is in no list.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rules_lib.facts import suricata
from rules_lib.groups.rule_group import GroupVariables
from rulesync_cli.verify.suricata import find_engine, write_run_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rulesync_cli.verify.suricata import Suricata

TARGET: Final = Path("rules_lib/facts/data/suricata-8-buffers.txt")
_FORMS: Final = (
    '{name}; content:"aa";',
    f'{{name}}; content:"{"a" * 32}";',
    'content:"aa"; {name};',
    "{name};",
    *(f"{{name}}:{value};" for value in ("1", ">5", "a", '"a"', "client_hello", "tls1.0")),
)
_TRANSPORTS: Final = ("tcp", "udp")
_NO_BUFFERS: Final = frozenset({"msg", "sid", "rev", "app-layer-protocol"})
_ANALYSIS: Final = ("--engine-analysis", "--set", "engine-analysis.rules=yes")
_WAYS: Final = {"toserver": "to_server", "toclient": "to_client"}
_SAME: Final = {"http_any": "http"}


def buffers_of(engine: Suricata, names: Iterable[str]) -> Mapping[str, tuple[str, frozenset[str]]]:
    """For each keyword that has one: its protocol, and the directions of its buffer."""
    asked = (name for name in names if name not in _NO_BUFFERS)
    tried = [(name, form) for name in asked for form in _FORMS for _ in _TRANSPORTS]
    rules = [
        f'alert {_TRANSPORTS[number % 2]} any any -> any any (msg:"a"; {form.format(name=name)} '
        f"sid:{number + 1};)"
        for number, (name, form) in enumerate(tried)
    ]
    found = defaultdict[str, set[tuple[str, frozenset[str]]]](set)
    for entry in analysed(engine, rules, GroupVariables()):
        protocol = str(entry.get("app_proto", "unknown"))
        ways = frozenset(_WAYS[flag] for flag in entry["flags"] if flag in _WAYS)
        if protocol not in {"unknown", "failed"}:
            found[tried[entry["id"] - 1][0]].add((_SAME.get(protocol, protocol), ways))
    return {name: next(iter(one)) for name, one in found.items() if len(one) == 1}


def analysed(
    engine: Suricata, rules: Iterable[str], variables: GroupVariables
) -> list[dict[str, Any]]:
    """What the engine's own analysis says of each rule that it takes."""
    with tempfile.TemporaryDirectory(prefix="rulesync-") as scratch:
        folder = Path(scratch)
        write_run_files(folder, rules, variables)
        command = [*engine.command(folder), *_ANALYSIS]
        subprocess.run(  # noqa: S603 - our own words, and no shell; it may refuse many of them
            command, cwd=folder, capture_output=True, check=False
        )
        lines = (folder / "rules.json").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def main() -> None:
    """Write the list."""
    engine = find_engine()
    found = buffers_of(engine, sorted(suricata.keywords()))
    rows = [f"{name} {one} {','.join(sorted(ways))}" for name, (one, ways) in found.items()]
    head = (
        "# Keywords that look into a protocol's fields, its name, and the directions of these, as",
        f"# Suricata {engine.version} analyses them: keyword, protocol, directions.",
        "# Written by scripts/buffers.py.",
    )
    TARGET.write_text("\n".join((*head, *sorted(rows), "")), encoding="utf-8")


if __name__ == "__main__":
    main()
