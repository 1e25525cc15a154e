"""What pyproject.toml cannot say: the files of `config/` go into the wheel, as the command's data.

They stand once, at the top, where people and the Lambda layer find them; a package of the name
`config` would be in the way of others.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from setuptools import setup
from setuptools.command.build_py import build_py

_SHIPPED: Final = sorted(str(path) for path in Path("config").glob("*.*"))
_TARGET: Final = Path("rulesync_cli", "config")


class BuildWithConfig(build_py):
    """Builds the packages, and lays the shipped files beside the command."""

    def run(self) -> None:
        """Build."""
        super().run()
        if not self.editable_mode:  # a clone reads them where they stand
            folder = Path(self.build_lib, _TARGET)
            self.mkpath(str(folder))
            for file in _SHIPPED:
                self.copy_file(file, str(folder / Path(file).name))

    def get_source_files(self) -> list[str]:
        """What a source distribution needs."""
        return [*super().get_source_files(), *_SHIPPED]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """What was built."""
        laid = [str(Path(self.build_lib, _TARGET, Path(file).name)) for file in _SHIPPED]
        return [*super().get_outputs(include_bytecode), *laid]


setup(cmdclass={"build_py": BuildWithConfig})
