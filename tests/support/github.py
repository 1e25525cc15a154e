"""GitHub as far as the action meets it: comments, and a runner for the steps of `action.yml`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import yaml

ROOT: Final = Path(__file__).parents[2]
ACTION: Final = ROOT / "action.yml"
REPOSITORY: Final = "octo/rules"
TOKEN: Final = "ghs_a-token-that-nobody-may-see"  # noqa: S105 - made up
_EXPRESSION: Final = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")


def comment(body: str, login: str = "github-actions[bot]", kind: str = "Bot") -> dict[str, Any]:
    """A comment as GitHub tells it, but for its id."""
    return {"body": body, "user": {"login": login, "type": kind}}


@dataclass
class GitHub:
    """A server with the comments of one pull request.

    Attributes:
        url: of its API.
        comments: in their order.
        login: of the token's owner; None where it is an app's, which has none.
        answers: method -> status with which it refuses for good.
        asked: method and path of each request.
    """

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    login: str | None = None
    answers: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Answer one request."""
        place, query = urlsplit(path).path, parse_qs(urlsplit(path).query)
        self.asked.append((method, place))
        if place == "/user":
            return (200, {"login": self.login}) if self.login else (403, {"message": "no user"})
        if method in self.answers:
            return self.answers[method], {"message": "refused"}
        if (method, place) == ("GET", f"/repos/{REPOSITORY}/issues/7/comments"):
            page, size = int(query["page"][0]), int(query["per_page"][0])
            return 200, self.comments[(page - 1) * size : page * size]
        if (method, place) == ("POST", f"/repos/{REPOSITORY}/issues/7/comments"):
            author = comment(body["body"], *([self.login, "User"] if self.login else []))
            self.comments.append({"id": len(self.comments) + 1, **author})
            return 201, self.comments[-1]
        if method == "PATCH" and place.startswith(f"/repos/{REPOSITORY}/issues/comments/"):
            [found] = [one for one in self.comments if str(one["id"]) == place.rpartition("/")[2]]
            found["body"] = body["body"]
            return 200, found
        return 404, {"message": "Not Found"}

    def have(self, *comments: dict[str, Any]) -> None:
        """Have comments that were there before."""
        for one in comments:
            self.comments.append({"id": len(self.comments) + 1, **one})

    @property
    def writes(self) -> list[str]:
        """Methods of the requests that write."""
        return [method for method, _ in self.asked if method != "GET"]


@contextmanager
def github() -> Iterator[GitHub]:
    """Run GitHub on a free port of this machine."""
    running = GitHub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            sent = json.loads(self.rfile.read(size)) if size else {}
            allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            status, told = running.answer(self.command, self.path, sent) if allowed else (401, {})
            data = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    running.url = f"http://127.0.0.1:{httpd.server_port}"
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def action() -> dict[str, Any]:
    """`action.yml`, read."""
    return dict(yaml.safe_load(ACTION.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Ran:
    """What came of a run of the action.

    Attributes:
        failed: name of the step that failed; empty where none did.
        log: what all steps printed.
        outputs: of the action.
        summary: of the job.
        steps: by their ids, what later steps read of them.
    """

    failed: str
    log: str
    outputs: dict[str, str]
    summary: str
    steps: Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass
class Runner:
    """Runs the steps of the action as GitHub's runner does, one bash each.

    Attributes:
        workspace: a clone of people's repository.
        temp: the runner's own folder.
        event: what happened, as GitHub tells it.
        server: GitHub.
        environment: of the job.
    """

    workspace: Path
    temp: Path
    event: Mapping[str, Any]
    server: GitHub
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, **given: str) -> Ran:
        """Run every step, up to the first that fails; inputs have `_` for `-`."""
        return self._ran("", {}, given)

    def comment(self, planned: Ran, **given: str) -> Ran:
        """Run the steps from the comment on, after those of another run."""
        return self._ran("Comment", planned.steps, given)

    def _ran(
        self,
        begin: str,
        ended: Mapping[str, Mapping[str, Mapping[str, str]]],
        given: Mapping[str, str],
    ) -> Ran:
        described = action()
        known = {name: str(one.get("default", "")) for name, one in described["inputs"].items()}
        inputs = known | {name.replace("_", "-"): value for name, value in given.items()}
        context: dict[str, Any] = {
            "inputs": inputs,
            "github": {"token": TOKEN, "event": self.event},
            "steps": dict(ended),
        }
        context["inputs"] = {name: self._filled(text, context) for name, text in inputs.items()}
        log, failed = list[str](), ""
        steps = list(enumerate(described["runs"]["steps"]))
        first = [step["name"] for _, step in steps].index(begin) if begin else 0
        for number, step in steps[first:]:
            code, told, outputs = self._step(number, step, context)
            log.append(told)
            context["steps"][step.get("id", "")] = {"outputs": outputs}
            if code:
                failed = step["name"]
                break
        values = {name: one["value"] for name, one in described["outputs"].items()}
        outputs = {name: self._filled(text, context) for name, text in values.items()}
        summary = self.temp / "summary.md"
        told = summary.read_text(encoding="utf-8") if summary.is_file() else ""
        return Ran(failed, "".join(log), outputs, told, context["steps"])

    def _filled(self, text: str, context: Mapping[str, Any]) -> str:
        def value(found: re.Match[str]) -> str:
            here: Any = context
            for name in found[1].split("."):
                here = here.get(name, {}) if isinstance(here, dict) else {}
            return str(here) if here != {} else ""

        return _EXPRESSION.sub(value, text)

    def _step(
        self, number: int, step: Mapping[str, Any], context: Mapping[str, Any]
    ) -> tuple[int, str, dict[str, str]]:
        assert step["shell"] == "bash"
        script, output = self.temp / f"step{number}.sh", self.temp / f"output{number}"
        script.write_text(step["run"], encoding="utf-8")
        output.touch()
        event = self.temp / "event.json"
        event.write_text(json.dumps(self.event))
        ours = {name: self._filled(text, context) for name, text in step.get("env", {}).items()}
        github = {
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_API_URL": self.server.url,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
        }
        done = subprocess.run(  # noqa: S603 - ours
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],  # noqa: S607
            cwd=self.workspace,
            env={**os.environ, **self.environment, **github, **ours},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        lines = output.read_text(encoding="utf-8").splitlines()
        return done.returncode, done.stdout, dict(line.split("=", 1) for line in lines)
