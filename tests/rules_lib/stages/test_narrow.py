"""Hosts out of a header: which text that gives, and what it matches."""

from __future__ import annotations

from datetime import date
from ipaddress import ip_address, ip_network
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules_lib.stages.narrow import Narrowed, narrow
from rules_lib.why import Without

DECLARED: Final = {
    "HOME_NET": ("10.0.0.0/8",),
    "EXTERNAL_NET": ("!10.0.0.0/8",),
    "SIX": ("2001:db8::/32",),
    "PORTS": ("80",),
}


def without(*hosts: str, to: tuple[str, ...] = ()) -> Without:
    """An exception."""
    return Without(hosts, to, date(2026, 1, 31), "")


def of(source: str, *hosts: str, declared: dict[str, tuple[str, ...]] | None = None) -> Narrowed:
    """A header whose source is without some hosts."""
    names = DECLARED if declared is None else declared
    return narrow(f"alert tcp {source} any -> any any ", [without(*hosts)], names)


def source_of(found: Narrowed) -> str:
    """The source as it is written now."""
    return found.text.split()[2]


@pytest.mark.parametrize(
    ("source", "hosts", "written"),
    [
        ("any", ["10.0.0.5"], "!10.0.0.5"),
        ("ANY", ["10.0.0.5", "10.0.0.6"], "[!10.0.0.5,!10.0.0.6]"),
        ("$HOME_NET", ["10.0.0.5/32"], "[$HOME_NET,!10.0.0.5/32]"),
        ("!$HOME_NET", ["192.0.2.1"], "[!$HOME_NET,!192.0.2.1]"),
        ("[10.0.0.0/8,192.0.2.0/24]", ["192.0.2.1"], "[10.0.0.0/8,192.0.2.0/24,!192.0.2.1]"),
        ("![192.0.2.1,192.0.2.2]", ["192.0.2.3"], "[![192.0.2.1,192.0.2.2],!192.0.2.3]"),
        ("192.0.2.0/24", ["192.0.2.1"], "[192.0.2.0/24,!192.0.2.1]"),
        ("$HOME_NET", ["192.0.2.1"], "$HOME_NET"),
        ("$HOME_NET", ["2001:db8::1"], "$HOME_NET"),
        ("$EXTERNAL_NET", ["2001:db8::1"], "$EXTERNAL_NET"),
        ("[$HOME_NET,$SIX]", ["2001:db8::1"], "[$HOME_NET,$SIX,!2001:db8::1]"),
        ("$SIX", ["10.0.0.5"], "$SIX"),
        ("any", ["2001:db8::1"], "!2001:db8::1"),
    ],
)
def test_host_goes_out_where_it_may_match(source: str, hosts: list[str], written: str) -> None:
    """And the rest of the header stays as it is, to the last blank."""
    found = of(source, *hosts)
    assert found == Narrowed(f"alert tcp {written} any -> any any ")


def test_unknown_names_have_ipv4_alone() -> None:
    """What the policy declares, and reference sets; of the other family it is said."""
    found = of("$HOME_NET", "10.0.0.5", "2001:db8::1", declared={})
    assert source_of(found) == "[$HOME_NET,!10.0.0.5]"
    assert found.passed_over == ("2001:db8::1",)
    assert source_of(of("@OURS", "10.0.0.5")) == "[@OURS,!10.0.0.5]"


@pytest.mark.parametrize(
    ("source", "hosts", "empty"),
    [
        ("10.0.0.5", ["10.0.0.5"], True),
        ("$HOME_NET", ["10.0.0.0/8"], True),
        ("$HOME_NET", ["10.0.0.0/9", "10.128.0.0/9"], True),
        ("[10.0.0.5,10.0.0.6,!10.0.0.6]", ["10.0.0.5"], True),
        ("$HOME_NET", ["10.0.0.0/9"], False),
        ("[10.0.0.5,2001:db8::/32]", ["10.0.0.5"], False),
        ("[10.0.0.5,!2001:db8::/32]", ["10.0.0.5"], False),
        ("any", ["10.0.0.0/8"], False),
        ("!10.0.0.0/8", ["192.0.2.1"], False),
    ],
)
def test_end_of_which_nothing_is_left_is_named(source: str, hosts: list[str], empty: bool) -> None:
    """The engine refuses such a rule."""
    assert of(source, *hosts).empty == (("source",) if empty else ())


def test_each_end_is_narrowed_by_its_own_hosts() -> None:
    """And in a header for both directions, each by all."""
    both = [without("10.0.0.5", to=("10.0.0.6",)), without("10.0.0.7")]
    one_way = narrow("alert  tcp\tany any -> $HOME_NET any\t", both, DECLARED)
    assert one_way.text == ("alert  tcp\t[!10.0.0.5,!10.0.0.7] any -> [$HOME_NET,!10.0.0.6] any\t")
    either = narrow("alert tcp any any <> any any", both, DECLARED)
    out = "[!10.0.0.5,!10.0.0.7,!10.0.0.6]"
    assert either.text == f"alert tcp {out} any <> {out} any"


NETWORKS: Final = st.tuples(st.integers(0, 255), st.integers(24, 32)).map(
    lambda pair: str(ip_network(f"192.0.2.{pair[0]}/{pair[1]}", strict=False))
)
LISTS: Final = st.lists(st.tuples(st.booleans(), NETWORKS), min_size=1, max_size=5)


def matches(field: str, address: str) -> bool:
    """Whether a flat list names an address, as the engine takes it."""
    entries = field.strip("[]").split(",")
    inside = [one for one in entries if ip_address(address) in ip_network(one.lstrip("!"))]
    wanted = [one for one in entries if not one.startswith("!")]
    named = any(not one.startswith("!") for one in inside) or not wanted
    return named and not any(one.startswith("!") for one in inside)


@given(LISTS, st.lists(NETWORKS, min_size=1, max_size=3, unique=True))
def test_list_matches_what_it_did_but_for_the_hosts(
    entries: list[tuple[bool, str]], hosts: list[str]
) -> None:
    """Each address of the network; where none is left it is said."""
    field = f"[{','.join('!' * negated + network for negated, network in entries)}]"
    found = of(field, *hosts)
    after, everything = source_of(found), [f"192.0.2.{last}" for last in range(256)]
    away = [ip_network(host) for host in hosts]
    left = [
        one
        for one in everything
        if matches(field, one) and not any(ip_address(one) in host for host in away)
    ]
    if found.empty:
        assert left == []
    else:
        assert [one for one in everything if matches(after, one)] == left
