"""`python -m benchmarks.watch FILE COMMAND…`: run a command, and write what it took to a file.

The kernel reckons a process's peak from before it was started, when it was still its parent. So
the parent of what is measured is this, which is small.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Wait for the command, and end as it did."""
    report, *command = sys.argv[1:]
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    Path(report).write_text(json.dumps([usage.ru_utime + usage.ru_stime, usage.ru_maxrss]))
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
