"""What the real engine refuses is told with group, sid and the engine's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from support.engine.proof import made, published
from support.feeds import rule

from rules_lib.errors import EngineError
from rules_lib.facts import suricata as known
from rules_lib.groups.rule_group import GroupVariables
from rulesync_cli.verify.load import load_group
from rulesync_cli.verify.loadable import Loadable
from rulesync_cli.verify.suricata import Suricata
from rulesync_cli.verify.traffic import replayer

if TYPE_CHECKING:
    from rulesync_cli.verify.load import Loading

pytestmark = pytest.mark.engine

NOTHING: Final = GroupVariables()


@dataclass(frozen=True, slots=True)
class Loader:
    """An engine that is handed one group."""

    engine: Suricata

    def __call__(self, *rules: str, variables: GroupVariables = NOTHING) -> Loading:
        """Load it."""
        return load_group(self.engine, Loadable("et-test", 1000, rules, variables))


@pytest.fixture(scope="session")
def loaded(engine: Suricata) -> Loader:
    """Each version of the engine in turn."""
    return Loader(engine)


def test_group_that_is_fine_has_no_complaint(loaded: Loader) -> None:
    """Not even a warning, with references of any kind and both built-in variables."""
    ends = "$HOME_NET any -> $EXTERNAL_NET any"
    found = loaded(rule(1, "reference:url,site.example/x; reference:strange,1; ", addresses=ends))
    assert (found.ok, found.loaded, found.warnings) == (True, 1, ())


WORDS: Final = {
    "frobnicate:1; ": "unknown rule keyword 'frobnicate'",
    'http.uri; content:"a"; tls.sni; content:"b"; ': "can't set rule app proto to",
    'pcre:"/(/"; ': "missing closing parenthesis",
    "flowbits:isset,a b; ": "spaces not allowed in flowbit names",
}
"""Options that are refused, and what the engine says of each."""


def test_refused_rule_is_named_with_the_engines_words(loaded: Loader) -> None:
    """Its neighbours are loaded."""
    between = (rule(sid, options) for sid, options in enumerate(WORDS, 2))
    found = loaded(rule(1), *between, rule(6))
    assert (found.loaded, found.ok) == (2, False)
    assert [(one.line, one.sid) for one in found.refusals] == [(2, 2), (3, 3), (4, 4), (5, 5)]
    for refusal, words in zip(found.refusals, WORDS.values(), strict=True):
        assert words in refusal.words


def test_one_refused_rule_is_no_other(loaded: Loader) -> None:
    """It alone is named, by its line."""
    found = loaded(rule(1), rule(7, "nope:1; "), rule(3))
    assert [(one.line, one.sid) for one in found.refusals] == [(2, 7)]
    assert (found.loaded, found.ok) == (2, False)


def test_every_refused_rule_is_told_at_once(loaded: Loader) -> None:
    """Nobody has to repair one to learn of the next."""
    found = loaded(rule(1, "nope:1; "), rule(2), rule(2), rule(3, 'pcre:"/[/"; '))
    assert [(one.line, one.sid) for one in found.refusals] == [(1, 1), (3, 2), (4, 3)]
    assert "Duplicate signature" in found.refusals[1].words


def test_variable_of_this_machine_is_none_of_the_groups(loaded: Loader) -> None:
    """Debian's configuration has HTTP_SERVERS; a group that does not declare it has not."""
    text = rule(5, addresses="any any -> $HTTP_SERVERS any")
    [refusal] = loaded(text).refusals
    assert "HTTP_SERVERS" in refusal.words
    assert loaded(text, variables=GroupVariables({"HTTP_SERVERS": ("10.0.0.1",)})).ok


def padded(first: str, behind: str) -> str:
    """A line that Suricata reads in two pieces."""
    return first + " " * (8_191 - len(first)) + behind


NOT_ONE: Final = {
    "# words": (0, "reads it as a comment"),
    rule(9, "requires:version >= 99; "): (0, "version >= 99"),
    rule(11, "requires:feature no_such_thing; "): (0, "no_such_thing"),
    padded(rule(12), rule(13)): (2, "what follows 8,191 bytes as another rule"),
}
"""Lines; as how many rules each is loaded, and what is told of it."""


def test_line_that_is_not_loaded_as_one_rule_is_named(loaded: Loader) -> None:
    """With why, though the engine may be silent."""
    found = loaded(rule(1), *NOT_ONE, rule(2), rule(3))
    assert [(one.line, one.rule) for one in found.astray] == [*enumerate(NOT_ONE, 2)]
    assert not found.ok
    for lost, (as_rules, words) in zip(found.astray, NOT_ONE.values(), strict=True):
        assert lost.loaded == as_rules
        assert words in lost.words


def test_rule_that_hides_a_comment_is_whole(loaded: Loader) -> None:
    """To the engine, which reads the comment as a line of its own."""
    found = loaded(rule(1), padded(rule(9), "# words"), rule(2), rule(3))
    assert (found.ok, found.loaded) == (True, 4)


def test_lines_that_cancel_out_are_named_all_the_same(loaded: Loader) -> None:
    """As many rules as lines are loaded, and none of these two lines is one rule."""
    found = loaded(padded(rule(1), rule(2)), rule(3, "requires:version >= 99; "), rule(4))
    assert [(one.line, one.loaded) for one in found.astray] == [(1, 2), (2, 0)]
    assert found.loaded == 3


def test_every_line_among_many_is_found(loaded: Loader) -> None:
    """And no other is blamed."""
    wanting = {7, 8, 24}
    rules = (
        rule(sid, "requires:version >= 99; " if sid in wanting else "") for sid in range(1, 25)
    )
    assert {one.line for one in loaded(*rules).astray} == wanting


def test_lines_that_are_joined_are_named(loaded: Loader) -> None:
    """Both of them; the engine refuses what they make together, or loads it."""
    found = loaded(rule(1), rule(2) + " \\", rule(3), rule(4))
    assert not found.ok
    named = {one.line for one in found.astray} | {one.line for one in found.refusals}
    assert named == {2, 3}


def test_rule_whose_place_a_newer_one_takes_is_named(loaded: Loader) -> None:
    """The engine keeps one of a sid, and counts both as loaded."""
    newer = rule(2).replace("rev:1", "rev:2")
    [lost] = loaded(rule(1), rule(2), newer).astray
    assert (lost.line, lost.sid, lost.loaded) == (2, 2, 0)
    assert "same sid and a higher rev" in lost.words


def test_lines_behind_one_that_is_read_in_pieces_keep_their_numbers(loaded: Loader) -> None:
    """The engine counts pieces."""
    found = loaded(padded(rule(1), "# words"), rule(2), rule(3, "nope:1; "))
    assert [(one.line, one.sid) for one in found.refusals] == [(3, 3)]


def test_countries_are_left_to_the_service_and_the_rest_is_asked(loaded: Loader) -> None:
    """This machine has no database of countries; a mistake beside them is found."""
    found = loaded(rule(1, "geoip:dst,RU; "), rule(2, "geoip:any,CN,!US; nope:1; "), rule(3))
    assert [(one.line, one.whole) for one in found.unasked] == [(1, False), (2, False)]
    assert "geoip" in found.unasked[0].words
    assert [(one.line, one.sid, one.words) for one in found.refusals] == [
        (2, 2, "unknown rule keyword 'nope'.")
    ]
    assert found.loaded == 2


def test_keyword_of_aws_is_left_to_the_service(loaded: Loader) -> None:
    """Plain Suricata knows none of them and is asked for the rest; in a msg it is a word."""
    named = rule(1, "aws_domain_category:Malicious; ")
    found = loaded(named, rule(2, 'content:"aws_url_category:x\\; geoip"; '))
    assert (found.ok, found.loaded) == (True, 2)
    assert [(one.line, one.sid, one.whole) for one in found.unasked] == [(1, 1, False)]


BEYOND: Final = (
    "aws_domain_category:Command and Control,Spam; ",
    "AWS_URL_CATEGORY:Malicious; ",
    'aws_route_53_resolved_domain:"a.example"; ',
    "aws_domain_category:Spam; geoip:dst,RU; ",
)


def test_mistake_beside_a_keyword_of_aws_is_found(loaded: Loader) -> None:
    """The rest of the rule is as wrong as it would be without."""
    wrong = [beyond + mistake for beyond in BEYOND for mistake in ("nope; ", 'content:""; ')]
    found = loaded(*(rule(sid, options) for sid, options in enumerate(wrong, 1)))
    assert [one.sid for one in found.refusals] == [*range(1, 9)]


def test_rule_with_a_word_of_aws_that_may_be_a_buffer_is_left_out(loaded: Loader) -> None:
    """What it would be asked without is another rule; so is one with a word that nobody told."""
    found = loaded(rule(1, 'aws_new_word:1; content:""; '), rule(2, "aws_domain_category; nope; "))
    assert (found.refusals, found.loaded) == ((), 0)
    assert [(one.line, one.whole) for one in found.unasked] == [(1, True), (2, True)]


def test_flowbit_that_nobody_sets_is_a_warning(loaded: Loader) -> None:
    """The engine loads the rule, which can never match."""
    found = loaded(rule(1, "flowbits:isset,never; "))
    assert found.ok
    assert "'never' is checked but not set" in found.warnings[0]


def test_every_protocol_that_we_publish_is_loaded(loaded: Loader) -> None:
    """Those too that a plain Suricata has switched off."""
    names = sorted(known.PROTOCOLS)
    rules = (f"alert {name} any any -> any any (sid:{n};)" for n, name in enumerate(names, 1))
    found = loaded(*rules)
    assert (found.refusals, found.errors, found.warnings) == ((), (), ())


def test_group_that_the_pipeline_made_is_loaded(engine: Suricata) -> None:
    """With the variables that it declares, lists and negations among them."""
    ends = "$HOME_NET $PORTS -> [$SERVERS,!10.0.0.9] any"
    built = made(
        {
            "emerging-a": [
                rule(1, addresses=ends),
                rule(2, addresses="$EXTERNAL_NET any -> any any"),
            ]
        },
        variables={
            "HOME_NET": ["10.0.0.0/8", "192.168.0.0/16"],
            "SERVERS": ["10.1.0.0/16", "!10.1.1.1"],
            "PORTS": ["80", "1024:2048", "!1080"],
        },
    )
    for group in published(built):
        found = load_group(engine, group)
        assert (found.ok, found.loaded, found.warnings) == (True, 2, ())


def test_rule_that_is_refused_stops_a_replay_that_was_not_warned(engine: Suricata) -> None:
    """A replay without it would show too little."""
    group = Loadable("et-test", 1000, (rule(1), rule(7, "nope:1; ")), NOTHING)
    with (
        pytest.raises(EngineError, match="et-test: sid 7: unknown rule keyword"),
        replayer(engine, [group]),
    ):
        pass
