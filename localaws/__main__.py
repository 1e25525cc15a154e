"""`python -m localaws`: the embedded AWS as a server."""

from __future__ import annotations

import json
from pathlib import Path

import click

from localaws.server import serve
from localaws.settings import control_of, read_settings


@click.command(
    name="localaws",
    context_settings={"max_content_width": 100, "help_option_names": ["-h", "--help"]},
)
@click.option("--port", type=int, default=5000, show_default=True, help="0 for any free port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--quotas", metavar="JSON", help="Such as '{\"policy_capacity\": 50000}'.")
@click.option(
    "--settings",
    "file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="LOCALAWS_SETTINGS",
    help="JSON with quotas, strictness, lenient and more; also by LOCALAWS_SETTINGS.",
)
def main(port: int, host: str, quotas: str | None, file: Path | None) -> None:
    """Run an AWS on this machine, with Network Firewall's rule groups and policies.

    It is moto's server, with a Network Firewall that refuses what the service refuses. Everything
    is kept in memory and gone when the server stops. Once it listens, it prints its URL, one line;
    requests are logged to stderr.

    \b
    In one terminal:
        python -m localaws --port 5000
    In another:
        export AWS_ENDPOINT_URL=http://localhost:5000 AWS_DEFAULT_REGION=us-east-1
        export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
        aws network-firewall list-rule-groups
        curl -X POST http://localhost:5000/moto-api/reset      # forget every resource

    \b
    A settings file, all of it optional:
        {"quotas": {"firewalls": 5, "rule_groups": 50, "policies": 20,
                    "policy_rule_groups": 20, "policy_capacity": 30000},
         "strictness": {"setters_in_group": false, "list_spaces": false, "home_net_alone": false},
         "lenient": ["pcre_has_a_companion"],
         "refusals": [{"pattern": "sid:2013504;", "reason": "no such keyword", "named": true}],
         "faults": [{"action": "UpdateRuleGroup", "code": "InvalidTokenException", "times": 1}],
         "longest_wait": 1}

    What is lenient is a check that is not made, for a double that differs from the service.
    A refusal has the engine refuse each rule that its pattern is found in. A fault has the next
    call to an action fail; it may also name a resource, skip calls first, concern only dry_run
    calls or only real ones, or answer with the error although the call was carried_out. So many
    seconds a state machine waits at most before it tries again, whatever its definition says.
    """  # noqa: D301  # click's mark for text to leave as it is
    try:
        document = dict(read_settings(file.read_text(encoding="utf-8"))) if file else {}
        if quotas:
            document["quotas"] = json.loads(quotas)
        control = control_of(document)
    except ValueError as error:
        raise click.ClickException(f"{file or '--quotas'}: {error}") from error
    serve(control, host, port, click.echo)


if __name__ == "__main__":
    main()
