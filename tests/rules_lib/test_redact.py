"""What of an address may be read, and what is taken out of the words of others."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules_lib.redact import HIDDEN, clean, clean_urls, redact, secrets

ET_OPEN = "https://rules.emergingthreats.net/open/suricata-7.0.3/emerging.rules.tar.gz"
CODES = (
    "1234567890123456",
    "0123456789abcdef0123456789abcdef01234567",
    "550e8400-e29b-41d4-a716-446655440000",
    "dGhlIHN1YnNjcmliZXI=",
    "hunter2secret",
    "S3cr3tC0de",
    "a-long-subscription-key-20260331-42",
)
_LETTERS = st.characters(codec="utf-8", categories=["L", "N", "P", "S"])


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "https://me:pw@feeds.example:8443/a.tar.gz?key=hush#x",
            "https://feeds.example:8443/a.tar.gz",
        ),
        ("https://feeds.example?key=hush", "https://feeds.example"),
        ("https://token@feeds.example/a.tar.gz", "https://feeds.example/a.tar.gz"),
        ("https://feeds.example/2026/a.tar.gz", "https://feeds.example/2026/a.tar.gz"),
        ("https://me:pw@[2001:db8::1]:8080/a.rules", "https://[2001:db8::1]:8080/a.rules"),
        ("ftp://me:pw@feeds.example/a", "ftp://feeds.example/a"),
        ("s3://me:pw@bucket/a.tar.gz?versionId=7", "s3://bucket/a.tar.gz"),
        ("s3://bucket/et/a.tar.gz", "s3://bucket/et/a.tar.gz"),
        ("file:///d/a?b#c@d", "file:///d/a?b#c@d"),
        ("file://me:pw@host/d/a", "file://host/d/a"),
        ("/d/1234567890123456/a?b#c@d", "/d/1234567890123456/a?b#c@d"),
        ("../d/x@y.rules", "../d/x@y.rules"),
        ("a@b.tar.gz", "a@b.tar.gz"),
        ("C:\\d\\a.rules", "C:\\d\\a.rules"),
        (ET_OPEN, ET_OPEN),
        (f"{ET_OPEN}.md5", f"{ET_OPEN}.md5"),
        (
            "https://rules.emergingthreatspro.com/plainword/suricata-7.0.3/etpro.rules.tar.gz",
            "https://rules.emergingthreatspro.com/***/suricata-7.0.3/etpro.rules.tar.gz",
        ),
        (
            "https://rules.emergingthreatspro.com/open/suricata-7.0.3/emerging.rules.zip",
            "https://rules.emergingthreatspro.com/open/suricata-7.0.3/emerging.rules.zip",
        ),
        (
            "https://feeds.example/repository/AttackDetection/main/pt_2026-03.rules.tgz",
            "https://feeds.example/repository/AttackDetection/main/pt_2026-03.rules.tgz",
        ),
    ],
)
def test_what_is_shown_of_an_address(address: str, shown: str) -> None:
    """No user, password, query or code; plain words, versions, dates and paths stay."""
    assert redact(address) == shown
    assert redact(shown) == shown
    assert redact(f"  {address}\n") == shown


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("scheme", ["http://", "https://", "HTTPS://", "s3://", "http:/", "https:"])
def test_subscribers_code_is_hidden_wherever_it_stands_in_a_path(scheme: str, code: str) -> None:
    """As a folder, the first or another, as the file's own name, and behind a forgotten scheme."""
    for text in (
        f"{scheme}feeds.example/{code}/x/a.rules",
        f"{scheme}feeds.example/x/{code}/a.rules",
        f"{scheme}feeds.example/x/{code}.rules",
        f"{scheme}feeds.example/x/{code}",
        f"feeds.example/{code}/a.rules",
    ):
        assert code not in redact(text)
        assert "feeds.example/" in redact(text)


@pytest.mark.parametrize(
    "address",
    [
        "https://me:hush/hush@feeds.example/a.rules",
        "https://me:hush#hush@feeds.example/a.rules",
        "https://me:12?hush@feeds.example/a.rules",
        "https://hush@hush@feeds.example/x@y",
        "https:me:hush@feeds.example/a.rules",
        "me:hush@feeds.example/a.rules?key=hush",
        "//me:hush@feeds.example/a.rules",
        "https://me:hush\\@feeds.example/a.rules",
        "https://feeds.example\\hush@x/a.rules",
        "https://fee ds:hush/a.rules",
    ],
)
def test_url_that_cannot_be_read_gives_nothing_away(address: str) -> None:
    """A password with a slash in it moves the host, which is then hidden with it."""
    assert "hush" not in redact(address)
    assert "me" not in redact(address).replace("example", "").replace("feeds.", "")
    assert redact(redact(address)) == redact(address)


@given(
    st.text(_LETTERS, min_size=4, max_size=12),
    st.text(_LETTERS, min_size=4, max_size=12),
    st.text(_LETTERS, min_size=4, max_size=12),
)
def test_no_spelling_of_a_secret_is_left_in_words(user: str, password: str, key: str) -> None:
    """As it is, percent-encoded in either way, decoded, in any case."""
    parts = [quote(part, safe="") for part in (user, password, key)]
    address = f"https://{parts[0]}:{parts[1]}@feeds.example/1234567890123456/a?key={parts[2]}"
    spellings = {f(s) for s in (user, password, key) for f in (str, quote, quote_plus)}
    assume(not any(one.lower() in "said *** of" for one in spellings))
    hidden = secrets(address)
    for spelling in (*spellings, *parts, "1234567890123456"):
        words = clean(f"said <{spelling}> of it", hidden)
        assert words == f"said <{HIDDEN}> of it"
    assert not any(one in redact(address) for one in parts)


def test_short_secrets_cost_no_other_word() -> None:
    """`me` is taken out where it stands alone; a number of three digits counts something."""
    hidden = secrets("https://me:pw@feeds.example/a?limit=3")
    assert clean("some me, 3 attempts: pw", hidden) == "some ***, 3 attempts: ***"


def test_urls_in_words_are_redacted() -> None:
    """Those that nobody has given: a redirect's, or one in what a library says."""
    words = "no 'https://me:pw@x.example/a?b', nor s3://u:p@bucket/k: gone (http://h/c?d)."
    assert clean_urls(words) == "no 'https://x.example/a', nor s3://bucket/k: gone (http://h/c)."


def test_address_of_an_object_of_ours_stays_whole() -> None:
    """Whoever is to restore it must know which it is; a build's id has many digits."""
    words = "s3://ours/builds/20261128T185131Z-13a999be/groups.json is damaged"
    assert clean_urls(words) == words
