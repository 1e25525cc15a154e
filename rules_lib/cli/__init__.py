"""The command `rulesync`: settings in, summary out. Data goes to stdout, progress to stderr."""

from __future__ import annotations

from rules_lib.cli import interrupt  # before all else: it stands guard while that is loaded

# isort: split
import click

from rules_lib.cli.apply import apply
from rules_lib.cli.categories import categories
from rules_lib.cli.check import check
from rules_lib.cli.common import ending
from rules_lib.cli.completion import completion
from rules_lib.cli.discarded import discarded
from rules_lib.cli.explain import explain
from rules_lib.cli.frame import Commands
from rules_lib.cli.local import local
from rules_lib.cli.plan import plan
from rules_lib.cli.probe import probe
from rules_lib.cli.push import push
from rules_lib.cli.rollback import resume, rollback
from rules_lib.cli.schema import schema
from rules_lib.cli.status import status
from rules_lib.cli.verify import verify


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=ending(
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
