"""Every refusal that was measured, in the service's words, however the group arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from support.localaws import content, create, refused, rule, update

from localaws import Strictness, embedded_aws
from localaws.countries import COUNTRIES
from localaws.rulecheck import refusal
from localaws.terms import Terms
from rules_lib.facts.vocabulary import countries

if TYPE_CHECKING:
    from types_boto3_network_firewall import NetworkFirewallClient

    from localaws import EmbeddedAws


def quoted(text: str) -> str:
    """The rule as the service quotes it, with its own gid."""
    head, _, tail = text.rpartition(")")
    return f"{head} gid:1234567890;){tail}"


HEADER = "tcp any any -> any any"
NO_COMPANION = (
    'Using "pcre" without one of the following options is not allowed: '
    "[tls.sni, http.host, dns.query, http.uri, content]."
)
NAMED = {
    f'log {HEADER} (msg:"a"; sid:1;)': "Action log is not supported",
    'reject udp any any -> any any (msg:"a"; sid:1;)': "udp reject is not supported",
    'reject dns any any -> any any (msg:"a"; sid:1;)': "dns reject is not supported",
    'alert tls:client_hello_done any any -> any any (http.uri; content:"a"; sid:1;)': (
        "rule contains conflicting alprotos set"
    ),
    **{
        rule(options=f"{keyword}:x; "): f"RuleOptions {keyword} is not supported"
        for keyword in ("dataset", "datarep", "iprep", "lua", "luajit", "filestore")
    },
    rule(options="DataSet:x; "): "RuleOptions dataset is not supported",
    **{
        rule(options=f"geoip:{value}; "): "Rule contains an incorrect country code"
        for value in ("dst,XX", "any,DE,!QQ", "src", "de", "")
    },
    **{
        rule(options=f"base64_decode:bytes 9; base64_data; {rest}"): (
            "fast_pattern cannot be used with base64_data"
        )
        for rest in (
            'content:"a"; nocase; fast_pattern; ',
            'content:"a"; flow:to_server; FAST_PATTERN ; ',
            'content:"a"; file.data; content:"b"; fast_pattern; ',
            'pcre:"/a/"; content:!"a"; fast_pattern; ',
        )
    },
    rule(options=f"geoip:dst,{','.join(sorted(COUNTRIES)[:65])}; "): (
        "too many arguments for geoip keyword"
    ),
    rule(options="aws_domain_category:x; "): "aws_domain_category is not supported on tcp",
    'alert http any any -> any any (msg:"a"; aws_url_category:x; geoip:DE; sid:1;)': (
        "aws_url_category cannot be used together with geoip"
    ),
    rule(options="gid:9999; "): "GIDs are not allowed. Illegal option(s): [gid:9999]",
    f'alert {HEADER} (msg:"a";)': "sid not assigned",
    f'alert {HEADER} (msg:"sid:9";)': "sid not assigned",
    rule(options="sid:2; "): "duplicated 'sid' keyword detected",
    rule(sid=0): "sid value 0 is invalid",
    rule(options='pcre:"/a/"; '): NO_COMPANION,
    rule(options='pcre:"/a/"; http_uri; uricontent:"a"; '): NO_COMPANION,
    f"alert {HEADER} \\": "line continuation is not supported",
    f'alert {HEADER} (msg:"a"; sid:1)': 'no terminating ";" found',
}
WHOLE = {
    **{
        rule(options=f"{keyword}:1; "): (
            "RulesString has invalid keywords. Rule groups that use strict order can't have rules "
            "that contain the keywords `priority` or `classtype`, "
            f"parameter: [{quoted(rule(options=f'{keyword}:1; '))}], "
            "context: RulesSource.RulesString"
        )
        for keyword in ("priority", "classtype")
    },
    'alert tcp $MYNET any -> any any (msg:"a"; sid:1;)': (
        "MYNET cannot be null or empty, context: RuleVariables.IPSets.MYNET"
    ),
    'alert tcp any any -> [!$MYNET,10.0.0.0/8] any (msg:"a"; sid:1;)': (
        "MYNET cannot be null or empty, context: RuleVariables.IPSets.MYNET"
    ),
    'alert tcp any any -> any $HTTP_PORTS (msg:"a"; sid:1;)': (
        "HTTP_PORTS cannot be null or empty, context: RuleVariables.PortSets.HTTP_PORTS"
    ),
    'alert tcp @BETA any -> any any (msg:"a"; sid:1;)': (
        "BETA cannot be null or empty, context: ReferenceSets.IPSetReferences.BETA"
    ),
    f"{rule()}\n{rule()}": (
        f'stateful rule is invalid, reason: Duplicate signature "{quoted(rule())}"'
    ),
    f"# a\r\n{rule()}": "stateful rule is invalid, rule: # a, reason: Illegal rule syntax",
}
TABLE = {
    **{
        text: (
            f"stateful rule is invalid, rule: {quoted(text) if ')' in text else text}, "
            f"reason: {reason}"
        )
        for text, reason in NAMED.items()
    },
    **WHOLE,
}
HARMLESS = (
    rule(),
    rule(options='content:"$NOPE"; pcre:"/$NOPE/"; '),
    rule(options='pcre:"/a/"; content:"a"; '),
    rule(options='pcre:"/a"b/"; http.uri; '),
    rule(options="threshold:type limit, track by_src, count 1, seconds 60; "),
    rule(options="tag:host; filename:a; filesize:1; fileext:b; "),
    rule(options="flowbits:isset,x; "),
    'reject tls any any -> any any (msg:"a"; sid:1;)',
    'reject tls:client_hello_done any any -> any any (msg:"a"; sid:1;)',
    "alert tls:client_hello_done any any -> any any (aws_domain_category:Spam; sid:1;)",
    'PASS tcp $HOME_NET any -> !$EXTERNAL_NET any (msg:"a"; sid:1;)',
    "alert tcp [10.0.0.0/8, 192.168.0.0/16] any -> any any (sid:1;)",
    f"\n{rule(1)}\r\n\n{rule(2)}\n",
    f"# {rule(1)}\n{rule(1)}\n  # the end",
    *(rule(options=f"geoip:{value}; ") for value in ("dst,RU", "any,DE,FR", "src, !US", "DE")),
    'alert tls any any -> any any (aws_domain_category:"Malware"; sid:1;)',
    rule(options="aws_route_53_resolved_domain; "),
    rule(options='content:"a"; fast_pattern; base64_decode; base64_data; content:"b"; '),
    rule(options='base64_decode; base64_data; content:"b"; pkt_data; content:"a"; fast_pattern; '),
    rule(options='content:"a"; base64_decode; base64_data; fast_pattern; content:"b"; '),
    rule(options='base64_decode; base64_data; content:"b"; fast_pattern:only; '),
    rule(options='base64_decode; base64_data; content:"bcd"; fast_pattern:0,2; '),
)
DRY_RUNS = pytest.mark.parametrize("dry_run", [False, True], ids=["real", "dry run"])


@DRY_RUNS
@pytest.mark.parametrize("rules", TABLE)
def test_create_is_refused_in_the_words_of_the_service(
    client: NetworkFirewallClient, rules: str, dry_run: bool
) -> None:
    """One bad rule refuses the whole group, which then does not exist."""
    group = f"{rule(77)}\n{rules}"
    assert refused(lambda: create(client, group, DryRun=dry_run)) == TABLE[rules]
    assert client.list_rule_groups()["RuleGroups"] == []


@DRY_RUNS
@pytest.mark.parametrize("rules", TABLE)
def test_update_is_refused_in_the_words_of_the_service(
    client: NetworkFirewallClient, rules: str, dry_run: bool
) -> None:
    """A refused update leaves the group and its token as they were."""
    token = create(client, rule(77))["UpdateToken"]
    assert refused(lambda: update(client, token, rules, DryRun=dry_run)) == TABLE[rules]
    kept = client.describe_rule_group(RuleGroupName="one", Type="STATEFUL")
    assert kept["RuleGroup"]["RulesSource"]["RulesString"] == rule(77)
    assert kept["UpdateToken"] == token


@pytest.mark.parametrize("rules", HARMLESS)
def test_harmless_rule_is_accepted(client: NetworkFirewallClient, rules: str) -> None:
    """What was measured to be accepted is accepted, unsupported on paper or not."""
    assert create(client, rules)["RuleGroupResponse"]["RuleGroupStatus"] == "ACTIVE"


@pytest.mark.parametrize("keyword", ["priority", "classtype"])
def test_default_order_lets_a_rule_have_its_priority(
    client: NetworkFirewallClient, keyword: str
) -> None:
    """Only strict order leaves the order to the text."""
    assert create(client, Rules=rule(options=f"{keyword}:1; "))["UpdateToken"]


def test_first_bad_rule_of_the_text_is_named(client: NetworkFirewallClient) -> None:
    """An answer names one rule, whatever is wrong further down."""
    first, second = "log ip any any -> any any (sid:1;)", "log ip any any -> any any (sid:2;)"
    assert f"rule: {quoted(first)}," in refused(lambda: create(client, f"{first}\n{second}"))


def padded(length: int, header: str = HEADER) -> str:
    """A rule of exactly this many characters."""
    empty = f'alert {header} (msg:"{{}}"; sid:1;)'
    return empty.format("x" * (length - len(empty) + 2))


def test_rule_of_8175_bytes_is_the_longest(client: NetworkFirewallClient) -> None:
    """The service appends 16 characters and refuses at 8,192; letters beyond ASCII count more."""
    wide = padded(8175).replace("xx", "éx", 1)
    assert "Length: 8192" in refused(lambda: create(client, wide))
    assert create(client, padded(8175))["RuleGroupResponse"]["ConsumedCapacity"] == 1
    too_long = padded(8176)
    assert refused(lambda: create(client, too_long, name="two")) == (
        f"stateful rule is invalid, rule: {quoted(too_long)}, "
        "reason: Rule exceeds max length (8192), Length: 8192."
    )


@pytest.mark.parametrize(
    ("header", "sets", "growth"),
    [
        ("tcp $NET any -> any any", {"IPSets": {"NET": {"Definition": ["10.0.0.0/8"]}}}, 6),
        ("tcp any any -> any !$P", {"PortSets": {"P": {"Definition": ["80", "81"]}}}, 5),
        (
            "tcp $HOME_NET any -> $EXTERNAL_NET any",
            {
                "IPSets": {
                    "HOME_NET": {"Definition": ["10.0.0.0/8", "172.16.0.0/12"]},
                    "EXTERNAL_NET": {"Definition": ["!10.0.0.0/8"]},
                }
            },
            17 - 2,
        ),
    ],
)
def test_length_counts_with_the_variables_in_place(
    client: NetworkFirewallClient, header: str, sets: dict[str, Any], growth: int
) -> None:
    """A value is written once, several as a list in brackets."""

    def attempt(length: int, name: str) -> object:
        group = content(padded(length, header), RuleVariables=sets)
        return create(client, name=name, RuleGroup=group)

    attempt(8175 - growth, "fits")
    assert "Length: 8192." in refused(lambda: attempt(8176 - growth, "over"))


def test_declared_variables_are_known_by_kind(client: NetworkFirewallClient) -> None:
    """An address variable is no port variable."""
    sets = {"PortSets": {"NET": {"Definition": ["80"]}}}
    group = content("alert tcp $NET any -> any any (sid:1;)", RuleVariables=sets)
    assert refused(lambda: create(client, RuleGroup=group)).startswith("NET cannot be null")


def test_home_net_without_external_net_can_be_made_to_matter(
    client: NetworkFirewallClient,
) -> None:
    """Then EXTERNAL_NET stays the negation of another network; on demand it is refused."""
    home = {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}
    alone = content(rule(), RuleVariables={"IPSets": home})
    assert create(client, RuleGroup=alone, DryRun=True)
    both = {**home, "EXTERNAL_NET": {"Definition": ["!10.0.0.0/8"]}}
    with embedded_aws(strictness=Strictness(home_net_alone=True)):
        strict = boto3.client("network-firewall")
        words = refused(lambda: create(strict, RuleGroup=alone))
        assert "RuleVariables.IPSets.EXTERNAL_NET" in words
        assert create(strict, RuleGroup=content(rule(), RuleVariables={"IPSets": both}))


def test_check_can_be_left_out() -> None:
    """For a double that differs from the service in a fact of one's choice."""
    bad = f"{rule(options='gid:9; ')}\n{rule()}"
    assert "GIDs are not allowed" in str(refusal(bad, Terms()))
    one = Terms(lenient=frozenset({"gid_is_left_to_the_service"}))
    assert "Duplicate signature" in str(refusal(bad, one))
    both = Terms(lenient=one.lenient | {"sids_are_unique"})
    assert refusal(bad, both) is None


def test_countries_are_those_of_the_package() -> None:
    """The double stands alone, so it has a list of its own."""
    assert countries() == COUNTRIES


def test_reference_in_a_rule_is_accepted_once_declared(client: NetworkFirewallClient) -> None:
    """`@NAME` stands for an IP set reference of the group."""
    arn = "arn:aws:ec2:us-east-1:123456789012:prefix-list/pl-1"
    sets = {"IPSetReferences": {"BETA": {"ReferenceArn": arn}}}
    group = content("alert tcp @BETA any -> any any (sid:1;)", ReferenceSets=sets)
    assert create(client, RuleGroup=group)["UpdateToken"]


def test_chosen_rule_is_refused_in_chosen_words(
    aws: EmbeddedAws, client: NetworkFirewallClient
) -> None:
    """A test can have the engine refuse what nobody foresees, and accept it again."""
    aws.refuse("sid:5;", "rule contains conflicting alprotos set")
    assert refused(lambda: create(client, f"{rule(4)}\n{rule(5)}")) == (
        f"stateful rule is invalid, rule: {quoted(rule(5))}, "
        "reason: rule contains conflicting alprotos set"
    )
    aws.accept_all()
    assert create(client, f"{rule(4)}\n{rule(5)}")["UpdateToken"]


def test_chosen_rule_can_go_unnamed(aws: EmbeddedAws, client: NetworkFirewallClient) -> None:
    """The service does not always say which rule it is."""
    aws.refuse("sid:5;", "out of luck", named=False)
    message = refused(lambda: create(client, rule(5)))
    assert message == "stateful rule is invalid, reason: out of luck"


CHECKER = rule(1, "flowbits:isset,b; ")


@pytest.mark.parametrize(
    ("rules", "accepted"),
    [
        (CHECKER, False),
        (f"{CHECKER}\n{rule(2, 'flowbits:set,b; ')}", True),
        (f"{CHECKER}\n{rule(2, 'flowbits: toggle, b; ')}", True),
        (f"{CHECKER}\n{rule(2, 'flowbits:unset,b; ')}", False),
        (f"{rule(1, 'flowbits:isset,a|b; ')}\n{rule(2, 'flowbits:set,b; ')}", True),
        (rule(1, "flowbits:isnotset,b; flowbits:noalert; "), True),
    ],
)
def test_setter_outside_the_group_can_be_made_to_matter(rules: str, accepted: bool) -> None:
    """Reported by users, so on demand: a checked bit has a setter in the same group."""
    strict = Terms(strictness=Strictness(setters_in_group=True))
    assert (refusal(rules, strict) is None) == accepted
    assert refusal(rules, Terms()) is None


def test_bits_joined_by_and_are_one_name() -> None:
    """`a&b` is not set by setters of `a` and of `b`."""
    strict = Terms(strictness=Strictness(setters_in_group=True))
    both, setters = rule(1, "flowbits:isset,a&b; "), [rule(2, "flowbits:set,b; ")]
    assert refusal("\n".join([both, *setters]), strict) is not None
    setters.append(rule(3, "flowbits:set,a; "))
    assert refusal("\n".join([both, *setters]), strict) is not None
    setters.append(rule(4, "flowbits:set,a&b; "))
    assert refusal("\n".join([both, *setters]), strict) is None


def test_spaces_in_a_list_can_be_made_to_matter() -> None:
    """Reported by users, so on demand."""
    spaced = 'alert tcp [10.0.0.0/8, 10.1.0.0/16] any -> any any (content:"a, b"; sid:1;)'
    strict = Terms(strictness=Strictness(list_spaces=True))
    assert "spaces inside a list" in str(refusal(spaced, strict))
    assert refusal(spaced.replace("8, 10", "8,10"), strict) is None


def test_strictness_reaches_the_service() -> None:
    """What is asked of the embedded AWS is what its Network Firewall does."""
    with embedded_aws(strictness=Strictness(setters_in_group=True)):
        client = boto3.client("network-firewall")
        assert "flowbit b is checked" in refused(lambda: create(client, CHECKER))


@pytest.mark.parametrize(
    ("protocol", "buffers", "accepted"),
    [
        ("http", 'dns.query; content:"a";', False),
        ("smtp", 'http.uri; content:"a";', False),
        ("tcp", 'tls.sni; content:"a"; http.uri; content:"b";', False),
        ("http2", 'http.uri; content:"a";', True),
        ("tcp", 'http.uri; content:"a";', True),
    ],
)
def test_rule_is_about_one_application_protocol(
    protocol: str, buffers: str, *, accepted: bool
) -> None:
    """Header and buffers may not ask for two; measured with the engine."""
    text = f'alert {protocol} any any -> any any (msg:"a"; {buffers} sid:1;)'
    answer = refusal(text, Terms())
    assert (answer is None) == accepted
    assert accepted or "conflicting alprotos" in str(answer)
