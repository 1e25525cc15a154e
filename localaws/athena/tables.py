"""Glue tables with partition projection over the objects of S3, as Athena sees them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

_KEY: Final = re.compile(r"\$\{(\w+)\}")
_TEXT: Final = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"


class AthenaRefusedError(Exception):
    """A query that Athena would not carry out; its text is the reason."""


@dataclass(frozen=True, slots=True)
class LogObject:
    """An object of a table.

    Attributes:
        partition: the values of the partition keys, which its key has.
        size: bytes as it lies there, which Athena bills.
        lines: of its text.
    """

    partition: Mapping[str, str]
    size: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogTable:
    """A table of one text column, a row a line.

    Attributes:
        column: its name.
        keys: the partition keys.
        objects: that the query's conditions on the keys leave.
    """

    column: str
    keys: tuple[str, ...]
    objects: tuple[LogObject, ...]

    @property
    def scanned(self) -> int:
        """Bytes that Athena bills."""
        return sum(one.size for one in self.objects)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The line and the partition of each row."""
        for one in self.objects:
            values = [one.partition[key] for key in self.keys]
            for line in one.lines:
                yield (line, *values)


def log_table(account: str, region: str, table: Mapping[str, Any], query: str) -> LogTable:
    """Read a table as far as a query asks for it.

    Raises:
        AthenaRefusedError: it is of a form that is not known here, or the query has no condition on
            an injected key.
    """
    storage, parameters = table["StorageDescriptor"], table.get("Parameters", {})
    if storage["SerdeInfo"]["SerializationLibrary"] != _TEXT:
        raise AthenaRefusedError("not known here: tables that are no text by lines")
    (column,) = (column["Name"] for column in storage["Columns"])
    keys = tuple(key["Name"] for key in table.get("PartitionKeys", ()))
    asked = {key: _Condition.of(key, query) for key in keys}
    for key in keys:
        if parameters.get(f"projection.{key}.type") == "injected" and not asked[key].among:
            raise AthenaRefusedError(
                f"CONSTRAINT_VIOLATION: For the injected projected partition column {key}, the "
                "WHERE clause must contain only static equality conditions, and at least one such "
                "condition must be present."
            )
    template = parameters.get("storage.location.template", storage["Location"])
    found = (
        one
        for one in _objects(account, region, template)
        if all(asked[key].met_by(one.partition[key]) for key in keys)
    )
    return LogTable(column, keys, tuple(found))


@dataclass(frozen=True, slots=True)
class _Condition:
    """What a query says of a partition key: among some values, or between two."""

    among: Sequence[str]
    between: Sequence[str]

    @classmethod
    def of(cls, key: str, query: str) -> _Condition:
        listed = re.search(rf"\b{key} IN \(([^)]*)\)", query)
        equal = re.search(rf"\b{key} = ('[^']*')", query)
        ends = re.search(rf"\b{key} BETWEEN '([^']*)' AND '([^']*)'", query)
        among = re.findall(r"'([^']*)'", listed[1] if listed else equal[1] if equal else "")
        return cls(among, ends.groups() if ends else ())

    def met_by(self, value: str) -> bool:
        listed = not self.among or value in self.among
        return listed and (not self.between or self.between[0] <= value <= self.between[1])


def _objects(account: str, region: str, template: str) -> Iterator[LogObject]:
    """The objects in folders that a location with keys in it stands for, once each."""
    bucket, _, path = template.removeprefix("s3://").partition("/")
    fixed = path.partition("$")[0]
    # a date's folders have slashes in them, a name has none: the last key may have some
    names = _KEY.findall(path)
    pattern = re.escape(path.rstrip("/"))
    for name in names:
        inner = "[^/]+(?:/[^/]+)*" if name == names[-1] else "[^/]+"
        pattern = pattern.replace(re.escape(f"${{{name}}}"), f"(?P<{name}>{inner})")
    folder = re.compile(f"{pattern}/[^/]+")
    backend = s3_backends[account][get_partition(region)]
    if bucket not in backend.buckets:
        raise AthenaRefusedError(f"the bucket {bucket} does not exist")
    for key, value in list(backend.buckets[bucket].keys.items()):
        if key.startswith(fixed) and (match := folder.fullmatch(key)):
            data = value.value
            text = gzip.decompress(data) if key.endswith(".gz") else data
            lines = tuple(text.decode(errors="replace").splitlines())
            yield LogObject(match.groupdict(), len(data), lines)
