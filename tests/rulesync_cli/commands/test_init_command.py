"""`rulesync init`: the shipped allowlist where people stand, and its use where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.account import run
from support.feeds import feed, rule

from rulesync_cli.shipped import shipped_folder, shipped_variants

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_allowlist_and_schema_are_written_as_they_are_shipped(folder: Path) -> None:
    """Where the other commands look for them."""
    answer = run("init")
    assert (answer.exit_code, "rulesync check categories.yaml" in answer.stdout) == (0, True)
    for name in ("categories.yaml", "categories.schema.json"):
        assert (folder / name).read_bytes() == (CONFIG / name).read_bytes()
    assert run("check", "categories.yaml", "--no-engine").exit_code == 0


@pytest.mark.parametrize("variant", shipped_variants())
def test_every_variant_can_be_had(folder: Path, variant: str) -> None:
    """Under the name that the other commands look for."""
    written = json.loads(run("init", "mine", "--variant", variant, "--json").stdout)["written"]
    assert written == ["mine/categories.yaml", "mine/categories.schema.json"]
    text = (folder / "mine" / "categories.yaml").read_bytes()
    assert text == shipped_variants()[variant].read_bytes()


def test_help_names_the_variants_that_there_are() -> None:
    """None is a secret."""
    said = " ".join(run("init", "--help").stdout.split()).replace("- ", "-")
    assert [name for name in shipped_variants() if name not in said] == []
    wrong = run("init", "--variant", "loose")
    assert (wrong.exit_code, "usual" in wrong.stderr) == (2, True)


def test_edited_file_is_not_overwritten_unless_it_is_meant(folder: Path) -> None:
    """Nothing at all is written then; what is the same already is no obstacle."""
    run("init")
    assert run("init").exit_code == 0
    edited = folder / "categories.yaml"
    edited.write_text("version: 1\n")
    (folder / "categories.schema.json").unlink()
    answer = run("init")
    assert (answer.exit_code, "already there: categories.yaml" in answer.stderr) == (1, True)
    assert [path.name for path in folder.iterdir()] == ["categories.yaml"]
    assert edited.read_text() == "version: 1\n"
    assert run("init", "--force").exit_code == 0
    assert edited.read_bytes() == (CONFIG / "categories.yaml").read_bytes()


def test_local_takes_the_shipped_allowlist_where_there_is_none(folder: Path) -> None:
    """And says so; results go to out/."""
    archive = feed(folder / "feed", {"emerging-malware": [rule(1)]})
    answer = run("local", "--feed", archive)
    assert answer.exit_code == 0
    assert "the shipped allowlist is used" in answer.stderr
    assert (folder / "out" / "1" / "summary.json").is_file()


@pytest.mark.parametrize("place", ["config/categories.yaml", "categories.yaml"])
def test_allowlist_where_people_stand_goes_before_the_shipped_one(folder: Path, place: str) -> None:
    """In silence."""
    archive = feed(folder / "feed", {"emerging-malware": [rule(1)]})
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text("version: 1\ndefault: off\n")
    answer = run("local", "--feed", archive)
    assert "shipped" not in answer.stderr
    summary = json.loads((folder / "out" / "1" / "summary.json").read_bytes())
    assert summary["rules"]["off"] == 1


def test_explain_of_a_feed_takes_the_shipped_allowlist_too(folder: Path) -> None:
    """As do the others that look at a feed alone."""
    archive = feed(folder / "feed", {"emerging-malware": [rule(1)]})
    answer = run("explain", "1", "--feed", archive)
    assert (answer.exit_code, "the shipped allowlist is used" in answer.stderr) == (0, True)
    assert str(shipped_folder() / "categories.yaml") in answer.stdout
