"""The command `rulesync`: settings in, summary out. Data goes to stdout, progress to stderr."""

from __future__ import annotations

import click

from rules_lib.cli.local import local


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="rulesync")
def main() -> None:
    """Keep AWS Network Firewall supplied with Suricata rules."""


main.add_command(local)
