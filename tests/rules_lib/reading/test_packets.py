"""In which packets a rule can match: two rules are apart only where no packet can be of both."""

from __future__ import annotations

import pytest
from support.feeds import rule

from rules_lib.facts.packets import BOTH_WAYS, Buffer, buffers, transports_of
from rules_lib.reading.packets import packets_of


def meet(one: str, other: str, *, home_apart: bool = True) -> bool:
    """Whether one packet can be of both, asked both ways."""
    ours, theirs = packets_of(one), packets_of(other)
    answers = {
        ours.meet(theirs, home_apart=home_apart),
        theirs.meet(ours, home_apart=home_apart),
    }
    [answer] = answers
    return answer


def of(protocol: str, options: str = "", ends: str = "any any -> any any") -> str:
    """A rule of a protocol."""
    return rule(1, options, protocol=protocol, addresses=ends)


@pytest.mark.parametrize(
    ("flow", "ways"),
    [
        ("flow:established,to_server; ", {"to_server"}),
        ("flow: from_client , established; ", {"to_server"}),
        ("flow:to_client; ", {"to_client"}),
        ("flow:from_server,established; ", {"to_client"}),
        ("flow:established; ", BOTH_WAYS),
        ("flow:stateless; ", BOTH_WAYS),
        ("", BOTH_WAYS),
    ],
)
def test_flow_says_which_way_a_packet_goes(flow: str, ways: set[str]) -> None:
    """In any of its words; without one it may go either way."""
    assert packets_of(of("tcp", flow)).directions == ways


@pytest.mark.parametrize(
    ("options", "ways"),
    [
        ('http.uri; content:"x"; ', {"to_server"}),
        ('content:"x"; http_uri; ', {"to_server"}),
        ('http.stat_code; content:"404"; ', {"to_client"}),
        ('http.header; content:"x"; ', BOTH_WAYS),
        ('http.header; content:"x"; http.uri; content:"x"; ', {"to_server"}),
        ('http.uri; content:"x"; http.stat_code; content:"404"; ', BOTH_WAYS),
        ('file.data; content:"x"; ', BOTH_WAYS),
    ],
)
def test_buffers_say_it_where_flow_does_not(options: str, ways: set[str]) -> None:
    """As far as all of them agree: only a rule with `=>` has buffers of either."""
    assert packets_of(of("http", options)).directions == ways


@pytest.mark.parametrize(
    ("one", "other", "can"),
    [
        ("tcp", "tcp", True),
        ("tcp", "tcp-pkt", True),
        ("tcp-pkt", "tcp-stream", True),
        ("tcp", "udp", False),
        ("udp", "icmp", False),
        ("ip", "udp", True),
        ("ip", "icmp", True),
        ("tcp", "http", True),
        ("tcp-pkt", "tls", True),
        ("udp", "http", False),
        ("udp", "dns", True),
        ("tcp", "dns", True),
        ("udp", "quic", True),
        ("tcp", "quic", False),
        ("http", "tls", False),
        ("http", "http1", True),
        ("http", "http2", True),
        ("http1", "http2", True),
        ("http", "websocket", True),
        ("dns", "doh2", True),
        ("dns", "http", False),
        ("smb", "dcerpc", True),
        ("smb", "smtp", False),
        ("tls:client_hello_done", "tls", True),
        ("tcp", "krb5", True),
        ("udp", "krb5", True),
        ("icmp", "krb5", False),
    ],
)
def test_protocols_that_can_be_one_packet(one: str, other: str, *, can: bool) -> None:
    """By what they are carried in, and by what the engine takes for one another."""
    assert meet(of(one), of(other)) is can


@pytest.mark.parametrize(
    ("one", "other", "can"),
    [
        (of("tcp", 'http.uri; content:"x"; '), of("tls"), False),
        (of("tcp", 'http.uri; content:"x"; '), of("http"), True),
        (of("tcp", 'tls.sni; content:"x"; '), of("tcp", 'http.uri; content:"x"; '), False),
        (of("udp", 'dns.query; content:"x"; '), of("dns"), True),
        (of("tcp", 'http.uri; content:"x"; '), of("tcp", 'content:"x"; '), True),
        (of("tcp", 'file.data; content:"x"; '), of("smtp"), True),
    ],
)
def test_buffer_says_of_which_protocol_a_rule_for_tcp_is(
    one: str, other: str, *, can: bool
) -> None:
    """What says nothing may be of any."""
    assert meet(one, other) is can


@pytest.mark.parametrize(
    ("one", "other", "can"),
    [
        ("dsize:5; ", "dsize:6; ", False),
        ("dsize:5; ", "dsize:5; ", True),
        ("dsize:<5; ", "dsize:>5; ", False),
        ("dsize:<=5; ", "dsize:>=5; ", True),
        ("dsize:5; ", "dsize:1<>9; ", True),
        ("dsize:10; ", "dsize: 1<>9; ", False),
        ("dsize:5; ", "dsize:!5; ", True),
        ("dsize:=5; ", "dsize:4; ", False),
        ("dsize:5; ", "", True),
        ("dsize:5; ", "dsize:0x06; ", True),
    ],
)
def test_sizes_of_the_payload(one: str, other: str, *, can: bool) -> None:
    """What cannot be read is taken for any size."""
    assert meet(of("tcp", one), of("tcp", other)) is can


@pytest.mark.parametrize(
    ("one", "other", "can"),
    [
        ("$HOME_NET any -> any any", "!$HOME_NET any -> any any", False),
        ("$HOME_NET any -> any any", "$EXTERNAL_NET any -> any any", False),
        ("any any -> $HOME_NET any", "any any -> $EXTERNAL_NET any", False),
        ("$HOME_NET any -> $EXTERNAL_NET any", "$HOME_NET any -> any any", True),
        ("$HOME_NET any <> $EXTERNAL_NET any", "$EXTERNAL_NET any -> $HOME_NET any", True),
        ("$HOME_NET any => $EXTERNAL_NET any", "$EXTERNAL_NET any -> $HOME_NET any", True),
        ("[10.0.0.1] any -> any any", "[10.0.0.2] any -> any any", True),
        ("any any -> any 80", "any any -> any 443", False),
        ("any any -> any 80", "any any -> any [443,70:90]", True),
        ("any any -> any 1024:", "any any -> any :1023", False),
        ("any any -> any 80", "any any -> any !80", True),
        ("any any -> any 80", "any any -> any $HTTP_PORTS", True),
        ("any 53 -> any any", "any 54 -> any any", False),
    ],
)
def test_ends_of_the_header(one: str, other: str, *, can: bool) -> None:
    """Apart are an address and its negation, HOME_NET and EXTERNAL_NET, and ports in numbers."""
    assert meet(of("udp", ends=one), of("udp", ends=other)) is can


def test_home_may_be_in_external_where_people_say_so() -> None:
    """`EXTERNAL_NET: any` makes it every address."""
    ends = "$HOME_NET any -> any any", "$EXTERNAL_NET any -> any any"
    assert meet(*(of("udp", ends=one) for one in ends), home_apart=False)


def test_every_buffer_is_of_a_protocol_and_of_a_direction() -> None:
    """So that what is read of the list is what the list says."""
    assert len(buffers()) > 250
    assert all(
        buffer.directions and buffer.directions <= BOTH_WAYS for buffer in buffers().values()
    )
    assert all(transports_of(buffer.protocol) for buffer in buffers().values())
    assert buffers()["http.uri"] == Buffer("http", frozenset({"to_server"}))
