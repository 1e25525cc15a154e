"""The action, run by its own steps in a repository of git, with a GitHub on this machine."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.account import bare, process
from support.feeds import allowlist, feed, rule
from support.github import ACTION, ROOT, TOKEN, GitHub, Ran, Runner, action, comment, github
from support.localaws import client_at, local_server
from support.warm import warm, write_command

HOSTILE = "@octocat </details> ::error::x ##[set-output name=code]0 `x`"
STEPS = action()["runs"]["steps"]
WARM = """\
if [ "$1 $2" = "-P -m" ]; then
  shift 2
  exec {warm} "$@"
fi
exec {python} "$@"
"""
"""A Python that runs modules in forks."""
OLD_PIP = """\
#!/bin/sh
case "$*" in
  *"import pip"* | *sysconfig*) exit 1 ;;
  *"-m venv "*) for folder; do :; done; mkdir -p "$folder/bin"; cp "$0" "$folder/bin/python" ;;
  *"-m "*) echo "$0 $*" >&2 ;;
esac
"""
"""A Python whose pip cannot install elsewhere, and which says what it is asked to run."""


def git(folder: Path, *words: str) -> str:
    """Run git in a folder, as somebody."""
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(  # noqa: S603 - ours
        ["git", *who, *words],  # noqa: S607 - wherever it is
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def written(folder: Path, category: str, *rules: str) -> None:
    """Write the files that people review."""
    (folder / "config").mkdir(exist_ok=True)
    (folder / "rules").mkdir(exist_ok=True)
    text = allowlist(categories={"emerging-malware": category, "local-ours": "alert"})
    (folder / "config" / "categories.yaml").write_text(text)
    (folder / "rules" / "ours.rules").write_text("".join(f"{one}\n" for one in rules))


def committed(folder: Path, words: str) -> str:
    """Commit everything; gives the commit."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", words)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def server() -> Iterator[GitHub]:
    """A GitHub with a pull request without comments."""
    with github() as running:
        yield running


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A feed of three rules, one of which wants to be more than text."""
    rules = [rule(1), rule(2), rule(3).replace("rule 3", HOSTILE)]
    return feed(tmp_path_factory.mktemp("feed"), {"emerging-malware": rules}, "7")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pull request by which a category turns to drop, and a runner with rulesync installed."""
    folder = tmp_path_factory.mktemp("machine")
    workspace, temp = folder / "work", folder / "temp"
    for one in (workspace, temp):
        one.mkdir()
    git(workspace, "init", "--quiet", "--initial-branch=main")
    written(workspace, "alert", rule(100))
    committed(workspace, "before")
    written(workspace, "drop", rule(100), rule(101))
    committed(workspace, "after")
    install(temp, WARM.format(warm=shlex.join(warm()), python=sys.executable))
    return folder


def install(temp: Path, python: str) -> None:
    """Have this script as the Python into which an earlier run has installed rulesync."""
    path = temp / "rulesync" / "bin" / "python"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{python}\n")
    path.chmod(0o755)


def on(machine: Path, server: GitHub) -> Runner:
    """The runner on a machine, for the pull request's push."""
    base = git(machine / "work", "rev-parse", "HEAD~1")
    event = {"pull_request": {"number": 7, "base": {"sha": base}}}
    return Runner(machine / "work", machine / "temp", event, server, {"PYTHONPATH": str(ROOT)})


@pytest.fixture
def runner(machine: Path, tmp_path: Path, server: GitHub) -> Runner:
    """The runner on a machine of the test's own."""
    copy = tmp_path / "machine"
    shutil.copytree(machine, copy)
    return on(copy, server)


@dataclass(frozen=True)
class Told:
    """The run that most tests begin with.

    Attributes:
        ran: the run itself.
        again: a second run, with nothing new.
        comment: what the pull request was told.
        writes: methods by which both runs have written to GitHub.
    """

    ran: Ran
    again: Ran
    comment: dict[str, Any]
    writes: list[str]


@pytest.fixture(scope="module")
def told(machine: Path, archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The first run, and a second one."""
    copy = tmp_path_factory.mktemp("told") / "machine"
    shutil.copytree(machine, copy)
    with github() as server:
        runner = on(copy, server)
        both = ran(runner, archive), ran(runner, archive)
        [posted] = server.comments
        return Told(*both, posted, server.writes)


def ran(runner: Runner, archive: Path, **given: str) -> Ran:
    """Run the action without an account."""
    return runner.run(feed=str(archive), local="rules", **given)


def test_edit_is_told_in_one_comment_that_is_written_anew(
    runner: Runner, archive: Path, server: GitHub, told: Told
) -> None:
    """Created at the first push, updated at the next, left alone where nothing is new."""
    assert (told.ran.failed, told.ran.outputs["changes"]) == ("", "true"), told.ran.log
    assert "### rulesync: 3 rules newly block" in told.comment["body"]
    assert "- `emerging-malware`: 3 alert → drop" in told.comment["body"]
    assert "| `local-ours` | 1 | 0 | 0 |" in told.comment["body"]
    assert told.ran.summary in told.comment["body"]
    assert told.writes == ["POST"]
    assert "comment unchanged" in told.again.log
    server.have(told.comment)
    written(runner.workspace, "alert", rule(100))
    committed(runner.workspace, "taken back")
    done = ran(runner, archive)
    assert (done.failed, done.outputs["changes"]) == ("", "false"), done.log
    assert [one["body"].splitlines()[1] for one in server.comments] == [
        "### rulesync: nothing would change"
    ]
    assert server.writes == ["PATCH"]


def test_text_of_rules_stays_text(told: Told) -> None:
    """In the comment it stands in code, and it sets no output of a step."""
    [line] = [line for line in told.comment["body"].splitlines() if "octocat" in line]
    assert line == f"- `3` alert → drop `` {HOSTILE} ``"
    assert told.ran.failed == ""


def test_what_rulesync_says_on_stderr_cannot_act(told: Told) -> None:
    """Between a `stop-commands` and its token, which nobody can guess."""
    logs = [told.ran.log, told.again.log]
    tokens = [re.findall(r"(?ms)^::stop-commands::(\w{32})$(.*?)^::\1::$", log) for log in logs]
    assert [len(found) for found in tokens] == [2, 2]
    assert len({token for found in tokens for token, _ in found}) == 4
    assert "fetch: fetched, version 7" in tokens[0][1][1]


def test_refused_plan_fails_the_check(runner: Runner, archive: Path, server: GitHub) -> None:
    """Once it is told in the comment; it may be allowed."""
    written(runner.workspace, "drop", rule(100))
    base = committed(runner.workspace, "blocks")
    runner.event = {"pull_request": {"number": 7, "base": {"sha": base}}}
    written(runner.workspace, "alert", rule(100))
    committed(runner.workspace, "no longer")
    done = ran(runner, archive)
    assert done.failed == "Verdict"
    assert "a sync would refuse this plan" in server.comments[0]["body"]
    assert ran(runner, archive, allow_shrink="true").failed == ""
    assert "3 rules no longer block" in server.comments[0]["body"]


def test_faults_fail_the_check_beside_their_lines(
    runner: Runner, archive: Path, server: GitHub, told: Told
) -> None:
    """And the comment does not tell an earlier plan."""
    server.have(told.comment)
    path = runner.workspace / "config" / "categories.yaml"
    path.write_text(path.read_text().replace("emerging-malware", "emerging-malwar"))
    done = ran(runner, archive, sarif="found.sarif")
    assert done.failed == "Verdict"
    assert re.search(
        r"(?m)^::error file=config/categories\.yaml,line=\d+,title=rulesync%3A allowlist::",
        done.log,
    )
    assert "### rulesync: no plan" in server.comments[0]["body"]
    assert len(server.comments) == 1
    assert '"version": "2.1.0"' in (runner.workspace / "found.sarif").read_text()


def test_own_rule_that_is_lost_fails_the_check(
    runner: Runner, archive: Path, server: GitHub
) -> None:
    """Its plan is told all the same."""
    written(runner.workspace, "drop", rule(100), "alert nothing")
    done = ran(runner, archive)
    assert done.failed == "Verdict"
    assert "::error file=rules/ours.rules,line=2,title=rulesync%3A unparseable::" in done.log
    assert "3 rules newly block" in server.comments[0]["body"]


def test_plan_of_a_stack_reads_what_is_in_force_there(
    runner: Runner, archive: Path, server: GitHub, tmp_path: Path
) -> None:
    """Whatever the branch before has; with the credentials of the job."""
    with local_server() as url:
        keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
        job = {"AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1", **keys}
        runner.environment |= job
        store = client_at(url, "s3")
        store.create_bucket(Bucket="stack")
        store.put_object(Bucket="stack", Key="config/categories.yaml", Body=allowlist().encode())
        for words in (["fetch", "--feed", archive], ["apply"]):
            done = process(bare(tmp_path, **job), *words, "--yes", "--bucket", "stack")
            assert done.returncode == 0, done.stderr
        ran_there = runner.run(bucket="stack", local="rules", policies="prod,other")
    assert ran_there.failed == "", ran_there.log
    page = server.comments[0]["body"]
    assert "| that drop or reject | 0 | 3 | +3 |" in page
    assert "| `local-ours` | 2 | 0 | 0 |" in page
    assert "<details><summary>2 policy updates</summary>" in page


def test_comment_of_somebody_else_is_left_alone(runner: Runner, server: GitHub, told: Told) -> None:
    """Anybody can write the mark; on a second page it is found too."""
    mark = told.comment["body"].splitlines()[0]
    assert re.fullmatch(r"<!-- rulesync plan [0-9a-f]{16} -->", mark)
    server.have(comment(f"{mark}\nmine", "mallory", "User"))
    server.have(*(comment(f"chat {number}", "someone", "User") for number in range(120)))
    server.have(comment(f"{mark}\nold"))
    assert runner.comment(told.ran).failed == ""
    assert server.comments[0]["body"] == f"{mark}\nmine"
    assert server.comments[-1]["body"].startswith(f"{mark}\n### rulesync: 3 rules")
    assert len(server.comments) == 122


def test_each_allowlist_has_its_comment(runner: Runner, server: GitHub, told: Told) -> None:
    """A job may run the action for several."""
    runner.comment(told.ran)
    runner.comment(told.ran, allowlist="other.yaml")
    runner.comment(told.ran, comment_key="eu")
    runner.comment(told.ran)
    assert len(server.comments) == 3


def test_token_of_a_fork_leaves_the_plan_in_the_summary(
    runner: Runner, server: GitHub, told: Told
) -> None:
    """GitHub gives a fork's pull request no token that writes: that is no failure."""
    server.answers["POST"] = 403
    done = runner.comment(told.ran)
    assert done.failed == ""
    assert "::warning::rulesync: the token may not write comments" in done.log
    assert "3 rules newly block" in told.ran.summary  # which the step before has written
    assert TOKEN not in done.log + told.ran.log


def test_github_that_does_not_answer_fails_the_step(
    runner: Runner, server: GitHub, told: Told
) -> None:
    """An old comment would stand there as if it were of this edit."""
    server.answers["POST"] = 500
    done = runner.comment(told.ran)
    assert done.failed == "Comment"
    assert "::error::rulesync: POST " in done.log
    assert "GitHub answered 500" in done.log
    assert TOKEN not in done.log


def test_no_comment_where_none_is_wanted(
    runner: Runner, archive: Path, server: GitHub, told: Told
) -> None:
    """Or where it is no pull request; the summary has the plan."""
    assert runner.comment(told.ran, comment="false").failed == ""
    runner.event = {"before": runner.event["pull_request"]["base"]["sha"]}
    done = ran(runner, archive)
    assert done.failed == ""
    assert "this is no pull request" in done.log
    assert "3 rules newly block" in done.summary
    assert server.asked == []


def test_first_commit_compares_with_nothing(runner: Runner, archive: Path, server: GitHub) -> None:
    """A branch that is new has zeros for what was before."""
    runner.event = {"before": "0" * 40}
    done = ran(runner, archive)
    assert done.failed == ""
    assert "| rules in force | 0 | 5 | +5 |" in done.summary
    assert server.comments == []


def test_shallow_clone_fetches_the_commit_before(
    runner: Runner, archive: Path, server: GitHub, tmp_path: Path
) -> None:
    """As `actions/checkout` leaves it; where it cannot, it says what to do."""
    origin, clone = runner.workspace, tmp_path / "clone"
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{origin}", str(clone))
    runner.workspace = clone
    assert ran(runner, archive).failed == ""
    assert "3 rules newly block" in server.comments[0]["body"]
    runner.event = {"pull_request": {"number": 7, "base": {"sha": "1" * 40}}}
    done = ran(runner, archive)
    assert done.failed == "Find the allowlist in force"
    assert "check out with fetch-depth 0" in done.log


def test_files_that_are_new_have_nothing_before(
    runner: Runner, archive: Path, server: GitHub
) -> None:
    """Neither an allowlist nor own rules of another name."""
    shutil.copy(runner.workspace / "config" / "categories.yaml", runner.workspace / "new.yaml")
    (runner.workspace / "more").mkdir()
    (runner.workspace / "more" / "ours.rules").write_text(f"{rule(200)}\n")
    done = runner.run(feed=str(archive), local="more", allowlist="new.yaml")
    assert "| rules in force | 0 | 4 | +4 |" in done.summary, done.log
    assert server.comments


def test_every_python_starts_without_the_folder_of_the_edit() -> None:
    """It would look there for modules first."""
    for step in STEPS:
        started = re.findall(r'(?:"\$PYTHON"|bin/python"|"\$python") (-\S+)', step["run"])
        assert set(started) <= {"-P"}, step["name"]


@pytest.mark.parametrize("step", STEPS, ids=[step["name"] for step in STEPS])
def test_no_expression_stands_in_a_script(step: dict[str, Any]) -> None:
    """It would be replaced by text of others, which bash then runs."""
    assert "${{" not in step["run"]


def test_nothing_that_a_pull_request_brings_is_run(
    runner: Runner, archive: Path, server: GitHub
) -> None:
    """Neither a file's name that bash could take for commands or words, nor modules beside it."""
    name = "a $(touch pwned) `touch pwned` ; touch pwned.yaml"
    shutil.copy(runner.workspace / "config" / "categories.yaml", runner.workspace / name)
    install(runner.temp, f'exec {sys.executable} "$@"')
    for module in ("click.py", "rulesync_cli.py", "secrets.py", "sitecustomize.py"):
        (runner.workspace / module).write_text("raise SystemExit('module ran')\n")
    done = ran(runner, archive, allowlist=name)
    assert (done.failed, "module ran" in done.log) == ("", False), done.log
    assert not list(runner.workspace.glob("pwned*"))
    assert "$(touch pwned)" in server.comments[0]["body"]


def test_feed_is_the_one_of_the_stack_unless_given() -> None:
    """The address stands in two files that neither can read of the other."""
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    [url] = re.findall(r"(?s)  FeedUrl:.*?Default: (\S+)", template)[:1]
    assert action()["inputs"]["feed"]["default"] == url


WORKFLOWS = sorted((ROOT / "examples" / "github").glob("*.yml"))


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)
def test_actions_of_others_are_pinned_by_commit(path: Path) -> None:
    """A tag may be moved; ours is named as people would."""
    used = re.findall(r"(?m)^\s*(?:- )?uses: (\S+)(.*)$", path.read_text(encoding="utf-8"))
    assert used or path == ACTION
    for name, rest in used:
        assert name == "OWNER/rulesync@COMMIT" or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)
        assert name.startswith("OWNER/") or re.fullmatch(r"  # v\d+\.\d+\.\d+", rest)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_give_inputs_that_exist(path: Path) -> None:
    """And ask for no more rights than they need, never those of another's pull request."""
    workflow = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    assert "pull_request_target" not in workflow["on"]
    assert set(workflow["permissions"]) <= {"contents", "pull-requests", "id-token"}
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("OWNER/"):
                assert set(step["with"]) <= set(action()["inputs"])
            assert "${{" not in step.get("run", "")


@pytest.fixture(scope="module")
def hook() -> dict[str, Any]:
    """The hook that this repository offers to pre-commit."""
    [found] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return dict(found)


def test_hook_checks_every_allowlist_that_is_committed(
    hook: dict[str, Any], tmp_path: Path
) -> None:
    """Pre-commit gives it the files whose names match, and adds them to its command."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    write_command(bin_ / "rulesync")
    good, bad = tmp_path / "categories.yaml", tmp_path / "categories-eu $(x).yaml"
    good.write_text(allowlist())
    bad.write_text("version: 1\ndefault: of\n")

    def hooked(*files: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - ours
            [*shlex.split(hook["entry"]), *map(str, files)],
            env={**os.environ, "PATH": f"{bin_}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )

    assert all(re.search(hook["files"], one.name) for one in (good, bad))
    assert not re.search(hook["files"], "config/other.yaml")
    assert hooked(good).returncode == 0
    done = hooked(bad, good)
    assert done.returncode == 1
    assert f"{bad}: 1 error" in done.stderr
    assert f"{good}: valid" in done.stdout


def wheels() -> dict[str, str]:
    """Where pip finds what the lock file names, once `make test` has downloaded it."""
    folder = ROOT / ".venv" / "wheels"
    if not (folder / ".downloaded").is_file():
        return {}
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder.as_uri()}


def test_installed_action_runs_without_this_environment(
    runner: Runner, archive: Path, server: GitHub
) -> None:
    """The first step installs what the lock file names, with its hashes, and nothing else."""
    shutil.rmtree(runner.temp / "rulesync")
    runner.environment = {"PYTHONPATH": "", "VIRTUAL_ENV": "", **wheels()}
    done = ran(runner, archive, python=sys.executable)
    assert done.failed == "", done.log
    assert "3 rules newly block" in server.comments[0]["body"]
    packages = runner.temp / "rulesync" / "lib"
    assert not list(packages.glob("*/site-packages/pytest"))


def test_python_whose_pip_is_too_old_has_the_environment_bring_its_own(
    runner: Runner, archive: Path
) -> None:
    """As one that has none."""
    shutil.rmtree(runner.temp / "rulesync")
    python = runner.temp / "python"
    python.write_text(OLD_PIP)
    python.chmod(0o755)
    done = ran(runner, archive, python=str(python))
    started = re.findall(r"(?m)^(\S+) -P -m (\w+(?: install)?)", done.log)
    environment = str(runner.temp / "rulesync" / "bin" / "python")
    assert started == [(environment, "ensurepip"), (environment, "pip install")], done.log


def test_python_that_is_too_old_is_named(runner: Runner, archive: Path, server: GitHub) -> None:
    """Before anything is installed."""
    shutil.rmtree(runner.temp / "rulesync")
    old = runner.temp / "old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = ran(runner, archive, python=str(old))
    assert done.failed == "Install rulesync"
    assert "::error::rulesync needs Python 3.11 or newer" in done.log
    assert server.comments == []
