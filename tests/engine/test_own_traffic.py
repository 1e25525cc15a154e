"""People's own rules in the real engine: what they let pass, and what they deny at last."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from support.engine.proof import built_of, files_with, made, only, outcome, published, without
from support.engine.traffic import Tape, client_hello, write
from support.feeds import rule
from support.releases import COMPOSITE, REFUSED_BY_8, SHIPPED, built_from, files_of
from support.samples import one_in

if TYPE_CHECKING:
    from support.engine.proof import Outcome

pytestmark = pytest.mark.engine

OUT: Final = "$HOME_NET any -> any any"
FED: Final = {
    f"emerging-{name}": [
        rule(sid, f'http.uri; content:"/{name}"; ', protocol="http", addresses=OUT)
    ]
    for sid, name in enumerate(("dns", "exploit", "malware"), start=1)
}
EXCEPTION: Final = (
    'pass http $HOME_NET any -> any any (msg:"ours"; http.uri; content:"/malware/ok"; '
    "sid:1000001; rev:1;)"
)


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    """Requests that a rule of the feed drops, one of which is meant, and one that none knows."""
    paths = {"meant": "/malware/ok", "bad": "/malware", "worse": "/exploit", "other": "/else"}
    return write(tmp_path / "pcap", {name: Tape().http(path) for name, path in paths.items()})


def dropped(found: Outcome) -> set[str]:
    """The captures in which a flow is dropped."""
    return {Path(name).stem for name, _ in found.dropped}


def settings(**categories: Any) -> dict[str, Any]:
    """An allowlist that drops, with so few groups that the feed's share them."""
    listed = {f"local-{name}": value for name, value in categories.items()}
    return {"default": "drop", "categories": listed, "firewall": {"rule_groups": 3}}


@pytest.mark.parametrize("mode", ["alert", "drop", "as-written"])
def test_own_pass_lets_through_what_the_feed_drops(mode: str, captures: Path) -> None:
    """Whatever the mode of its file; everything else is dropped as before."""
    before = outcome(published(made(FED, **settings())), captures)
    assert dropped(before) == {"meant", "bad", "worse"}
    files = {**FED, "local-ours": [EXCEPTION]}
    after = outcome(published(made(files, **settings(ours=mode))), captures)
    assert dropped(after) == {"bad", "worse"}


def test_own_pass_stands_before_what_another_file_of_ones_own_drops(captures: Path) -> None:
    """Although that is listed first."""
    deny = 'drop http any any -> any any (msg:"no"; http.uri; content:"/malware"; sid:9; rev:1;)'
    files = {**FED, "local-deny": [deny], "local-ours": [EXCEPTION]}
    found = outcome(published(made(files, **settings(deny="as-written", ours="alert"))), captures)
    assert dropped(found) == {"bad", "worse"}


def test_final_deny_drops_only_what_nothing_before_it_has_judged(captures: Path) -> None:
    """It stands behind the feed, whose drops keep their own message in the log."""
    deny = 'drop http $HOME_NET any -> any any (msg:"no"; http.uri; content:"/"; sid:9; rev:1;)'
    files = {**FED, "local-deny": [deny], "local-ours": [EXCEPTION]}
    last = {"mode": "as-written", "place": "last"}
    found = outcome(published(made(files, **settings(deny=last, ours="alert"))), captures)
    by = {Path(name).stem: seen.by for (name, _), seen in found.dropped.items()}
    assert by == {"bad": 3, "worse": 2, "other": 9}


def test_file_as_written_is_judged_in_its_order(captures: Path) -> None:
    """A drop before a pass drops, and a pass before a drop passes."""
    drop = 'drop http any any -> any any (msg:"no"; http.uri; content:"/malware"; sid:8; rev:1;)'
    for lines, expected in (([drop, EXCEPTION], {"meant", "bad"}), ([EXCEPTION, drop], {"bad"})):
        built = made({"local-ours": lines}, **settings(ours="as-written"))
        assert dropped(outcome(published(built), captures)) == expected


@pytest.mark.feeds
def test_own_pass_works_in_the_shipped_file_with_a_whole_release(
    releases: Path, tmp_path: Path
) -> None:
    """In a policy's 20 groups, with and without it: of what a rule drops, what one's own says.

    Besides these two, one in ten rules is loaded; with THOROUGH=1 all are.
    """
    hosts = {"meant": "updates.vendor.example", "other": "else.vendor.example"}
    hellos = {name: Tape().tcp(client_hello(host), port=443) for name, host in hosts.items()}
    captures = write(tmp_path / "pcap", hellos)
    options = '(msg:"a"; tls.sni; content:"%s"; sid:%d; rev:1; metadata:created_at 2020_01_01;)'
    feed = {"house-blend": ["alert tls any any -> any any " + options % ("vendor.example", 1)]}
    own = {"local-exceptions": ["pass tls any any -> any any " + options % (hosts["meant"], 2)]}
    shipped = yaml.load(SHIPPED.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 - strings only
    listed = dict.fromkeys(own, "alert") | shipped["categories"] | {"house-blend": "drop"}
    files = (*files_with(feed | own), *files_of(releases / COMPOSITE))
    built = built_of(files, **shipped | {"categories": listed})
    assert len(built_from(releases / COMPOSITE, "shipped").groups) == len(built.groups) == 20
    beside = one_in(10, [rule.sid for rule in built.kept], "own pass")
    groups = only({1, 2, *beside}, without(REFUSED_BY_8, published(built)))
    assert len(groups) == 20
    assert dropped(outcome(groups, captures)) == {"other"}
