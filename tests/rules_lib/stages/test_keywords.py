"""Keywords, and uses of them, that the service cannot take are told with the reason that holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.rules import allow, asked, candidate, rule

from rules_lib.facts import limits, suricata
from rules_lib.facts.vocabulary import countries
from rules_lib.model import Reason
from rules_lib.stages.keywords import DOCUMENTED_UNSUPPORTED, KEYWORD_CHECKS, RESTRICTIONS
from rules_lib.stages.screen import screen


def _objection(source: str, **settings: Any) -> tuple[Reason, str] | None:
    screened = screen([candidate(source)], allow(**settings))
    return next(((one.reason, one.detail) for one in screened.discarded), None)


def _reason(source: str, **settings: Any) -> Reason | None:
    objection = _objection(source, **settings)
    return objection[0] if objection else None


def _only(options: str, head: str = "alert tcp") -> str:
    return f"{head} any any -> any any ({options} sid:1;)"


@pytest.mark.parametrize(
    "options",
    [
        "dataset:isset,x;",
        "datarep:x,>,1;",
        "iprep:any,x,>,1;",
        "lua:x.lua;",
        "luajit:x.lua;",
        "filestore;",
        "FileStore;",
        'luaxform:x.lua; content:"x";',
        "filemd5:hashes;",
        "filesha1:!hashes;",
        "FileSHA256:hashes;",
        "no_such_keyword;",
        'http.uri; gunzip; content:"x";',
        "mqtt.connack.return_code:1;",
        "ssh.protoversion:2_compat;",
        "ssh.softwareversion:PuTTY;",
    ],
)
def test_keywords_that_are_refused_or_unknown(options: str) -> None:
    """Whatever the allowlist says."""
    assert _reason(_only(options), documented_unsupported="keep") is Reason.UNSUPPORTED_KEYWORD


@pytest.mark.parametrize(
    "options",
    [
        'filename:"x";',
        'fileext:"x";',
        "filesize:>1;",
        'file.magic; content:"x";',
        "tag:host,5,seconds,src;",
        "xbits:set,x,track ip_src;",
        "hostbits:set,x;",
        "enip_command:1;",
        "enip.status:1;",
        'ike.init_spi; content:"x";',
        "cip_service:1;",
    ],
)
def test_keywords_that_are_documented_as_unsupported(options: str) -> None:
    """People may keep them."""
    assert _reason(_only(options)) is Reason.UNSUPPORTED_KEYWORD
    assert _reason(_only(options), documented_unsupported="keep") is None


@pytest.mark.parametrize(
    "options", ["tag:session,5,packets;", 'msg:"dataset\\; lua";', 'content:"filestore";']
)
def test_keywords_that_only_look_alike_are_kept(options: str) -> None:
    """A session's tag; words in a text."""
    assert _reason(_only(options)) is None


@pytest.mark.parametrize(
    "options",
    [
        "websocket.opcode:text;",
        'email.subject; content:"x";',
        'ldap.request.dn; content:"x";',
        'aws_route_53_resolved_domain:"site.example";',
        'ja4.hash; content:"_";',
    ],
)
def test_words_of_the_service_are_kept(options: str) -> None:
    """Those of Suricata 8, and its own."""
    assert _reason(_only(options)) is None


MD5 = "0123456789abcdefABCDEF0123456789"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (f'ja3.hash; content:"{MD5[1:]}";', "ja3.hash: Invalid length"),
        (f'ja3_hash; content:!"{MD5[1:]}x"; nocase;', "ja3_hash: Invalid md5-like string"),
        (f'JA3S.hash; bsize:32; content:"{MD5[1:]}|7a|";', "ja3s.hash: Invalid md5-like string"),
        (f'ssh.hassh; content:"{MD5}"; content:"a";', "ssh.hassh: Invalid length"),
        ('http.protocol; content:"() {"; startswith;', "http.protocol: Invalid http.protocol"),
        ('http.protocol; content:"HTTP|20|"; startswith;', "http.protocol: Invalid http.protocol"),
    ],
)
def test_contents_that_suricata_8_refuses_are_told_in_its_words(options: str, words: str) -> None:
    """Whichever way the bytes are written, and whatever stands between buffer and content."""
    objection = _objection(_only(options))
    assert objection
    assert objection[0] is Reason.UNSUPPORTED_KEYWORD
    assert objection[1].startswith(f"Suricata 8.0.3 refuses: {words}")


@pytest.mark.parametrize(
    "options",
    [
        f'ja3.hash; content:"{MD5}";',
        f'ja3.hash; content:"|30|{MD5[1:]}"; nocase; http.uri; content:"a b";',
        'content:"a b"; ja3.string; content:"1,2";',
        'http.protocol; content:"HTTP/1"; http.uri; content:"a b";',
        'http.protocol; to_lowercase; content:"a b";',
    ],
)
def test_contents_that_suricata_8_takes_are_kept(options: str) -> None:
    """Other buffers may hold what they like; so may one that is transformed."""
    assert _reason(_only(options)) is None


@pytest.mark.parametrize(
    "value", ["dst,RU", "any,DE,FR", "src,!US", "both,XK", "DE", "US,CA", "dst, DE , !FR"]
)
def test_countries_by_their_codes_are_kept(value: str) -> None:
    """On one side, on both, on either; without a side, which is any."""
    assert _reason(_only(f"geoip:{value};")) is None


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("dst,ZZ", "ZZ"),
        ("any,DE,EU,UK", "EU, UK"),
        ("src,!USA", "USA"),
        ("dst,ru", "RU".lower()),
        ("dst", "none"),
        ("dst,", "none"),
        ("from,DE", "from"),
    ],
)
def test_what_is_no_country_is_named(value: str, wrong: str) -> None:
    """The service refuses the whole group for it."""
    detail = f"the service does not accept this country code in geoip: {wrong}"
    assert _objection(_only(f"geoip:{value};")) == (Reason.UNSUPPORTED_KEYWORD, detail)


def test_more_countries_than_suricata_takes_are_told() -> None:
    """64 are the most; plain Suricata is not asked about geoip, so nobody else would say it."""
    codes = sorted(countries())
    assert _reason(_only(f"geoip:dst,{','.join(codes[:64])};")) is None
    reason, detail = _objection(_only(f"geoip:dst,{','.join(codes[:65])};")) or (None, "")
    assert reason is Reason.UNSUPPORTED_KEYWORD
    assert detail == "Suricata 8.0.3 accepts at most 64 countries in one geoip, not 65"


@pytest.mark.parametrize(
    ("head", "options", "detail"),
    [
        ("alert tls", "aws_url_category:Spam;", "has aws_url_category for http only"),
        ("drop ip", "aws_domain_category:Spam;", "has aws_domain_category for http and tls only"),
        (
            "alert http",
            "aws_url_category:Spam; geoip:dst,RU;",
            "does not accept aws_url_category and geoip in one rule",
        ),
        (
            "alert tls",
            "geoip:dst,RU; aws_domain_category:Spam;",
            "does not accept aws_domain_category and geoip in one rule",
        ),
    ],
)
def test_what_the_service_rules_out_of_its_own_words(head: str, options: str, detail: str) -> None:
    """Each by the protocols that it is for, and not beside geoip."""
    expected = Reason.UNSUPPORTED_KEYWORD, f"the service {detail}"
    assert _objection(_only(options, head)) == expected


@pytest.mark.parametrize(
    ("head", "options"),
    [
        ("alert http", "aws_url_category:Command and Control;"),
        ("alert http", "aws_domain_category:Malware;"),
        ("reject tls", 'aws_domain_category:Phishing,Spam; ja4.hash; content:"_";'),
        ("alert tls:client_hello_done", "aws_domain_category:Malware;"),
        ("alert tls", 'aws_route_53_resolved_domain:"a.example"; geoip:dst,RU;'),
    ],
)
def test_uses_of_the_services_words_that_it_documents_are_kept(head: str, options: str) -> None:
    """Several categories in one rule too."""
    assert _reason(_only(options, head)) is None


def test_unknown_keyword_of_peoples_own_is_the_services_to_judge() -> None:
    """It gets words of its own that nobody tells us of; what it is known to refuse is discarded."""
    for options, kept in (("aws_new_word:1;", True), ("lua:x;", False), ("geoip:ZZ;", False)):
        own = asked(rule(_only(options), "local-mine"))
        assert bool(screen([own], allow()).rules) is kept


def test_threshold_is_kept_unless_the_allowlist_discards_it() -> None:
    """detection_filter is kept either way."""
    source = _only("threshold:type limit, track by_src, count 1, seconds 60;")
    assert _reason(source) is None
    assert _reason(source, threshold="discard") is Reason.UNSUPPORTED_KEYWORD
    other = _only("detection_filter:track by_src, count 1, seconds 60;")
    assert _reason(other, threshold="discard") is None


@pytest.mark.parametrize("companion", ["tls.sni", "http.host", "dns.query", "http.uri", "Content"])
def test_pcre_beside_its_companion_is_kept(companion: str) -> None:
    """Content, or one of four buffers."""
    assert _reason(_only(f'{companion}; pcre:"/x/";')) is None


@pytest.mark.parametrize(
    "options", ["", "http_uri;", "file.data;", 'msg:"content";', "http.method;"]
)
def test_pcre_alone_is_discarded(options: str) -> None:
    """Older names do not count."""
    assert _reason(_only(f'{options} pcre:"/x/U";')) is Reason.PCRE_WITHOUT_CONTENT


def test_what_the_engine_would_pass_over_is_discarded() -> None:
    """In a feed and in people's own files alike; the detail says which requirement it is."""
    assert _objection(_only("requires:version < 8;")) == (
        Reason.UNMET_REQUIREMENT,
        "it requires version < 8, which the service's Suricata 8.0.3 does not meet",
    )
    own = asked(rule(_only("requires:feature nope;"), "local-mine"))
    assert not screen([own], allow()).rules
    assert _reason(_only("requires:version >= 8;")) is None


def test_unmet_requirement_counts_behind_a_keyword_and_before_a_pcre() -> None:
    """In the order in which the reasons are told."""
    flaws = 'dataset:isset,x; requires:version < 8; pcre:"/x/";'
    assert _reason(_only(flaws)) is Reason.UNSUPPORTED_KEYWORD
    assert _reason(_only(flaws.replace("dataset:isset,x; ", ""))) is Reason.UNMET_REQUIREMENT


SUSPECT = sorted(
    limits.REFUSED_KEYWORDS
    | limits.FILE_KEYWORDS
    | limits.PCRE_COMPANIONS
    | DOCUMENTED_UNSUPPORTED
    | suricata.OBSOLETE.keys()
    | {"pcre", "threshold", "no_such", "requires", "requires:version >= 9", "enip.x", "geoip:XX"}
    | {f"{name}:{use}" for name in suricata.NO_SPACE for use in suricata.MISUSES}
)
"""Words of which each is objected to, alone or beside some other."""

WORDS = st.frozensets(st.sampled_from([*SUSPECT, "msg", "content", "flow", "sid"]), max_size=5)


@given(WORDS, st.sampled_from(["keep", "discard"]))
def test_keywords_that_are_judged_one_by_one_are_judged_as_together(
    keywords: frozenset[str], setting: str
) -> None:
    """A rule whose every word is harmless is usable, as if all checks had seen all of them."""
    allowlist = allow(documented_unsupported=setting, threshold=setting)
    plain = candidate(_only(""))
    given_ = plain._replace(rule=plain.rule._replace(keywords=keywords))
    checks = (*KEYWORD_CHECKS, *RESTRICTIONS)
    expected = next(filter(None, (check(keywords, allowlist) for check in checks)), None)
    found = [(one.reason, one.detail) for one in screen([given_], allowlist).discarded]
    assert found == ([expected[:2]] if expected else [])
