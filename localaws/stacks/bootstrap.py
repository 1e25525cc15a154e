"""What Lambda's runtime does in a function's process, as a script: import, call, hand back.

It imports the standard library only, so that whatever a package lacks is missing here too. A
handler's error ends the process as any error does; the caller reads it from stderr.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace


def main() -> None:
    """Call the handler with the event on stdin, and write its result to the file named first."""
    environment = os.environ
    sys.path[:0] = [environment["LAMBDA_TASK_ROOT"], f"{environment['LOCALAWS_OPT']}/python"]
    began = time.perf_counter()
    module, _, name = environment["_HANDLER"].rpartition(".")
    handler = getattr(importlib.import_module(module.replace("/", ".")), name)
    sys.stderr.write(f"INIT {time.perf_counter() - began:.2f} s\n")
    ends = began + float(environment["LOCALAWS_SECONDS"])
    context = SimpleNamespace(
        get_remaining_time_in_millis=lambda: int(1000 * (ends - time.perf_counter())),
        function_name=environment["AWS_LAMBDA_FUNCTION_NAME"],
        function_version="$LATEST",
        aws_request_id=environment["LOCALAWS_REQUEST_ID"],
        memory_limit_in_mb=environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
    )
    result = handler(json.load(sys.stdin), context)
    Path(sys.argv[1]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
