"""A deploy on this machine: the real sam build, the real sam deploy, and what they made."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from support.alert_logs import log_text
from support.localaws import ANYBODY, Credentials, client_at, local_server
from support.patience import PATIENCE
from support.warm import warm, warm_sam, write_program

ROOT: Final = Path(__file__).parents[2]
SAM: Final = ROOT / "scripts" / "sam"
SAM_PYTHON: Final = ROOT / ".venv" / "sam" / "bin" / "python"
WORK: Final = ROOT / ".aws-sam"
ALLOWLIST: Final = "config/categories.yaml"
ALERT_LOGS: Final = "s3://alert-logs/AWSLogs/123456789012/network-firewall/alert/us-east-1/"
"""Where the firewalls of the account write."""

_RUNTIME: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"
_MACHINE: Final = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
_HERE: Final = (f"Architecture={_MACHINE}", f"PythonRuntime={_RUNTIME}")
"""Packages for this machine, where they are to run, not for the one that AWS would choose."""


def say(what: str) -> None:
    """Tell whoever watches (`pytest -s`) how far it is."""
    sys.stderr.write(f"\n-- {what}\n")


def build(folder: Path) -> Path:
    """Run `sam build` for this machine, unless another worker has; gives the template.

    One builds at a time on this machine: what is built from is kept in one place for all.

    Args:
        folder: for the packages; of all workers of one run.
    """
    template = folder / "sam-build" / "template.yaml"
    WORK.mkdir(exist_ok=True)
    with (WORK / "local.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            say(f"sam build for {_MACHINE}, {_RUNTIME}")
            with _knowing_the_last(folder / "build.toml"):
                words = ["build", "--build-dir", template.parent]
                overrides = ["--parameter-overrides", " ".join(_HERE)]
                _run([SAM, *words, *overrides], dict(os.environ))
    return template


@contextmanager
def _knowing_the_last(known: Path) -> Iterator[None]:
    """Let a build know the last one, whose packages it takes if it needs the same.

    One that fails may leave half of them, so nobody knows it.

    Args:
        known: where SAM notes what a build was made from: beside its folder.
    """
    kept = WORK / "local-build.toml"
    if kept.exists():
        shutil.move(kept, known)
    yield
    shutil.copy(known, kept)


@contextmanager
def local_aws(folder: Path, **settings: object) -> Iterator[str]:
    """Run the embedded AWS as a server; its log is `localaws.log` in the folder.

    Args:
        folder: for its files.
        settings: of the server, as its settings file has them.
    """
    log, file = folder / "localaws.log", folder / "localaws.json"
    file.write_text(json.dumps(settings), encoding="utf-8")
    python = write_program(folder / "python", warm_sam(SAM_PYTHON))
    environment = {"LOCALAWS_SAM_PYTHON": str(python), "LOCALAWS_SETTINGS": str(file)}
    with local_server(log=log, **environment) as url:
        # SAM takes `localhost` for an endpoint; it does not take an address.
        yield f"http://localhost:{url.rpartition(':')[2]}"


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack on the embedded AWS.

    Attributes:
        endpoint: URL of the embedded AWS.
        folder: for files that the AWS clients read.
        template: that `sam build` wrote.
        credentials: of whoever runs the command.
    """

    endpoint: str
    folder: Path
    template: Path
    credentials: Credentials = ANYBODY
    _outputs: dict[str, str] = field(default_factory=dict, init=False)

    def deploy(self, *sam: object, **parameters: str) -> str:
        """Run `sam deploy`, as a person without questions does; gives what it printed.

        Args:
            sam: what starts SAM CLI, where it is not forked from a process that has loaded it.
            parameters: of the template.
        """
        here = dict(word.split("=") for word in _HERE)
        files = ["--config-file", ROOT / "samconfig.toml", "--template", self.template]
        return self._deploy([*(sam or _warm_sam()), "deploy", *files], here | parameters, ANYBODY)

    def deploy_elsewhere(self, template: Path, by: Credentials, **parameters: str) -> str:
        """Run `sam deploy` of a template that needs no build, in the account of the credentials."""
        named = ["--stack-name", template.stem, "--template", template, "--config-env", "none"]
        words = [*_warm_sam(), "deploy", *named, "--capabilities", "CAPABILITY_NAMED_IAM"]
        return self._deploy(words, parameters, by)

    def _deploy(self, words: list[Any], parameters: Mapping[str, str], by: Credentials) -> str:
        say(f"sam deploy {parameters}")
        self._outputs.clear()
        overrides = " ".join(f"{name}={value}" for name, value in parameters.items())
        return _run([*words, "--parameter-overrides", overrides], self._environment(by))

    def rulesync(self, *words: object, codes: tuple[int, ...] = (0,)) -> str:
        """Run the command on the stack, as a person does; gives what it printed on stdout."""
        say(f"rulesync {' '.join(map(str, words))}")
        command = [*warm(), "rulesync_cli", *map(str, words)]
        done = subprocess.run(  # noqa: S603  # our own command
            [*command, "--bucket", self.outputs["BucketName"]],
            cwd=ROOT,
            env=self._environment(self.credentials)
            | {"RULESYNC_POLICIES": self.outputs["PolicyArn"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, done.stdout + done.stderr
        return done.stdout

    def _environment(self, by: Credentials) -> dict[str, str]:
        """What AWS's programs need to know of the embedded AWS."""
        config = self.folder / "aws-config"
        config.write_text("[default]\ns3 =\n    addressing_style = path\n", encoding="utf-8")
        return _without_profile(os.environ) | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": by.key,
            "AWS_SECRET_ACCESS_KEY": by.secret,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": str(config),
            "SAM_CLI_TELEMETRY": "0",
        }

    def client(self, service: str) -> Any:
        """A client of the embedded AWS."""
        return client_at(self.endpoint, service)

    @property
    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs, by their keys; asked for once after each deploy."""
        if not self._outputs:
            described = self.client("cloudformation").describe_stacks(StackName="rulesync")
            told = described["Stacks"][0]["Outputs"]
            self._outputs.update({one["OutputKey"]: one["OutputValue"] for one in told})
        return self._outputs

    def read(self, key: str) -> bytes | None:
        """An object of the bucket; None where there is none."""
        client = self.client("s3")
        try:
            body: bytes = client.get_object(Bucket=self.outputs["BucketName"], Key=key)[
                "Body"
            ].read()
        except client.exceptions.NoSuchKey:
            return None
        return body

    def write(self, key: str, data: bytes) -> None:
        """Put an object into the bucket, as a person does."""
        self.client("s3").put_object(Bucket=self.outputs["BucketName"], Key=key, Body=data)

    def log(self, *records: Mapping[str, Any]) -> None:
        """Have a firewall write alert records, as it does every few minutes."""
        bucket, _, prefix = ALERT_LOGS.removeprefix("s3://").partition("/")
        client, now = self.client("s3"), datetime.now(UTC)
        if bucket not in {each["Name"] for each in client.list_buckets()["Buckets"]}:
            client.create_bucket(Bucket=bucket)
        key = f"{prefix}perimeter/{now:%Y/%m/%d/%H}/{now:%M%S%f}.log.gz"
        client.put_object(Bucket=bucket, Key=key, Body=gzip.compress(log_text(records).encode()))

    def latest(self) -> dict[str, Any]:
        """What `latest.json` says; empty before the first build."""
        return dict(json.loads(self.read("latest.json") or b"{}"))

    def groups(self) -> dict[str, str]:
        """The rules of every rule group, by its name."""
        client = self.client("network-firewall")
        names = [group["Name"] for group in client.list_rule_groups()["RuleGroups"]]
        found = [client.describe_rule_group(RuleGroupName=name, Type="STATEFUL") for name in names]
        rules = [each["RuleGroup"]["RulesSource"]["RulesString"] for each in found]
        return dict(zip(names, rules, strict=True))

    def references(self) -> set[str]:
        """The names of the groups that the stack's firewall policy refers to."""
        client = self.client("network-firewall")
        arn = self.outputs["PolicyArn"]
        policy = client.describe_firewall_policy(FirewallPolicyArn=arn)["FirewallPolicy"]
        references = policy.get("StatefulRuleGroupReferences", ())
        return {reference["ResourceArn"].rpartition("/")[2] for reference in references}

    def on_schedule(self, function: str) -> dict[str, Any]:
        """Send a function what its schedule sends, to the target of the schedule's rule."""
        client = self.client("events")
        for rule in client.list_rules()["Rules"]:
            targets = client.list_targets_by_rule(Rule=rule["Name"])["Targets"]
            if "ScheduleExpression" in rule and targets[0]["Arn"].endswith(f":{function}"):
                return self.invoke(targets[0]["Arn"], _scheduled(rule["Arn"]))
        raise LookupError(f"no schedule has the target {function}")

    def invoke(self, function: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """Run a function and give its result."""
        answer = self.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(event).encode()
        )
        return dict(json.loads(answer["Payload"].read()))

    def until(self, what: str, reached: Callable[[], object]) -> None:
        """Wait for what events set in motion.

        Raises:
            TimeoutError: it does not come; the log of the embedded AWS says why.
        """
        say(f"waiting: {what}")
        deadline = time.monotonic() + PATIENCE
        while not reached():
            if time.monotonic() > deadline:
                log = (self.folder / "localaws.log").read_text(encoding="utf-8")
                raise TimeoutError(f"{what}: not within {PATIENCE:.0f} s\n{log[-8000:]}")
            time.sleep(0.2)


@dataclass(frozen=True, slots=True)
class Act:
    """What stood after an act.

    Attributes:
        stack: where it stands.
        printed: what sam deploy said, where the act was a deploy.
        allowlist: what the bucket had.
        latest: what `latest.json` said.
        groups: the rules of every rule group.
        references: the groups that the policy referred to.
    """

    stack: Stack
    printed: str
    allowlist: bytes
    latest: dict[str, object]
    groups: dict[str, str]
    references: set[str]

    @classmethod
    def after(cls, stack: Stack, printed: str = "") -> Act:
        """Look at everything."""
        act = cls(
            stack=stack,
            printed=printed,
            allowlist=stack.read(ALLOWLIST) or b"",
            latest=stack.latest(),
            groups=stack.groups(),
            references=stack.references(),
        )
        for name, rules in sorted(act.groups.items()):
            say(f"{name}: {len(rules.splitlines())} rules")
        return act


def _warm_sam() -> tuple[str, ...]:
    return (*warm_sam(SAM_PYTHON), "samcli")


def _scheduled(rule: str) -> dict[str, Any]:
    return {
        "version": "0",
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "resources": [rule],
        "detail": {},
    }


def _without_profile(environment: Mapping[str, str]) -> dict[str, str]:
    hidden = {"AWS_PROFILE", "AWS_SESSION_TOKEN"}
    return {name: value for name, value in environment.items() if name not in hidden}


def _run(command: list[Any], environment: Mapping[str, str]) -> str:
    done = subprocess.run(  # noqa: S603  # our own script
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output
