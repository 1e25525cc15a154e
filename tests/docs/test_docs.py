"""The words of the product keep up with it: what has a name in the code stands in the docs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from rules_lib.allowlist import (
    Allowlist,
    CategorySetting,
    DropWhen,
    FirewallSettings,
    RuleException,
    RuleOverrides,
    StagingSettings,
    load_allowlist,
)
from rules_lib.errors import AllowlistError
from rules_lib.feed.manifest import Manifest
from rules_lib.model import Change, Reason
from rules_lib.report.group_line import SummaryGroup
from rules_lib.report.records import DISCARDED_FIELDS
from rules_lib.settings import (
    BuildSettings,
    FetchSettings,
    HitsSettings,
    SetupSettings,
    variable_of,
)
from rules_lib.state.groupfile import GroupFile
from rules_lib.state.groupfile import StoredGroup as FileEntry
from rules_lib.state.hold import Hold
from rules_lib.state.latest import Latest
from rulesync_cli import main

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md")))
GOLDEN = ROOT / "tests" / "rules_lib" / "report" / "golden"


def text(name: str) -> str:
    """A page under docs/."""
    return (DOCS / name).read_text(encoding="utf-8")


def prose(page: str) -> str:
    """A page without its fenced blocks, in which a `#` begins a comment and no heading."""
    return re.sub(r"(?ms)^```.*?^```$", "", page)


def headings(page: str) -> list[str]:
    """The headings of a page, without their marks."""
    return re.findall(r"(?m)^#+ (.+)$", prose(page))


def anchors(page: str) -> set[str]:
    """The anchors that a page's headings give, spelt as on GitHub."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings(page))
    return {heading.replace(" ", "-") for heading in plain}


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", page)


def links(page: Path) -> Iterator[str]:
    """Every link of a page that leads into the repository."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page.read_text(encoding="utf-8"))):
        if "://" not in target:
            yield target


def leads_somewhere(page: Path, target: str) -> bool:
    """Tell whether the file is there, and where the link names a heading, the heading too."""
    path, _, anchor = target.partition("#")
    found = (page.parent / path) if path else page
    if not anchor:
        return found.exists()
    return found.is_file() and anchor in anchors(found.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """On each page, its own headings too."""
    assert [target for target in links(page) if not leads_somewhere(page, target)] == []


def test_every_reason_has_its_section() -> None:
    """In the order in which reasons are looked for, and none that does not exist."""
    codes = [heading.strip("`") for heading in headings(text("reasons.md")) if "`" in heading]
    assert codes == [reason.value for reason in Reason]


@pytest.mark.parametrize("reason", Reason)
def test_section_of_a_reason_has_cause_detail_and_remedy(reason: Reason) -> None:
    """Why, the words that people meet, and what brings the rule back."""
    section = text("reasons.md").split(f"\n### `{reason.value}`\n")[1].split("\n### ")[0]
    cause, *rest = section.strip().split("\n\n")
    assert len(cause.split()) >= 5
    assert "detail" in section
    assert re.search(r"(?i)what brings it back", "\n".join(rest))


def test_every_change_has_its_row() -> None:
    """And none that does not exist."""
    _, changes = text("reasons.md").split("\n## Changes\n")
    assert re.findall(r"(?m)^\| `([^`]+)` \|", changes) == [change.value for change in Change]


def every_command(
    group: click.Group = main, above: str = "rulesync"
) -> Iterator[tuple[str, click.Command]]:
    """Every command by its full name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, f"{above} {name}")
        yield f"{above} {name}", command


COMMANDS = dict(every_command())


def test_every_command_has_its_section() -> None:
    """And none that does not exist; a command without options too."""
    sections = [heading.strip("`") for heading in headings(text("command.md")) if "`" in heading]
    assert sorted(sections) == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_row_of_options_is_of_one_that_exists(name: str) -> None:
    """And says something of it."""
    section = text("command.md").split(f"## `{name}`")[1].split("\n## ")[0]
    known = {one for parameter in COMMANDS[name].params for one in parameter.opts}
    for option, meaning in re.findall(r"(?m)^\| `(--[a-z-]+)[^`]*` \|(.*)\|$", section):
        assert option in known
        assert meaning.strip()


SHARED = {"--bucket", "--policy", "--profile", "--region", "--target", "--json", "--wide"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_stands_in_its_command_section(name: str) -> None:
    """Whoever adds one says what it does; what commands share is said once, before the first."""
    page = text("command.md")
    assert f"`{name}`" in headings(page)
    shared, own = page.split("\n## `")[0], page.split(f"## `{name}`")[1].split("\n## ")[0]
    options = [max(parameter.opts, key=len) for parameter in COMMANDS[name].params]
    missing = [
        option
        for option in options
        if not re.search(rf"(?i)`{option}\b", shared + own if option in SHARED else own)
    ]
    assert missing == []


def test_every_make_target_is_explained() -> None:
    """Those that `make help` lists, in CONTRIBUTING."""
    targets = re.findall(r"(?m)^([a-z-]+):.*## ", (ROOT / "Makefile").read_text())
    explained = (ROOT / "CONTRIBUTING.md").read_text()
    assert targets
    assert [target for target in targets if f"| `make {target}` |" not in explained] == []


@pytest.mark.parametrize(
    "model",
    [
        *(Allowlist, CategorySetting, DropWhen, RuleOverrides, FirewallSettings),
        *(RuleException, StagingSettings),
    ],
)
def test_every_key_of_the_allowlist_is_described(model: type[BaseModel]) -> None:
    """By its name, as code."""
    page = text("allowlist.md")
    keys = [field.alias or name for name, field in model.model_fields.items()]
    assert [key for key in keys if f"`{key}`" not in page] == []


def test_example_allowlist_is_valid() -> None:
    """And it shows every key there is."""
    example = blocks(text("allowlist.md"), "yaml")[0]
    allowlist = load_allowlist(example, source="the example", known=["local-ours"])
    assert allowlist.model_fields_set >= Allowlist.model_fields.keys()


def test_example_errors_are_as_printed() -> None:
    """The page shows the reader's own words."""
    page = text("allowlist.md")
    with pytest.raises(AllowlistError) as caught:
        load_allowlist(blocks(page, "yaml")[1], source="config/categories.yaml", known=())
    assert blocks(page, "text") == [f"{caught.value}\n"]


def test_every_environment_variable_stands_in_settings() -> None:
    """Those that the functions read."""
    models = (BuildSettings, FetchSettings, HitsSettings, SetupSettings)
    names = {variable_of(name) for model in models for name in model.model_fields}
    assert [name for name in names if f"| `{name}` |" not in text("settings.md")] == []


def documented_fields() -> Iterator[str]:
    """The fields of every JSON file that a sync writes."""
    summary = json.loads((GOLDEN / "summary.json").read_bytes())
    yield from (*summary, *summary["feed"], *summary["rules"], "refused", "failed")
    yield from (key for group in summary["rule_groups"] for key in group)
    yield from DISCARDED_FIELDS
    yield from json.loads((GOLDEN / "changed.jsonl").read_text().splitlines()[0])
    for model in (Manifest, Latest, Hold, GroupFile, FileEntry):
        yield from (name for name, about in model.model_fields.items() if not about.exclude)


def test_every_field_of_the_output_is_described() -> None:
    """By its name, as code."""
    page = text("files.md")
    assert [name for name in documented_fields() if f"`{name}`" not in page] == []


def test_group_entries_have_no_field_that_the_golden_file_lacks() -> None:
    """So that the test above sees all of them: `octets` is written as bytes, `mode` as it is."""
    golden = json.loads((GOLDEN / "summary.json").read_bytes())["rule_groups"]
    written = {key for group in golden for key in group} - {"bytes"} | {"octets"}
    assert written == {field.name for field in fields(SummaryGroup)}


def test_every_decision_stands_in_the_list() -> None:
    """In the order of their numbers, which are counted up, one for each; its heading has it too."""
    records = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
    assert all(text(f"decisions/{name}").startswith(f"# {name[:4]}: ") for name in records)
    assert re.findall(r"\]\((0\d+-[^)]+)\)", text("decisions/README.md")) == records
