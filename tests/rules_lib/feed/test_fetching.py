"""A whole fetch: from a web server, a file or a bucket into the bucket."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from support.store import MemoryStore
from support.web import (
    ARCHIVE,
    BUCKET,
    CHECKSUM,
    VERSION,
    Answer,
    Pauses,
    contents,
    feed,
    md5,
    packed,
    reader,
    request,
    rule,
    settings,
    zipped,
)

from rules_lib.aws.s3_store import S3Store
from rules_lib.aws.store import Store
from rules_lib.bucket import archive_key, manifest_key
from rules_lib.errors import ArchiveError, ChecksumError, DownloadError, RefusedError, StoreError
from rules_lib.facts.feeds import ET_OPEN
from rules_lib.feed.fetch import Fetched, fetch
from rules_lib.feed.in_use import archive_in_bucket
from rules_lib.feed.manifest import read_manifest
from rules_lib.feed.newest import newest_manifest
from rules_lib.feed.source import FeedUnchanged
from rules_lib.model import FeedFile
from rules_lib.reading.lines import Tally
from rules_lib.sources.answers import NO_VALIDATORS
from rules_lib.sources.reader import reader_for
from rules_lib.sources.session import UnguidedSession

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.web import WebServer

    from rules_lib.address import Address
    from rules_lib.sources.answers import Absent, Body, SourceReader, Unmodified, Validators

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


@dataclass
class Publisher:
    """A web server with a feed, and the bucket that it is fetched into, an hour between fetches."""

    server: WebServer
    store: MemoryStore
    session: UnguidedSession
    now: datetime = NOON
    limits: dict[str, object] = field(default_factory=dict)

    def fetch(self) -> Fetched | FeedUnchanged:
        """Fetch as the function does, but with no real pauses."""
        self.now += timedelta(hours=1)
        wanted = request(f"{self.server.url}{ARCHIVE}", **self.limits)
        return fetch(wanted, reader(self.session, Pauses()), self.store, self.now)

    def refuse(self, kind: type[Exception]) -> str:
        """Fetch, which must fail and leave the bucket as it is; give the error's words."""
        before = contents(self.store)
        with pytest.raises(kind) as caught:
            self.fetch()
        assert contents(self.store) == before
        return str(caught.value)

    def leave(self) -> FeedUnchanged:
        """Fetch, which must find nothing new and leave the bucket as it is."""
        before = contents(self.store)
        outcome = self.fetch()
        assert isinstance(outcome, FeedUnchanged)
        assert contents(self.store) == before
        return outcome


@pytest.fixture
def publisher(server: WebServer, store: MemoryStore) -> Publisher:
    """Give a publisher that has published nothing yet."""
    return Publisher(server, store, UnguidedSession())


def test_first_fetch_stores_archive_and_manifest(publisher: Publisher) -> None:
    """The manifest says what came, from where, and how many rules it has."""
    data = feed(1, 2)
    publisher.server.offer(data, version="10523\n", checksum=md5(data), headers={"ETag": '"v1"'})
    outcome = publisher.fetch()
    assert isinstance(outcome, Fetched)
    assert outcome.warnings == ()
    assert set(contents(publisher.store)) == {
        archive_key(ET_OPEN, "10523"),
        manifest_key(ET_OPEN, "10523"),
    }
    assert publisher.store.get(archive_key(ET_OPEN, "10523")) == data
    key = manifest_key(ET_OPEN, "10523")
    manifest = read_manifest(publisher.store.get(key), key)
    assert manifest == outcome.manifest
    assert manifest.sha256 == hashlib.sha256(data).hexdigest()
    assert manifest.size == len(data)
    assert manifest.source == f"{publisher.server.url}{ARCHIVE}"
    assert manifest.etag == '"v1"'
    assert manifest.fetched_at == NOON + timedelta(hours=1)
    assert manifest.categories == {"emerging-test": Tally(enabled=2, disabled=0)}


@pytest.mark.parametrize(
    ("path", "data", "stored", "category"),
    [
        ("/x/my.tgz", feed(1), "emerging.rules.tar.gz", "emerging-test"),
        ("/x/my.tar", gzip.decompress(feed(1)), "emerging.rules.tar", "emerging-test"),
        ("/x/my.zip", zipped("rules/emerging-test.rules"), "emerging.rules.zip", "emerging-test"),
        ("/x/urlhaus.rules", rule(1).encode(), "urlhaus.rules", "urlhaus"),
        (
            "/x/urlhaus.rules.gz",
            gzip.compress(rule(1).encode(), mtime=0),
            "urlhaus.rules.gz",
            "urlhaus",
        ),
        ("/x/?get=urlhaus", rule(1).encode(), "feed.rules", "feed"),
        ("/1234567890123456.rules", rule(1).encode(), "feed.rules", "feed"),
    ],
)
def test_every_form_is_stored_as_it_came_under_a_name_that_says_its_form(
    publisher: Publisher, path: str, data: bytes, stored: str, category: str
) -> None:
    """By which the build finds it; a secret in the address names nothing."""
    publisher.server.routes[path] = [Answer(body=data)]
    wanted = request(f"{publisher.server.url}{path}")
    outcome = fetch(wanted, reader(publisher.session, Pauses()), publisher.store, NOON)
    manifest = outcome.manifest
    assert manifest.archive == stored
    assert publisher.store.get(archive_key(ET_OPEN, manifest.version, stored)) == data
    assert manifest.categories == {category: Tally(1, 0)}
    assert newest_manifest(publisher.store) == manifest
    assert tuple(archive_in_bucket(publisher.store, manifest)) == (
        FeedFile(category, rule(1).encode()),
    )


def test_other_form_under_the_same_version_gets_its_own_folder(publisher: Publisher) -> None:
    """As other bytes do: no manifest is overwritten."""
    publisher.server.offer(feed(1), version="7")
    publisher.fetch()
    before = contents(publisher.store)
    publisher.server.offer(zipped("rules/emerging-test.rules"), version="7")
    manifest = publisher.fetch().manifest
    assert manifest.version.startswith("7-")
    assert before.items() <= contents(publisher.store).items()


def test_manifest_is_written_last(publisher: Publisher) -> None:
    """Its arrival starts the build, which then finds the archive."""
    publisher.server.offer(feed(1), version="1")
    publisher.fetch()
    assert publisher.store.written == [archive_key(ET_OPEN, "1"), manifest_key(ET_OPEN, "1")]


def test_feed_without_version_is_named_by_its_sha256(publisher: Publisher) -> None:
    """Twelve digits of it; and the missing checksum is a warning that names it."""
    publisher.server.offer(feed(1))
    outcome = publisher.fetch()
    sha256 = hashlib.sha256(feed(1)).hexdigest()
    assert outcome.manifest.version == f"sha256-{sha256[:12]}"
    assert outcome.manifest.announced is None
    assert len(outcome.warnings) == 1
    assert f"{publisher.server.url}{CHECKSUM}: answers 404" in outcome.warnings[0]


@pytest.mark.parametrize(
    "text", ["<html>no such page</html>", "../1", "1/2", ".1", "", "v" * 65, "1 2", "1\x002"]
)
def test_version_that_is_no_plain_word_is_not_used(publisher: Publisher, text: str) -> None:
    """It would become a folder of the bucket; many servers answer a page for what they lack."""
    publisher.server.offer(feed(1), version=text)
    outcome = publisher.fetch()
    assert outcome.manifest.version.startswith("sha256-")
    assert f"{publisher.server.url}{VERSION}" in outcome.warnings[1]


def test_known_checksum_spares_the_download(publisher: Publisher) -> None:
    """Even where the server has no validators, and cannot tell the size."""
    data = feed(1)
    publisher.server.offer(data, checksum=md5(data))
    publisher.fetch()
    assert "checksum" in publisher.leave().why
    assert publisher.server.statuses(ARCHIVE) == [200]


@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
def test_known_validator_spares_the_download(publisher: Publisher, name: str) -> None:
    """The server without a checksum answers 304."""
    publisher.server.offer(feed(1), headers={name: '"v1"'})
    publisher.fetch()
    assert "not modified" in publisher.leave().why
    assert publisher.server.statuses(ARCHIVE) == [200, 304]


def test_same_bytes_are_not_stored_again(publisher: Publisher) -> None:
    """Without checksum and validators the archive itself is compared."""
    publisher.server.offer(feed(1), version="1")
    publisher.fetch()
    publisher.server.offer(feed(1), version="2")
    assert "bytes are the same" in publisher.leave().why


def test_announced_checksum_outweighs_a_stale_validator(publisher: Publisher) -> None:
    """A cache that still says 'not modified' cannot hide a release that is announced."""
    publisher.server.offer(feed(1), checksum=md5(feed(1)), headers={"ETag": '"v1"'})
    publisher.fetch()
    publisher.server.offer(feed(1, 2), checksum=md5(feed(1, 2)), headers={"ETag": '"v1"'})
    assert isinstance(publisher.fetch(), Fetched)


def test_checksum_that_was_not_renewed_does_not_freeze_the_rules(publisher: Publisher) -> None:
    """The archive's size shows that the old checksum is not its own."""
    publisher.server.offer(feed(1), checksum=md5(feed(1)))
    publisher.fetch()
    publisher.server.offer(feed(*range(1, 40)), checksum=md5(feed(1)))
    assert "wrong checksum" in publisher.refuse(ChecksumError)


def test_next_release_stands_beside_the_first(publisher: Publisher) -> None:
    """Nothing of the earlier one changes, and the newest is the new one."""
    publisher.server.offer(feed(1), version="9")
    publisher.fetch()
    before = contents(publisher.store)
    publisher.server.offer(feed(1, 2), version="10")
    publisher.fetch()
    after = contents(publisher.store)
    assert {key: after[key] for key in before} == before
    newest = newest_manifest(publisher.store)
    assert newest is not None
    assert newest.version == "10"


@pytest.mark.parametrize(("newer", "older"), [("10", "9"), ("7.0.10", "7.0.9")])
def test_older_release_is_refused(publisher: Publisher, newer: str, older: str) -> None:
    """Numbers are compared as numbers; the error says how to go back on purpose."""
    publisher.server.offer(feed(1, 2), version=newer)
    publisher.fetch()
    publisher.server.offer(feed(1), version=older)
    words = publisher.refuse(RefusedError)
    assert f"version {older} is older than {newer}" in words
    assert f"delete {manifest_key(ET_OPEN, newer)}" in words


def test_older_release_comes_after_the_newer_manifest_is_deleted(publisher: Publisher) -> None:
    """What the error advises works."""
    publisher.server.offer(feed(1, 2), version="10")
    publisher.fetch()
    publisher.store.delete(manifest_key(ET_OPEN, "10"))
    publisher.server.offer(feed(1), version="9")
    assert isinstance(publisher.fetch(), Fetched)


def test_versions_that_are_no_numbers_are_not_compared(publisher: Publisher) -> None:
    """Words have no order."""
    publisher.server.offer(feed(1), version="spring")
    publisher.fetch()
    publisher.server.offer(feed(2), version="autumn")
    assert isinstance(publisher.fetch(), Fetched)


def test_other_bytes_under_the_same_version_get_their_own_folder(publisher: Publisher) -> None:
    """Neither release is overwritten; going back and forth finds both again."""
    for sids in ((1,), (2,), (1,)):
        publisher.server.offer(feed(*sids), version="7")
        outcome = publisher.fetch()
        assert isinstance(outcome, Fetched)
        assert publisher.store.get(archive_key(ET_OPEN, outcome.manifest.version)) == feed(*sids)
        assert newest_manifest(publisher.store) == outcome.manifest
    apart = f"7-{hashlib.sha256(feed(2)).hexdigest()[:8]}"
    assert set(contents(publisher.store)) == {
        archive_key(ET_OPEN, "7"),
        manifest_key(ET_OPEN, "7"),
        archive_key(ET_OPEN, apart),
        manifest_key(ET_OPEN, apart),
    }


def test_archive_left_by_a_broken_fetch_is_taken_up(publisher: Publisher) -> None:
    """A fetch that died before its manifest is finished by the next one."""
    publisher.store.put(archive_key(ET_OPEN, "7"), feed(1))
    publisher.server.offer(feed(1), version="7")
    assert publisher.fetch().manifest.version == "7"


@dataclass
class _Overtaken:
    """Reads as another reader does; while it downloads, another fetch comes to its end."""

    inner: SourceReader
    meanwhile: Callable[[], object]

    def read(
        self, address: Address, limit: int, known: Validators = NO_VALIDATORS
    ) -> Body | Unmodified | Absent:
        answer = self.inner.read(address, limit, known)
        if address.reveal().endswith(ARCHIVE):
            self.meanwhile()
        return answer

    def size(self, address: Address) -> int | None:
        return self.inner.size(address)


def test_fetch_that_was_overtaken_leaves_the_newer_in_place(publisher: Publisher) -> None:
    """Whoever began first and ends last does not win."""
    before: dict[str, tuple[bytes, str]] = {}

    def other_fetch() -> None:
        publisher.server.offer(feed(1, 2))
        publisher.fetch()
        before.update(contents(publisher.store))

    publisher.server.offer(feed(1))
    slow = _Overtaken(reader(publisher.session, Pauses()), other_fetch)
    began = NOON + timedelta(minutes=50)
    with pytest.raises(RefusedError, match="a fetch that began later"):
        fetch(request(f"{publisher.server.url}{ARCHIVE}"), slow, publisher.store, began)
    assert contents(publisher.store) == before


def test_bytes_that_the_bucket_had_before_are_not_looked_for_again(publisher: Publisher) -> None:
    """Whatever another fetch brings meanwhile, there is nothing to store."""
    publisher.server.offer(feed(1))
    publisher.fetch()

    def bucket_goes() -> None:
        publisher.store.gone = True

    wanted = request(f"{publisher.server.url}{ARCHIVE}")
    slow = _Overtaken(reader(publisher.session, Pauses()), bucket_goes)
    outcome = fetch(wanted, slow, publisher.store, NOON + timedelta(days=1))
    assert isinstance(outcome, FeedUnchanged)
    assert "bytes are the same" in outcome.why


def test_fetch_by_a_clock_far_ahead_stops_no_later_one(publisher: Publisher) -> None:
    """The next is fetched, and it is the newest: none began after it was written."""
    publisher.server.offer(feed(1))
    publisher.now = publisher.store.now + timedelta(days=400)
    assert isinstance(publisher.fetch(), Fetched)
    publisher.server.offer(feed(1, 2))
    publisher.now = publisher.store.now - timedelta(hours=1)
    outcome = publisher.fetch()
    assert isinstance(outcome, Fetched)
    assert newest_manifest(publisher.store) == outcome.manifest


def test_fetch_by_a_clock_a_little_ahead_names_what_to_delete(publisher: Publisher) -> None:
    """It cannot be told from one that was overtaken; a quarter of an hour later it can."""
    publisher.server.offer(feed(1))
    held = publisher.fetch()
    publisher.server.offer(feed(1, 2))
    publisher.now -= timedelta(hours=1, minutes=10)
    assert f"delete {manifest_key(ET_OPEN, held.manifest.version)}" in publisher.refuse(
        RefusedError
    )
    publisher.now = NOON + timedelta(minutes=1)
    assert isinstance(publisher.fetch(), Fetched)


def test_two_fetches_of_one_version_never_mix(publisher: Publisher) -> None:
    """Each manifest describes the archive beside it, whoever wrote first."""

    def other_fetch() -> None:
        publisher.server.offer(feed(2), version="7")
        publisher.fetch()

    publisher.server.offer(feed(1), version="7")
    slow = _Overtaken(reader(publisher.session, Pauses()), other_fetch)
    later = NOON + timedelta(days=1)
    fetch(request(f"{publisher.server.url}{ARCHIVE}"), slow, publisher.store, later)
    keys = [key for key in contents(publisher.store) if key.endswith("manifest.json")]
    assert len(keys) == 2
    for key in keys:
        manifest = read_manifest(publisher.store.get(key), key)
        archive = publisher.store.get(archive_key(ET_OPEN, manifest.version))
        assert hashlib.sha256(archive).hexdigest() == manifest.sha256


@pytest.mark.parametrize("held", [False, True], ids=["first", "later"])
@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (Answer(body=b"<!DOCTYPE html><html>"), ArchiveError, "an HTML page, 21 bytes, not a feed"),
        (Answer(body=b""), ArchiveError, "empty"),
        (Answer(body=feed(5)[:-20]), ArchiveError, "truncated"),
        (Answer(body=feed(5), declared=1000), DownloadError, "gave up after 3 attempts"),
        (Answer(body=packed("# a comment\n")), ArchiveError, "without any rule"),
        (Answer(body=feed(5, category="../b")), ArchiveError, "refused whole"),
        (Answer(404), DownloadError, "answers 404"),
        (Answer(500), DownloadError, "answers 500"),
        (Answer(silent=True), DownloadError, "gave up after 3 attempts"),
    ],
    ids=["html", "empty", "truncated", "short", "no rule", "unsafe", "404", "500", "broken"],
)
def test_bad_feed_is_an_error_and_changes_nothing(
    publisher: Publisher, answer: Answer, kind: type[Exception], words: str, *, held: bool
) -> None:
    """Whether or not the bucket has a feed; the error names the source."""
    if held:
        publisher.server.offer(feed(1), version="1", headers={"ETag": '"v1"'})
        publisher.fetch()
    publisher.server.routes = {ARCHIVE: [answer], VERSION: [Answer(body=b"2")]}
    refusal = publisher.refuse(kind)
    assert words in refusal
    assert refusal.startswith(f"{publisher.server.url}{ARCHIVE}: ")


@pytest.mark.parametrize(
    ("checksum", "words"),
    [
        (md5(b"something else"), "wrong checksum"),
        (b"<!DOCTYPE html>", "an HTML page, 15 bytes, is not an MD5 checksum"),
        (b"", "is not an MD5 checksum"),
        (b"abc", "text, 3 bytes, is not an MD5 checksum"),
        (md5(feed(1)).strip() + b"0", "is not an MD5 checksum"),
        (b"MD5 (a.tar.gz) = abc", "is not an MD5 checksum"),
    ],
)
def test_wrong_checksum_is_an_error_and_changes_nothing(
    publisher: Publisher, checksum: bytes, words: str
) -> None:
    """Another archive's checksum, or none at all where one should be."""
    publisher.server.offer(feed(1), checksum=checksum)
    assert words in publisher.refuse(ChecksumError)


@pytest.mark.parametrize(
    "form",
    [
        b"%b",
        b"%b\r\n",
        b"\xef\xbb\xbf%b\n",
        b"%b  emerging.rules.tar.gz\n",
        b"%b *emerging.rules.tar.gz\r\n",
        b"\\%b  emerging\\nrules.tar.gz\n",
        b"MD5 (emerging.rules.tar.gz) = %b\n",
        b"MD5 (a (1) = b.tar.gz) = %b\r\n",
        b"MD5(emerging.rules.tar.gz)= %b\n",
        b"\n  %b\n# a comment\n",
    ],
)
def test_checksum_is_read_in_every_form_that_programs_write(
    publisher: Publisher, form: bytes
) -> None:
    """GNU's, BSD's and OpenSSL's, in either case, and an archive that is another is found out."""
    for digest in (md5(feed(1)).strip(), md5(feed(1)).strip().upper()):
        publisher.server.offer(feed(1), checksum=form % digest)
        assert publisher.fetch().warnings == ()
    publisher.server.offer(feed(2), checksum=form % md5(feed(1)).strip())
    assert "wrong checksum" in publisher.refuse(ChecksumError)


def test_checksum_in_trouble_is_not_taken_for_absence(publisher: Publisher) -> None:
    """A server error is no reason to do without."""
    publisher.server.offer(feed(1))
    publisher.server.routes[CHECKSUM] = [Answer(503)]
    assert f"{CHECKSUM}: answers 503" in publisher.refuse(DownloadError)


@pytest.mark.parametrize(
    ("limit", "kind"),
    [("max_download_bytes", DownloadError), ("max_unpacked_bytes", ArchiveError)],
)
def test_feed_over_a_limit_changes_nothing(
    publisher: Publisher, limit: str, kind: type[Exception]
) -> None:
    """The limits come from the settings."""
    publisher.server.offer(feed(1), version="1")
    publisher.limits = {limit: 100}
    assert "100" in publisher.refuse(kind)


def test_feed_of_disabled_rules_is_a_feed(publisher: Publisher) -> None:
    """The allowlist may wake them."""
    publisher.server.offer(packed("#" + rule(1)))
    assert publisher.fetch().manifest.total == Tally(enabled=0, disabled=1)


def test_credentials_of_the_source_are_not_stored(publisher: Publisher) -> None:
    """The manifest is read by more people than the settings."""
    query = "?token=hush"
    publisher.server.routes = {
        ARCHIVE + query: [Answer(body=feed(1), headers=(("ETag", '"v1"'),))],
        VERSION + query: [Answer(body=b"1")],
    }
    url = publisher.server.url.replace("://", "://me:hush@") + ARCHIVE + query
    wanted = request(url)
    http = reader(publisher.session, Pauses())
    fetched = fetch(wanted, http, publisher.store, NOON)
    assert b"hush" not in publisher.store.get(manifest_key(ET_OPEN, "1"))
    assert fetched.manifest.source == f"{publisher.server.url}{ARCHIVE}"
    assert "hush" not in "".join(fetched.warnings)
    assert isinstance(fetch(wanted, http, publisher.store, NOON), FeedUnchanged)
    assert publisher.server.statuses(ARCHIVE + query) == [200, 304]


def test_changed_source_is_not_asked_by_the_validators_of_the_other(publisher: Publisher) -> None:
    """Two servers may give the same ETag to different files."""
    publisher.server.offer(feed(1), headers={"ETag": '"1"'})
    publisher.fetch()
    publisher.server.routes["/other.tar.gz"] = [Answer(body=feed(2), headers=(("ETag", '"1"'),))]
    wanted = request(f"{publisher.server.url}/other.tar.gz")
    later = NOON + timedelta(days=1)
    outcome = fetch(wanted, reader(publisher.session, Pauses()), publisher.store, later)
    assert isinstance(outcome, Fetched)


def test_bucket_in_trouble_stops_the_fetch_before_the_source_is_asked(publisher: Publisher) -> None:
    """What the bucket has must be known first."""
    publisher.server.offer(feed(1))
    publisher.store.gone = True
    wanted = request(f"{publisher.server.url}{ARCHIVE}")
    with pytest.raises(StoreError, match="NoSuchBucket"):
        fetch(wanted, reader(publisher.session, Pauses()), publisher.store, NOON)
    assert publisher.server.asked == []


def _place_file(folder: Path, _: Store, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def _place_file_url(folder: Path, store: Store, name: str, data: bytes) -> str:
    return f"file://{_place_file(folder, store, name, data)}"


def _place_object(_: Path, store: Store, name: str, data: bytes) -> str:
    store.put(f"mirror/{name}", data)
    return f"s3://{BUCKET}/mirror/{name}"


@pytest.mark.parametrize("place", [_place_file, _place_file_url, _place_object])
def test_files_and_objects_are_feeds_too(
    s3_store: S3Store, tmp_path: Path, place: Callable[[Path, Store, str, bytes], str]
) -> None:
    """With checksum and version beside them; same is unchanged, older refused, wrong an error."""

    def sync(hours: int) -> Fetched | FeedUnchanged:
        wanted = request(address)
        return fetch(
            wanted,
            reader_for(wanted.address, settings(address)),
            s3_store,
            NOON + timedelta(hours=hours),
        )

    address = place(tmp_path, s3_store, "emerging.rules.tar.gz", feed(1))
    first = sync(0)
    assert isinstance(first, Fetched)
    assert first.warnings == ()
    assert isinstance(sync(1), FeedUnchanged)
    place(tmp_path, s3_store, "emerging.rules.tar.gz.md5", md5(feed(1)))
    assert isinstance(sync(2), FeedUnchanged)
    place(tmp_path, s3_store, "version.txt", b"7\n")
    place(tmp_path, s3_store, "emerging.rules.tar.gz", feed(1, 2))
    with pytest.raises(ChecksumError, match=r"emerging\.rules\.tar\.gz: wrong checksum"):
        sync(3)
    place(tmp_path, s3_store, "emerging.rules.tar.gz.md5", md5(feed(1, 2)))
    assert sync(4).manifest.version == "7"
    place(tmp_path, s3_store, "version.txt", b"6\n")
    place(tmp_path, s3_store, "emerging.rules.tar.gz", feed(3))
    place(tmp_path, s3_store, "emerging.rules.tar.gz.md5", md5(feed(3)))
    with pytest.raises(RefusedError, match="version 6 is older than 7"):
        sync(5)


def test_missing_file_is_a_clear_error(store: MemoryStore, tmp_path: Path) -> None:
    """With its path."""
    wanted = request(str(tmp_path / "none.tar.gz"))
    with pytest.raises(DownloadError, match=r"none\.tar\.gz: no such file"):
        fetch(wanted, reader_for(wanted.address, settings("x")), store, NOON)
    assert contents(store) == {}
