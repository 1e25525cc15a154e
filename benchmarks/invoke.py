"""Both Lambda functions once, in this process, as their schedules invoke them.

Writes to stdout what each of them took once it was loaded, and which calls to AWS it made.
"""

from __future__ import annotations

import gc

gc.disable()  # as the functions do before they import anything, and boto3 is imported here

import json
import sys
import time
from collections import Counter
from typing import Any

import boto3

from rules_lib.aws.models import begin_default_session


def main() -> None:
    """Invoke them, and write one line of JSON."""
    calls: Counter[str] = Counter()
    dry_runs: Counter[str] = Counter()

    def count(model: Any, params: Any, **_: object) -> None:
        calls[model.name] += 1
        dry_runs[model.name] += params.get("DryRun", False)

    begin_default_session()
    boto3._get_default_session().events.register("provide-client-params", count)  # noqa: SLF001
    from functions.build import app as build  # noqa: PLC0415 - they make their clients now, which
    from functions.fetch import app as fetch  # noqa: PLC0415 - copy what the session has registered

    began = time.process_time()
    fetched = fetch.handler({"source": "aws.events"}, None)
    between = time.process_time()
    built = build.handler({"source": "aws.events"}, None)
    ended = time.process_time()
    json.dump(
        {
            "fetch": between - began,
            "build": ended - between,
            "status": [fetched["status"], built["status"]],
            "kept": built.get("kept"),
            "calls": calls,
            "dry_runs": dry_runs,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
