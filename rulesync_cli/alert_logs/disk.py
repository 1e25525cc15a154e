"""Files of alert logs on this machine, as the firewall writes them or Suricata's own `eve.json`.

DuckDB reads and counts them, by the very query that Athena has in the account.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Final

from rules_lib.errors import HitsError
from rules_lib.hits.query import count_query
from rules_lib.hits.rows import Row, counted_lines
from rules_lib.hits.values import CountedLines
from rules_lib.text import visible
from rulesync_cli.extras import install_command
from rulesync_cli.tree import files_below

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ENDINGS: Final = (".log", ".log.gz", ".json", ".json.gz", ".jsonl", ".jsonl.gz")
"""What a file's name ends in that is looked for in a folder; a file that is named may have any."""

_TABLE: Final = "lines"
_PIECE: Final = 2**16
_GZIP: Final = 16 + zlib.MAX_WBITS
_OPTIONS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "preserve_insertion_order": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_PREPARED: Final = (
    "SET TimeZone = 'UTC'",
    "CREATE MACRO json_extract_scalar(line, place) AS struct_extract(line, place)",
    "CREATE MACRO array_join(texts, mark) AS array_to_string(texts, mark)",
)
"""And what Athena has under names of its own. A line is read into its places at once: to take the
text of each by itself would read the line's JSON a dozen times."""

_LINES: Final = """
CREATE OR REPLACE VIEW lines AS
SELECT struct_pack(
  "$.event.timestamp" := coalesce(event.timestamp, strftime(
    CAST(try_strptime(timestamp, '%Y-%m-%dT%H:%M:%S.%f%z') AS TIMESTAMP), '%Y-%m-%dT%H:%M:%SZ'
  )),
  "$.event.alert.signature_id" := coalesce(event.alert.signature_id, alert.signature_id),
  "$.event.alert.action" := coalesce(event.alert.action, alert.action),
  "$.event.verdict.action" := coalesce(event.verdict.action, verdict.action),
  "$.event.verdict.reject[0]" := coalesce(event.verdict.reject[1], verdict.reject[1]),
  "$.event.flow_id" := coalesce(event.flow_id, flow_id),
  "$.event.src_ip" := coalesce(event.src_ip, src_ip),
  "$.event.dest_ip" := coalesce(event.dest_ip, dest_ip),
  "$.aws_metadata.resource_arn" := aws_metadata.resource_arn
) AS line
FROM read_json(
  getvariable('files'), format = 'newline_delimited', ignore_errors = true,
  hive_partitioning = false, columns = {columns}
)
"""
"""The firewall's records, and those of Suricata's own `eve.json`, whose time may be local."""

_ALERT: Final = "STRUCT(signature_id VARCHAR, action VARCHAR)"
_VERDICT: Final = "STRUCT(action VARCHAR, reject VARCHAR[])"
_EVENT: Final = {
    **dict.fromkeys(("timestamp", "flow_id", "src_ip", "dest_ip"), "VARCHAR"),
    "alert": _ALERT,
    "verdict": _VERDICT,
}
_COLUMNS: Final = {
    **_EVENT,
    "event": f"STRUCT({', '.join(f'{name} {kind}' for name, kind in _EVENT.items())})",
    "aws_metadata": "STRUCT(resource_arn VARCHAR)",
}


@dataclass(frozen=True, slots=True)
class CountedFiles:
    """What files of alert logs came to.

    Attributes:
        counted: by day.
        files: how many were read.
        warnings: of files that end in the middle.
    """

    counted: CountedLines
    files: int
    warnings: tuple[str, ...]


def count_files(
    paths: Sequence[Path],
    *,
    first: date = date.min,
    last: date = date.max,
    addresses: bool = True,
    now: datetime | None = None,
) -> CountedFiles:
    """Count what fired, by the files of some paths.

    Args:
        paths: files, or folders, which are gone through to the bottom for `ENDINGS`.
        first: the first day that counts, UTC.
        last: the last one.
        addresses: whether example addresses are asked for.
        now: stands in for the time; the days' `counted_at`.

    Raises:
        HitsError: a path is not there, a folder has no log, DuckDB is not installed, or cannot read
            a file.
        OSError: a folder cannot be read.
    """
    found = tuple(dict.fromkeys(file for path in paths for file in _files(path)))
    query = count_query(_TABLE, first=first, last=last, addresses=addresses)
    with _engine() as engine, TemporaryDirectory(prefix="rulesync-logs-") as folder:
        warnings: tuple[str, ...] = ()
        rows = _rows(engine, found, query)
        if rows is None:
            whole, warnings = _mended(found, Path(folder))
            rows = _rows(engine, whole, query)
        counted = counted_lines(rows or (), now=now or datetime.now(UTC), addresses=addresses)
    return CountedFiles(counted, len(found), warnings)


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise HitsError(
            f"{visible(str(path))} does not exist: name a file of alert logs, or a folder"
        )
    if not (found := [file for file in files_below(path) if file.name.endswith(ENDINGS)]):
        raise HitsError(
            f"{visible(str(path))} has no alert log: no file in it ends in {', '.join(ENDINGS)}"
        )
    return found


@contextmanager
def _engine() -> Iterator[DuckDBPyConnection]:
    try:
        import duckdb  # noqa: PLC0415  # an extra: only who reads files needs it
    except ImportError as error:
        raise HitsError(
            f"reading files of alert logs needs the package {error.name}: {install_command('hits')}"
        ) from error
    try:
        with duckdb.connect(config=_OPTIONS) as engine:
            for statement in _PREPARED:
                engine.execute(statement)
            yield engine
    except duckdb.Error as error:
        words = visible(str(error).partition("\n")[0])
        raise HitsError(f"DuckDB cannot read the alert logs: {words}") from error


def _rows(engine: DuckDBPyConnection, files: Sequence[Path], query: str) -> Sequence[Row] | None:
    """What the query answers; None where a file cannot be read to its end."""
    from duckdb import IOException  # noqa: PLC0415  # as above

    engine.execute("SET VARIABLE files = ?", [[_no_pattern(str(file)) for file in files]])
    engine.execute(_LINES.format(columns=_COLUMNS))
    try:
        answer = engine.execute(query)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, map(_text, row), strict=True)) for row in answer.fetchall()]
    except IOException:
        return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _no_pattern(path: str) -> str:
    """A path in which no character stands for others."""
    return re.sub(r"[*?\[]", r"[\g<0>]", path)


def _mended(files: Sequence[Path], folder: Path) -> tuple[list[Path], tuple[str, ...]]:
    """Put what is there of each file that ends in the middle in its place, with a warning.

    A copy that broke off does, or the last file of a firewall that still writes it.
    """
    whole, warnings = [], []
    for number, file in enumerate(files):
        if not file.name.endswith(".gz"):
            whole.append(file)
            continue
        rest = folder / f"{number}.log"
        if _unpack(file, rest):
            rest.unlink()
            whole.append(file)
            continue
        whole.append(rest)
        size = rest.stat().st_size
        warnings.append(
            f"{visible(str(file))} is no whole gzip file: {size:,} bytes of it could be read"
        )
    return whole, tuple(warnings)


def _unpack(file: Path, to: Path) -> bool:
    """Unpack a file as far as it goes; say whether it was whole.

    Raises:
        HitsError: it may not be read.
    """
    try:
        with file.open("rb") as packed, to.open("wb") as rest:
            return _unpacked(iter(lambda: packed.read(_PIECE), b""), rest)
    except OSError as error:
        raise HitsError(f"{visible(str(file))} cannot be read: {error.strerror}") from error


def _unpacked(pieces: Iterable[bytes], rest: IO[bytes]) -> bool:
    """Write what packed pieces hold; say whether they end where a member of the file ends."""
    reader, within = zlib.decompressobj(_GZIP), False
    for piece in pieces:
        left = piece
        while left:
            try:
                rest.write(reader.decompress(left))
            except zlib.error:
                return False
            within, left = not reader.eof, reader.unused_data
            if reader.eof:
                reader = zlib.decompressobj(_GZIP)
    return not within
