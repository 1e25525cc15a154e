"""The command `rulesync`: settings in, summary out. Data goes to stdout, progress to stderr."""

from __future__ import annotations

from rulesync_cli import interrupt  # before all else: it stands guard while that is loaded

# isort: split
import click

from rulesync_cli.commands.apply import apply
from rulesync_cli.commands.categories import categories
from rulesync_cli.commands.check import check
from rulesync_cli.commands.completion import completion
from rulesync_cli.commands.discarded import discarded
from rulesync_cli.commands.explain import explain
from rulesync_cli.commands.local import local
from rulesync_cli.commands.plan import plan
from rulesync_cli.commands.probe import probe
from rulesync_cli.commands.push import push
from rulesync_cli.commands.rollback import resume, rollback
from rulesync_cli.commands.schema import schema
from rulesync_cli.commands.status import status
from rulesync_cli.commands.verify import verify
from rulesync_cli.common import epilog
from rulesync_cli.frame import Commands


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=epilog(
        "rulesync local --feed emerging.rules.tar.gz --out out",
        "rulesync check edited.yaml",
        "rulesync plan --config edited.yaml",
        codes="0 done; 1 failed or refused, the cause is on stderr; 2 wrong usage, or of `plan`: "
        "there are changes; 130 interrupted",
    ),
)
@click.version_option(package_name="rulesync")
def main() -> None:
    """Keep AWS Network Firewall supplied with Suricata rules.

    `local` needs no account. The others work on the bucket of a stack and the rule groups of its
    account, with the credentials and the region of the environment.
    """


__all__ = ["interrupt", "main"]

for command in (
    local,
    check,
    plan,
    push,
    apply,
    status,
    rollback,
    resume,
    explain,
    discarded,
    categories,
    schema,
    verify,
    probe,
    completion,
):
    main.add_command(command)
