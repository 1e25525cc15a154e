"""The command `rulesync`: settings in, summary out. Data goes to stdout, progress to stderr."""

from __future__ import annotations

import gc

_COLLECTING = gc.isenabled()
gc.disable()  # nothing that is imported is ever garbage, and the search takes a fifth of the time

from rulesync_cli import interrupt  # before all else: it stands guard while that is loaded

# isort: split
import click

from rulesync_cli.commands import Loaded
from rulesync_cli.common import epilog
from rulesync_cli.frame import Commands
from rulesync_cli.version import RULESYNC_VERSION


@click.group(
    cls=Commands,
    commands=Loaded(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=epilog(
        "rulesync local --feed emerging.rules.tar.gz --out out",
        "rulesync check edited.yaml",
        "rulesync plan --config edited.yaml",
        codes="0 done; 1 failed or refused, the cause is on stderr; 2 wrong usage, or `plan`: "
        "there are changes; 130 interrupted",
    ),
)
@click.version_option(RULESYNC_VERSION)
def main() -> None:
    """Keep AWS Network Firewall supplied with Suricata rules.

    `local` needs no account. Most other commands use the bucket of a stack and the rule groups of
    its account, with the credentials and region of your environment, or of --profile and --region.
    """


if _COLLECTING:  # a program that embeds the command has its own mind; a run of it: see its frame
    gc.enable()

__all__ = ["interrupt", "main"]
