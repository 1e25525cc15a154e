"""`rulesync probe`: what is known of the service, asked of an account by dry runs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import click

from rules_lib.text import counted, visible
from rulesync_cli.chosen import aws_options
from rulesync_cli.common import epilog, is_attended, json_option, print_json
from rulesync_cli.show.console import stdout, wide_option
from rulesync_cli.show.progress import waiting

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient

    from rulesync_cli.probing.findings import Finding
    from rulesync_cli.probing.record import Answers
    from rulesync_cli.probing.values import Probe

_SECONDS: Final = 10
"""Between two lines of what is being done where stderr is no terminal."""

_OF_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


@click.command(
    epilog=epilog(
        "rulesync probe",
        "rulesync probe --yes --json > probe.json",
        "rulesync probe --only ips-classtype --only ips-gid",
        codes="0 nothing differs; 1 a fact differs or had no answer, or an error; 2 wrong usage",
    )
)
@click.option("--only", multiple=True, metavar="ID",
              help="Ask only this fact, and the plain request it builds on. Repeat it for more."
              )  # fmt: skip
@click.option("--list", "is_list", is_flag=True,
              help="Print what is known, and how. Ask nothing.")  # fmt: skip
@click.option("--permissions", is_flag=True,
              help="Print the IAM policy that you need. Ask nothing.")  # fmt: skip
@click.option("--write", "file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Merge the answers into this file. Answers in it count as known.")  # fmt: skip
@click.option("--pace", type=click.FloatRange(min=0), default=0.5, show_default=True,
              metavar="SECONDS", help="Time between two calls.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask. Required without a terminal.")
@json_option
@aws_options
@wide_option
def probe(  # noqa: PLR0913 - an argument for each option
    *,
    only: tuple[str, ...],
    is_list: bool,
    permissions: bool,
    file: Path | None,
    pace: float,
    yes: bool,
    as_json: bool,
) -> None:
    """Ask Network Firewall what it accepts, by dry runs only.

    Compares the answers with what rulesync assumes, and shows what differs and what is now known.
    Creates and changes nothing, and costs nothing. The JSON contains no account number, so you can
    send it to the project.
    """
    from rules_lib.aws import clients
    from rulesync_cli.probing.dryruns import BOTOCORE, NAMES, READS
    from rulesync_cli.probing.findings import State
    from rulesync_cli.probing.permissions import iam_policy
    from rulesync_cli.probing.record import Answers, ProbeRun, in_file, informed, recorded, shipped
    from rulesync_cli.probing.table import TABLE
    from rulesync_cli.show.probed import probe_document, render_findings

    kept = in_file(file) if file else Answers()
    probes = _chosen(informed(TABLE, kept.over(shipped())), only)
    if permissions:
        print_json(iam_policy(READS, NAMES))
        return
    if is_list:
        _list(probes, as_json=as_json)
        return
    client = clients.network_firewall()
    _tell(client, probes, pace)
    if _is_aws(client) and not yes:
        _confirm()
    findings = _ask(client, probes, pace)
    asked = ProbeRun(
        on=datetime.now(UTC).date(),
        region=client.meta.region_name,
        botocore=BOTOCORE,
    )
    if as_json:
        print_json(probe_document(findings, asked, aws=_is_aws(client)))
    else:
        render_findings(findings, stdout())
    if file:
        _write(file, recorded(findings, asked), kept, aws=_is_aws(client))
    bad = {State.DIFFERS, State.UNANSWERED}
    raise SystemExit(1 if any(found.state in bad for found in findings) else 0)


def _chosen(probes: Sequence[Probe], only: tuple[str, ...]) -> tuple[Probe, ...]:
    if unknown := sorted(frozenset(only) - {one.id for one in probes}):
        raise click.BadParameter(f"there is no {unknown[0]}; see --list", param_hint="--only")
    plain = {one.plain for one in probes if one.id in only}
    return tuple(one for one in probes if not only or one.id in plain.union(only))


def _list(probes: Sequence[Probe], *, as_json: bool) -> None:
    from rulesync_cli.show.probed import listed, render_list

    if as_json:
        print_json([listed(one) for one in probes])
    else:
        render_list(probes, stdout())


def _tell(client: NetworkFirewallClient, probes: Sequence[Probe], pace: float) -> None:
    """Say what will be done, what it costs and what it needs."""
    from rulesync_cli.probing.dryruns import NAMES

    number = sum(not one.unaskable for one in probes)
    click.echo(
        f"{counted(number, 'dry run')} of {', '.join(NAMES)} in {client.meta.region_name} at "
        f"{client.meta.endpoint_url}, {pace:g} s apart, and reads of the lists of rule groups. "
        "Nothing is created or changed, and AWS charges nothing. IAM must allow what "
        "`rulesync probe --permissions` prints.",
        err=True,
    )


def _is_aws(client: NetworkFirewallClient) -> bool:
    return str(urlsplit(client.meta.endpoint_url).hostname).endswith(_OF_AWS)


def _confirm() -> None:
    if not is_attended():
        raise click.ClickException(
            "there is no terminal to ask on; give --yes to go on without asking"
        )
    if not click.confirm("ask this account?", err=True):
        raise click.ClickException("not confirmed; nothing was asked")


def _ask(
    client: NetworkFirewallClient, probes: Sequence[Probe], pace: float
) -> tuple[Finding, ...]:
    from secrets import token_hex

    from rules_lib.aws.calls import Calls
    from rulesync_cli.probing.dryruns import DryRuns, places
    from rulesync_cli.probing.findings import ask_all
    from rulesync_cli.probing.permissions import PREFIX

    calls = Calls()
    with waiting("looking at the account", every=_SECONDS) as watch:
        asking = DryRuns(client, places(client, f"{PREFIX}{token_hex(4)}", calls), calls)
        return tuple(ask_all(probes, asking.ask, lambda: time.sleep(pace), watch))


def _write(file: Path, new: Answers, kept: Answers, *, aws: bool) -> None:
    file.write_text(new.over(kept).text, encoding="utf-8")
    said = f"{counted(len(new.answers), 'answer')} written to {visible(str(file))}"
    click.echo(said if aws else f"{said}: of an endpoint that is not AWS's", err=True)
