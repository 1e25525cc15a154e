"""The command `rulesync`: settings in, summary out. Data goes to stdout, progress to stderr."""

from __future__ import annotations

import click

from rules_lib.cli.account import apply, check, plan, push, resume, rollback, status
from rules_lib.cli.local import local


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="rulesync")
def main() -> None:
    """Keep AWS Network Firewall supplied with Suricata rules.

    `local` needs no account. The others work on the bucket of a stack and the rule groups of its
    account, with the credentials and the region of the environment.
    """


for command in (local, check, plan, push, apply, status, rollback, resume):
    main.add_command(command)
