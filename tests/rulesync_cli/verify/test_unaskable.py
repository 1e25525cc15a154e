"""Rules that a plain Suricata cannot judge are known before it is asked."""

from __future__ import annotations

import pytest

from rulesync_cli.verify.unaskable import unaskable


def _rule(options: str, head: str = "alert tls") -> str:
    return f"{head} any any -> any any ({options} sid:1;)"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ("aws_domain_category:Malware;", "aws_domain_category"),
        ('aws_route_53_resolved_domain:"a.example";', "aws_route_53_resolved_domain"),
        ("AWS_new_word:1;", "aws_new_word"),
    ],
)
@pytest.mark.parametrize("major", [7, 8])
def test_words_of_the_service_are_in_no_suricata(options: str, word: str, major: int) -> None:
    """The reason names the word; AWS has more of them than it tells."""
    assert f"does not know {word};" in (unaskable(_rule(options), major) or "")


@pytest.mark.parametrize(
    ("head", "options", "word"),
    [
        ("alert websocket", "", "the protocol websocket"),
        ("alert tls:client_hello_done", "", "the protocol tls:client_hello_done"),
        ("alert smtp", 'email.subject; content:"x";', "email.subject"),
    ],
)
def test_what_came_with_8_cannot_be_asked_of_7(head: str, options: str, word: str) -> None:
    """8 is asked."""
    assert f"does not know {word};" in (unaskable(_rule(options, head), 7) or "")
    assert unaskable(_rule(options, head), 8) is None


def test_rules_for_both_sides_of_a_transaction_cannot_be_asked_of_7() -> None:
    """Their arrow is of 8."""
    text = _rule('http.uri; content:"/a"; http.stat_code; content:"200";', "alert http")
    both = text.replace("->", "=>")
    assert "direction =>" in (unaskable(both, 7) or "")
    assert unaskable(both, 8) is None


@pytest.mark.parametrize(
    "rule",
    [
        _rule('content:"aws_domain_category; geoip"; msg:"geoip";'),
        _rule("no_such_word:1;"),
        _rule("geoip:dst,RU;"),
        "no rule at all",
    ],
)
def test_all_else_is_the_engines_to_judge(rule: str) -> None:
    """Words that nobody is known to have, and what needs a database, too."""
    assert unaskable(rule, 7) is None
