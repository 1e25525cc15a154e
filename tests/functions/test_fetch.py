"""The fetch function as Lambda calls it."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from functions.fetch.app import handler
from rules_lib.errors import DownloadError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "feeds"
RULE = b'alert tcp any any -> any any (msg:"x"; sid:1; rev:1;)\n'
RULES = RULE + b"#" + RULE


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    settings = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "RULESYNC_BUCKET": BUCKET,
        "RULESYNC_FEED_URL": str(tmp_path / "emerging.rules.tar.gz"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield


def _publish(folder: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("rules/emerging-test.rules")
        info.size = len(RULES)
        archive.addfile(info, io.BytesIO(RULES))
    (folder / "emerging.rules.tar.gz").write_bytes(gzip.compress(buffer.getvalue(), mtime=0))
    (folder / "version.txt").write_text("10523\n")


def _keys() -> list[str]:
    listing = boto3.client("s3").list_objects_v2(Bucket=BUCKET)
    return [item["Key"] for item in listing.get("Contents", ())]


def test_handler_fetches_once(tmp_path: Path) -> None:
    """Its answers are JSON; the second finds nothing new."""
    _publish(tmp_path)
    first = json.loads(json.dumps(handler({}, None)))
    assert first["status"] == "fetched"
    assert first["version"] == "10523"
    assert (first["enabled"], first["disabled"]) == (1, 1)
    assert first["manifest"] in _keys()
    assert len(_keys()) == 2
    second = handler({"source": "aws.events"}, None)
    assert second["status"] == "unchanged"
    assert second["sha256"] == first["sha256"]
    assert len(_keys()) == 2


def test_settings_are_read_at_each_invocation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function that stays warm follows its settings."""
    _publish(tmp_path)
    handler({}, None)
    monkeypatch.setenv("RULESYNC_ATTEMPTS", "many")
    with pytest.raises(SettingsError, match="RULESYNC_ATTEMPTS is 'many'"):
        handler({}, None)


def test_failure_fails_the_invocation_and_stores_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Lambda must count it as an error, or no alarm would go off."""
    with pytest.raises(DownloadError, match="no such file"):
        handler({}, None)
    assert _keys() == []
    assert not capfd.readouterr().out


def test_import_needs_neither_settings_nor_credentials() -> None:
    """Nothing is made before it is used."""
    command = [sys.executable, "-c", "import functions.fetch.app"]
    subprocess.run(command, check=True, env={"PATH": ""})  # noqa: S603  # our own interpreter
