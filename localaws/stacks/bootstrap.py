"""What Lambda's runtime does in an execution environment, as a script: load, then call and call.

It imports the standard library only, so that whatever a package lacks is missing here too. What
ends the process, as an import that fails does, its log tells whoever started it.
"""

import importlib
import json
import os
import socket
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any


def main() -> None:
    """Load the handler, and call it for each line of the socket whose number is given.

    A line is an object with the arguments of `answered`, and so is what answers it.
    """
    environment = os.environ
    sys.path[:0] = [environment["LAMBDA_TASK_ROOT"], f"{environment['LOCALAWS_OPT']}/python"]
    began = time.perf_counter()
    module, _, name = environment["_HANDLER"].rpartition(".")
    handler = getattr(importlib.import_module(module.replace("/", ".")), name)
    sys.stderr.write(f"INIT {time.perf_counter() - began:.2f} s\n")
    with socket.socket(fileno=int(sys.argv[1])) as caller, caller.makefile("rw") as lines:
        while line := lines.readline():
            lines.write(f"{json.dumps(answered(handler, **json.loads(line)))}\n")
            lines.flush()


def answered(
    handler: Callable[[Any, Any], Any], request: str, ends: float, event: str
) -> Mapping[str, object]:
    """Call the handler once; an error is a result of its own form, as Lambda has it.

    Args:
        handler: of the function.
        request: id of the invocation.
        ends: when it is to have ended, in seconds since 1970.
        event: JSON.

    Returns:
        What `Outcome` has, but for the log.
    """
    context = SimpleNamespace(
        get_remaining_time_in_millis=lambda: int(1000 * (ends - time.time())),
        function_name=os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        function_version="$LATEST",
        aws_request_id=request,
        memory_limit_in_mb=os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
    )
    try:
        return {"payload": json.dumps(handler(json.loads(event), context)), "failed": False}
    except Exception as error:  # noqa: BLE001 - Lambda hands back whatever a function raises
        traceback.print_exc()
        told = {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "requestId": request,
            "stackTrace": traceback.format_tb(error.__traceback__),
        }
        return {"payload": json.dumps(told), "failed": True}


if __name__ == "__main__":
    main()
