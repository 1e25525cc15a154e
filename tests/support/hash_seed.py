"""Prints what a build comes to: a program, as a hash seed is a process's own.

PYTHONHASHSEED=1 python -m support.hash_seed
"""

from __future__ import annotations

from typing import Final

from rules_lib.build import Built, build
from support.inputs import inputs
from support.rules import allow, ruleset, text

_BITS: Final = (
    ("set,a", "isset,b"),
    ("isset,a", "set,b"),
    ("toggle,c", "set,b"),
    ("isset,c|a", "unset,a"),
)


def _rule(sid: int) -> str:
    bits = _BITS[sid % 4] if sid % 3 else ()
    return text(sid, "".join(f"flowbits:{bit}; " for bit in bits))


def _built() -> Built:
    lines = [_rule(sid) for sid in range(1, 60)]
    lines += [text(60, "filesize:1; dataset:x; tag:host; "), text(61, ends="$X any -> [$Y,$Z] any")]
    files = {"emerging-dns": lines[:20], "emerging-web": lines[20:40], "local-mine": lines[40:]}
    asked = allow(
        categories={"emerging-web": "drop", "emerging-dns": "off"},
        variables=dict.fromkeys(("HOME_NET", "A"), "10.0.0.0/8"),
        firewall={"capacity": 30},
    )
    return build(inputs(ruleset(files), asked))


def _told(built: Built) -> list[str]:
    groups = [
        f"{one.name} {one.capacity} {one.priority} {one.variables} {one.text}"
        for one in built.groups
    ]
    discards = [f"{one.rule.sid} {one.reason} {one.detail}" for one in built.discarded]
    off = [rule.sid for rule in built.off]
    return [*groups, *discards, f"{built.relief} {built.missing_variables} {off}"]


if __name__ == "__main__":
    print(*_told(_built()), sep="\n")  # noqa: T201 - it is a program
