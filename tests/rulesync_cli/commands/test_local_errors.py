"""`rulesync local` with bad input: exit code 1, the cause in plain words, never a traceback."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from support.feeds import ARCHIVE, allowlist, feed, packed, rule
from support.results import FILES, local, process, synced
from support.web import Answer, serving

from examples.server import serve

SMALL = {"emerging-malware": [rule(1)]}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A feed of one rule."""
    return feed(tmp_path / "feed", SMALL)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An allowlist that alerts on everything."""
    path = tmp_path / "categories.yaml"
    path.write_text(allowlist())
    return path


def unsafe() -> bytes:
    """An archive with a good member and one that would leave its folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in ("rules/emerging-malware.rules", "../../etc/evil.rules"):
            data = f"{rule(1)}\n".encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "HTML"),
        (b"\x1f\x8bnot really", "damaged"),
        (packed(SMALL)[:-20], "truncated"),
        (packed({"emerging-malware": "# nothing here\n"}), "without any rule"),
        (unsafe(), "evil.rules"),
    ],
    ids=["empty", "HTML page", "no gzip", "cut short", "without a rule", "unsafe member"],
)
def test_file_that_is_no_feed_is_an_error_that_names_it(
    data: bytes, cause: str, config: Path, tmp_path: Path
) -> None:
    """It says which file, and what is wrong with it; the summary says it too."""
    bad = tmp_path / ARCHIVE
    bad.write_bytes(data)
    run = local(tmp_path / "out", bad, config=config)
    assert str(bad) in run.error
    assert cause in run.error
    assert cause in run.sync().summary["failed"]


def test_missing_feed_is_an_error_that_names_it(config: Path, tmp_path: Path) -> None:
    """A path that is not there."""
    missing = tmp_path / "nowhere.tar.gz"
    run = local(tmp_path / "out", missing, config=config)
    assert f"{missing}: no such file" in run.error
    assert run.sync().summary["failed"]
    assert run.sync().summary["feed"]["source"] == str(missing)


def test_html_page_of_a_server_is_an_error(config: Path, tmp_path: Path) -> None:
    """As a captive portal answers: with status 200 and a page."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / ARCHIVE).write_text("<html><body>Sign in to the network</body></html>")
    with serve(tmp_path / "web") as base:
        run = local(tmp_path / "out", f"{base}/{ARCHIVE}", config=config)
    assert "HTML" in run.error
    assert base in run.error


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/role",
        "http://169.254.169.254/feed.tar.gz",
        "http://[fe80::1]/feed.tar.gz",
        "http://10.9.8.7/feed.tar.gz",
        "http://localhost:1/feed.tar.gz",
    ],
)
def test_redirect_to_where_a_feed_has_no_business_is_refused(
    config: Path, tmp_path: Path, target: str
) -> None:
    """On the embedded AWS too, which would itself answer for the address of the metadata."""
    away = Answer(302, headers=(("Location", target),))
    with serving() as server:
        server.routes = {f"/{ARCHIVE}": [away], f"/{ARCHIVE}.md5": [away]}
        run = local(tmp_path / "out", f"{server.url}/{ARCHIVE}", config=config)
    assert "redirects to http://" in run.error
    assert "refused" in run.error


def test_wrong_checksum_of_a_server_is_an_error(config: Path, tmp_path: Path) -> None:
    """`<url>.md5` is asked for, and what it says counts."""
    feed(tmp_path / "web", SMALL)
    (tmp_path / "web" / f"{ARCHIVE}.md5").write_text(f"{'0' * 32}\n")
    with serve(tmp_path / "web") as base:
        run = local(tmp_path / "out", f"{base}/{ARCHIVE}", config=config)
    assert "checksum" in run.error


def test_absent_checksum_of_a_server_is_a_warning(config: Path, tmp_path: Path) -> None:
    """Not every mirror has one."""
    feed(tmp_path / "web", SMALL)
    with serve(tmp_path / "web") as base:
        run = synced(tmp_path / "out", f"{base}/{ARCHIVE}", config=config)
    assert "warning: " in run.result.stderr
    assert ".md5" in run.result.stderr


def test_bad_input_gives_no_traceback(config: Path, tmp_path: Path) -> None:
    """Neither does the process itself."""
    out = tmp_path / "out"
    done = process("--feed", "nowhere.tar.gz", "--config", config, "--out", out)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "nowhere.tar.gz" in done.stderr
    assert not done.stdout


def test_every_error_of_an_allowlist_is_told_at_once(archive: Path, tmp_path: Path) -> None:
    """Each with its line, its value and the nearest valid name."""
    config = tmp_path / "bad.yaml"
    config.write_text(
        "version: 1\n"
        "default: of\n"
        "categories:\n"
        "  emerging-malwar: drop\n"
        "  emerging-info: allert\n"
        "max_shrink: 3\n"
    )
    run = local(tmp_path / "out", archive, config=config)
    for part in (
        'line 2: default: "of"',
        'line 4: categories: "emerging-malwar"',
        "nearest: emerging-malware",
        'line 5: categories.emerging-info: "allert"',
        "nearest: alert",
        'line 6: max_shrink: "3"',
        "4 errors",
    ):
        assert part in run.error
        assert part in run.sync().summary["failed"]


def test_category_that_nobody_knows_is_an_error(archive: Path, tmp_path: Path) -> None:
    """A typo must not switch protection off in silence."""
    config = tmp_path / "typo.yaml"
    config.write_text(allowlist(categories={"emerging-malwear": "drop"}))
    run = local(tmp_path / "out", archive, config=config)
    assert '"emerging-malwear"' in run.error
    assert "nearest: emerging-malware" in run.error


def test_category_that_the_feed_dropped_is_a_warning(tmp_path: Path) -> None:
    """What an earlier feed had is no typo, whoever publishes it."""
    config = tmp_path / "categories.yaml"
    config.write_text(allowlist(categories={"house-blend": "alert"}))
    kept = {"emerging-malware": [rule(sid) for sid in range(1, 9)]}
    first = feed(tmp_path / "1", kept | {"house-blend": [rule(20)]})
    second = feed(tmp_path / "2", kept)
    run = synced(tmp_path / "out", first, second, config=config)
    assert not any("house-blend" in one for one in run.sync(1).summary["warnings"])
    assert any("house-blend" in one for one in run.sync(2).summary["warnings"])
    assert "house-blend" in run.result.stdout


def test_bare_off_is_a_mode(archive: Path, tmp_path: Path) -> None:
    """Although YAML reads it as false."""
    config = tmp_path / "off.yaml"
    config.write_text("version: 1\ndefault: off\ncategories: {emerging-malware: off}\n")
    found = synced(tmp_path / "out", archive, config=config).sync()
    assert found.summary["rules"] == {
        "enabled": 1,
        "kept": 0,
        "discarded": 0,
        "off": 1,
        "setters_added": 0,
    }
    assert found.groups == {}


def test_first_failure_ends_the_command(archive: Path, config: Path, tmp_path: Path) -> None:
    """What came before stays as it was, and what comes after is not tried."""
    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(b"no archive")
    run = local(tmp_path / "out", archive, bad, archive, config=config)
    assert str(bad) in run.error
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"1", "2"}
    assert {path.name for path in run.sync(1).folder.iterdir()} == FILES | {"rule-groups"}
    assert not {"failed", "refused"} & run.sync(1).summary.keys()
    assert run.sync(2).summary["failed"]
    assert run.sync(2).groups == {}


def test_failing_allowlist_in_the_second_sync_leaves_the_first(
    archive: Path, config: Path, tmp_path: Path
) -> None:
    """Its summary says which feed it was about, and that nothing was done."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("version: 1\ndefault: sometimes\n")
    run = local(tmp_path / "out", archive, archive, config=[config, bad])
    assert '"sometimes"' in run.error
    assert run.sync(1).published.keys() == {1}
    assert '"sometimes"' in run.sync(2).summary["failed"]
    assert run.sync(2).summary["calls"] == {}


def test_older_feed_is_refused(config: Path, tmp_path: Path) -> None:
    """An older feed never overwrites a newer one, and the summary says `refused`."""
    newer = feed(tmp_path / "new", SMALL, version="1002")
    older = feed(tmp_path / "old", {"emerging-malware": [rule(2)]}, version="1001")
    run = local(tmp_path / "out", newer, older, config=config)
    assert "1001 is older than 1002" in run.error
    assert "1001" in run.sync(2).summary["refused"]
    assert "failed" not in run.sync(2).summary


@pytest.fixture
def shrinking(tmp_path: Path) -> tuple[Path, Path]:
    """Two feeds, of which the second lacks four rules of ten."""
    rules = [rule(sid) for sid in range(1, 11)]
    return (
        feed(tmp_path / "ten", {"emerging-malware": rules}),
        feed(tmp_path / "six", {"emerging-malware": rules[:6]}),
    )


def test_feed_that_shrinks_too_much_is_refused(
    shrinking: tuple[Path, Path], tmp_path: Path
) -> None:
    """More than `max_shrink` of the deployed rules would go: nothing is written."""
    config = tmp_path / "categories.yaml"
    config.write_text(allowlist(max_shrink=0.39))
    run = local(tmp_path / "out", *shrinking, config=config)
    assert "max_shrink" in run.error
    assert "max_shrink" in run.sync(2).summary["refused"]
    assert run.sync(2).summary["calls"] == {}


def test_feed_that_shrinks_within_the_limit_is_taken(
    shrinking: tuple[Path, Path], tmp_path: Path
) -> None:
    """Exactly the share that is allowed may go."""
    config = tmp_path / "categories.yaml"
    config.write_text(allowlist(max_shrink=0.4))
    run = synced(tmp_path / "out", *shrinking, config=config)
    assert run.sync(2).published.keys() == set(range(1, 7))
