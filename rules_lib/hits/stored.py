"""A day's hits as an object of the bucket: JSON by lines, packed; read back with suspicion."""

from __future__ import annotations

import gzip
import zlib
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from rules_lib.errors import HitsError
from rules_lib.facts.suricata import SID_MAX
from rules_lib.hits.rows import MOST_ROWS, plain_address
from rules_lib.hits.values import TOP, DayHits, HitsOfDay, PacketAction, Talker
from rules_lib.validation import validation_faults

LARGEST_DAY: Final = 256 * 2**20
"""Bytes, unpacked: a row has some 300 without addresses, and at most 2,500 with them."""

_COUNT_MAX: Final = 10**15
_FORM: Final = 1


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(UTC)


def _real(address: str) -> str:
    if not (plain := plain_address(address)):
        raise ValueError("no address")
    return plain


_Count = Annotated[int, Field(ge=0, le=_COUNT_MAX, strict=True)]
_Utc = Annotated[datetime, AfterValidator(_in_utc)]
_Talker = tuple[Annotated[str, AfterValidator(_real)], _Count]
_Talkers = Annotated[tuple[_Talker, ...], Field(max_length=TOP)]


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    form: Literal[1]
    day: date
    counted_at: _Utc
    closed: bool
    lines: _Count
    addresses: bool
    hits: Annotated[int, Field(ge=0, le=MOST_ROWS)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    sid: Annotated[int, Field(ge=1, le=SID_MAX, strict=True)]
    action: PacketAction
    group: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{0,128}$")]
    count: _Count
    flows: _Count
    sources: _Count
    destinations: _Count
    top_sources: _Talkers = ()
    top_destinations: _Talkers = ()
    first: _Utc
    last: _Utc

    def value(self) -> DayHits:
        """As the value that travels."""
        plain = {name: getattr(self, name) for name in _Line.model_fields}
        for side in ("top_sources", "top_destinations"):
            plain[side] = tuple(Talker(*talker) for talker in plain[side])
        return DayHits(**plain)


def pack_day(day: HitsOfDay) -> bytes:
    """Render a day; the same day comes to the same bytes."""
    lines = (_head(day), *map(_line, day.hits))
    text = "".join(f"{line.model_dump_json(exclude_defaults=True)}\n" for line in lines)
    return gzip.compress(text.encode(), mtime=0)


def unpack_day(data: bytes, where: str) -> HitsOfDay:
    """Read a day's bytes.

    Args:
        data: of the object.
        where: names it in an error.

    Raises:
        HitsError: it is damaged, cut off, or of another form; the text says what to do.
    """
    try:
        head, *lines = _unpacked(data).splitlines()
        told = _Head.model_validate_json(head)
        hits = tuple(_Line.model_validate_json(line).value() for line in lines)
    except ValidationError as error:
        raise _damaged(where, validation_faults(error)) from error
    except (EOFError, OSError, ValueError, zlib.error) as error:
        raise _damaged(where, str(error)) from error
    if len(hits) != told.hits:
        raise _damaged(where, f"it has {len(hits)} rows, and says {told.hits}")
    return HitsOfDay(
        day=told.day,
        counted_at=told.counted_at,
        closed=told.closed,
        lines=told.lines,
        addresses=told.addresses,
        hits=hits,
    )


def _damaged(where: str, why: str) -> HitsError:
    return HitsError(
        f"{where} cannot be read: {why}. That day's hits are not known; delete the object, and the "
        "next count makes it again as far as the logs are still there"
    )


def _unpacked(data: bytes) -> bytes:
    reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    text = reader.decompress(data, LARGEST_DAY)
    if reader.unconsumed_tail:
        raise ValueError(f"it unpacks to more than {LARGEST_DAY:,} bytes")
    if not reader.eof:
        raise EOFError("its end is missing")
    return text


def _head(day: HitsOfDay) -> _Head:
    return _Head(
        form=_FORM,
        day=day.day,
        counted_at=day.counted_at,
        closed=day.closed,
        lines=day.lines,
        addresses=day.addresses,
        hits=len(day.hits),
    )


def _line(hits: DayHits) -> _Line:
    plain: dict[str, Any] = {name: getattr(hits, name) for name in _Line.model_fields}
    for side in ("top_sources", "top_destinations"):
        plain[side] = tuple((talker.address, talker.count) for talker in plain[side])
    return _Line(**plain)
