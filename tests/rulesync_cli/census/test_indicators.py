"""Lists of indicators: what they cost, what they are worth, and what would do in their place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support import listed
from support.inputs import DAY, inputs
from support.rules import FIRST_FEED, allow, rule, text

from rules_lib.build import build
from rules_lib.facts.indicators import IndicatorKind
from rules_lib.model import FeedFile, FeedOrigin
from rules_lib.reading.ruleset import read_rules
from rulesync_cli.census.indicators import LARGE, FewerRules, indicator_lists, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rules_lib.inputs import Inputs
    from rulesync_cli.census.indicators import IndicatorList

_FEED = FeedOrigin(1, "list/made")
_MANY = 600


def read(rules: Iterator[str], more: bytes = b"", **settings: Any) -> Inputs:
    """Inputs with a list, beside an ordinary category."""
    files = [
        FeedFile("emerging-web", b"\n".join(text(n).encode() for n in range(1, 9)), FIRST_FEED),
        FeedFile("list-made", listed.file_of(rules) + more, _FEED),
    ]
    return inputs(read_rules(files), allow(variables={"HOME_NET": ["10.0.0.0/8"]}, **settings))


def found(given: Inputs) -> IndicatorList:
    """The only list of a build."""
    [one] = indicator_lists(given, build(given))
    return one


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (listed.addresses, IndicatorKind.ADDRESS),
        (listed.domains, IndicatorKind.DOMAIN),
        (listed.urls, IndicatorKind.URL),
        (listed.certificates, IndicatorKind.CERTIFICATE),
        (listed.fingerprints, IndicatorKind.FINGERPRINT),
    ],
)
def test_a_list_of_each_kind_is_known_with_what_it_takes(
    made: Callable[[int], Iterator[str]], kind: IndicatorKind
) -> None:
    """Every rule of it is counted, and has its share of the budget."""
    one = found(read(made(_MANY)))

    assert (one.category, one.feed) == ("list-made", "list/made")
    assert one.kinds == {kind: _MANY}
    assert (one.rules, one.kept, one.left_out, one.capacity) == (_MANY, _MANY, 0, 660)


def test_addresses_on_one_port_fit_into_few_rules_or_one_that_refers_to_a_prefix_list() -> None:
    """Lists are cut where a rule would have too many bytes."""
    one = found(read(listed.addresses(_MANY)))

    longest = 8_175 - 350  # what is left of a rule beside its message and reference
    assert one.fewer is not None
    assert one.fewer.rules >= sum(len(f"198.18.{n // 256}.{n % 256},") for n in range(_MANY)) / 8175
    assert one.fewer.rules <= 1 + _MANY * len("198.18.255.255,") / longest
    assert (one.fewer.addresses, one.fewer.referring, one.fewer.prefix_lists) == (_MANY, 1, 1)


def test_addresses_on_many_ports_need_a_rule_for_each_port() -> None:
    """A list of addresses with a list of ports would match more than the rules did."""
    one = found(read(listed.addresses(_MANY, ports=50)))

    assert one.fewer == FewerRules(addresses=_MANY, rules=50, referring=None, prefix_lists=50)


def test_addresses_that_each_have_a_port_of_their_own_cannot_be_fewer_rules() -> None:
    """Nothing is promised that saves nothing."""
    assert found(read(listed.addresses(_MANY, ports=_MANY))).fewer is None


@pytest.mark.parametrize("made", [listed.domains, listed.urls, listed.certificates])
def test_what_no_rule_takes_as_a_list_is_not_promised(
    made: Callable[[int], Iterator[str]],
) -> None:
    """The service has no datasets."""
    assert found(read(made(_MANY))).fewer is None


def test_the_budget_leaves_out_rules_of_the_list_and_of_others() -> None:
    """Both are counted, apart."""
    firewall = {"capacity": 500, "rule_groups": 4, "headroom": 0}
    one = found(read(listed.urls(_MANY), categories={"list-made": "alert"}, firewall=firewall))

    assert (one.kept, one.left_out, one.others_left_out) == (500, 100, 8)
    assert (one.capacity, one.budget) == (500, 500)


def test_what_fired_lately_is_counted_and_unknown_where_nobody_counts() -> None:
    """An old hit is none, and of a list whose hits nobody counts nothing is claimed."""
    given = read(listed.urls(_MANY))
    old = DAY - timedelta(days=31)
    counted = inputs(
        given.ruleset, given.allowlist, fired={83_000_000: DAY, 83_000_001: old, 1: DAY}
    )
    gap = inputs(given.ruleset, given.allowlist, fired={83_000_000: DAY}, hits_unknown="no logs")

    assert [found(one).fired for one in (given, counted, gap)] == [None, 1, None]


def test_a_list_that_is_off_or_small_or_mixed_is_none() -> None:
    """Only what costs something, and is a list, is told."""
    off = read(listed.urls(_MANY), categories={"list-made": "off"})
    small = read(listed.urls(LARGE - 1))
    ordinary = "\n".join(text(n, 'pcre:"/x/"; ') for n in range(1_000, 1_100)).encode()
    mixed = read(listed.urls(_MANY), ordinary)

    assert [indicator_lists(one, build(one)) for one in (off, small, mixed)] == [(), (), ()]


def test_a_category_of_emerging_threats_is_not_told_as_a_list() -> None:
    """Whoever has et/open alone sees what they always saw."""
    made = FeedFile("emerging-dyn_dns", listed.file_of(listed.domains(_MANY)))
    given = inputs(read_rules([made]), allow())

    assert indicator_lists(given, build(given)) == ()


@pytest.mark.parametrize(
    "source",
    [
        text(1),
        'alert tcp $HOME_NET any -> [192.0.2.1,192.0.2.2] any (msg:"two"; sid:1;)',
        'alert tcp 192.0.2.1 any -> 192.0.2.2 any (msg:"both ends"; sid:1;)',
        'alert dns any any -> any any (dns.query; content:"a"; content:"b"; sid:1;)',
        'alert dns any any -> any any (dns.query; content:!"a"; sid:1;)',
        'alert dns any any -> any any (dns.query; content:"a"; flowbits:set,x; sid:1;)',
        'alert dns any any -> any any (dns.query; content:"a"; pcre:"/b/"; sid:1;)',
        'alert tls any any -> any any (tls.sni; content:"a"; ja3.hash; content:"b"; sid:1;)',
        'alert http any any -> any any (http.uri; content:"a"; ja3.hash; content:"b"; sid:1;)',
    ],
)
def test_a_rule_that_looks_for_more_than_one_value_is_no_entry_of_a_list(source: str) -> None:
    """It says more than a list could."""
    assert kind_of(rule(source)) is None


def test_a_url_is_one_value_though_its_host_and_path_are_two_contents() -> None:
    """So it is written by all publishers."""
    assert kind_of(rule(next(iter(listed.urls(1))))) is IndicatorKind.URL
