"""When the stack is made or changed: an allowlist for an empty bucket, and a fetch at once."""

from __future__ import annotations

import os
import sys
from typing import Any, Final

from aws_lambda_powertools import Logger

from rules_lib.aws import clients
from rules_lib.aws.handover import answer
from rules_lib.aws.s3_store import S3Store
from rules_lib.errors import RulesyncError
from rules_lib.settings import SetupSettings
from rules_lib.sync.first_run import first_run
from rules_lib.sync.next_policy import make_next_policy, remove_unused

logger = Logger(service="setup", stream=sys.stderr)

_UNFORESEEN = "see the log of the set-up function"
_POLICY: Final = "NextPolicy"
"""The property that names the Next Generation policy of the stack; without it there is none."""


def handler(event: dict[str, Any], context: object) -> None:  # noqa: ARG001  # Lambda's
    """Answer CloudFormation's request whatever happens: it would wait for an hour otherwise.

    Deleting the stack deletes nothing that is in use: the bucket stays, with what people wrote.

    Raises:
        HandoverError: CloudFormation cannot be answered.
    """
    succeeded, reason, data = False, _UNFORESEEN, dict[str, str]()
    try:
        reason, data = _taken_down(event) if event["RequestType"] == "Delete" else _set_up(event)
        succeeded = True
    except RulesyncError as error:
        reason = str(error)
        logger.error("set-up failed", cause=reason)  # noqa: TRY400  # the cause says it all
    finally:
        answer(event, succeeded=succeeded, reason=reason, data=data)


def _set_up(event: dict[str, Any]) -> tuple[str, dict[str, str]]:
    settings = SetupSettings.from_environment(os.environ)
    data = {}
    if name := event.get("ResourceProperties", {}).get(_POLICY):
        arn = make_next_policy(clients.network_firewall(), name, settings.prefix)
        data["NextPolicyArn"] = arn
    store = S3Store(clients.s3(), settings.bucket)
    stored = first_run(store, clients.functions(), settings.fetch_function)
    what = "the shipped allowlist was stored" if stored else "the allowlist stays as it is"
    logger.info(what)
    return f"{what}, and a fetch was started", data


def _taken_down(event: dict[str, Any]) -> tuple[str, dict[str, str]]:
    name = event.get("ResourceProperties", {}).get(_POLICY)
    if not name:
        return "nothing to do", {}
    settings = SetupSettings.from_environment(os.environ)
    return remove_unused(clients.network_firewall(), name, settings.prefix), {}
