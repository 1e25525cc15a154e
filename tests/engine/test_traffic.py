"""Captures of our own through groups of our own: exactly the alerts and the drops asked for.

Each flow is compared with what the source rules raise in the same engine (`differences`), and what
the rules were written for is said besides, so that two equal mistakes do not pass.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from support.engine.proof import Outcome, differences, made, naive, outcome, published, source
from support.engine.traffic import (
    Tape,
    client_hello,
    dnp3_read,
    enip_list,
    modbus_read,
    of_mode,
    on,
    write,
)

from rules_lib.groups.rule_group import GroupVariables
from rulesync_cli.verify.loadable import Loadable

if TYPE_CHECKING:
    from pathlib import Path

    from rulesync_cli.verify.suricata import Suricata

pytestmark = pytest.mark.engine

CAPTURES: Final[dict[str, tuple[Any, ...]]] = {
    "request": (Tape().http("/one"), [101]),
    "request-among-others": (
        Tape().http("/zero").http("/one", "/one").http("/two"),
        [101, 101],
        [101],
    ),
    "tls-name": (Tape().tcp(client_hello("www.bad.example"), port=443), [102]),
    "dns-name": (Tape().dns("good.example", "www.BAD.example", "good.example"), [103]),
    "raw": (Tape().tcp(b"\xde\xad\xbe\xef", port=4444).tcp(b"\xde\xad", port=4445), [104]),
    "datagrams": (Tape().udp(b"hello", b"beacon 1", b"beacon 2"), [105, 105]),
    "ports": (
        Tape().http("/ports").tcp(b"GET /ports HTTP/1.1\r\nHost: x\r\n\r\n", port=8081),
        [106],
    ),
    "feed-drops": (Tape().http("/feed-drops", "/one"), [107]),
    "feed-rejects": (Tape().tcp(b"EICAR", b"EICAR", port=25), [108]),
    "answer": (Tape().tcp(b"id", ("server", b"uid=0(root)"), b"whoami", port=23), [109]),
    "list": (Tape().tcp(b"x", port=8443), [110]),
    "bit-one-packet": (Tape().http("/mark/check"), [201]),
    "bit-two-packets": (Tape().http("/mark", "/check"), [201]),
    "bit-never-set": (Tape().http("/check"), []),
    "bit-of-another-flow": (Tape().http("/mark").http("/check"), []),
    "chain": (Tape().http("/first", "/second", "/third"), [205]),
    "chain-one-packet": (Tape().http("/first/second/third"), [205]),
    "chain-broken": (Tape().http("/second", "/third"), []),
    "loud": (Tape().http("/loud", "/after", "/either"), [206, 207, 212], [206]),
    "unset": (Tape().http("/mark", "/unset", "/check"), []),
    "toggle": (Tape().http("/toggle", "/ask"), [210]),
    "toggle-twice": (Tape().http("/toggle", "/toggle", "/ask"), []),
    "toggle-either": (Tape().http("/toggle", "/either"), [212]),
    "isnotset": (Tape().http("/plain").http("/mark", "/plain"), [211]),
    "far": (Tape().http("/far", "/near"), [401]),
    "far-one-packet": (Tape().http("/far/near"), [401]),
    "far-missing": (Tape().http("/near"), []),
    "number": (Tape().http("/try", "/try", "/locked"), [221]),
    "number-one-packet": (Tape().http("/try", "/try/locked"), [221]),
    "number-too-small": (Tape().http("/try", "/locked").http("/locked"), []),
    "number-once": (Tape().http("/once", "/once"), [223]),
    "number-elsewhere": (Tape().http("/count", "/tally").http("/tally"), [407]),
    "severities": (
        Tape().http("/severe").http("/slight").http("/mine", "/severe"),
        [402, 402, 403, 404],
    ),
    "marks-alone": (
        Tape().http("/mark").http("/first", "/second").http("/toggle").http("/far"),
        [],
    ),
    "two-at-once": (Tape().http("/slight/severe", "/slight"), [402, 403, 403], [402, 403]),
    "allowed": (Tape().http("/allowed/one", "/one").http("/one"), [101]),
    "quiet": (Tape().http("/").dns("site.example").tcp(client_hello("site.example"), port=443), []),
}
"""A capture, the sids of its alerts, and those in drop mode where they are others."""


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the captures once."""
    tapes = {name: tape for name, (tape, *_) in CAPTURES.items()}
    return write(tmp_path_factory.mktemp("captures"), tapes)


@pytest.fixture(scope="module")
def before(captures: Path) -> Outcome:
    """What the source rules do."""
    return outcome([source(of_mode("alert"))], captures)


@pytest.fixture(scope="module")
def alert(captures: Path) -> Outcome:
    """What the groups do in alert mode."""
    return outcome(published(of_mode("alert")), captures)


@pytest.fixture(scope="module")
def drop(captures: Path) -> Outcome:
    """What they do in drop mode."""
    return outcome(published(of_mode("drop")), captures)


@pytest.mark.parametrize("name", CAPTURES)
def test_alerts_are_those_that_the_rules_were_written_for(
    alert: Outcome, drop: Outcome, name: str
) -> None:
    """Said for each capture by hand, apart from any comparison."""
    _, alerts, *in_drop_mode = CAPTURES[name]
    assert sorted(alert.sids(name)) == alerts
    assert sorted(drop.sids(name)) == (in_drop_mode[0] if in_drop_mode else alerts)


def test_alert_mode_raises_exactly_the_alerts_of_the_source_rules(
    before: Outcome, alert: Outcome
) -> None:
    """Same capture, same flow, same packet, same sid, as often."""
    assert differences(before, alert, of_mode("alert")) == ()
    assert len(alert.captures) == len(CAPTURES)
    assert alert.alerts == 37


def test_alert_mode_drops_only_what_the_feed_itself_drops(alert: Outcome) -> None:
    """A drop or reject of the feed stays what it is."""
    assert {seen.by for seen in alert.dropped.values()} == {107, 108}


def test_drop_mode_drops_exactly_the_flows_of_rules_that_drop(
    before: Outcome, drop: Outcome
) -> None:
    """With the packet of their first alert, and every one of them with a log."""
    assert differences(before, drop, of_mode("drop")) == ()
    assert len(drop.dropped) == 29
    assert all(seen.logged for seen in drop.dropped.values())


@pytest.mark.parametrize("mode", ["alert", "drop"])
def test_policy_that_judges_by_action_does_the_same(
    before: Outcome, captures: Path, mode: str
) -> None:
    """The same rules, made for a Next Generation policy, in the engine's firewall mode."""
    built = of_mode(mode, target="next-generation")
    groups = [replace(group, priority=0) for group in published(built)]
    found = outcome(groups, captures)
    assert differences(before, found, built) == ()
    assert all(seen.logged for seen in found.dropped.values())
    assert [one.name for one in found.captures if one.others] == []


def test_groups_for_strict_order_fail_there(before: Outcome, captures: Path) -> None:
    """So that the test above shows something: what sets a mark would be judged too late."""
    built = of_mode("drop")
    groups = [replace(group, priority=0) for group in published(built)]
    wrong = differences(before, outcome(groups, captures), built)
    assert {words.partition(".pcap")[0] for words in wrong} >= {
        "bit-one-packet",
        "chain-one-packet",
        "far-one-packet",
        "number-one-packet",
    }


def test_rules_that_only_mark_never_drop(drop: Outcome) -> None:
    """Their flows go on, in drop mode too, whether or not a rule checks the mark afterwards."""
    marking = {202, 203, 204, 208, 209, 222, 301, 303}
    assert not marking & {seen.by for seen in drop.dropped.values()}
    alone = {"marks-alone", "bit-of-another-flow", "chain-broken", "unset", "toggle-twice"}
    assert not alone & {capture.removesuffix(".pcap") for capture, _ in drop.dropped}


def test_conditions_and_exceptions_keep_rules_from_dropping(drop: Outcome) -> None:
    """Too slight for `drop_when`, or under `rules: alert:`: an alert, and the flow goes on."""
    assert not {403, 404} & {seen.by for seen in drop.dropped.values()}
    assert drop.sids("severities").count(402) == 2


def test_cluster_works_while_the_category_of_its_setter_is_off(drop: Outcome) -> None:
    """The setter is brought in and silent; what else is in its category stays off."""
    for name in ("far", "far-one-packet"):
        assert drop.sids(name) == [401]
        assert [seen.by for key, seen in drop.dropped.items() if key[0] == f"{name}.pcap"] == [401]
    kept = {rule.sid: rule.setter for rule in of_mode("drop").kept}
    assert kept[301]
    assert 302 not in kept


def test_checker_is_dead_without_the_setter_that_was_brought_in(captures: Path) -> None:
    """So that the test above shows something."""
    groups = tuple(
        group.without(
            frozenset(line for line, rule in enumerate(group.rules, 1) if "sid:301;" in rule)
        )
        for group in published(of_mode("drop"))
    )
    assert outcome(groups, captures / "far.pcap").sids("far") == []


def test_simple_script_fails_the_same_comparison(before: Outcome, captures: Path) -> None:
    """It makes every alert a drop: rules that only mark cut flows and say nothing."""
    built = of_mode("drop")
    found = outcome(naive(published(built)), captures)
    wrong = differences(before, found, built)
    assert "marks-alone.pcap: dropped without any log by 202" in wrong
    assert "bit-two-packets.pcap: dropped with packet 4 by 202, and not with 8" in wrong
    assert "chain.pcap: lost Counter({(12, 205): 1}), gained Counter()" in wrong
    unlogged = {seen.by for seen in found.dropped.values() if not seen.logged}
    assert unlogged == {202, 203, 209, 222, 301, 303}
    assert len([seen for seen in found.dropped.values() if not seen.logged]) == 17


@pytest.mark.parametrize(
    ("sets", "checks"),
    [
        ("xbits:set,seen,track ip_src,expire 600; ", "xbits:isset,seen,track ip_src; "),
        ("hostbits:set,seen,src; ", "xbits:isset,seen,track ip_src; "),
        ("xbits:set,seen,track ip_dst; ", "hostbits:isset,seen,dst; "),
        ("xbits:toggle,seen,track ip_pair; ", "xbits:isset,seen,track ip_pair; "),
    ],
)
def test_bit_of_a_host_is_carried_from_flow_to_flow(
    tmp_path: Path, engine: Suricata, sets: str, checks: str
) -> None:
    """Its setter comes from a category that is off; one keyword's bit is seen by the other."""
    files = {"emerging-a": [on(1, "/check", checks)], "emerging-b": [on(2, "/mark", sets)]}
    modes = {"emerging-a": "drop", "emerging-b": "off"}
    built = made(files, categories=modes, documented_unsupported="keep")
    assert [(rule.sid, rule.setter) for rule in built.kept] == [(2, True), (1, False)]
    capture = write(tmp_path, {"both": Tape().http("/mark").http("/check")})
    found = outcome(published(built), capture, engine)
    assert (found.sids("both"), len(found.dropped)) == ([1], 1)


@pytest.mark.parametrize(
    ("kind", "dropped", "logged"),
    [("limit", (1, 2, 3, 4), (1,)), ("threshold", (2, 4), (2, 4)), ("both", (2, 3, 4), (2,))],
)
def test_threshold_of_a_rule_that_drops(
    tmp_path: Path, engine: Suricata, kind: str, dropped: tuple[int, ...], logged: tuple[int, ...]
) -> None:
    """As the page on verifying says of each type: of four flows, which are dropped and logged."""
    count = 1 if kind == "limit" else 2
    limit = f"threshold:type {kind}, track by_src, count {count}, seconds 600; "
    built = made({"emerging-a": [on(1, "/one", limit)]}, default="drop")
    four = Tape()
    for _ in range(4):
        four.http("/one")
    found = outcome(published(built), write(tmp_path, {"four": four}), engine)
    flows = {seen.dropped: seen.logged for seen in found.dropped.values()}
    requests = [4 + 10 * number for number in range(4)]  # packets
    assert [requests.index(packet) + 1 for packet in flows if packet] == list(dropped)
    assert [requests.index(one) + 1 for one, told in flows.items() if one and told] == list(logged)


@pytest.mark.parametrize(
    ("rule", "said", "port"),
    [
        ("alert dnp3 any any -> any any (dnp3_func:read; sid:7;)", dnp3_read(), 20000),
        ("alert dnp3 any any -> any any (sid:7;)", dnp3_read(), 20000),
        ("alert modbus any any -> any any (modbus:function 3; sid:7;)", modbus_read(), 502),
        ("alert tcp any any -> any any (enip_command:101; sid:7;)", enip_list(), 44818),
    ],
)
def test_protocol_that_a_plain_suricata_has_off_is_seen_in_traffic(
    tmp_path: Path, engine: Suricata, rule: str, said: bytes, port: int
) -> None:
    """On its port, by a rule for the protocol alone or for what is in it."""
    group = Loadable("et-a", 1, (rule,), GroupVariables())
    capture = write(tmp_path, {"said": Tape().tcp(said, port=port).http("/one")})
    assert set(outcome([group], capture, engine).sids("said")) == {7}
