"""Functions that run: the uploaded packages, in a virtual environment with nothing else in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import venv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moto.awslambda.utils import get_backend

from localaws.stacks.environment import Configuration, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from moto.awslambda.models import LambdaFunction

    from localaws.stacks.environments import Environments
    from localaws.stacks.packages import Packages


@dataclass(frozen=True, slots=True)
class Runtime:
    """Runs functions in environments of their own.

    Attributes:
        folder: holds virtual environments.
        endpoint: the AWS that the functions' clients talk to.
        packages: of functions and layers.
        environments: in which functions run.
    """

    folder: Path
    endpoint: str
    packages: Packages
    environments: Environments
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, function: LambdaFunction, event: str) -> Outcome:
        """Run a function once: in an environment that waits for an event, or in a new one."""
        python = self._python(str(function.run_time))
        if python is None:
            missing = f"there is no {function.run_time} on this machine"
            return Outcome.error("Runtime.Missing", missing)
        with self.environments.one(self._configuration(function, python)) as environment:
            return environment.call(event, float(function.timeout))

    def _configuration(self, function: LambdaFunction, python: Path) -> Configuration:
        arn, role = function.function_arn, str(function.role)
        return Configuration(arn, role, python, self._variables(function))

    def _variables(self, function: LambdaFunction) -> dict[str, str]:
        layers = get_backend(function.account_id, function.region)
        versions = [layers.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
        unpacked = self.packages.unpacked
        opt = self.packages.laid_over(
            [unpacked(version.code_sha_256, version.code_bytes) for version in versions if version]
        )
        return {
            **{name: str(value) for name, value in function.environment_vars.items()},
            "_HANDLER": str(function.handler),
            "LAMBDA_TASK_ROOT": str(unpacked(function.code_sha_256, function.code_bytes)),
            "LOCALAWS_OPT": str(opt),
            "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ENDPOINT_URL": self.endpoint,
            "TZ": "UTC",
        }

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
