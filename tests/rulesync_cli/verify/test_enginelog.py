"""The engine's output, read line by line."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from rulesync_cli.verify.enginelog import read_log
from rulesync_cli.verify.load import judge

RULE = 'alert tcp any any -> any any (msg:"a \\"quoted\\" word"; sid:7;)'


def said(level: str, words: str) -> str:
    """One line as the engine writes it."""
    return json.dumps({"log_level": level, "engine": {"message": words, "module": "x"}}) + "\n"


def refused(rule: str, line: int) -> str:
    """What the engine says last of a rule that it refuses."""
    words = f'error parsing signature "{rule}" from file /tmp/g.rules at line {line}'
    return said("Error", words)


LOADED = said("Info", "1 rule files processed. 2 rules successfully loaded, 0 rules failed, 0")
RULES = (RULE, RULE)


def test_causes_go_with_the_rule_that_is_named_after_them() -> None:
    """One message or more, then the rule."""
    output = said("Error", "first") + said("Error", "second") + refused(RULE, 3)
    output += said("Error", "third") + refused("alert x", 9)
    found = read_log(output + said("Error", "Loading signatures failed."))
    assert [(one.line, one.sid, one.words) for one in found.refusals] == [
        (3, 7, "first; second"),
        (9, None, "third"),
    ]
    assert found.errors == ()
    assert found.refusals[0].rule == RULE


def test_rule_that_is_refused_without_a_cause_is_told_so() -> None:
    """No words are made up."""
    assert read_log(refused(RULE, 1)).refusals[0].words == "no cause was given"


def entry(level: str, engine: str) -> str:
    """A line with a stamp of time, as all are."""
    return f'{{"timestamp":"x","log_level":"{level}","event_type":"engine","engine":{{{engine}}}}}'


def test_rule_that_is_not_told_whole_is_refused_all_the_same() -> None:
    """Suricata 7 cuts what it says, and leaves it out where that would cut a character."""
    cut = entry("Error", f'"message":"error parsing signature {"a" * 3_000}')[:2_048] + "\n"
    wordless = entry("Error", '"thread_name":"Suricata-Main","module":"detect"') + "\n"
    found = read_log(said("Error", "odd") + cut + said("Warning", "rule 9: even") + wordless)
    assert [(one.line, one.sid, one.words) for one in found.refusals] == [
        (0, None, "odd"),
        (0, 9, "even"),
    ]
    assert (found.errors, found.warnings) == ((), ())


def test_warnings_and_other_errors_are_kept_apart() -> None:
    """A warning refuses nothing; an error without a rule is the group's."""
    found = read_log(said("Warning", "odd") + LOADED + said("Error", "no memory"))
    assert (found.loaded, found.warnings, found.errors) == (2, ("odd",), ("no memory",))


def test_plain_lines_are_read_by_their_level() -> None:
    """What stands before the configuration is read, and what a crash leaves."""
    found = read_log(
        "Info: suricata: Setting IPS mode\nError: conf-yaml: bad\nSegmentation fault\n"
    )
    assert found.errors == ("bad", "Segmentation fault")
    assert found.warnings == ()


def test_group_is_fine_where_every_line_was_loaded() -> None:
    """And the engine ended well."""
    assert judge(RULES, 0, LOADED).errors == ()


def test_end_without_a_cause_is_an_error() -> None:
    """A signal leaves no words."""
    assert judge(RULES, -9, LOADED).errors == ("it ended with -9 and gave no cause",)


def test_rules_that_are_skipped_are_counted_with_their_causes() -> None:
    """As 8.0 and 7.0 tell them."""
    output = said("Info", "Suricata did not meet the rule requirements: version >= 9")
    output += said("Info", "1 rule files processed. 2 rules successfully loaded, 0 rules failed, "
                           "1 rules skipped")  # fmt: skip
    found = read_log(output)
    assert (found.loaded, found.skipped, found.unmet) == (2, 1, ("version >= 9",))


@given(st.text())
def test_any_output_can_be_read(output: str) -> None:
    """Whatever a broken engine prints."""
    assert read_log(output).loaded >= 0
