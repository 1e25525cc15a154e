"""The same AWS as a server of its own, met through a socket."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
from click.testing import CliRunner
from support.localaws import client_at, create, local_server, refused, rule
from support.patience import PATIENCE

from localaws.__main__ import main
from localaws.settings import control_of, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = {
    "quotas": {"rule_groups": 7},
    "strictness": {"list_spaces": True},
    "refusals": [{"pattern": "sid:66;", "reason": "not today", "named": False}],
    "faults": [{"action": "ListFirewallPolicies", "code": "InvalidRequestException"}],
}

SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request"}

UNKNOWN = {
    "Authorization": SIGNED["Authorization"].replace("s3", "network-firewall"),
    "X-Amz-Target": "NetworkFirewall_20201112.ListTLSInspectionConfigurations",
}
"""A call that moto has not."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL that a real server prints once it listens."""
    file = tmp_path_factory.mktemp("localaws") / "settings.json"
    file.write_text(json.dumps(SETTINGS), encoding="utf-8")
    quotas = '{"rule_groups": 2}'
    with local_server("--settings", str(file), "--quotas", quotas) as running:
        yield running


def client_of(service: str, url: str) -> Any:
    """A client as people make one; the reset before leaves the server empty."""
    requests.post(f"{url}/moto-api/reset", timeout=PATIENCE).raise_for_status()
    return client_at(url, service)


def test_group_lives_in_the_server(url: str) -> None:
    """Created, described and deleted by three requests."""
    client = client_of("network-firewall", url)
    create(client, rule())
    found = client.describe_rule_group(RuleGroupName="one", Type="STATEFUL")
    assert found["RuleGroup"]["RulesSource"]["RulesString"] == rule()
    client.delete_rule_group(RuleGroupName="one", Type="STATEFUL")
    assert client.list_rule_groups()["RuleGroups"] == []


def test_server_refuses_in_the_words_of_the_service(url: str) -> None:
    """The settings reach the engine."""
    client = client_of("network-firewall", url)
    words = "stateful rule is invalid, reason: not today"
    assert refused(lambda: create(client, rule(66))) == words
    spaced = "alert tcp [10.0.0.0/8, 10.1.0.0/16] any -> any any (sid:1;)"
    assert "spaces inside a list" in refused(lambda: create(client, spaced))


def test_quotas_of_the_command_line_win(url: str) -> None:
    """Over those of the file."""
    client = client_of("network-firewall", url)
    create(client, name="one")
    create(client, name="two")
    refused(lambda: create(client, name="three"), "LimitExceededException")


def test_fault_of_the_settings_happens_once(url: str) -> None:
    """A reset forgets resources, not what is ordered."""
    client = client_of("network-firewall", url)
    refused(client.list_firewall_policies)
    assert client.list_firewall_policies()["FirewallPolicies"] == []


def test_other_services_answer_too(url: str) -> None:
    """It is moto's server."""
    client = client_of("s3", url)
    client.create_bucket(Bucket="the-bucket")
    assert [bucket["Name"] for bucket in client.list_buckets()["Buckets"]] == ["the-bucket"]


def test_connection_stays_open_whatever_is_asked(url: str) -> None:
    """A head, nothing, a refusal that reads no body, one sent in chunks, what moto cannot do."""
    client_of("s3", url).create_bucket(Bucket="kept")
    pieces = [b"in ", b"chunks"]
    wanted: list[tuple[str, str, Any, dict[str, str], int]] = [
        ("PUT", "/kept/key", iter(pieces), {"Transfer-Encoding": "chunked"}, 200),
        ("HEAD", "/kept/key", None, {}, 200),
        ("PUT", "/kept/other", b"waited for", {"Expect": "100-continue"}, 200),
        ("PUT", "/missing/key", b"x" * 100_000, {}, 404),
        ("DELETE", "/kept/other", None, {}, 204),
        ("POST", "/", b"{}", UNKNOWN, 500),
        ("GET", "/kept/key", None, {}, 200),
    ]
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)) as connection:
        connection.connect()
        socket, found = connection.sock, b""
        for method, path, body, headers, status in wanted:
            asked = SIGNED | headers
            connection.request(method, path, body, asked, encode_chunked=True)
            answer = connection.getresponse()
            found = answer.read()
            assert (answer.status, connection.sock) == (status, socket), (method, path)
        assert found == b"".join(pieces)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "Expecting value"),
        ("[]", "no JSON object"),
        ('{"quota": {}}', "unknown section quota; there are quotas, strictness"),
        ('{"quotas": {"groups": 1}}', "unknown attribute groups; there are firewalls,"),
        ('{"lenient": ["typo"]}', "no check typo; there are action_is_supported,"),
        ('{"quotas": {"policies": 0}}', "quota policies is 0"),
        ('{"quotas": {"policies": "9"}}', "quota policies is '9'"),
        ('{"quotas": 5}', "quotas: 5 is no object"),
        ('{"refusals": [{"pattern": "("}]}', "refusals:"),
        ('{"refusals": [{"pattern": "(", "reason": "x"}]}', "unterminated subpattern"),
        ('{"faults": [{"action": "ListFirewalls", "code": "B", "times": 0}]}', "never happens"),
    ],
)
def test_settings_that_cannot_be_used_are_explained(text: str, words: str) -> None:
    """With the section and the value."""
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        control_of(read_settings(text))


def test_settings_can_leave_checks_out() -> None:
    """For a double that differs from the service."""
    text = '{"lenient": ["gid_is_left_to_the_service", "orders_match"]}'
    assert control_of(read_settings(text)).lenient == {
        "gid_is_left_to_the_service",
        "orders_match",
    }


def test_bad_settings_end_the_command(tmp_path: Path) -> None:
    """With the name of the file, and without a traceback."""
    file = tmp_path / "bad.json"
    file.write_text('{"quotas": {"groups": 1}}', encoding="utf-8")
    result = CliRunner().invoke(main, ["--settings", str(file)])
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {file}: quotas: unknown attribute groups")


def test_help_names_every_section_of_the_settings() -> None:
    """Whoever reads the help can write the file."""
    text = CliRunner().invoke(main, ["--help"]).output
    assert all(f'"{section}"' in text for section in SETTINGS)


def test_server_begins_without_what_only_templates_need() -> None:
    """CloudFormation takes EC2 with it, and more than half of the time of a start."""
    command = [sys.executable, "-c", "import localaws.server, sys; print(*sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert not {"moto.ec2", "moto.cloudformation"} & {*done.stdout.split()}
