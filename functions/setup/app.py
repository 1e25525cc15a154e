"""When the stack is made or changed: an allowlist for an empty bucket, and a fetch at once."""

from __future__ import annotations

import os
import sys
from typing import Any

from aws_lambda_powertools import Logger

from rules_lib.aws import clients
from rules_lib.aws.handover import answer
from rules_lib.aws.s3_store import S3Store
from rules_lib.errors import RulesyncError
from rules_lib.settings import SetupSettings
from rules_lib.sync.first_run import first_run

logger = Logger(service="setup", stream=sys.stderr)

_UNFORESEEN = "see the log of the set-up function"


def handler(event: dict[str, Any], context: object) -> None:  # noqa: ARG001  # Lambda's
    """Answer CloudFormation's request whatever happens: it would wait for an hour otherwise.

    Deleting the stack deletes nothing here: the bucket stays, with what people wrote.

    Raises:
        HandoverError: CloudFormation cannot be answered.
    """
    succeeded, reason = False, _UNFORESEEN
    try:
        reason = "nothing to do" if event["RequestType"] == "Delete" else _set_up()
        succeeded = True
    except RulesyncError as error:
        reason = str(error)
        logger.error("set-up failed", cause=reason)  # noqa: TRY400  # the cause says it all
    finally:
        answer(event, succeeded=succeeded, reason=reason)


def _set_up() -> str:
    settings = SetupSettings.from_environment(os.environ)
    store = S3Store(clients.s3(), settings.bucket)
    stored = first_run(store, clients.functions(), settings.fetch_function)
    what = "the shipped allowlist was stored" if stored else "the allowlist stays as it is"
    logger.info(what)
    return f"{what}, and a fetch was started"
