"""The list of feeds as a file: written by init, checked, pushed, pulled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator
from support.account import ALLOWLIST, Account, account, call
from support.feeds import allowlist, feed, rule

from functions.fetch import app
from rules_lib.bucket import FEEDS, FEEDS_TAKEN
from rules_lib.feedlist import load_feeds
from rulesync_cli import main
from rulesync_cli.editors import feeds_schema

ROOT = Path(__file__).parents[3]
TWO = "version: 1\nfeeds:\n  - {name: et/open}\n  - {name: ours, url: FOLDER/web.rules}\n"
WRONG = "version: 1\nfeeds:\n  - {name: et/opne}\n"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Account]:
    """Give an account in which et/open was built, and a folder with a list of two feeds."""
    with account(tmp_path / "et") as aws:
        feed(tmp_path / "et", {"emerging-test": [rule(1)]}, version="7")
        app.handler({"source": "aws.scheduler"}, None)
        aws.allow()
        aws.build()
        (tmp_path / "web.rules").write_text(rule(10) + "\n")
        (tmp_path / "feeds.yaml").write_text(TWO.replace("FOLDER", str(tmp_path)))
        yield aws


def check(*words: str | Path) -> Result:
    """Check without an account."""
    return CliRunner().invoke(main, ["check", *map(str, words)], env={"RULESYNC_BUCKET": None})


def test_shipped_list_is_et_open_alone_and_fits_its_schema() -> None:
    """Both are checked in; if not: rulesync schema --feeds > config/feeds.schema.json."""
    text = (ROOT / "config" / "feeds.yaml").read_text("utf-8")
    assert load_feeds(text, source="feeds.yaml").names == ("et/open",)
    schema = json.loads((ROOT / "config" / "feeds.schema.json").read_text("utf-8"))
    assert schema == json.loads(json.dumps(feeds_schema()))
    Draft202012Validator.check_schema(schema)
    done = CliRunner().invoke(main, ["schema", "--feeds"])
    assert json.loads(done.stdout) == schema


@pytest.mark.parametrize(
    ("entry", "fits"),
    [
        ({"name": "et/open"}, True),
        ({"name": "ours", "url": "/a.zip", "prefix": "", "every": "6h", "checksum": False}, True),
        ({"name": "et/pro", "secret": "/rulesync/code"}, True),
        ({"name": "et/pro", "secret": "1234567890123456"}, False),
        ({"name": "a/b/c"}, False),
        ({"name": "et/open", "every": "soon"}, False),
        ({"url": "/a.zip"}, False),
        ({"name": "et/open", "licence": None, "every": None}, True),
        ({"name": "et/open", "more": 1}, False),
    ],
)
def test_editors_take_what_the_reader_takes(entry: dict[str, object], *, fits: bool) -> None:
    """As far as a schema can tell."""
    document = {"version": 1, "feeds": [entry]}
    assert Draft202012Validator(feeds_schema()).is_valid(document) == fits


def test_init_writes_a_list_to_begin_with(tmp_path: Path) -> None:
    """Which is valid as it stands."""
    done = CliRunner().invoke(main, ["init", "--feeds", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feeds.schema.json", "feeds.yaml"]
    assert f"rulesync check --feeds {tmp_path}/feeds.yaml" in done.stdout
    assert check("--feeds", tmp_path / "feeds.yaml").stdout.endswith("feeds.yaml: valid, 1 feed\n")


def test_list_is_checked_alone_or_with_the_allowlist(tmp_path: Path) -> None:
    """Which may name categories of its feeds, that nobody has seen yet."""
    feeds, file = tmp_path / "feeds.yaml", tmp_path / "categories.yaml"
    feeds.write_text(TWO.replace("FOLDER", "https://x.example"))
    file.write_text(allowlist(categories={"ours-web": "alert"}))
    assert check(file).exit_code == 1
    done = check(file, "--feeds", feeds)
    assert done.exit_code == 0, done.output
    assert "feeds.yaml: valid, 2 feeds" in done.stdout
    document = json.loads(check(file, "--feeds", feeds, "--json").stdout)
    assert (document["valid"], document["feeds"]["feeds"]) == (True, ["et/open", "ours"])


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_wrong_list_is_told_in_every_form(tmp_path: Path, form: str) -> None:
    """With its line and the nearest valid name."""
    feeds, file = tmp_path / "feeds.yaml", tmp_path / "categories.yaml"
    feeds.write_text(WRONG)
    file.write_text(allowlist())
    alone: tuple[str | Path, ...] = ("--feeds", feeds)
    for words in (alone, (file, *alone)):
        done = check(*words, "--format", form)
        assert done.exit_code == 1
        assert "et/opne" in done.output
        assert "et/open" in done.output


def test_check_and_push_need_a_file() -> None:
    """One of the two."""
    assert check().exit_code == 2
    assert call("push", "--yes").exit_code == 2


def test_pushed_list_is_fetched_and_then_built(running: Account, tmp_path: Path) -> None:
    """Alone, as the allowlist stays; the plan knows that a release is still to come."""
    answer = call("push", "--feeds", tmp_path / "feeds.yaml", "--yes")
    assert answer.exit_code == 0, answer.output
    assert running.read(FEEDS) == (tmp_path / "feeds.yaml").read_bytes()
    assert "the fetch function starts now; once it has ended" in answer.stderr
    assert "+  - {name: ours, url:" in answer.stdout
    app.handler({"source": "aws.s3", "detail": {"object": {"key": FEEDS}}}, None)
    running.build(FEEDS_TAKEN)
    groups = running.summary()["rule_groups"]
    assert {name for one in groups for name in one["categories"]} == {"emerging-test", "ours-web"}
    again = call("push", "--feeds", tmp_path / "feeds.yaml", "--yes")
    assert "the bucket already has these files" in again.stderr


def test_list_is_planned_before_it_is_pushed(running: Account, tmp_path: Path) -> None:
    """With the releases that are in the bucket; nothing is written. It goes with a stack."""
    before = running.writes()
    answer = call("plan", "--feeds", tmp_path / "feeds.yaml")
    assert answer.exit_code == 0, answer.output
    assert "feed ours has never arrived" in " ".join(answer.stdout.split())
    (tmp_path / "none.yaml").write_text("version: 1\nfeeds:\n  - {name: oisf/trafficid}\n")
    assert call("plan", "--feeds", tmp_path / "none.yaml").exit_code == 1
    (tmp_path / "wrong.yaml").write_text(WRONG)
    assert "nearest: et/open" in call("plan", "--feeds", tmp_path / "wrong.yaml").stderr
    alone = call("plan", "--feeds", tmp_path / "feeds.yaml", "--feed", tmp_path / "web.rules")
    assert (alone.exit_code, "leave --feed or --feeds out" in alone.stderr) == (2, True)
    assert running.writes() == before


def test_list_and_allowlist_are_pushed_together(running: Account, tmp_path: Path) -> None:
    """The list first: the allowlist may name what it brings."""
    file = tmp_path / "categories.yaml"
    assert call("pull", file).exit_code == 0
    file.write_text(allowlist(categories={"ours-web": "drop"}))
    running.forget()
    answer = call("push", file, "--feeds", tmp_path / "feeds.yaml", "--yes")
    assert answer.exit_code == 0, answer.output
    assert [key for _, key in running.writes() if key in {FEEDS, ALLOWLIST}] == [FEEDS, ALLOWLIST]


def test_wrong_list_is_not_pushed(running: Account, tmp_path: Path) -> None:
    """As a wrong allowlist is not."""
    (tmp_path / "feeds.yaml").write_text(WRONG)
    answer = call("push", "--feeds", tmp_path / "feeds.yaml", "--yes")
    assert (answer.exit_code, "nearest: et/open" in answer.stderr) == (1, True)
    assert not running.has(FEEDS)


def test_list_is_pulled_beside_the_allowlist(running: Account, tmp_path: Path) -> None:
    """Byte for byte; what a colleague took back is taken back here, and their edit is not lost."""
    running.put(FEEDS, TWO)
    folder = tmp_path / "here"
    assert call("pull", folder / "categories.yaml").exit_code == 0
    assert (folder / "feeds.yaml").read_text() == TWO
    running.put(FEEDS, f"{TWO}# theirs\n")
    (folder / "feeds.yaml").write_text(f"{TWO}# mine\n")
    answer = call("push", "--feeds", folder / "feeds.yaml", "--yes")
    assert (answer.exit_code, "somebody else wrote" in answer.stderr) == (1, True)
    assert call("pull", folder / "categories.yaml").exit_code == 1
    assert call("pull", folder / "categories.yaml", "--force").exit_code == 0
    running.s3.delete_object(Bucket="rulesync-test", Key=FEEDS)
    assert call("pull", folder / "categories.yaml").exit_code == 0
    assert not (folder / "feeds.yaml").exists()
