"""What the service cannot take is discarded, with the first reason that holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from support.rules import FEEDS, allow, asked, candidate, ruleset, text

from rules_lib.model import Reason, Rule
from rules_lib.stages.header_names import missing_variables
from rules_lib.stages.screen import screen

TRUSTED = {"feed_pass": "keep"}


def _objection(source: str, **settings: Any) -> tuple[Reason, str] | None:
    screened = screen([candidate(source)], allow(**settings))
    assert len(screened.rules) + len(screened.discarded) == 1
    return next(((one.reason, one.detail) for one in screened.discarded), None)


def _reason(source: str, **settings: Any) -> Reason | None:
    objection = _objection(source, **settings)
    return objection[0] if objection else None


def _only(options: str, head: str = "alert tcp") -> str:
    return f"{head} any any -> any any ({options} sid:1;)"


@given(FEEDS)
def test_screening_parts_the_candidates(files: dict[str, list[str]]) -> None:
    """Each is usable or discarded, in its order, and a usable one stays so."""
    rules = (rule for rule in ruleset(files).rules if isinstance(rule, Rule))
    candidates = [asked(rule) for rule in rules]
    screened = screen(candidates, allow())
    discarded = [one.rule.place for one in screened.discarded]
    usable = [one.rule.place for one in screened.rules]
    assert sorted((*discarded, *usable)) == [one.rule.place for one in candidates]
    assert discarded == sorted(discarded)
    assert usable == sorted(usable)
    assert screen(screened.rules, allow()).rules == screened.rules


@pytest.mark.parametrize("action", ["alert", "pass", "drop", "ALERT", "Pass"])
def test_actions_that_the_service_has(action: str) -> None:
    """In any case, as Suricata takes them."""
    assert _reason(text(1, head=f"{action} udp"), **TRUSTED) is None


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("pass ip any any -> any any (sid:1;)", "pass"),
        ("PASS tcp any any -> any any (flow:established; sid:1;)", "pass"),
        ('pass tls any any -> any any (tls.sni; content:"a"; sid:1;)', "pass"),
        ("alert ip any any -> any any (bypass; sid:1;)", "bypass"),
        ("drop tcp any any -> any any (BYPASS; sid:1;)", "bypass"),
    ],
)
def test_feed_passes_nothing_unless_it_is_trusted(source: str, word: str) -> None:
    """Whatever it asks for; what was in force before would be without effect."""
    detail = f"with {word}, a feed would end the inspection of what it matches"
    assert _objection(source) == (Reason.PASS_FROM_FEED, detail)
    assert _objection(source, **TRUSTED) is None


def test_peoples_own_pass_is_theirs_to_write() -> None:
    """So is a bypass."""
    for source in ("pass ip any any -> any any (sid:1;)", _only("bypass;")):
        own = candidate(source)
        own = own._replace(rule=own.rule._replace(category="local-ours"))
        assert screen([own], allow()).rules == (own,)


def test_pass_that_is_brought_in_for_its_flowbit_passes_nothing() -> None:
    """It is published as a silent alert."""
    source = "pass tcp any any -> any any (flowbits:set,a; sid:1;)"
    setter = candidate(source, action="alert", setter=True)
    assert screen([setter], allow()).rules == (setter,)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("lua:a;", Reason.UNSUPPORTED_KEYWORD),
        ("requires:version >= 99;", Reason.UNMET_REQUIREMENT),
        ("filesize:1;", Reason.PASS_FROM_FEED),
        ('pcre:"/a/";', Reason.PASS_FROM_FEED),
    ],
)
def test_what_no_setting_mends_counts_before_a_feeds_pass(options: str, reason: Reason) -> None:
    """And that before what a setting may keep."""
    assert _reason(_only(options, head="pass tcp")) is reason


@pytest.mark.parametrize("action", ["log", "config", "rejectsrc", "rejectdst", "rejectboth"])
def test_other_actions_are_unsupported(action: str) -> None:
    """The detail names the action."""
    objection = _objection(text(1, head=f"{action} tcp"))
    assert objection == (
        Reason.UNSUPPORTED_ACTION,
        f"the service does not have the action {action}",
    )


@pytest.mark.parametrize("protocol", ["tcp", "http", "tls", "smb", "ssh", "smtp", "dcerpc", "TCP"])
def test_reject_is_taken_on_these_protocols(protocol: str) -> None:
    """All seven that the service takes."""
    assert _reason(text(1, head=f"reject {protocol}")) is None


@pytest.mark.parametrize(
    "protocol", ["udp", "ip", "icmp", "dns", "tcp-pkt", "http1", "ftp", "sctp"]
)
def test_reject_on_other_protocols_is_unsupported(protocol: str) -> None:
    """Also on one that the service lacks: the reasons have an order."""
    assert _reason(text(1, head=f"reject {protocol}")) is Reason.UNSUPPORTED_REJECT


@pytest.mark.parametrize("protocol", ["ftp-data", "sctp", "ike", "enip", "cip", "gre", "FTP-DATA"])
def test_protocols_that_the_service_does_not_have(protocol: str) -> None:
    """Documented so, or unknown to the engine."""
    assert _reason(text(1, head=f"alert {protocol}")) is Reason.UNSUPPORTED_PROTOCOL


@pytest.mark.parametrize(
    "head",
    ["alert pgsql", "alert websocket", "alert tls:client_hello_done", "alert TCP", "alert Tcp-Pkt"],
)
def test_protocols_and_hooks_of_suricata_8_are_kept(head: str) -> None:
    """Those of packets in any case, as Suricata takes them."""
    assert _reason(text(1, head=head)) is None


@pytest.mark.parametrize("protocol", ["HTTP", "WebSocket", "TLS:client_hello_done"])
def test_protocol_of_an_application_is_in_lower_case(protocol: str) -> None:
    """Suricata does not know it otherwise; the detail says how it is written."""
    name = protocol.partition(":")[0].lower()
    detail = f"the service does not have the protocol {protocol}; Suricata writes it {name}"
    assert _objection(text(1, head=f"alert {protocol}")) == (Reason.UNSUPPORTED_PROTOCOL, detail)


@pytest.mark.parametrize(
    ("ends", "names"),
    [
        ("$NOPE any -> any any", "$NOPE"),
        ("any any -> any ![80,$NOPE]", "$NOPE"),
        ("!$B any -> [$A,!$C] $A", "$A, $B, $C"),
        ("$home_net any -> any any", "$home_net"),
    ],
)
def test_variable_without_value_is_named(ends: str, names: str) -> None:
    """All of them, sorted."""
    source = text(1, ends=ends)
    detail = f"the allowlist gives no value for {names}"
    assert _objection(source) == (Reason.UNDEFINED_VARIABLE, detail)
    wanted = missing_variables(candidate(source).rule.header, allow())
    assert ", ".join(f"${name}" for name in wanted) == names


@pytest.mark.parametrize(
    ("ends", "names"),
    [
        ("$HOME_NET-X any -> any any", "$HOME_NET-X"),
        ("$ any -> [$9TH,@,@a.b,$FINE] any", "$, $9TH, @, @a.b"),
        (f"any any -> @{'A' * 33} any", f"@{'A' * 33}"),
    ],
)
def test_what_is_no_name_is_not_asked_for(ends: str, names: str) -> None:
    """The service takes no such name, so to declare it would be an error."""
    source = text(1, ends=ends)
    detail = f"{names} is not a valid name: a letter, then letters, digits and _, at most 32"
    assert _objection(source) == (Reason.UNDEFINED_VARIABLE, detail)
    assert missing_variables(candidate(source).rule.header, allow()) == ()


def test_built_in_and_given_variables_have_a_value() -> None:
    """Written ones, declared ones, negated ones."""
    given = {"A": "10.0.0.0/8", "P": ["80"], "W": "!$HOME_NET", "E": "any"}
    for ends in (
        "$HOME_NET any -> !$EXTERNAL_NET any",
        "[$A,!$W] $P -> $E !$P",
        "$E $E -> [$E,10.0.0.0/8] any",
    ):
        assert _reason(text(1, ends=ends), variables=given) is None


@pytest.mark.parametrize("options", ['msg:"$NOPE"; ', 'pcre:"/a$/"; ', 'content:"$A"; '])
def test_dollar_in_an_option_is_no_variable(options: str) -> None:
    """Only the header has variables."""
    assert _reason(_only(options + 'content:"x";')) is None


@pytest.mark.parametrize(
    "ends",
    [
        "$P any -> any any",
        "any $A -> any any",
        "any $HOME_NET -> any any",
        "any any -> any !$W",
        "any any -> [$A,!$P] any",
    ],
)
def test_ports_are_no_addresses(ends: str) -> None:
    """The service would look for a set of the other kind, and refuse the whole group."""
    given = {"A": "10.0.0.0/8", "P": ["80"], "W": "$HOME_NET"}
    objection = _objection(text(1, ends=ends), variables=given)
    assert objection
    assert objection[0] is Reason.UNDEFINED_VARIABLE
    assert "mixes up addresses and ports" in objection[1]


@pytest.mark.parametrize(
    "ends",
    [
        "!$EXTERNAL_NET any -> any any",
        "any any -> [!$EXTERNAL_NET,10.0.0.0/8] any",
        "any any -> any !$E",
        "![10.0.0.0/8, $E] any -> any any",
    ],
)
def test_any_is_never_negated(ends: str) -> None:
    """Where the allowlist writes `any`, its negation leaves nothing, and Suricata refuses it."""
    given = {"EXTERNAL_NET": "any", "E": "any"}
    objection = _objection(text(1, ends=ends), variables=given)
    assert objection
    assert objection[0] is Reason.UNDEFINED_VARIABLE
    assert "leaves nothing" in objection[1]
    assert not missing_variables(candidate(text(1, ends=ends)).rule.header, allow(variables=given))


def test_first_reason_counts() -> None:
    """A rule with every flaw has the one that is looked for first."""
    flaws = 'dataset:isset,x; pcre:"/x/"; sid:1;)'
    for head, reason in (
        ("log sctp", Reason.UNSUPPORTED_ACTION),
        ("reject sctp", Reason.UNSUPPORTED_REJECT),
        ("alert sctp", Reason.UNSUPPORTED_PROTOCOL),
        ("alert tcp", Reason.UNSUPPORTED_KEYWORD),
    ):
        assert _reason(f"{head} $NOPE any -> any any ({flaws}") is reason
    without_data = flaws.replace("dataset:isset,x; ", "")
    assert _reason(f"alert tcp $NOPE any -> any any ({without_data}") is Reason.PCRE_WITHOUT_CONTENT
