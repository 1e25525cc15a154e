"""The page's templates as a build of the functions has them: compiled, and never stale."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.page import drawn

from rules_lib.sync.code_digest import code_digest

ROOT = Path(__file__).parents[3]
LIBRARY = ROOT / "rules_lib"

DRAW = """
import sys
from jinja2 import Environment

kept = Environment.compile
def compiled(self, source, name=None, *rest, **more):
    print(name, file=sys.stderr)
    return kept(self, source, name, *rest, **more)
Environment.compile = compiled

from support.page import drawn
sys.stdout.buffer.write(drawn().encode())
"""
"""Draws the page, and names on stderr each template that has to be compiled for it."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library as `sam build` copies it, with the step that `scripts/sam` adds."""
    folder = tmp_path_factory.mktemp("built") / "LibraryLayer" / "python"
    shutil.copytree(LIBRARY, folder / "rules_lib")  # with its bytecode: see `layer`
    script = ROOT / "scripts" / "compile_templates.py"
    subprocess.run([sys.executable, script, folder], check=True)  # noqa: S603 - ours
    return folder


@pytest.fixture
def layer(built: Path, tmp_path: Path) -> Path:
    """A copy of the test's own; its modules are compiled, as their files have kept their times."""
    return Path(shutil.copytree(built, tmp_path / "LibraryLayer" / "python"))


def page_of(layer: Path) -> tuple[str, list[str]]:
    """The small sync's page as this copy of the library draws it, and what it compiled for it."""
    path = f"import sys; sys.path[:0] = [{str(layer)!r}, {str(ROOT / 'tests')!r}]"
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", f"{path}\n{DRAW}"], capture_output=True, check=True
    )
    return done.stdout.decode(), done.stderr.decode().split()


def test_page_of_a_build_compiles_no_template_and_is_the_same(layer: Path) -> None:
    """To the byte; that is what Lambda saves at each start."""
    assert page_of(layer) == (drawn(), [])


def test_every_template_is_compiled(layer: Path) -> None:
    """Parts that have nothing to show, and the page of all targets, too."""
    report = layer / "rules_lib" / "report"
    pages, compiled = ({one.name for one in (report / of).iterdir()} for of in ("page", "compiled"))
    assert compiled == {f"{name}.code" for name in pages}
    assert "fleet.html.j2" in pages


def test_template_that_was_edited_since_is_compiled_again(layer: Path) -> None:
    """What is compiled of another text is never taken."""
    name = "top.html.j2"
    file = layer / "rules_lib" / "report" / "page" / name
    file.write_text(f"<!-- edited -->{file.read_text()}")
    page, compiled = page_of(layer)
    assert page.count("<!-- edited -->") == 1
    assert compiled == [name]


def test_templates_of_another_jinja_are_compiled_again(layer: Path) -> None:
    """Its compiled templates may call what this one does not have."""
    module = layer / "rules_lib" / "report" / "templates.py"
    module.write_text(module.read_text().replace("{jinja2.__version__}", "another"))
    page, compiled = page_of(layer)
    assert page == drawn()
    assert "report.html.j2" in compiled


def test_build_is_the_same_code_as_the_clone(layer: Path) -> None:
    """A command goes by what the function has left in the bucket only if both are."""
    asked = "from rules_lib.sync.code_digest import code_digest; print(code_digest())"
    path = f"import sys; sys.path[:0] = [{str(layer)!r}]"
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", f"{path}; {asked}"], capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == code_digest()


def test_clone_has_nothing_compiled() -> None:
    """Only a build has; whoever edits a template sees it at once."""
    assert not (LIBRARY / "report" / "compiled").exists()
