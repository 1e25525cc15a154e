"""`python -m rulesync_cli.comment FILE`: what the action runs to post a plan.

Reads what GitHub sets for a workflow, `RULESYNC_TOKEN` and `RULESYNC_COMMENT_KEY`. Prints commands
of a workflow, which name no text of others.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import click

from rulesync_cli.comment.post import CommentError, NotAllowedError, PullRequest, post_comment

_NO_PULL_REQUEST: Final = "::notice::rulesync: this is no pull request, so there is no comment"
_NOT_ALLOWED: Final = (
    "::warning::rulesync: the token may not write comments, as for every pull request from a fork. "
    "Otherwise give the job `permissions: pull-requests: write`. The plan is in the job's summary."
)


def post_plan(path: str) -> int:
    """Post the plan of a file; gives the exit code."""
    pull = PullRequest.of(os.environ, os.environ.get("RULESYNC_COMMENT_KEY", ""))
    if pull is None:
        click.echo(_NO_PULL_REQUEST)
        return 0
    text = Path(path).read_text(encoding="utf-8")
    try:
        done = post_comment(pull, text, os.environ["RULESYNC_TOKEN"])
    except NotAllowedError:
        click.echo(_NOT_ALLOWED)
        return 0
    except CommentError as error:
        click.echo(f"::error::rulesync: {str(error).translate({10: ' ', 13: ' ', 37: '%25'})}")
        return 1
    click.echo(f"rulesync: comment {done}")
    return 0


if __name__ == "__main__":
    sys.exit(post_plan(*sys.argv[1:]))
