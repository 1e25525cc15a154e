"""What holds for every test: skips that say why, golden files that can be renewed, what is tried.

Hypothesis tries the same examples in every run, `pytest --hypothesis-profile searching` others.

Where CI is true, a missing Suricata, browser or SAM is no reason to skip: CI installs them.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
import botocore.session
import pytest
from botocore.loaders import create_loader
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from moto import backend_index, mock_aws
from support.browser import chromium
from support.clock import wait_for_a_day_with_time_left
from support.deploy import SAM_PYTHON
from support.patience import PATIENCE
from support.quick import SWITCH, quicken
from support.releases import SHIPPED, SUCCESSIVE, run
from support.samples import THOROUGH
from support.store import MemoryStore
from support.web import BUCKET, WebServer, serving
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import NodeManager

from localaws import EmbeddedAws, embedded_aws
from rules_lib.aws import clients
from rules_lib.aws.s3_store import S3Store
from rulesync_cli.verify.suricata import VERSIONS, Suricata, installed

if TYPE_CHECKING:
    from support.results import Results
    from types_boto3_network_firewall import NetworkFirewallClient
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

TESTS: Final = Path(__file__).parent
HEAVY: Final = ("faults/", "hostile/test_hostile_bombs.py")
"""What has the processor for tens of seconds, and reaches no line that nothing else does; as the
real releases."""

QUICK: Final = "not slow"
"""What `make quick` asks for."""

SLOW: Final = (
    *(
        "action/",
        "benchmarks/",
        "deploy/",
        "docs/test_tutorial.py",
        "examples/test_example_fleet.py",
        "functions/",
        "hostile/",
        "template/",
    ),
    *("localaws/test_environments.py", "localaws/test_localaws_server.py"),
    *("localaws/test_stacks.py", "rules_lib/aws/"),
    *("rules_lib/deploy/test_guards.py", "rules_lib/groups/test_whole_policies.py"),
    *("rules_lib/packing/", "rules_lib/rollback/", "rules_lib/sync/", "rules_lib/test_build.py"),
    *("rules_lib/test_staging_over_time.py", "rulesync_cli/census/", "rulesync_cli/commands/"),
    *("rulesync_cli/explain/test_glance.py", "rulesync_cli/export/"),
)
"""What runs the whole of a sync again and again, a command in a process of its own, or SAM; as
everything that needs the engine or a browser."""

RELEASES: Final = Path(__file__).parents[2] / "shared" / "et-open"
"""Real releases of ET Open, which are not ours to ship."""

WIRE: Final = (
    *("functions/test_build_handler.py", "localaws/", "rules_lib/aws/", "rulesync_cli/probing/"),
    "rules_lib/sync/test_sync.py",
)
"""Whose calls go all the way through botocore and moto; others take the short way of
`support.quick`."""

SUBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "real releases": (
        *("engine/test_captures_apart.py", "engine/test_one_for_one.py", "engine/test_packets.py"),
        *("engine/test_ordinary_traffic.py", "engine/test_own_traffic.py"),
        *("engine/test_real_action_order.py", "engine/test_real_traffic.py"),
        *("engine/test_shipped_late_setters.py", "rulesync_cli/census/test_census.py"),
        "rulesync_cli/explain/test_glance.py",
        *("feeds/test_real_beside_managed.py", "feeds/test_real_costs.py"),
        *("feeds/test_real_drops.py", "feeds/test_real_feeds.py"),
        *("feeds/test_real_next_generation.py", "feeds/test_real_packing.py"),
        *("feeds/test_real_read_needed.py", "feeds/test_replay.py"),
        *("rules_lib/reading/test_parser.py", "rules_lib/reading/test_ruleset.py"),
        *("rules_lib/test_build.py", "rulesync_cli/export/test_export.py"),
    ),
    "a browser": (
        *("rules_lib/report/test_browser.py", "rules_lib/report/test_browser_look.py"),
        "rules_lib/report/test_browser_trust.py",
    ),
    "a server of stacks": ("localaws/test_environments.py", "localaws/test_stacks.py"),
}
"""What asks the same builds of a real release and engines that have loaded all of it, or the same
syncs of real releases, or read the same releases; what has one browser or one server."""

PROGRAMS: Final[dict[str, tuple[Callable[[], object], str]]] = {
    "engine": (cache(installed), "Suricata is not installed; `make engine` installs it"),
    "browser": (chromium, "Chromium is not installed; `make browser` installs it"),
    "sam": (SAM_PYTHON.is_file, "SAM CLI is not installed; `scripts/sam --version` installs it"),
}
"""By marker: what finds the program that such a test needs, and what is said where it does not."""

_LOCAL: Final = r"http://127\.0\.0\.1:.*"

providers._get_local_constants = Constants  # noqa: SLF001 - there is no setting
"""Hypothesis tries what stands in the modules of ours that are loaded, be it by other tests."""

settings.register_profile(
    "rulesync",
    deadline=None,  # a busy machine is no finding
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,  # what fails, fails again, and fails for everybody
    max_examples=100 if THOROUGH else 25,
)
settings.register_profile(
    "searching", settings.get_profile("rulesync"), derandomize=False, max_examples=100
)
settings.load_profile("rulesync")

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Containers often set it: each worker and each command of ours would compile all it imports, and
pytest rewrite the assertions of 400 files, in every run."""

NodeManager.EXIT_TIMEOUT = PATIENCE
"""A worker that is killed while it ends takes with it what coverage has measured there; xdist would
wait for 10 s."""

botocore.session.create_loader = cache(create_loader)
"""What botocore knows of the services is read once, and not by each of 1,500 sessions."""

SERVICES: Final = {
    *("athena", "awslambda", "cloudformation", "events", "glue", "iam", "instance_metadata"),
    *("logs", "networkfirewall", "s3", "secretsmanager", "sns", "sqs", "ssm", "stepfunctions"),
    "sts",
}
"""Those of moto that tests ask; each of its 180 would cost every request and every start."""

backend_index.backend_url_patterns[:] = [
    one for one in backend_index.backend_url_patterns if one[0] in SERVICES
]
quicken()


class BySubject(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Files go to whoever is free, those of one of the `SUBJECTS` as if they were one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        place = file.removeprefix("tests/")
        return next((subject for subject, files in SUBJECTS.items() if place in files), file)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--renew-golden`: what the pipeline makes of the example feed becomes what is right."""
    parser.addoption(
        "--renew-golden",
        action="store_true",
        help="write tests/examples/golden and docs/day.md anew; read the diff before you commit it",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let Ctrl-C reach the commands that tests start: jobs in the background ignore it.

    A worker ends at once, but where it has a coverage to write: to take the values of all modules
    apart takes seconds.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(config, "workerinput") and "coverage" not in sys.modules:
        atexit.register(os._exit, 0)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector what is imported and collected, which stays to the end."""
    gc.disable()
    done = yield
    gc.collect()
    gc.freeze()
    gc.set_threshold(
        50_000, 20, 20
    )  # what tests make in circles is clients, of some thousand values
    gc.enable()
    return done


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Spare pytest's last searches for circles what tests have kept, millions of values.

    They took seconds, and xdist interrupts a worker that is not at its end after five.
    """
    gc.freeze()
    atexit.register(gc.unfreeze)  # DuckDB tells on stderr what the interpreter leaves behind


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Have files that share what is dear to load run one after the other in one process."""
    return BySubject(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read what `make quick` leaves to `make test`."""
    place = collection_path.relative_to(TESTS).as_posix() + "/" * collection_path.is_dir()
    return (config.option.markexpr == QUICK and place.startswith((*HEAVY, *SLOW))) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make quick` leaves to `make test`, and what runs without coverage measured."""
    for item in items:
        place, marks = item.nodeid.removeprefix("tests/"), {one.name for one in item.iter_markers()}
        if place.startswith(HEAVY) or "feeds" in marks:
            item.add_marker("heavy")
        if place.startswith((*HEAVY, *SLOW)) or not marks.isdisjoint(("feeds", *PROGRAMS)):
            item.add_marker("slow")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot run here; in CI a missing program fails instead. Say how AWS is asked."""
    SWITCH.on = not item.path.relative_to(TESTS).as_posix().startswith(WIRE)
    for marker, (look, why) in PROGRAMS.items():
        if item.get_closest_marker(marker) and not look():
            if os.environ.get("CI") == "true":
                pytest.fail(why, pytrace=False)
            pytest.skip(why)
    if item.get_closest_marker("feeds") and not RELEASES.is_dir():
        pytest.skip(f"the real releases of ET Open are not in {RELEASES}")
    wait_for_a_day_with_time_left()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have counted, such as the faults that were tried."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "counted":
                terminalreporter.section(report.nodeid.rpartition("::")[2])
                terminalreporter.write_line(str(value))


@pytest.fixture(scope="session")
def releases() -> Path:
    """Give the folder with the real releases."""
    return RELEASES


@pytest.fixture(scope="session")
def successive(releases: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, ...]:
    """Sync two releases three weeks apart, with the file that we ship."""
    feeds = (releases / f"{name}.tar.gz" for name in SUCCESSIVE)
    return tuple(run(tmp_path_factory.mktemp("successive"), SHIPPED, *feeds))


@pytest.fixture(scope="session", params=VERSIONS)
def engine(request: pytest.FixtureRequest) -> Suricata:
    """Give each version of the engine in turn; one that is not installed here is skipped."""
    found = {one.line: one for one in installed()}
    if request.param not in found:
        pytest.skip(f"Suricata {request.param} is not installed; `make engine` installs it")
    return found[request.param]


@pytest.fixture
def renew_golden(request: pytest.FixtureRequest) -> bool:
    """Tell whether golden files are to be written instead of compared."""
    return bool(request.config.getoption("--renew-golden"))


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    """Run an empty account with the quotas of a fresh one."""
    with embedded_aws() as running:
        yield running


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """Give a session that reads the service model once for all tests."""
    return boto3.Session("test", "test", region_name="us-east-1")


@pytest.fixture
def client(
    aws: EmbeddedAws, session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> NetworkFirewallClient:
    """Give a client of that account which asks once, as some of what is refused is asked again."""
    assert aws.calls == ()
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return session.client("network-firewall")


@pytest.fixture
def server() -> Iterator[WebServer]:
    """Serve what a test puts into `routes`."""
    with serving() as running:
        yield running


@pytest.fixture
def store() -> MemoryStore:
    """Give an empty bucket in memory."""
    return MemoryStore(BUCKET)


@pytest.fixture
def s3_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Store]:
    """Give an empty bucket on an embedded S3; requests to this machine pass moto by."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws(config={"core": {"passthrough": {"urls": [_LOCAL]}}}):
        client = clients.s3()
        client.create_bucket(Bucket=BUCKET)
        yield S3Store(client, BUCKET)
