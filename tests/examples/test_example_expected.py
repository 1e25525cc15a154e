"""The example feed holds every case that the pipeline must decide, and its expectations fit it."""

import ipaddress
import re
from collections import Counter

import pytest
from support.example import ALLOWLIST, EXPECTED, FEED, Entry, entries, expectation

from rules_lib.groups.rule_group import GroupVariables
from rulesync_cli.verify.load import load_group
from rulesync_cli.verify.loadable import Loadable
from rulesync_cli.verify.suricata import Suricata

REASONS = {
    "unparseable",
    "no-sid",
    "duplicate-sid",
    "unsupported-action",
    "unsupported-reject",
    "unsupported-protocol",
    "unsupported-keyword",
    "unmet-requirement",
    "pass-from-feed",
    "pcre-without-content",
    "undefined-variable",
    "too-long",
    "flowbit-never-set",
    "over-budget",
    "rejected-by-service",
}
CASES = {
    "a disabled rule": r"(?m)^#alert ",
    "a disabled rule behind a space": r"(?m)^# alert ",
    "a line that is continued": r"(?m)\\$",
    "Windows line ends": r"\r\n",
    "a byte order mark": "\ufeff",
    "a pcre with bare quotes": r'pcre:"/[^;]*="http',
    "an escaped semicolon and sid in a msg": r'msg:"[^"]*sid:9\\;',
    "a priority inside a content": r'content:"priority:1\\;',
    "priority": r"; priority:\d+;",
    "gid": r"; gid:\d+;",
    "spaces inside a list": r"\[192\.0\.2\.0/24, ",
    "a nested list": r",!\[",
    "a keyword of Suricata 8": "email.subject;",
    "a protocol of Suricata 8": "(?m)^alert websocket ",
    "fast_pattern in base64_data": "base64_data; [^;]*; fast_pattern;",
    "a word of a later Suricata": "snmp.trap_type:",
    "a country that is none": "geoip:dst,ZZ;",
    "threshold": r"threshold: ?type both",
    "detection_filter": r"detection_filter:",
    "tag:session": r"tag:session",
    "flowbits with a space": r"flowbits: isset, ",
    "noalert alone": r" noalert;",
    "flowbits:noalert": r"flowbits:noalert",
    "one bit of two": r"isset,demo\.\w+\.\w+\|",
    "two bits": r"isset,demo\.\w+\.\w+&",
    "toggle": r"flowbits:toggle",
    "unset": r"flowbits:unset",
    "isnotset": r"flowbits:isnotset",
    "a flowint": r"flowint:demo\.\w+,>,",
    "a rule for another engine": r"requires:version < 8",
    "a pass of the feed": r"(?m)^pass ",
    "a drop of the feed": r"(?m)^drop ",
    "a reject of the feed": r"(?m)^reject tls",
    "a rule without metadata": r"(?m)rev:1;\)$",
}


@pytest.mark.parametrize("pattern", CASES.values(), ids=CASES.keys())
def test_case_occurs_in_the_feed(pattern: str) -> None:
    """Each way of writing a rule that the design speaks of stands in some file."""
    texts = [path.read_bytes().decode(errors="replace") for path in FEED.glob("*.rules")]
    assert any(re.search(pattern, text) for text in texts)


def test_feed_is_large_enough_to_mean_something() -> None:
    """At least 200 enabled rules over at least 10 categories, and disabled ones."""
    enabled = [entry for entry in entries() if entry.enabled]
    assert len(enabled) >= 200
    assert len({entry.category for entry in enabled}) >= 10
    assert len(entries()) > len(enabled)


def test_every_reason_is_expected_somewhere() -> None:
    """No reason code is without its example."""
    assert {expected.get("reason") for expected in _expectations()} == REASONS | {None}


def test_every_expectation_meets_exactly_one_rule() -> None:
    """A sid, a rev or a line that is expected stands in the feed once."""
    met = Counter(str(sorted(expected.items())) for entry in entries() if (expected := _of(entry)))
    assert len(met) == len(_expectations())
    assert set(met.values()) == {1}


def test_outcomes_are_words() -> None:
    """YAML reads a bare `off` as false, so the file has to quote it."""
    assert {expected["outcome"] for expected in _expectations()} == {"kept", "discarded", "off"}


def test_nothing_stands_for_a_real_host() -> None:
    """Hosts end in .example or .test, and addresses are those set aside for documentation."""
    text = "".join(entry.text for entry in entries())
    reserved = [
        ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
    ]
    addresses = {ipaddress.ip_address(found) for found in re.findall(r"\d+\.\d+\.\d+\.\d+", text)}
    assert all(any(address in net for net in reserved) for address in addresses)
    assert set(re.findall(r"reference:url,[\w.]*?(\w+)/", text)) == {"example"}


def test_sids_are_of_our_own_range() -> None:
    """No sid can be mistaken for one of Emerging Threats."""
    sids = {entry.sid for entry in entries()} - {None}
    assert all(sid is not None and 9_000_000 <= sid <= 9_099_999 for sid in sids)


@pytest.mark.engine
def test_every_kept_rule_loads_in_the_real_engine(engine: Suricata) -> None:
    """What is expected to be kept is valid, once it is changed as the design says."""
    kept = tuple(_changed(entry.text) for entry in entries() if _is_kept(entry))
    tried = load_group(engine, Loadable("kept", 1, kept, _variables()))
    left = sum(one.whole for one in tried.unasked)
    assert (tried.refusals, tried.errors, tried.loaded) == ((), (), len(kept) - left)
    assert len(kept) > 200


def _of(entry: Entry) -> dict[str, object] | None:
    is_woken = str(entry.sid) in ALLOWLIST["rules"]["on"]
    return expectation(entry) if entry.enabled or is_woken else None


def _is_kept(entry: Entry) -> bool:
    expected = _of(entry)
    if expected is not None:
        return expected["outcome"] == "kept"
    return entry.enabled and ALLOWLIST["categories"].get(entry.category, "off") != "off"


def _variables() -> GroupVariables:
    lists = {
        name: tuple(value) if isinstance(value, list) else (value,)
        for name, value in ALLOWLIST["variables"].items()
    }
    ports = {name: values for name, values in lists.items() if name.endswith("_PORTS")}
    return GroupVariables({name: lists[name] for name in lists.keys() - ports.keys()}, ports)


def _changed(text: str) -> str:
    header, bracket, options = text.partition("(")
    without = re.sub(r"(?<=;) (?:classtype|priority|gid):[^;]*;", "", options)
    without = re.sub(r"(?<=base64_data; )([^;]*;) fast_pattern;", r"\1", without)
    return re.sub(r"(?<=[\[,!]) | (?=[\],])", "", header) + bracket + without


def _expectations() -> list[dict[str, object]]:
    by_sid = [{"sid": sid, **expected} for sid, expected in EXPECTED["rules"].items()]
    return [*by_sid, *EXPECTED["twice"], *EXPECTED["lines"]]
