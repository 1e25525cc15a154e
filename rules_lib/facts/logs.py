"""How Network Firewall writes alert logs, and what CloudWatch Logs gives of them.

[api] the botocore service model of logs (2014-03-28), November 2026; [guide] the AWS developer
guides of Network Firewall and Athena, November 2026.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

INSIGHTS_RESULTS: Final = 100_000
"""Rows that one query of Logs Insights can have [api]. A query ends after 60 minutes, and 100 run
at a time."""

INSIGHTS_PAGE: Final = 10_000
"""Rows of one answer to GetQueryResults [api]."""

HOUR_FOLDER: Final = "%Y/%m/%d/%H"
"""The folders below a firewall's in S3, a log file's place by the hour, UTC [guide]."""

RESOURCE_NAME: Final = r"[a-zA-Z0-9-]{1,128}"
"""The name of a firewall, and so of its folder, and of a rule group [api of network-firewall]."""

RECORDED_GROUP: Final = f".*:stateful-rulegroup/({RESOURCE_NAME})"
"""A rule group's ARN, as a record has it; AWS's own groups have another account in it."""

LATE: Final = timedelta(days=2)
"""How long after a day's end late lines are waited for. The service delivers within minutes as a
rule, and at its best effort [guide]."""
