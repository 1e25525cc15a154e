"""What the real engine refuses is told with group, sid and the engine's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from pipeline_support import rule
from proof_support import made, published

from rules_lib import engine as known
from rules_lib.errors import EngineError
from rules_lib.groups import Variables
from rules_lib.verify.load import load
from rules_lib.verify.loadable import Loadable
from rules_lib.verify.suricata import Suricata
from rules_lib.verify.traffic import replayer

if TYPE_CHECKING:
    from rules_lib.verify.load import Loading

pytestmark = pytest.mark.engine

NOTHING: Final = Variables()


@dataclass(frozen=True, slots=True)
class Loader:
    """An engine that is handed one group."""

    engine: Suricata

    def __call__(self, *rules: str, variables: Variables = NOTHING) -> Loading:
        """Load it."""
        return load(self.engine, Loadable("et-test", 1000, rules, variables))


@pytest.fixture(scope="session")
def loaded(engine: Suricata) -> Loader:
    """Each version of the engine in turn."""
    return Loader(engine)


def test_group_that_is_fine_has_no_complaint(loaded: Loader) -> None:
    """Not even a warning, with references of any kind and both built-in variables."""
    ends = "$HOME_NET any -> $EXTERNAL_NET any"
    found = loaded(rule(1, "reference:url,site.example/x; reference:strange,1; ", addresses=ends))
    assert (found.ok, found.loaded, found.warnings) == (True, 1, ())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("frobnicate:1; ", "unknown rule keyword 'frobnicate'"),
        ('http.uri; content:"a"; tls.sni; content:"b"; ', "can't set rule app proto to"),
        ('pcre:"/(/"; ', "missing closing parenthesis"),
        ("flowbits:isset,a b; ", "spaces not allowed in flowbit names"),
    ],
)
def test_refused_rule_is_named_with_the_engines_words(
    loaded: Loader, options: str, words: str
) -> None:
    """Its neighbours are loaded."""
    found = loaded(rule(1), rule(2, options), rule(3))
    [refusal] = found.refusals
    assert (refusal.line, refusal.sid, found.loaded, found.ok) == (2, 2, 2, False)
    assert words in refusal.words


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
    assert loaded(text, variables=Variables({"HTTP_SERVERS": ("10.0.0.1",)})).ok


def test_line_that_the_engine_passes_over_is_an_error(loaded: Loader) -> None:
    """A comment is one to the engine, and nothing says so."""
    found = loaded(rule(1), "# words")
    assert not found.ok
    assert found.errors == ("1 of 2 lines were passed over in silence",)


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
        found = load(engine, group)
        assert (found.ok, found.loaded, found.warnings) == (True, 2, ())


def test_rule_that_is_refused_stops_a_replay_that_was_not_warned(engine: Suricata) -> None:
    """A replay without it would show too little."""
    group = Loadable("et-test", 1000, (rule(1), rule(7, "nope:1; ")), NOTHING)
    with (
        pytest.raises(EngineError, match="et-test: sid 7: unknown rule keyword"),
        replayer(engine, [group]),
    ):
        pass
