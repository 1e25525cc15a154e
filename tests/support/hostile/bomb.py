"""Inputs as large as the limits let them be, tried in a process that has only so much.

A process gets the memory of the function that would meet the input, and seconds of its own
processor time, which do not run while others have the processor. Where more is used the system
ends it, and what it printed last names the input.

    PYTHONPATH=.:tests .venv/bin/python -m support.hostile.bomb fetch
"""

from __future__ import annotations

import os
import re
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from rules_lib.allowlist import load_allowlist
from rules_lib.build import build
from rules_lib.errors import AllowlistError, ArchiveError
from rules_lib.feed.archive import opened
from rules_lib.model import FeedFile
from rules_lib.reading.lines import count_rules
from rules_lib.reading.ruleset import read_rules
from rules_lib.report.records import discarded_csv, discarded_jsonl
from support.hostile.tar import END, RULE, header, member, pax, record
from support.hostile.zip import Entry, zip_of
from support.inputs import inputs
from support.samples import one_in

ROOT: Final = Path(__file__).parents[3]
MIB: Final = 2**20
ENDS: Final = "any any -> any any"
_SIZES: Final = re.compile(r"MemorySize: (\d+)")
_FETCH, _BUILD = map(int, _SIZES.findall((ROOT / "template.yaml").read_text())[:2])
"""Memory of the two functions as the template has it, in MiB."""

_GZIP: Final = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
"""How a gzip file begins that says nothing of itself."""

_LAST: Final = b"\x03\x00"
"""A block of nothing, with which what is deflated ends."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A reader, what it may use, and what it is given.

    Attributes:
        memory: MiB of address space.
        seconds: of processor time, for all bombs together; a tenth of it is enough.
        bombs: by name; each is made when its turn comes.
    """

    read: Callable[[bytes], str]
    memory: int
    seconds: int
    bombs: Mapping[str, Callable[[], bytes]]


def gzipped(*pieces: tuple[bytes, int]) -> bytes:
    """Compress pieces that are repeated so often, without having the whole in memory."""
    crc, size, made = 0, 0, [_GZIP]
    for piece, times in pieces:
        if not piece:
            continue
        block = piece * min(times, max(1, MIB // len(piece)))
        whole, rest = divmod(times, len(block) // len(piece))
        made += [_deflated(block)] * whole
        made.append(_deflated(piece * rest))
        for one in (*[block] * whole, piece * rest):
            crc, size = zlib.crc32(one, crc), size + len(one)
    return b"".join((*made, _LAST, struct.pack("<II", crc, size % 2**32)))


def _deflated(block: bytes) -> bytes:
    """Pack a block so that it may stand anywhere, and be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)


def filled(unit: bytes, size: int, members: int = 1) -> bytes:
    """A feed of files that hold one unit over and over."""
    times = size // len(unit)
    parts: list[tuple[bytes, int]] = []
    for number in range(members):
        parts.append((header(b"bomb-%d.rules" % number, times * len(unit)), 1))
        parts += [(unit, times), (bytes(-times * len(unit) % 512), 1)]
    return gzipped(*parts, (END, 1))


def _zipped_member(name: bytes, size: int) -> Entry:
    """A member of a zip archive that is as large as that, without having it in memory."""
    packed, crc = _deflated_spaces(size)
    return Entry(name, b"", packed=packed, crc=crc, size=size)


@cache
def _deflated_spaces(size: int) -> tuple[bytes, int]:
    """So many bytes packed, and their checksum."""
    block, crc = b" x" * (MIB // 2), 0
    for _ in range(size // MIB):
        crc = zlib.crc32(block, crc)
    return _deflated(block) * (size // MIB) + _LAST, crc


def _fetched(data: bytes) -> str:
    try:
        return f"taken: {sum(count_rules(file.data).enabled for file in opened(data))} rules"
    except ArchiveError as error:
        return f"refused: {error}"[:200]


def _built(data: bytes) -> str:
    allowlist = load_allowlist("version: 1\ndefault: alert\n", source="", known=())
    ruleset = read_rules([FeedFile("emerging-bomb", data)], {7})
    built = build(inputs(ruleset, allowlist))
    for lines in (discarded_jsonl(built.discarded), discarded_csv(built.discarded)):
        for _ in lines:
            pass
    return f"{len(built.kept)} kept, {len(built.discarded)} discarded"


def _loaded(data: bytes) -> str:
    try:
        load_allowlist(data, source="bomb", known=())
    except AllowlistError as error:
        return f"{len(error.problems)} problems, {len(str(error.records))} characters of records"
    return "valid"


def _pax_feed(*records: bytes, kind: bytes = b"x", times: int = 1_500) -> bytes:
    one = pax(*records, kind=kind) + member(b"LICENSE")
    return gzipped((one, times), (member(b"a.rules"), 1), (END, 1))


def _rules(options: Iterator[str]) -> bytes:
    lines = (
        f'alert tcp {ENDS} (content:"x"; {more}sid:{sid};)' for sid, more in enumerate(options, 1)
    )
    return "\n".join(lines).encode()


def _one(head: str = f"alert tcp {ENDS}", options: str = "sid:1;") -> bytes:
    return f"{head} ({options})".encode()


def _chain(number: int) -> Iterator[str]:
    yield "flowbits:set,b0; "
    for bit in range(number):
        yield f"flowbits:isset,b{bit}; flowbits:set,b{bit + 1}; "


_LINE: Final = 10**6  # characters, below the most that a line may have
_LONG: Final = 10_000  # rules; if time grew by its square, minutes

FETCH: Final = Trial(
    _fetched,
    _FETCH,
    seconds=100,
    bombs={
        "zeros": lambda: gzipped((b"\0", 513 * MIB)),
        "a large plain file": lambda: b"#" * 10**6 + b"\n" + RULE * (63 * MIB // len(RULE)),
        "a packed plain file": lambda: gzipped((RULE, 1), (b" x", 63 * MIB)),
        "a packed plain file over the limit": lambda: gzipped((RULE, 1), (b" x", 65 * MIB)),
        "a large line that is no rule": lambda: gzipped((b"alert " * 10, MIB), (b"# \t" * 9, MIB)),
        "large members of a zip archive": lambda: zip_of(
            *(_zipped_member(b"bomb-%d.rules" % n, 120 * MIB) for n in range(4))
        ),
        "a zip archive over the limit": lambda: zip_of(
            *(_zipped_member(b"bomb-%d.rules" % n, 120 * MIB) for n in range(5))
        ),
        "a zip archive of many members": lambda: zip_of(
            *(Entry(b"%d" % n, b"", 0) for n in range(60_000)), count=9
        ),
        "a zip member that lies": lambda: zip_of(
            replace(_zipped_member(b"a.rules", 500 * MIB), size=1_000)
        ),
        "zeros behind a member": lambda: gzipped(
            (member(b"a.rules"), 1), (bytes(512), MIB - 100)
        ),
        "large members": lambda: filled(b" x", 120 * MIB, 4),
        "one member over the limit": lambda: filled(b"x", 129 * MIB),
        "short lines": lambda: filled(b"a\n", 120 * MIB),
        "empty lines": lambda: filled(b"\n", 120 * MIB),
        "as many lines as there may be": lambda: filled(b"a\n", 2 * MIB - 10**5),
        "comments": lambda: filled(b"#\n", 2 * MIB - 10**5),
        "backslashes": lambda: filled(b" \\\n", 2 * MIB),
        "a long line that is continued": lambda: gzipped(
            (header(b"a.rules", 30_000_003), 1),
            *((b" ", 1), (b"x", 29_000_000), (b"\\\n", 500_001), (bytes(-30_000_003 % 512), 1)),
            (END, 1),
        ),
        "members": lambda: gzipped((member(b"LICENSE"), 10**5), (member(b"a.rules"), 1), (END, 1)),
        "a long number": lambda: _pax_feed(record(b"comment", b"1" * 3_000)),
        "a longer number": lambda: gzipped((pax(b"1" * 10**7) + member(b"a.rules") + END, 1)),
        "records": lambda: _pax_feed(b"6 a=b\n" * 600),
        "records of many names": lambda: _pax_feed(*(b"9 a%04x=\n" % n for n in range(440))),
        "records for all": lambda: gzipped(
            *((pax(*(b"10 %05x=\n" % (n * 400 + k) for k in range(400)), kind=b"g"), 1)
              for n in range(2_500)),
            (member(b"a.rules") + END, 1),
        ),
        "long names": lambda: gzipped((member(b"L", b"n/" * 2_000, b"L"), 10**4), (END, 1)),
        "a chain of headers": lambda: gzipped((pax(record(b"uid", b"7")), 10**5), (END, 1)),
        "a sparse map": lambda: gzipped(
            (pax(record(b"GNU.sparse.major", b"1"), record(b"GNU.sparse.minor", b"0")), 1),
            (header(b"a.rules", 120 * MIB) + b"99999999\n", 1),
            *((b"1\n", 60 * MIB), (END, 1)),
        ),
    },
)  # fmt: skip

BUILD: Final = Trial(
    _built,
    _BUILD,
    seconds=100,
    bombs={
        "junk": lambda: b"a\n" * 60_000,
        "comments": lambda: b"#\n" * 10**6,
        "small rules": lambda: _rules("" for _ in range(15_000)),
        "lines as long as they may be": lambda: b"\n".join(
            [_one(options=f'content:"{"x" * _LINE}";')] * 30
        ),
        "a longer line": lambda: _one(options=f'content:"{"x" * 90 * MIB}";'),
        "a longer line of wide letters": lambda: "\N{PILE OF POO}".encode() * (20 * MIB),
        "options": lambda: _one(options="a;" * (_LINE // 2)),
        "options of many lines": lambda: b"\n".join(
            _one(options="".join(f"{n:x}{k:x};" for k in range(1_000))) for n in range(1_000)
        ),
        "spaces in a list": lambda: _one(f"alert tcp [1.1.1.1{' ' * _LINE}{ENDS}"),
        "spaces in lists": lambda: _one(f"alert tcp [1.1.1.1{'  x' * (_LINE // 3)} {ENDS}"),
        "spaces": lambda: _one(f"alert{' ' * _LINE}tcp {ENDS}"),
        "negations": lambda: _one(
            f"alert tcp {'![' * (_LINE // 3)}{']' * (_LINE // 3)} any -> any any"
        ),
        "brackets": lambda: _one(f"alert tcp {'[' * _LINE} {ENDS}"),
        "parentheses": lambda: _one(options="(" * _LINE),
        "closing parentheses": lambda: _one(options=") " * (_LINE // 2)) + b"x",
        "dollars": lambda: _one(f"alert tcp [{'$A,' * (_LINE // 3)}$B] {ENDS[4:]}"),
        "quotes": lambda: _one(options=f'msg:"{chr(34) * _LINE}'),
        "quotes and spaces": lambda: _one(options=f'msg:"{(chr(34) + " " * 500) * (_LINE // 501)}'),
        "backslashes": lambda: _one(options="\\" * _LINE),
        "escaped semicolons": lambda: _one(options="reference:url," + "\\;" * 8_000 + ";"),
        "semicolons in quotes": lambda: _one(options=f'msg:"{";" * 8_000}"; sid:1;'),
        "sids": lambda: _one(options="sid:1" * (_LINE // 5)),
        "sids and spaces": lambda: _one(options=f"sid{' ' * (_LINE // 2)}:{' ' * (_LINE // 2)}"),
        "a sid of many digits": lambda: _one(options=f"sid:{'9' * _LINE};"),
        "metadata": lambda: _one(options=f"metadata:{', ' * (_LINE // 2)};"),
        "flowbits": lambda: _one(options=f"flowbits:isset,{'a|' * (_LINE // 2)}b;"),
        "a flowint of spaces": lambda: _one(options=f"flowint:ab,+{' ' * _LINE}!; sid:1;"),
        "hostbits of spaces": lambda: _one(options=f"hostbits:set{' ' * _LINE}!; sid:1;"),
        "xbits of commas": lambda: _one(options=f"xbits:set,a{', ' * (_LINE // 2)}!; sid:1;"),
        "requirements": lambda: _one(options=f"requires:{'feature a,' * (_LINE // 10)}; sid:1;"),
        "versions": lambda: _one(options=f"requires:version {'>= 7 ' * (_LINE // 5)}; sid:1;"),
        "a version of spaces": lambda: _one(options=f"requires:version >{' ' * _LINE}; sid:1;"),
        "continued lines": lambda: b" " + b"x" * 30 * MIB + b"\\\n" * 10**6,
        "disabled rules": lambda: b"#alert ->" + b"(;sid:7;" * 10**6 + b")",
        "a chain, last first": lambda: _rules(reversed(list(_chain(_LONG)))),
        "a circle of flowbits": lambda: _rules(
            f"flowbits:isset,b{n}; flowbits:set,b{(n + 1) % _LONG}; " for n in range(_LONG)
        ),
        "one flowbit for all": lambda: _rules(
            f"flowbits:{('set', 'isset', 'isnotset')[n % 3]},a; " for n in range(_LONG)
        ),
        "needs of many bits": lambda: _rules(
            f"flowbits:set,b{n}; flowbits:isset,{'&'.join(f'b{k}' for k in range(300))}; "
            for n in range(3_000)
        ),
        "the same sid": lambda: b"\n".join([_one()] * 50_000),
        "variables": lambda: b"\n".join(
            _one(f"alert tcp $V{n} any -> any any", f"sid:{n};") for n in range(1, 20_000)
        ),
    },
)  # fmt: skip

_START: Final = b"version: 1\n"
_KEYS: Final = b",".join(b"a%d: 1" % n for n in range(600))

ALLOWLIST: Final = Trial(
    _loaded,
    1_024,
    seconds=100,
    bombs={
        "one sid": lambda: _START + b"rules: {off: [" + b"7," * 50_000 + b"]}",
        "one sid in every list": lambda: (
            _START
            + b"rules: {off: [%b], alert: [%b], drop: [%b], on: [%b]}" % ((b"7," * 12_000,) * 4)
        ),
        "sids": lambda: (
            _START + b"rules: {off: [" + b",".join(b"%d" % n for n in range(15_000)) + b"]}"
        ),
        "no sids": lambda: _START + b"rules: {off: [" + b"x," * 20_000 + b"]}",
        "keys": lambda: _START + b"".join(b"a%d: 1\n" % n for n in range(8_000)),
        "one key": lambda: _START + b"a: 1\n" * 20_000,
        "a long key": lambda: _START + b"categories:\n  ? %b\n  : {%b}" % (b"k" * 10**6, _KEYS),
        "categories": lambda: (
            _START
            + b"categories: {"
            + b",".join(b"emerging-%d: off" % n for n in range(8_000))
            + b"}"
        ),
        "anchors": lambda: _START + b"".join(b"a%d: &a%d 1\n" % (n, n) for n in range(8_000)),
        "aliases": lambda: _START + b"a: [" + b"*a," * 15_000 + b"]",
        "tags": lambda: _START + b"a: [" + b"!a 1," * 10_000 + b"]",
        "a long tag": lambda: _START + b"a: !" + b"%41" * 300_000 + b" 1",
        "a handle that is none": lambda: _START + b"a: !" + b"x" * 10**6 + b"!y 1",
        "directives": lambda: (
            b"".join(b"%%TAG !a%d! x\n" % n for n in range(50_000)) + b"---\na: 1"
        ),
        "a version of many digits": lambda: b"%YAML 1." + b"9" * 10**6 + b"\n---\na: 1",
        "nesting": lambda: _START + b"a: " + b"[" * 10**6,
        "nested keys": lambda: _START + b"a: " + b"{? " * 300_000,
        "a number": lambda: b"version: " + b"9" * 10**6,
        "a share": lambda: _START + b"max_shrink: 0." + b"9" * 10**6,
        "an exponent": lambda: _START + b"max_shrink: 1e" + b"9" * 10**6,
        "a prefix": lambda: _START + b"firewall: {prefix: " + b"a-" * 500_000 + b"}",
        "addresses": lambda: _START + b"variables: {A: [" + b"1.1.1.1," * 10_000 + b"]}",
        "an address": lambda: _START + b"variables: {A: '" + b":" * 10**6 + b"'}",
        "a chain": lambda: (
            _START
            + b"variables: {"
            + b",".join(b"A%d: $A%d" % (n, n + 1) for n in range(8_000))
            + b"}"
        ),
        "escapes": lambda: _START + b'a: "' + b"\\x41" * 250_000 + b'"',
        "empty lines": lambda: _START + b"a: |\n" + b"\n" * 300_000,
        "comments": lambda: _START + b"#\n" * 500_000,
        "spaces": lambda: _START + b" " * 10**6,
        "too large": lambda: b"#" * (64 * MIB),
    },
)

TRIALS: Final[Mapping[str, Trial]] = {"fetch": FETCH, "build": BUILD, "allowlist": ALLOWLIST}


def chosen(name: str) -> list[str]:
    """The bombs of a trial that are tried."""
    return one_in(10, [*TRIALS[name].bombs], name)


def explode(name: str) -> dict[str, str]:
    """Try bombs of a trial in a process of its own: what became of each, by its name."""
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-m", "support.hostile.bomb", name],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
    )
    ended = dict(line.split("\t") for line in done.stdout.splitlines() if "\t" in line)
    last = done.stdout.splitlines()[-1:]
    assert done.returncode == 0, f"{done.returncode} at {last}: {done.stderr[-500:]}"
    return ended


def _main(name: str) -> None:
    trial = TRIALS[name]
    resource.setrlimit(resource.RLIMIT_CPU, (trial.seconds, trial.seconds))
    resource.setrlimit(resource.RLIMIT_AS, (trial.memory * MIB, trial.memory * MIB))
    for bomb in chosen(name):
        sys.stdout.write(bomb)
        sys.stdout.flush()
        data = trial.bombs[bomb]()
        sys.stdout.write(f"\t{trial.read(data)}\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
