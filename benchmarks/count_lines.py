"""What fired in files, counted by DuckDB; or the files just unpacked, the plainest reading.

`python -m benchmarks.count_lines count|read FOLDER`
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from benchmarks.alert_lines import log_files
from rules_lib.hits.stored import pack_day
from rulesync_cli.alert_logs.disk import count_files


def main(what: str, folder: Path) -> None:
    """Say how many lines there were, and how many bytes came of them."""
    if what == "count":
        counted = count_files([folder]).counted
        lines = sum(day.lines for day in counted.days)
        octets = sum(len(pack_day(day)) for day in counted.days)
    else:
        lines = octets = 0
        for path in log_files(folder):
            with gzip.open(path) as file:
                for line in file:
                    lines += 1
                    octets += len(line)
    sys.stdout.write(f"{lines} {octets}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
