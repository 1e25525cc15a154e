"""The text as it is published: only the tokens that must change, in their place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.inputs import DAY
from support.rules import ENDS, allow, asked, candidate, rule, rule_texts, text

from rules_lib.facts import limits
from rules_lib.model import Change, Mode, Reason
from rules_lib.outcome import Converted, Discarded
from rules_lib.stages.convert import convert, expanded_length, fingerprint

GIVEN = {"WEB_PORTS": "80", "W": "$HOME_NET", "N": "!$HOME_NET", "E": "any"}
REMOVED = {"priority", "classtype", "gid"}


def _converted(source: str, *, drop: bool = False, setter: bool = False, **more: Any) -> Converted:
    mode = Mode.DROP if drop else Mode.ALERT
    shipped = rule(source).header.action.lower()
    action = "alert" if setter else "drop" if drop and shipped == "alert" else ""
    asked = candidate(source, mode, action=action, setter=setter)
    done = convert([asked], allow(variables=GIVEN, **more), {}, DAY)
    assert not done.discarded
    return done.rules[0]


def _discarded(source: str, refusals: dict[str, str] | None = None, **more: Any) -> Discarded:
    done = convert([candidate(source)], allow(**more), refusals or {}, DAY)
    assert not done.rules
    return done.discarded[0]


def _options(source: str) -> list[str]:
    """Every option with the white space before it, found without a regex."""
    found = [""]
    for character in source[source.index("(") + 1 : source.rindex(")")]:
        ends = character == ";" and not found[-1].endswith("\\")
        found[-1] += character
        found += [""] if ends else []
    return found[:-1]


def _name(option: str) -> str:
    return option.partition(":")[0].strip().rstrip(";").strip().lower()


def _closed(header: str) -> str:
    """The header without the white space inside its brackets."""
    depth, kept = 0, ""
    for character in header:
        depth += (character == "[") - (character == "]")
        kept += "" if depth and character == " " else character
    return kept


@given(rule_texts(), st.booleans(), st.booleans())
def test_published_text_is_the_source_but_for_the_named_changes(
    source: str, drop: bool, setter: bool
) -> None:
    """Options in their order less the removed ones; the header less its lists' spaces."""
    done = _converted(source, drop=drop and not setter, setter=setter)
    kept = [option for option in _options(source) if _name(option) not in REMOVED]
    options = _options(done.text)
    if setter and not done.rule.noalert:
        assert options.pop().strip() == "noalert;"
    assert options == kept
    header, before = done.text[: done.text.index("(")], _closed(source[: source.index("(")])
    assert header.partition(" ")[2] == before.partition(" ")[2]
    assert header.partition(" ")[0].lower() == done.action


@given(rule_texts(), st.booleans())
def test_nothing_is_recorded_that_was_not_done(source: str, drop: bool) -> None:
    """And a rule without a change is published as the feed ships it."""
    done = _converted(source, drop=drop)
    assert bool(done.changes) is (done.text != source)
    assert len(set(done.changes)) == len(done.changes)


@given(rule_texts())
def test_converting_again_changes_nothing(source: str) -> None:
    """What is published has nothing left to take out."""
    published = _converted(source).text
    again = _converted(published)
    assert again.text == published
    assert not again.changes


@pytest.mark.parametrize("action", ["drop", "pass", "reject"])
def test_other_actions_stay_in_drop_mode(action: str) -> None:
    """The feed's own decision."""
    source = text(1, head=f"{action} tls")
    done = _converted(source, drop=True)
    assert (done.text, done.action, done.changes) == (source, action, ())


@pytest.mark.parametrize("action", ["alert", "ALERT"])
def test_alert_becomes_drop_in_drop_mode(action: str) -> None:
    """The action's token alone."""
    done = _converted(text(1, head=f"{action}  tcp"), drop=True)
    assert done.text == text(1, head="drop  tcp")
    assert (done.action, done.changes) == ("drop", (Change.ALERT_TO_DROP,))


def test_drop_mode_leaves_a_rule_that_may_not_drop() -> None:
    """Mode is what its category asks for; what the rule may is another matter."""
    done = convert([candidate(text(1), Mode.DROP)], allow(), {}, DAY).rules[0]
    assert (done.text, done.action, done.mode) == (text(1), "alert", Mode.DROP)


@pytest.mark.parametrize("action", ["alert", "drop", "pass", "reject"])
def test_setter_that_is_brought_in_alerts_and_says_nothing(action: str) -> None:
    """It stands in no wanted category, so it only marks the flow."""
    done = _converted(text(1, "flowbits:set,a; ", head=f"{action} tcp"), setter=True)
    assert done.text == text(1, "flowbits:set,a; ").replace("rev:1;)", "rev:1; noalert;)")
    assert (done.action, done.setter) == ("alert", True)
    assert done.changes[-1] is Change.SETTER_BROUGHT_IN
    assert (Change.ALERT_TO_DROP in done.changes) is False


def test_noalert_is_not_said_twice() -> None:
    """A setter that has it stays as it is."""
    source = text(1, "flowbits:set,a; flowbits:noalert; ")
    assert _converted(source, setter=True).text == source


def test_removed_options_leave_no_gap() -> None:
    """Each goes with the white space before it, wherever it stands and however often."""
    source = (
        f'alert tcp {ENDS} (classtype:a; msg:"b"; Priority:1;gid:1; sid:1;classtype:b;  rev:1; '
        "priority:2;)"
    )
    done = _converted(source)
    assert done.text == f'alert tcp {ENDS} ( msg:"b"; sid:1;  rev:1;)'
    assert done.changes == (Change.CLASSTYPE_REMOVED, Change.PRIORITY_REMOVED, Change.GID_REMOVED)


_DECODED = 'content:"a"; fast_pattern; base64_decode:relative; base64_data; '


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'{_DECODED}content:"b"; fast_pattern; ', f'{_DECODED}content:"b"; '),
        (f'{_DECODED}content:"b"; content:"c"; Fast_Pattern; nocase; ',
         f'{_DECODED}content:"b"; content:"c"; nocase; '),
        ('base64_data; content:"b"; fast_pattern; content:"c"; fast_pattern; ',
         'base64_data; content:"b"; content:"c"; '),
    ],
)  # fmt: skip
def test_fast_pattern_in_base64_data_is_taken_out(before: str, after: str) -> None:
    """Suricata 8 refuses it there; nothing else of the rule is touched."""
    done = _converted(text(1, before))
    assert done.text == text(1, after)
    assert done.changes == (Change.FAST_PATTERN_REMOVED,)


@pytest.mark.parametrize(
    "options",
    [
        _DECODED,
        f'{_DECODED}fast_pattern; content:"b"; ',
        f'{_DECODED}content:"b"; fast_pattern:only; ',
        f'{_DECODED}content:"b"; fast_pattern:0,1; ',
        f'{_DECODED}content:"b"; pkt_data; content:"c"; fast_pattern; ',
        'http.uri; content:"base64_data"; fast_pattern; ',
    ],
)
def test_fast_pattern_elsewhere_stays(options: str) -> None:
    """Suricata 8 takes all of these."""
    assert _converted(text(1, options)).text == text(1, options)


def test_all_changes_of_one_rule_are_recorded() -> None:
    """In one rule: spaces, a variable, the action, an option."""
    source = text(1, "classtype:a; ", ends="[$W, 10.0.0.1] any -> any any")
    done = _converted(source, drop=True)
    assert done.text == text(1, head="drop tcp", ends="[$HOME_NET,10.0.0.1] any -> any any")
    assert set(done.changes) == {
        Change.HEADER_SPACES_REMOVED,
        Change.VARIABLE_WRITTEN,
        Change.ALERT_TO_DROP,
        Change.CLASSTYPE_REMOVED,
    }
    assert done.variables == {"HOME_NET"}


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ("!$W any -> $N any", "!$HOME_NET any -> !$HOME_NET any"),
        ("!$N any -> [!$N,$N] any", "$HOME_NET any -> [$HOME_NET,!$HOME_NET] any"),
        ("$E $E -> $WEBS any", "any any -> $WEBS any"),
    ],
)
def test_variables_are_written(ends: str, expected: str) -> None:
    """Whole names; a negation of a negation cancels."""
    assert _converted(text(1, ends=ends)).text == text(1, ends=expected)


def test_dollar_in_an_option_is_left_alone() -> None:
    """Only the header has variables, and only its lists lose their spaces."""
    source = text(1, 'content:"$W [a, b]"; pcre:"/$W/"; ')
    assert _converted(source).text == source


def _of_length(length: int, ends: str = ENDS, options: str = "") -> str:
    filling = length - len(text(1, f'content:""; {options}', ends=ends))
    return text(1, f'content:"{"a" * filling}"; {options}', ends=ends)


def test_longest_rule_is_kept_and_one_character_more_is_discarded() -> None:
    """The service appends to the rule and counts that."""
    assert len(_converted(_of_length(limits.RULE_BYTES)).text) == limits.RULE_BYTES
    lost = _discarded(_of_length(limits.RULE_BYTES + 1))
    assert lost.reason is Reason.TOO_LONG
    assert "8,176" in lost.detail


@pytest.mark.parametrize("letter", ["é", "中", "🙈"])
def test_length_counts_bytes(letter: str) -> None:
    """The engine reads so many bytes at a time, and takes what is behind for another rule."""
    plain = _of_length(limits.RULE_BYTES + 1 - len(letter.encode()))
    assert _converted(plain.replace("aa", f"{letter}a", 1)).size == limits.RULE_BYTES
    lost = _discarded(plain.replace("aa", f"{letter}aa", 1))
    assert (lost.reason, lost.detail[:11]) == (Reason.TOO_LONG, "8,176 bytes")


def test_length_counts_after_every_change() -> None:
    """A rule that is too long only by what is taken out is kept."""
    assert _converted(_of_length(limits.RULE_BYTES + 12, options="classtype:a; "))


def test_length_counts_declared_variables_by_their_values() -> None:
    """A list as `[a,b,c]`, each time it is used; HOME_NET too where it is given."""
    given = {"A": ["10.0.0.0/8", "192.168.0.0/16"], "HOME_NET": "10.0.0.0/8", "P": "!80"}
    ends = "[$A,!$HOME_NET] !$P -> $A any"
    settings = allow(variables=given)
    (done,) = convert([candidate(text(1, ends=ends))], settings, {}, DAY).rules
    values = "[[10.0.0.0/8,192.168.0.0/16],!10.0.0.0/8] !!80 -> [10.0.0.0/8,192.168.0.0/16] any"
    assert expanded_length(done, settings.variables.declared) == len(text(1, ends=values))
    source = _of_length(limits.RULE_BYTES - len(values) + len(ends), ends)
    assert convert([candidate(source)], settings, {}, DAY).rules
    assert _discarded(source.replace("aa", "aaa", 1), variables=given).reason is Reason.TOO_LONG


def test_home_net_of_the_policy_counts_as_written() -> None:
    """Its value is not known here."""
    source = _of_length(limits.RULE_BYTES, "$HOME_NET any -> any any")
    assert _converted(source).text == source


def test_refused_text_is_discarded_with_the_words_of_the_service() -> None:
    """It is asked again once the text is another one."""
    source = text(1, "classtype:a; ")
    refusals = {fingerprint(text(1)): "because"}
    lost = _discarded(source, refusals)
    assert (lost.reason, lost.detail) == (Reason.REJECTED_BY_SERVICE, "because")
    assert convert([candidate(text(1, rev=2))], allow(), refusals, DAY).rules
    dropping = candidate(source, Mode.DROP, action="drop")
    assert convert([dropping], allow(), refusals, DAY).rules


def test_priority_of_a_file_as_written_stays_where_it_says_when_a_rule_is_judged() -> None:
    """In a policy that judges rules by action; in strict order the service refuses it."""
    source = text(1, "priority:7; classtype:trojan-activity; ")
    wanted = [asked(rule(source, "local-ours"), Mode.AS_WRITTEN), asked(rule(source))]
    for target, kept in (("classic", 0), ("next-generation", 1)):
        done = convert(wanted, allow(firewall={"target": target}), {}, DAY).rules
        assert [one.text.count("priority:7;") for one in done] == [kept, 0]
        assert [one.text.count("classtype") for one in done] == [0, 0]
