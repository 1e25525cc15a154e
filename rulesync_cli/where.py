"""The options that say what to look at: a stack with its account, or a feed alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rulesync_cli.chosen import aws_options
from rulesync_cli.common import FEED, FILE, FOLDER, policy_option
from rulesync_cli.targeted import chosen_target, target_option

if TYPE_CHECKING:
    from rules_lib.address import Address


@dataclass(frozen=True, slots=True)
class Where:
    """What the options say: a bucket, or a feed.

    Attributes:
        bucket: of the stack; not looked at where a feed is given.
        policies: firewall policies to which the groups are attached.
        feed: path or URL of an archive; None: the bucket's newest.
        config: an allowlist in place of the bucket's; for a feed, in place of the usual file.
        own: a folder with people's own rules, in place of the bucket's.
    """

    bucket: str | None
    policies: tuple[str, ...]
    feed: Address | None
    config: Path | None
    own: Path | None

    @property
    def stack(self) -> str:
        """The bucket's name, where the stack is what is looked at."""
        if not self.bucket:
            raise click.UsageError("give --bucket for a stack (or set RULESYNC_BUCKET), or --feed")
        return self.bucket


def scene_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say what to look at; the command gets them as `where`."""

    @click.option("--feed", type=FEED, metavar="PATH_OR_URL",
                  help="Use this archive instead of a stack. Needs no account."
                  )  # fmt: skip
    @click.option("--config", type=FILE, metavar="FILE",
                  help="An edited allowlist, instead of the bucket's; with --feed, the allowlist  "
                  "[default: config/categories.yaml or categories.yaml, else the shipped one]"
                  )  # fmt: skip
    @click.option("--local", "own", type=FOLDER, metavar="DIR",
                  help="Folder with your own .rules files, instead of the bucket's local/."
                  )  # fmt: skip
    @click.option("--bucket", envvar="RULESYNC_BUCKET", show_envvar=True,
                  help="The stack's bucket. --feed overrides it.")  # fmt: skip
    @target_option
    @policy_option
    @aws_options
    @wraps(command)
    def wrapped(
        *,
        bucket: str | None,
        policies: tuple[str, ...],
        feed: Address | None,
        config: Path | None,
        own: Path | None,
        **others: Any,
    ) -> Any:
        if feed and chosen_target():
            raise click.UsageError("--target is one of a stack's; leave --feed out")
        return command(where=Where(bucket, policies, feed, config, own), **others)

    return wrapped
