"""Athena in the place of moto's: SELECTs over Glue tables, by DuckDB."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from moto.athena.models import AthenaBackend, QueryResults
from moto.athena.responses import AthenaResponse
from moto.glue.models import glue_backends

from localaws.athena.tables import AthenaRefusedError, LogTable, log_table

PAGE: Final = 1_000
"""The most rows of one answer to GetQueryResults."""

_NAME: Final = re.compile(r"\b(?:FROM|JOIN)\s+([a-z0-9_]+)\.([a-z0-9_]+)\b")
_FUNCTIONS: Final = (
    "SET TimeZone = 'UTC'",
    # Trino's answers NULL to text that is no JSON, and to a place that holds more than one value
    """CREATE MACRO json_extract_scalar(line, place) AS CASE
      WHEN json_valid(line) AND json_type(line, place) NOT IN ('OBJECT', 'ARRAY')
      THEN json_extract_string(line, place)
    END""",
    "CREATE MACRO array_join(texts, mark) AS array_to_string(texts, mark)",
)
"""What Trino has under other names."""


class QueryingAthenaBackend(AthenaBackend):
    """Carries out what it is asked, in the settings of the workgroup."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.scanned: dict[str, int] = {}
        self.reasons: dict[str, str] = {}

    def start_query_execution(
        self,
        query: str,
        context: str,
        config: dict[str, Any],
        workgroup: str,
        execution_parameters: list[str] | None,
    ) -> str:
        """Carry a query out at once; what became of it is told when asked for."""
        settings = self.work_groups[workgroup or "primary"].configuration
        config = settings.get("ResultConfiguration") or config or {}
        query_id = super().start_query_execution(
            query, context, dict(config), workgroup, execution_parameters
        )
        try:
            self.query_results[query_id] = self._answer(query_id, query, settings)
        except AthenaRefusedError as refused:
            self.reasons[query_id] = str(refused)
        else:
            if not _keeps_results(settings):
                self._store_query_result_in_s3(query_id)
        return query_id

    def _answer(self, query_id: str, query: str, settings: dict[str, Any]) -> QueryResults:
        place = self.executions[query_id].config.get("OutputLocation")
        if not place and not _keeps_results(settings):
            raise AthenaRefusedError("No output location provided.")
        named = dict.fromkeys(_NAME.findall(query))
        tables = {(base, name): self._alerts(base, name, query) for base, name in named}
        self.scanned[query_id] = sum(table.scanned for table in tables.values())
        cutoff = settings.get("BytesScannedCutoffPerQuery")
        if cutoff and self.scanned[query_id] > int(cutoff):
            raise AthenaRefusedError("Bytes scanned limit was exceeded")
        names, rows = _asked(tables, query)
        return QueryResults(
            [_row(names), *map(_row, rows)],
            [{"Name": name, "Type": "varchar"} for name in names],
        )

    def _alerts(self, database: str, table: str, query: str) -> LogTable:
        tables = glue_backends[self.account_id][self.region_name].databases
        if database not in tables or table not in tables[database].tables:
            raise AthenaRefusedError(
                f"TABLE_NOT_FOUND: Table 'awsdatacatalog.{database}.{table}' does not exist"
            )
        found = tables[database].tables[table].as_dict()
        return log_table(self.account_id, self.region_name, found, query)


def _keeps_results(settings: dict[str, Any]) -> bool:
    """Whether Athena keeps the answers itself, and needs no place in S3 for them."""
    return bool(settings.get("ManagedQueryResultsConfiguration", {}).get("Enabled"))


def _asked(tables: dict[tuple[str, str], LogTable], query: str) -> tuple[list[str], list[Any]]:
    """Ask DuckDB; what it refuses Athena is taken to refuse as well."""
    import duckdb  # noqa: PLC0415  # only who asks Athena needs it

    with duckdb.connect(config={"autoinstall_known_extensions": False}) as engine:
        for statement in _FUNCTIONS:
            engine.execute(statement)
        try:
            for (database, name), table in tables.items():
                engine.execute(f"CREATE SCHEMA IF NOT EXISTS {database}")
                columns = ", ".join(f"{column} VARCHAR" for column in (table.column, *table.keys))
                engine.execute(f"CREATE TABLE {database}.{name} ({columns})")
                rows = list(table.rows())
                if rows:
                    # by column, as row by row takes 80 times as long
                    by_column = [list(column) for column in zip(*rows, strict=True)]
                    values = ", ".join(["unnest(?)"] * len(by_column))
                    engine.execute(f"INSERT INTO {database}.{name} SELECT {values}", by_column)
            answer = engine.execute(query)
            names = [column[0] for column in answer.description or ()]
            return names, answer.fetchall()
        except duckdb.Error as error:
            raise AthenaRefusedError(f"SYNTAX_ERROR: {error}") from error


def _row(values: Sequence[object]) -> dict[str, Any]:
    return {"Data": [{} if value is None else {"VarCharValue": _text(value)} for value in values]}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def get_query_execution(told: Callable[[AthenaResponse], str]) -> Callable[[AthenaResponse], str]:
    """Tell also what was read, and why a query failed."""

    def answer(response: AthenaResponse) -> str:
        document: dict[str, Any] = json.loads(told(response))
        execution = document["QueryExecution"]
        backend: Any = response.athena_backend
        query_id = execution["QueryExecutionId"]
        execution["Statistics"]["DataScannedInBytes"] = backend.scanned.get(query_id, 0)
        if query_id in backend.reasons:
            execution["Status"]["State"] = "FAILED"
            execution["Status"]["StateChangeReason"] = backend.reasons[query_id]
        return json.dumps(document)

    return answer


def get_query_results(response: AthenaResponse) -> str:
    """A page of the rows; the first one has the names of the columns."""
    backend: Any = response.athena_backend
    query_id = response._get_param("QueryExecutionId")  # noqa: SLF001  # moto's way
    result = backend.get_query_results(query_id).to_dict()
    first = int(response._get_param("NextToken") or 0)  # noqa: SLF001  # as above
    last = first + min(int(response._get_param("MaxResults") or PAGE), PAGE)  # noqa: SLF001  # as above
    rows = result["ResultSet"]["Rows"]
    result["ResultSet"]["Rows"] = rows[first:last]
    if last < len(rows):
        result["NextToken"] = str(last)
    return json.dumps(result)
