"""People's own hosts and foreign ones."""

from __future__ import annotations

import pytest
from support.hits import day_hits
from support.rules import allow

from rules_lib.hits.hosts import OwnNetworks
from rules_lib.hits.values import Talker


def own_networks(home: object = None) -> OwnNetworks:
    """By an allowlist with this HOME_NET."""
    return OwnNetworks.of(
        allow(variables={"HOME_NET": home, "EXTERNAL_NET": "any"} if home else {})
    )


@pytest.mark.parametrize(
    ("home", "address", "own"),
    [
        (None, "10.1.2.3", True),
        (None, "172.31.0.1", True),
        (None, "192.168.0.1", True),
        (None, "100.64.0.1", True),
        (None, "fd00::1", True),
        (None, "192.0.2.1", False),
        (None, "2001:db8::1", False),
        ("203.0.113.0/24", "203.0.113.5", True),
        ("203.0.113.0/24", "10.0.0.1", False),
        (["10.0.0.0/8", "!10.9.0.0/16"], "10.9.0.1", False),
        (["10.0.0.0/8", "!10.9.0.0/16"], "10.8.0.1", True),
    ],
)
def test_home_net_says_whose_an_address_is(home: object, address: str, own: bool) -> None:
    """Without one, private addresses are taken for people's own."""
    networks = own_networks(home)
    assert (address in networks) is own
    assert networks.assumed is (home is None)


def test_hosts_of_hits_are_told_apart_on_either_side() -> None:
    """A reply has them the other way round."""
    hits = day_hits(
        top_sources=(Talker("10.0.0.5", 1), Talker("192.0.2.9", 1)),
        top_destinations=(Talker("192.0.2.9", 1), Talker("10.0.0.6", 1)),
    )
    networks = own_networks()
    assert networks.own(hits) == ("10.0.0.5", "10.0.0.6")
