"""The rules that a build has read, kept for the next one: `state/read-rules.json.gz`.

It only saves work. Its first line is a digest of the rest and of the code that runs: so what is
damaged, or was written by other code, is not looked at any further. Of most fields a release has
few values, so each of them is written once.
"""

from __future__ import annotations

import hashlib
import zlib
from contextlib import suppress
from operator import attrgetter
from sys import intern, version_info
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import from_json, to_json

from rules_lib.bucket import READ_RULES
from rules_lib.errors import StoreError
from rules_lib.model import Header, NumberedOption, Rule, SidOnly
from rules_lib.reading.recall import AT_HAND, NOTHING_KEPT, KeptRules, KeptRun
from rules_lib.ties import Mark, MarkKind, Tie

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rules_lib.aws.store import Store
    from rules_lib.reading.recall import ReadRun, Recall

_AS_THEY_ARE: Final = frozenset({"sid", "rev", "msg"})
"""Fields that are another for nearly each rule."""
_FAST: Final = 1
"""How hard the file is packed: to a fifth, in a fifth of the usual time."""
_GZIP: Final = zlib.MAX_WBITS | 16
_LARGEST: Final = 2**28
"""Bytes that it may unpack to; a release takes 5 MB."""


def kept_in(store: Store, code: str) -> KeptRules:
    """Read what was kept; nothing where there is nothing that can be read.

    Args:
        store: the bucket.
        code: identifies the code that runs.
    """
    with suppress(StoreError):
        if stored := store.find(READ_RULES):
            return read_rules_file(stored.body, code)
    return NOTHING_KEPT


def keep_in(store: Store, recall: Recall, code: str) -> None:
    """Keep what a build has read, if it is worth it; what cannot be written fails no build."""
    if recall.is_worth_keeping:
        with suppress(StoreError):
            store.put(READ_RULES, rules_file(recall.used, code))


def rules_file(used: Mapping[str, tuple[int, ReadRun]], code: str) -> bytes:
    """Write the file.

    Args:
        used: runs of lines by their keys, each with its first line's number.
        code: identifies the code that runs.
    """
    rules, places = list[Rule](), list[int]()
    sids, sid_places = list[int](), list[int]()
    runs = list[tuple[str, int, int, int]]()
    for key, (first, run) in used.items():
        full = [rule for rule in run.rules if isinstance(rule, Rule)]
        rules += full
        places += [rule.line - first for rule in full]
        bare = [rule for rule in run.rules if isinstance(rule, SidOnly)]
        sids += [rule.sid for rule in bare]
        sid_places += [rule.line - first for rule in bare]
        runs.append((key, len(full), len(bare), run.disabled))
    columns = ((name, _column(name, rules)) for name in Rule._fields if name not in AT_HAND)
    members = (("runs", runs), ("places", places), ("sid_places", sid_places), ("sids", sids))
    pieces = (
        *(b'"%b":%b,' % (name.encode(), to_json(value)) for name, value in members),
        b'"columns":{',
        b",".join(b'"%b":%b' % (name.encode(), told) for name, told in columns),
    )
    return _packed((b"{", *pieces, b"}}"), code)


def _column(name: str, rules: Iterable[Rule]) -> bytes:
    """One field of all rules, written by itself: all of them together take 14 MB meanwhile."""
    column = list(map(attrgetter(name), rules))
    return to_json(column if name in _AS_THEY_ARE else _by_value(name, column))


def _packed(body: Sequence[bytes], code: str) -> bytes:
    pack = zlib.compressobj(_FAST, wbits=_GZIP)
    packed = [pack.compress(piece) for piece in (_digest(body, code), b"\n", *body)]
    return b"".join((*packed, pack.flush()))


def read_rules_file(data: bytes, code: str) -> KeptRules:
    """Read the file back; nothing of one that is damaged, or was written by other code."""
    digest, _, body = _unpacked(data).partition(b"\n")
    if digest != _digest((body,), code):
        return NOTHING_KEPT
    document = from_json(body)
    return KeptRules(
        runs=_runs(document["runs"]),
        places=document["places"],
        columns={
            name: column if name in _AS_THEY_ARE else _looked_up(name, *column)
            for name, column in document["columns"].items()
        },
        sid_places=document["sid_places"],
        sids=document["sids"],
    )


def _unpacked(data: bytes) -> bytes:
    unpack = zlib.decompressobj(wbits=_GZIP)
    with suppress(zlib.error):
        return unpack.decompress(data, _LARGEST)
    return b""


def _digest(body: Iterable[bytes], code: str) -> bytes:
    digest = hashlib.sha256(f"{code} {version_info[:2]}\n".encode())
    for piece in body:
        digest.update(piece)
    return digest.hexdigest().encode()


def _runs(kept: Iterable[tuple[str, int, int, int]]) -> dict[str, KeptRun]:
    found, rule, sid = dict[str, KeptRun](), 0, 0
    for key, rules, sids, disabled in kept:
        found[key] = KeptRun(slice(rule, rule + rules), slice(sid, sid + sids), disabled)
        rule, sid = rule + rules, sid + sids
    return found


def _by_value(name: str, column: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """Each value once, and which of them each rule has."""
    values = list(dict.fromkeys(column))
    numbers = dict(zip(values, range(len(values)), strict=True))
    told = [sorted(value) for value in values] if name == "keywords" else values
    return told, list(map(numbers.__getitem__, column))


def _looked_up(name: str, values: Sequence[Any], numbers: Iterable[int]) -> list[Any]:
    made = list(map(_MADE[name], values)) if name in _MADE else values
    return list(map(made.__getitem__, numbers))


def _ties(kept: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> tuple[Tie, ...]:
    return tuple(
        Tie(intern(command), tuple(Mark(MarkKind(kind), name) for kind, name in marks))
        for command, marks in kept
    )


_MADE: Final[Mapping[str, Callable[[Any], Any]]] = {
    "header": Header._make,
    "keywords": lambda names: frozenset(map(intern, names)),
    "ties": _ties,
    "unwanted": lambda options: tuple(map(NumberedOption._make, options)),
}
"""Of the fields that JSON has no form for, how they are made of what it has."""
