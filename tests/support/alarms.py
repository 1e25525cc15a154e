"""Alarms of the template, held against metrics that functions really wrote.

moto holds neither: it takes no embedded metrics, and drops an alarm that asks by a query. So a
query is answered here as CloudWatch Metrics Insights does: of the metrics that have just the
dimensions of its SCHEMA, a row for each group.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

_QUERY: Final = re.compile(
    r'SELECT MAX\((?P<name>\w+)\) FROM SCHEMA\("(?P<namespace>[^"]+)", (?P<dimensions>[\w, ]+)\)'
    r" GROUP BY (?P<by>\w+) ORDER BY MAX\(\) DESC"
)


class Sample(NamedTuple):
    """A value of a metric."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    value: float


def samples_in(stdout: str) -> Iterator[Sample]:
    """What a function wrote in the embedded metric format."""
    for line in stdout.splitlines():
        document = json.loads(line)
        for one in document["_aws"]["CloudWatchMetrics"]:
            for names in one["Dimensions"]:
                dimensions = {name: document[name] for name in names}
                for metric in one["Metrics"]:
                    for value in document[metric["Name"]]:
                        yield Sample(one["Namespace"], metric["Name"], dimensions, value)


def contributors(alarm: Mapping[str, Any], stdout: str) -> set[str]:
    """The groups for which an alarm goes off that asks by a query, after one invocation.

    Args:
        alarm: its properties, resolved.
        stdout: of the function.
    """
    [metric] = alarm["Metrics"]
    query = _QUERY.fullmatch(metric["Expression"])
    assert query is not None
    assert (alarm["ComparisonOperator"], alarm["EvaluationPeriods"]) == ("GreaterThanThreshold", 1)
    asked = (query["namespace"], query["name"], set(query["dimensions"].split(", ")))
    rows = defaultdict[str, list[float]](list)
    for one in samples_in(stdout):
        if (one.namespace, one.name, set(one.dimensions)) == asked:
            rows[one.dimensions[query["by"]]].append(one.value)
    return {group for group, values in rows.items() if max(values) > alarm["Threshold"]}
