"""The fetch function with a list of feeds: each by itself, whatever becomes of the others."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from support.account import BUCKET, Account, account
from support.feeds import feed as publish
from support.web import Answer, WebServer, feed, packed, rule, serving, zipped

from functions.fetch import app
from rules_lib.aws.s3_store import S3Store
from rules_lib.bucket import FEED_STATES, FEEDS, FEEDS_TAKEN
from rules_lib.errors import DownloadError, FeedListError, FeedsError, SecretError
from rules_lib.feed.in_use import archive_in_bucket
from rules_lib.feed.newest import newest_manifest, newest_manifests
from rules_lib.state.feeds import FeedStates

CODE = "s3cr3t-hunter2-Zq"
NAME = "/rulesync/code"
EVERYTHING = {"source": "aws.scheduler"}
SCHEDULED = {"source": "aws.events"}


@dataclass
class Publisher:
    """An account, and a web server and a folder from which its feeds come."""

    running: Account
    server: WebServer
    folder: Path

    def list_feeds(self, *entries: str) -> None:
        """Upload a list of feeds, each written as a mapping without its braces."""
        text = "\n".join(("version: 1", "feeds:", *(f"  - {{{entry}}}" for entry in entries)))
        self.running.put(FEEDS, text + "\n")

    def serve(self, path: str, body: bytes, **headers: str) -> str:
        """Publish a file on the web; give its URL."""
        self.server.routes[path] = [Answer(body=body, headers=tuple(headers.items()))]
        return f"{self.server.url}{path}"

    def states(self) -> FeedStates:
        """What is noted of the feeds."""
        found = FeedStates.find(self.store)
        assert found is not None
        return found

    @property
    def store(self) -> S3Store:
        """The bucket."""
        return S3Store(boto3.client("s3"), BUCKET)

    def versions(self, *feeds: str) -> dict[str, str]:
        """Feed -> its newest release."""
        return {name: one.version for name, one in newest_manifests(self.store, feeds).items()}


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """Give an account whose et/open is a file, and a web server beside it."""
    monkeypatch.setenv("RULESYNC_ATTEMPTS", "1")
    with serving() as server, account(tmp_path) as running:
        publish(tmp_path, {"emerging-test": [rule(1).strip()]}, version="7")
        yield Publisher(running, server, tmp_path)


def fetched(event: dict[str, Any] | None = None) -> dict[str, Any]:
    """Call the function as AWS does; give its answer."""
    return dict(json.loads(json.dumps(app.handler(event or EVERYTHING, None))))


def failed(event: dict[str, Any] | None = None) -> FeedsError:
    """Call the function, of which some feed fails."""
    with pytest.raises(FeedsError) as caught:
        app.handler(event or EVERYTHING, None)
    return caught.value


def test_five_kinds_of_feed_are_brought_by_one_list(publisher: Publisher) -> None:
    """A tarball and a packed file from a disk, two from the web, a zip archive from S3."""
    plain = (rule(20) + rule(21)).encode()
    (publisher.folder / "hosts.rules.gz").write_bytes(gzip.compress(plain, mtime=0))
    publisher.running.s3.create_bucket(Bucket="our-mirror")
    zip_archive = zipped("a/web.rules", "a/dns.rules")
    publisher.running.s3.put_object(Bucket="our-mirror", Key="rules.zip", Body=zip_archive)
    tgz = feed(30, category="lateral")
    single = rule(40).encode()
    publisher.list_feeds(
        "name: et/open",
        f"name: hosts, url: {publisher.folder}/hosts.rules.gz",
        "name: ours, url: s3://our-mirror/rules.zip",
        f"name: team/lateral, url: '{publisher.serve('/x/my.tgz', tgz)}', checksum: false",
        f"name: trafficid, url: '{publisher.serve('/trafficid.rules', single)}', checksum: false",
    )
    answer = fetched()
    assert answer["status"] == "fetched"
    assert [one["status"] for one in answer["feeds"]] == ["fetched"] * 5
    assert len(answer["manifests"]) == 5
    bytes_of = {
        "et/open": (publisher.folder / "emerging.rules.tar.gz").read_bytes(),
        "hosts": gzip.compress(plain, mtime=0),
        "ours": zip_archive,
        "team/lateral": tgz,
        "trafficid": single,
    }
    categories = {
        "et/open": {"emerging-test"},
        "hosts": {"hosts"},
        "ours": {"web", "dns"},
        "team/lateral": {"lateral"},
        "trafficid": {"trafficid"},
    }
    for name, data in bytes_of.items():
        manifest = newest_manifest(publisher.store, name)
        assert manifest is not None
        assert manifest.key == f"raw/{name}/{manifest.version}/manifest.json"
        assert publisher.store.get(manifest.archive_key) == data
        assert set(manifest.categories) == categories[name]
        assert {one.category for one in archive_in_bucket(publisher.store, manifest)} == (
            categories[name]
        )
    again = fetched()
    assert [one["status"] for one in again["feeds"]] == ["unchanged"] * 5
    assert again["manifests"] == []


def test_unchanged_feed_is_asked_by_its_validators(publisher: Publisher) -> None:
    """And downloaded again by nobody: each feed has its own."""
    one = publisher.serve("/one.rules", rule(1).encode(), ETag='"one"')
    two = publisher.serve("/two.rules", rule(2).encode(), ETag='"two"')
    publisher.list_feeds(
        f"name: one, url: '{one}', checksum: false", f"name: two, url: '{two}', checksum: false"
    )
    fetched()
    publisher.serve("/two.rules", rule(3).encode(), ETag='"three"')
    answer = fetched()
    assert [one["status"] for one in answer["feeds"]] == ["unchanged", "fetched"]
    assert publisher.server.statuses("/one.rules") == [200, 304]
    assert publisher.server.statuses("/two.rules") == [200, 200]
    assert publisher.server.statuses("/one.rules.md5") == []


def test_failing_feed_keeps_its_release_and_stops_no_other(publisher: Publisher) -> None:
    """The invocation fails, and says which: else no alarm would go off."""
    second = publisher.serve("/second.rules", rule(2).encode())
    third = publisher.serve("/third.rules", rule(3).encode())
    publisher.list_feeds(
        "name: et/open",
        f"name: second, url: '{second}', checksum: false",
        f"name: third, url: '{third}', checksum: false",
    )
    fetched()
    before = publisher.versions("second", "third")
    publisher.server.routes["/second.rules"] = [Answer(500)]
    publisher.serve("/third.rules", (rule(3) + rule(4)).encode())
    error = failed()
    assert list(error.failures) == ["second"]
    assert str(error).startswith(
        "1 of 3 feeds was not fetched: second\n  second: http://127.0.0.1:"
    )
    after = publisher.versions("second", "third")
    assert after["second"] == before["second"]
    assert after["third"] != before["third"]
    states = publisher.states().feeds
    assert "answers 500" in states["second"].failure
    assert states["second"].version == before["second"]
    assert (states["third"].failure, states["third"].version) == ("", after["third"])


def test_failing_feed_recovers(publisher: Publisher) -> None:
    """And is asked for after the others, until it does."""
    first = publisher.serve("/first.rules", rule(2).encode())
    publisher.list_feeds(f"name: first, url: '{first}', checksum: false", "name: et/open")
    publisher.server.routes["/first.rules"] = [Answer(404)]
    failed()
    since = publisher.states().feeds["first"].failing_since
    failed()
    assert publisher.states().feeds["first"].failing_since == since
    publisher.serve("/first.rules", rule(2).encode())
    assert [one["feed"] for one in fetched()["feeds"]] == ["first", "et/open"]
    assert publisher.states().feeds["first"].failure == ""


def test_broken_archive_and_older_version_fail_their_own_feed_alone(publisher: Publisher) -> None:
    """Guards hold for each feed by itself: versions of two feeds are not compared."""
    place = publisher.serve("/pub/a.tar.gz", feed(5, category="web"))
    publisher.serve("/pub/version.txt", b"3\n")
    publisher.list_feeds("name: et/open", f"name: ours, url: '{place}', checksum: false")
    assert publisher.versions("et/open") == {}
    fetched()
    assert publisher.versions("et/open", "ours") == {"et/open": "7", "ours": "3"}
    publisher.serve("/pub/a.tar.gz", feed(5, 6, category="web"))
    publisher.serve("/pub/version.txt", b"2\n")
    assert "version 2 is older than 3" in str(failed().failures["ours"])
    publisher.serve("/pub/a.tar.gz", feed(5, 6, category="web")[:-9])
    assert "truncated" in str(failed().failures["ours"])
    assert publisher.versions("et/open", "ours") == {"et/open": "7", "ours": "3"}


def test_wrong_checksum_of_a_feed_is_its_own_failure(publisher: Publisher) -> None:
    """Where it has one; a feed that is said to have none is not asked for it."""
    place = publisher.serve("/a.rules", rule(1).encode())
    publisher.serve("/a.rules.md5", b"0" * 32)
    publisher.list_feeds(f"name: ours, url: '{place}'", "name: et/open")
    assert "wrong checksum" in str(failed().failures["ours"])
    publisher.list_feeds(f"name: ours, url: '{place}', checksum: false", "name: et/open")
    assert [one["status"] for one in fetched()["feeds"]] == ["fetched", "unchanged"]


def test_feed_with_a_time_of_its_own_is_asked_when_it_is_due(publisher: Publisher) -> None:
    """By the schedule only: an arrival, a person or a failure does not wait."""
    slow = publisher.serve("/slow.rules", rule(2).encode())
    entries = (f"name: slow, url: '{slow}', checksum: false, every: 2d", "name: et/open")
    publisher.list_feeds(*entries)
    assert [one["status"] for one in fetched(SCHEDULED)["feeds"]] == ["fetched", "fetched"]
    asked = len(publisher.server.asked)
    statuses = {one["feed"]: one["status"] for one in fetched(SCHEDULED)["feeds"]}
    assert statuses == {"slow": "waiting", "et/open": "unchanged"}
    assert len(publisher.server.asked) == asked
    assert [one["feed"] for one in fetched({"feeds": ["slow"]})["feeds"]] == ["slow"]
    assert len(publisher.server.asked) > asked
    publisher.server.routes["/slow.rules"] = [Answer(404)]
    failed()
    assert list(failed(SCHEDULED).failures) == ["slow"]


def test_arrival_of_the_list_fetches_and_then_lets_the_build_begin(publisher: Publisher) -> None:
    """In this order, so that a feed that takes another's place is there; if one fails, too."""
    arrival = {"source": "aws.s3", "detail": {"object": {"key": FEEDS}}}
    publisher.list_feeds("name: et/open")
    assert fetched(arrival)["status"] == "fetched"
    written = [key for call, key in publisher.running.journal if call == "PutObject"]
    assert written[-1] == FEEDS_TAKEN
    publisher.running.s3.delete_object(Bucket=BUCKET, Key=FEEDS_TAKEN)
    fetched(SCHEDULED)
    assert not publisher.running.has(FEEDS_TAKEN)
    publisher.list_feeds("name: et/open", "name: ours, url: /none.rules")
    failed(arrival)
    assert publisher.running.has(FEEDS_TAKEN)
    publisher.running.s3.delete_object(Bucket=BUCKET, Key=FEEDS_TAKEN)
    publisher.running.s3.delete_object(Bucket=BUCKET, Key=FEEDS)
    assert fetched(arrival)["version"] == "7"
    assert publisher.running.has(FEEDS_TAKEN)


def test_wrong_list_fetches_nothing(publisher: Publisher) -> None:
    """And says every fault; what is in force stays."""
    publisher.list_feeds("name: et/opne", "name: et/open")
    with pytest.raises(FeedListError, match="nearest: et/open"):
        app.handler(EVERYTHING, None)
    assert publisher.running.keys("raw/") == []


def test_without_a_list_the_answer_is_as_ever(publisher: Publisher) -> None:
    """And nothing is noted beside the release."""
    answer = fetched()
    assert (answer["status"], answer["version"]) == ("fetched", "7")
    assert "feeds" not in answer
    assert publisher.running.keys("state/") == []


def test_state_that_cannot_be_read_is_written_again(publisher: Publisher) -> None:
    """It only saves work."""
    publisher.list_feeds("name: et/open")
    publisher.running.put(FEED_STATES, "{")
    fetched()
    assert publisher.states().feeds["et/open"].version == "7"


def test_feed_that_left_the_list_is_forgotten(publisher: Publisher) -> None:
    """Its releases stay."""
    place = publisher.serve("/a.rules", rule(1).encode())
    publisher.list_feeds(f"name: ours, url: '{place}', checksum: false", "name: et/open")
    fetched()
    publisher.list_feeds("name: et/open")
    fetched()
    assert set(publisher.states().feeds) == {"et/open"}
    assert len(publisher.running.keys("raw/ours/")) == 2


def test_bucket_of_an_earlier_version_is_taken_over_byte_for_byte(publisher: Publisher) -> None:
    """Nothing is downloaded, moved or written, and the release still counts."""
    data = packed(rule(1))
    url = publisher.serve("/open/emerging.rules.tar.gz", data, ETag='"v1"')
    publisher.list_feeds(f"name: et/open, url: '{url}', checksum: false")
    fetched()
    manifest = newest_manifest(publisher.store)
    assert manifest is not None
    early = json.loads(publisher.store.get(manifest.key))
    del early["feed"]
    for key in publisher.running.keys("raw/"):
        publisher.running.s3.delete_object(Bucket=BUCKET, Key=key)
    folder = f"raw/{manifest.version}"
    publisher.running.put(f"{folder}/manifest.json", json.dumps(early, indent=2) + "\n")
    publisher.store.put(f"{folder}/emerging.rules.tar.gz", data)
    before = {key: publisher.running.read(key) for key in publisher.running.keys("raw/")}
    answer = fetched()
    assert [one["status"] for one in answer["feeds"]] == ["unchanged"]
    assert answer["feeds"][0]["manifest"] == f"{folder}/manifest.json"
    assert publisher.server.statuses("/open/emerging.rules.tar.gz") == [200, 304]
    assert {key: publisher.running.read(key) for key in publisher.running.keys("raw/")} == before
    taken = newest_manifest(publisher.store)
    assert taken is not None
    [file] = archive_in_bucket(publisher.store, taken)
    assert file.data == rule(1).encode()
    publisher.serve("/open/emerging.rules.tar.gz", packed(rule(1) + rule(2)), ETag='"v2"')
    assert fetched()["manifests"][0].startswith("raw/et/open/sha256-")
    assert (
        before.items()
        <= {key: publisher.running.read(key) for key in publisher.running.keys("raw/")}.items()
    )


def test_version_that_the_early_folder_has_is_not_given_twice(publisher: Publisher) -> None:
    """Other bytes of the same version get a name of their own, as within one folder."""
    fetched()
    manifest = newest_manifest(publisher.store)
    assert manifest is not None
    early = json.loads(publisher.store.get(manifest.key))
    del early["feed"]
    archive = publisher.store.get(manifest.archive_key)
    for key in publisher.running.keys("raw/"):
        publisher.running.s3.delete_object(Bucket=BUCKET, Key=key)
    publisher.running.put("raw/7/manifest.json", json.dumps(early))
    publisher.store.put("raw/7/emerging.rules.tar.gz", archive)
    publish(publisher.folder, {"emerging-test": [rule(1).strip(), rule(2).strip()]}, version="7")
    assert fetched()["version"].startswith("7-")


def test_secret_that_cannot_be_read_fails_its_feed_alone(publisher: Publisher) -> None:
    """And names the parameter."""
    publisher.list_feeds(f"name: et/pro, secret: {NAME}", "name: et/open")
    error = failed()
    assert isinstance(error.failures["et/pro"], SecretError)
    assert "secret /rulesync/code: SSM answers ParameterNotFound" in str(error)
    assert publisher.versions("et/open") == {"et/open": "7"}


def test_wrong_secret_is_the_sources_answer(publisher: Publisher) -> None:
    """The message says whose code it was, and not what it is."""
    boto3.client("ssm").put_parameter(Name=NAME, Value=CODE, Type="SecureString")
    place = f"{publisher.server.url}/%(secret-code)s/pro.tar.gz"
    publisher.list_feeds(f"name: ours, url: '{place}', secret: {NAME}", "name: et/open")
    error = failed().failures["ours"]
    assert isinstance(error, DownloadError)
    assert "/***/pro.tar.gz: answers 404 Not Found" in str(error)
    assert f"the code in its address is from {NAME}" in str(error)
    assert publisher.server.statuses(f"/{CODE}/pro.tar.gz") == [404]
