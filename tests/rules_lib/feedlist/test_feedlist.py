"""The list of feeds: what a valid one says, and every fault of another, all at once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from rules_lib.address import Address
from rules_lib.errors import FeedListError
from rules_lib.facts.feeds import SECRET_MARK, known_feeds
from rules_lib.feedlist import FeedEntry, Feeds, feed_category, load_feeds, usual_feeds
from rules_lib.feedlist.addresses import SERVICE_ENGINE
from rules_lib.feedlist.naming import usual_prefix

DESIGN = """\
version: 1
feeds:                                     # order = precedence on equal sids
  - {name: et/open}
  - {name: et/pro, secret: /rulesync/et-pro-code}
  - {name: abuse.ch/sslbl-blacklist}
  - {name: ours, url: s3://our-mirror/rules.zip, prefix: ours}
"""
INDEX = Path(__file__).parents[3].parent / "shared" / "feeds" / "index.yaml"


def read(text: str, et_open: Address | None = None) -> Feeds:
    """Read a list of which nothing is wrong."""
    return load_feeds(text, source="feeds.yaml", et_open=et_open)


def listed(*entries: str) -> str:
    """Write a list of some entries."""
    return "\n".join(("version: 1", "feeds:", *(f"  - {{{entry}}}" for entry in entries)))


def faults(text: str | bytes) -> list[str]:
    """Read a list that has faults; give them, a line each."""
    with pytest.raises(FeedListError) as caught:
        load_feeds(text, source="feeds.yaml")
    assert len(caught.value.records) == len(caught.value.problems)
    return list(caught.value.problems)


def only(*entries: str) -> FeedEntry:
    """Read a list of one feed."""
    [entry] = read(listed(*entries))
    return entry


def test_designs_example_is_valid() -> None:
    """Known feeds need their names alone, in the order of their precedence."""
    feeds = read(DESIGN)
    assert feeds.names == ("et/open", "et/pro", "abuse.ch/sslbl-blacklist", "ours")
    assert [feed.prefix for feed in feeds] == ["", "", "sslbl", "ours"]
    assert [feed.licence for feed in feeds] == ["MIT", "Commercial", "CC0-1.0", ""]
    assert [feed.checksum for feed in feeds] == [True, False, False, True]
    assert (feeds.listed, feeds.first.name, len(feeds)) == (True, "et/open", 4)
    assert feeds.warnings == ("feed et/pro contains et/open; you need only one of them",)


def test_without_a_list_et_open_is_wanted_alone() -> None:
    """At the address that it always had, or at that of the stack."""
    usual = usual_feeds()
    url = "https://rules.emergingthreats.net/open/suricata-7.0.3/emerging.rules.tar.gz"
    assert (usual.names, usual.listed, usual.first.prefix) == (("et/open",), False, "")
    assert usual.first.address.reveal() == url
    mirror = Address("https://mirror.example/a.zip")
    assert usual_feeds(mirror).first.address == mirror
    assert usual_feeds(mirror).first.form == ".zip"


def test_address_of_the_stack_is_that_of_et_open_wherever_it_stands() -> None:
    """Unless the list gives one; and of no other feed."""
    mirror = Address("https://mirror.example/a.tar.gz")
    feeds = read(listed("name: abuse.ch/urlhaus", "name: et/open"), mirror)
    assert [feed.address == mirror for feed in feeds] == [False, True]
    [alone] = read(listed("name: et/open, url: 'https://other.example/b.tgz'"), mirror)
    assert alone.address.reveal() == "https://other.example/b.tgz"


def test_versions_of_addresses_are_those_of_the_engine() -> None:
    """Of the publisher's own rules, or of the service where people write the mark."""
    assert "/suricata-7.0.3/" in only("name: et/open").address.reveal()
    own = only("name: ours, url: 'https://x.example/%(__version__)s/a.rules'")
    assert own.address.reveal() == f"https://x.example/{SERVICE_ENGINE}/a.rules"


@pytest.mark.parametrize(
    ("text", "span"),
    [("6h", timedelta(hours=6)), ("30m", timedelta(minutes=30)), ("7d", timedelta(days=7))],
)
def test_time_between_questions_is_read(text: str, span: timedelta) -> None:
    """A number and a unit."""
    assert only(f"name: et/open, every: {text}").every == span


def test_what_the_list_says_goes_before_what_is_known() -> None:
    """Prefix, licence and checksum."""
    entry = only(
        "name: abuse.ch/urlhaus, prefix: bad-urls, licence: CC0, checksum: true, every: 1d"
    )
    assert (entry.prefix, entry.licence, entry.checksum) == ("bad-urls", "CC0", True)
    assert only("name: tgreen/hunting, checksum: false").checksum is False


@pytest.mark.parametrize(
    ("prefix", "file", "category"),
    [
        ("", "emerging-malware", "emerging-malware"),
        ("ours", "web", "ours-web"),
        ("urlhaus", "urlhaus", "urlhaus"),
        ("ours", "ours-web", "ours-ours-web"),
    ],
)
def test_category_has_the_feeds_prefix(prefix: str, file: str, category: str) -> None:
    """Once, where the file is named as the prefix is."""
    assert feed_category(prefix, file) == category


@pytest.mark.parametrize(
    ("feed", "prefix"),
    [
        ("et/open", ""),
        ("et/pro", ""),
        ("abuse.ch/urlhaus", "urlhaus"),
        ("ours", "ours"),
        ("team/blue", "blue"),
        ("team/open", "team"),
        ("team/Rules", "team"),
    ],
)
def test_feed_without_a_prefix_has_a_usual_one(feed: str, prefix: str) -> None:
    """Of what is unlike in its name."""
    assert usual_prefix(feed) == prefix


def test_prefixes_of_known_feeds_are_apart() -> None:
    """But for two names of one feed, and the two of Proofpoint."""
    shared: dict[str, set[str]] = {}
    for feed in known_feeds().values():
        shared.setdefault(feed.prefix, set()).add(feed.renamed or feed.name)
    assert {prefix: names for prefix, names in shared.items() if len(names) > 1} == {
        "": {"et/open", "et/pro"}
    }


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("name: et/opne", 'feeds.name: "et/opne" is not a feed that rulesync knows'),
        ("name: et/opne", "nearest: et/open"),
        ("name: et/pro", '"et/pro" has no secret, and needs the access code'),
        ("name: et/pro", "https://www.proofpoint.com/"),
        ("name: ptresearch/attackdetection", "cannot be fetched: it no longer exists"),
        ("name: malsilo/win-malware", "cannot be fetched: nobody maintains it any more"),
        ("name: abuse.ch/sslbl-c2", "its publisher ended it on 2025-01-03"),
        ("name: ../up", '"../up" must be like et/open'),
        ("name: a/b/c", '"a/b/c" must be like et/open'),
        ("nam: et/open", '"nam" is not a valid key here; nearest: name'),
        ("url: 'https://x.example/a.zip'", "has no name; it must be given"),
        ("name: ours, url: 'ftp://x.example/a.zip'", "is not an http, https or s3 URL"),
        ("name: ours, url: 'https://x.example'", "is not an http, https or s3 URL"),
        ("name: ours, url: 'https://x.example/%(code)s.zip'", "has %(code)s; only %(secret"),
        ("name: ours, secret: /a, url: 'https://%(secret-code)s.x.example/a'", "in its host"),
        ("name: ours, url: 'https://x.example/%(secret-code)s/a'", "has no secret, and its url"),
        ("name: ours, url: 'https://x.example/a', secret: /a", "secret: is not used"),
        ("name: et/open, every: 6", '"6" is not a time; write a number and m, h or d'),
        ("name: et/open, every: 40d", '"40d" is not a time'),
        ("name: et/open, checksum: maybe", '"maybe" is not true or false'),
        ("name: et/open, licence: ''", "is empty; give its name"),
        ("name: et/open, prefix: a b", "must be letters, digits and inner hyphens"),
        ("name: et/open, prefix: local", "is reserved for your own rules"),
        ("name: local/x, url: /a, prefix: local-mine", "is reserved for your own rules"),
        ("name: local, url: /a", "is reserved for your own rules"),
    ],
)
def test_fault_of_an_entry_says_what_to_do(entry: str, words: str) -> None:
    """With its line and its key."""
    found = faults(listed("name: oisf/trafficid", entry))
    assert any(words in fault and fault.startswith("line 4: ") for fault in found), found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty; the smallest valid file is: {version: 1, feeds: [{name: et/open}"),
        ("version: 1", "the file has no feeds; it must be given"),
        ("version: 1\nfeeds: []", "line 2: feeds: a list is empty; give at least one value"),
        ("version: 1\nfeeds: et/open", '"et/open" is not a list'),
        ("version: 1\nfeeds: [et/open]", '"et/open" is not a mapping'),
        ("version: 2\nfeeds: [{name: et/open}]", '"2" is not 1, the only one'),
        ("version: 1\nfeed: 1\nfeeds: [{name: et/open}]", '"feed" is not a valid key here'),
        (b"version: 1\nfeeds: [{name: \xff}]", "is not UTF-8"),
        ("version: 1\nfeeds: &a [{name: et/open}]", '"&a" is an anchor; remove it'),
        ("version: 1\nfeeds: [{name: !!python/name:os et/open}]", "is a YAML tag"),
        ("version: 1\nfeeds: [", "not valid YAML"),
    ],
)
def test_fault_of_the_file_is_one_error(text: str | bytes, words: str) -> None:
    """Hostile YAML is read by the reader of the allowlist."""
    assert any(words in fault for fault in faults(text))


def test_all_faults_are_told_at_once() -> None:
    """Of whatever kind, in the order of their lines."""
    found = faults(
        listed("name: et/opne", "name: et/open, every: 6x", "name: et/open", "name: et/pro")
    )
    assert [fault.partition(":")[0] for fault in found] == ["line 3", "line 4", "line 5", "line 6"]
    assert 'line 5: feeds.name: "et/open" is there twice, first on line 4' in found[2]


def test_prefix_of_two_feeds_is_a_fault() -> None:
    """Given or usual: their categories would be one."""
    [fault] = faults(listed("name: ours, url: /a, prefix: urlhaus", "name: abuse.ch/urlhaus"))
    assert 'has the prefix "urlhaus", as "ours" has' in fault
    [fault] = faults(listed("name: ours, url: /a, prefix: ''", "name: mine, url: /b, prefix: ''"))
    assert 'has no prefix, as "ours" has' in fault


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        (["name: sslbl/ssl-fp-blacklist"], "is called abuse.ch/sslbl-blacklist by now"),
        (["name: malsilo/win-malware, url: /copy"], "nobody maintains it any more; the url is"),
        (
            ["name: ours, url: 'http://x.example/%(secret-code)s/a', secret: /a"],
            "its secret is sent unencrypted",
        ),
    ],
)
def test_what_holds_but_should_be_known_is_a_warning(entries: list[str], words: str) -> None:
    """An old name goes on working."""
    [warning] = read(listed(*entries)).warnings
    assert words in warning


@pytest.mark.parametrize("code", ["1234567890123456", "hush-hush", "arn:aws:s3:::hush/hush"])
def test_code_in_place_of_its_name_is_not_repeated(code: str) -> None:
    """Whoever mistakes the key has their code in no error, neither in words nor as a value."""
    with pytest.raises(FeedListError) as caught:
        read(listed(f"name: et/pro, secret: '{code}'"))
    assert "the code itself must not be here" in str(caught.value)
    assert code not in str(caught.value)
    assert code not in json.dumps(caught.value.records)


def test_password_of_an_address_is_refused_and_not_repeated() -> None:
    """It belongs where nobody reads it; its mark may stand in its place."""
    with pytest.raises(FeedListError) as caught:
        read(listed("name: ours, url: 'https://me:hush@x.example/a.zip'"))
    assert f"store that as a secret, and write {SECRET_MARK}" in str(caught.value)
    assert "hush" not in str(caught.value) + json.dumps(caught.value.records)
    kept = only("name: ours, url: 'https://me:%(secret-code)s@x.example/a.zip', secret: /a")
    assert kept.address.filled(SECRET_MARK, "p/w").reveal() == "https://me:p%2Fw@x.example/a.zip"


@pytest.mark.skipif(not INDEX.exists(), reason="the public index is not beside the repository")
def test_facts_are_those_of_the_public_index() -> None:
    """Name, address, licence, checksum, code and engine."""
    index = yaml.safe_load(INDEX.read_text(encoding="utf-8"))["sources"]
    assert set(index) == set(known_feeds())
    for name, facts in index.items():
        known = known_feeds()[name]
        assert (known.url, known.licence) == (facts["url"], facts["license"])
        assert known.min_version == str(facts.get("min-version", ""))
        assert known.checksum == facts.get("checksum", True)
        assert bool(known.code) == ("secret-code" in facts.get("parameters", {}))
        assert bool(known.gone or known.renamed) == ("obsolete" in facts or "deprecated" in facts)
        assert facts.get("description", "?") not in known.summary


def test_every_known_feed_can_be_listed() -> None:
    """With a secret where it needs one; those that are gone with an address of their own."""
    for known in known_feeds().values():
        secret = ", secret: /a" if known.code else ""
        url = ", url: /copy" if known.gone else ""
        entry = only(f"name: {known.name}{secret}{url}")
        assert (entry.name, entry.vendor) == (known.name, known.vendor)
        assert known.summary
