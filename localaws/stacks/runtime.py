"""Functions that run: the uploaded packages, in a virtual environment with nothing else in it."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import threading
import venv
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from moto.awslambda.utils import get_backend

from localaws.stacks.trust import credentials_of

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction

_BOOTSTRAP: Final = Path(__file__).with_name("bootstrap.py")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an invocation ended in.

    Attributes:
        payload: the handler's result as JSON, or the error as Lambda words it.
        failed: whether the handler raised, or could not be run at all.
        log: what the function wrote to stdout and stderr.
    """

    payload: str
    failed: bool
    log: str


@dataclass(slots=True)
class Runtime:
    """Runs functions in processes of their own.

    Attributes:
        folder: holds unpacked packages and virtual environments.
        endpoint: the AWS that the functions' clients talk to.
    """

    folder: Path
    endpoint: str
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, function: LambdaFunction, event: str) -> Outcome:
        """Run a function once, cold: unpacked, imported, called."""
        python = self._python(str(function.run_time))
        if python is None:
            return _error("Runtime.Missing", f"there is no {function.run_time} on this machine", "")
        with TemporaryDirectory(dir=self.folder) as answers:
            answer = Path(answers, "answer.json")
            try:
                done = subprocess.run(  # noqa: S603  # our own script
                    [python, "-I", "-B", _BOOTSTRAP, answer],
                    input=event,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=float(function.timeout),
                    env=self._environment(function),
                )
            except subprocess.TimeoutExpired:
                return _error("Sandbox.Timedout", f"Task timed out after {function.timeout} s", "")
            log = done.stdout + done.stderr
            if done.returncode:
                return _error("Runtime.ExitError", _last_line(log), log)
            return Outcome(answer.read_text(encoding="utf-8"), failed=False, log=log)

    def _environment(self, function: LambdaFunction) -> dict[str, str]:
        layers = get_backend(function.account_id, function.region)
        versions = [layers.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
        opt = self._unpacked(
            "-".join(version.code_sha_256 for version in versions if version),
            [version.code_bytes for version in versions if version],
        )
        return {
            **{name: str(value) for name, value in function.environment_vars.items()},
            "_HANDLER": str(function.handler),
            "LAMBDA_TASK_ROOT": str(self._unpacked(function.code_sha_256, [function.code_bytes])),
            "LOCALAWS_OPT": str(opt),
            "LOCALAWS_REQUEST_ID": str(uuid4()),
            "LOCALAWS_SECONDS": str(function.timeout),
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            **credentials_of(str(function.role), str(function.function_name)),
            "AWS_ENDPOINT_URL": self.endpoint,
            "TZ": "UTC",
        }

    def _unpacked(self, digest: str, archives: list[bytes]) -> Path:
        """Unpack archives over each other, in their order, unless that was done before."""
        folder = self.folder / "code" / hashlib.sha256(digest.encode()).hexdigest()
        with self._lock:
            if not folder.is_dir():
                folder.mkdir(parents=True)
                for archive in archives:
                    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
                        packed.extractall(folder)
        return folder

    def _python(self, name: str) -> Path | None:
        """The interpreter of a new virtual environment, without even pip in it."""
        home = self.folder / name
        with self._lock:
            if not home.is_dir():
                if name == f"python{sys.version_info.major}.{sys.version_info.minor}":
                    venv.create(home, symlinks=True)
                elif base := shutil.which(name):
                    subprocess.run([base, "-m", "venv", "--without-pip", home], check=True)  # noqa: S603  # by the name of a runtime
                else:
                    return None
        return home / "bin" / "python"


def _error(kind: str, message: str, log: str) -> Outcome:
    payload = json.dumps({"errorType": kind, "errorMessage": message})
    return Outcome(payload, failed=True, log=f"{log}{message}\n")


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no output"])[-1]
