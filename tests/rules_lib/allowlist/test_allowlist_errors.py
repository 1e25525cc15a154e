"""The category allowlist: every error has its line, its value and what to do."""

from __future__ import annotations

import pytest
from support.allowlist import problems_after_version, problems_of

from rules_lib.allowlist import load_allowlist
from rules_lib.errors import AllowlistError


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "default: block",
            'line 2: default: "block" is not one of off, alert, drop',
        ),
        (
            "default:\n",
            "line 2: default: an empty value is not one of off, alert, drop",
        ),
        (
            "default: [drop]",
            "line 2: default: a list is not one of off, alert, drop",
        ),
        (
            "defualt: off",
            'line 2: "defualt" is no key that may stand here; nearest: default',
        ),
        (
            "firewall: {foo: 1}",
            (
                'line 2: firewall: "foo" is no key that may stand here; '
                "the keys are capacity, rule_groups, headroom, prefix, first_priority, "
                "policy_capacity"
            ),
        ),
        (
            "rules: {of: [1]}",
            'line 2: rules: "of" is no key that may stand here; nearest: off',
        ),
        (
            "categories: {tor: {mode: drop, dropwhen: {confidence: [High]}}}",
            'line 2: categories.tor: "dropwhen" is no key that may stand here; nearest: drop_when',
        ),
        (
            "categories: {tor: {mode: drop, drop_when: {confidence: [High], mising: drop}}}",
            (
                'line 2: categories.tor.drop_when: "mising" is no key that may stand here; '
                "nearest: missing"
            ),
        ),
        (
            "categories: [tor]",
            "line 2: categories: a list is no mapping; write one key: value a line",
        ),
        (
            "categories:\n  tor: allert",
            'line 3: categories.tor: "allert" is not one of off, alert, drop; nearest: alert',
        ),
        (
            "categories:\n  tor:\n    mode: OFF",
            'line 4: categories.tor.mode: "OFF" is not one of off, alert, drop; nearest: off',
        ),
        (
            "categories:\n  tor: {drop_when: {confidence: [High]}}",
            "line 3: categories.tor: has no mode; it must be given",
        ),
        (
            "categories:\n  tor:\n    mode: alert\n    drop_when: {confidence: [High]}",
            (
                "line 5: categories.tor.drop_when: needs mode: drop, and the mode is alert; "
                "change one of them"
            ),
        ),
        (
            "categories:\n  tor: as-written",
            (
                'line 3: categories.tor: "as-written" is for files of your own (local-<file>); '
                "a feed's category is off, alert or drop"
            ),
        ),
        (
            "categories:\n  tor:\n    mode: as-written",
            (
                'line 4: categories.tor.mode: "as-written" is for files of your own '
                "(local-<file>); a feed's category is off, alert or drop"
            ),
        ),
        (
            "categories:\n  tor:\n    mode: drop\n    place: last",
            ("line 5: categories.tor.place: is for files of your own (local-<file>); take it out"),
        ),
        (
            "categories:\n  local-mine:\n    mode: alert\n    place: middle",
            'line 5: categories.local-mine.place: "middle" is not one of first, last',
        ),
        (
            "categories:\n  local-mine: as-writen",
            (
                'line 3: categories.local-mine: "as-writen" is not one of off, alert, drop, '
                "as-written; nearest: as-written"
            ),
        ),
        (
            "categories:\n  local-mine:\n    mode: as-written\n    drop_when: {confidence: [High]}",
            (
                "line 5: categories.local-mine.drop_when: needs mode: drop, and the mode is "
                "as-written; change one of them"
            ),
        ),
        ("default: as-written", 'line 2: default: "as-written" is not one of off, alert, drop'),
        (
            "categories:\n  tor:\n    mode: drop\n    drop_when: {missing: alert}",
            (
                "line 5: categories.tor.drop_when: asks for nothing; "
                "give signature_severity or confidence, or take it out"
            ),
        ),
        (
            "categories:\n  tor:\n    mode: drop\n    drop_when:",
            (
                "line 5: categories.tor.drop_when: asks for nothing; "
                "give signature_severity or confidence, or take it out"
            ),
        ),
        (
            "categories: {tor: {mode: drop, drop_when: {confidence: []}}}",
            (
                "line 2: categories.tor.drop_when.confidence: a list has no entry; "
                "at least one is needed"
            ),
        ),
        (
            "categories: {tor: {mode: drop, drop_when: {confidence: High}}}",
            (
                'line 2: categories.tor.drop_when.confidence: "High" is no list; '
                "a list is written [first, second]"
            ),
        ),
        (
            "categories: {tor: {mode: drop, drop_when: {signature_severity: [\n    Majr]}}}",
            (
                'line 3: categories.tor.drop_when.signature_severity: "Majr" is not one of '
                "Critical, Major, Minor, Informational; nearest: Major"
            ),
        ),
        (
            "categories: {tor: {mode: drop, drop_when: {confidence: [High], missing: off}}}",
            'line 2: categories.tor.drop_when.missing: "off" is not one of alert, drop',
        ),
        (
            "rules: {off: 2013504}",
            'line 2: rules.off: "2013504" is no list; a list is written [first, second]',
        ),
        (
            "rules:\n  off:\n  - 1\n  - x",
            'line 5: rules.off: "x" is no whole number',
        ),
        ("rules: {off: [0]}", 'line 2: rules.off: "0" is too small; at least 1'),
        (
            "rules: {on: [4294967296]}",
            'line 2: rules.on: "4294967296" is too large; at most 4294967295',
        ),
        (
            "rules:\n  off: [7]\n  drop: [7]",
            'line 4: rules.drop: "7" stands under rules.off too, on line 3; keep one of them',
        ),
        (
            "rules:\n  on: [7]\n  off: [7]",
            'line 4: rules.off: "7" stands under rules.on too, on line 3; keep one of them',
        ),
        (
            "rules:\n  alert: [7, 8,\n    007]",
            'line 4: rules.alert: "7" stands twice here, first on line 3; keep one of them',
        ),
        ("firewall: {capacity: 0}", 'line 2: firewall.capacity: "0" is too small; at least 1'),
        (
            "firewall: {rule_groups: 1001}",
            'line 2: firewall.rule_groups: "1001" is too large; at most 1000',
        ),
        (
            "firewall: {capacity: 3_000}",
            'line 2: firewall.capacity: "3_000" is no whole number',
        ),
        (
            "firewall: {headroom: -0.1}",
            'line 2: firewall.headroom: "-0.1" is too small; at least 0.0',
        ),
        ("firewall: {headroom: nan}", 'line 2: firewall.headroom: "nan" is no number'),
        ("firewall: {headroom: }", "line 2: firewall.headroom: an empty value is no number"),
        (
            "firewall: {prefix: et_}",
            (
                'line 2: firewall.prefix: "et_" is not letters, digits and inner hyphens, '
                "at most 32 of them"
            ),
        ),
        (
            "firewall: {prefix: }",
            "line 2: firewall.prefix: an empty value is no text",
        ),
        (
            "firewall:\n  rule_groups: 37\n  first_priority: 65500",
            (
                "line 4: firewall.first_priority: 37 groups from priority 65500 on go beyond "
                "the last, 65535; start lower"
            ),
        ),
        (
            "firewall: {capacity: 40000, policy_capacity: 35000}",
            (
                "line 2: firewall.policy_capacity: 35000 is less than firewall.capacity, 40000; "
                "lower that, or raise this"
            ),
        ),
        (
            "firewall: {first_priority: 65517}",
            (
                "line 2: firewall.first_priority: 20 groups from priority 65517 on go beyond "
                "the last, 65535; start lower"
            ),
        ),
        ("max_shrink: 30%", 'line 2: max_shrink: "30%" is no number'),
        ("max_shrink: 30", 'line 2: max_shrink: "30" is too large; at most 1.0'),
        ("threshold: kep", 'line 2: threshold: "kep" is not one of keep, discard; nearest: keep'),
        (
            "documented_unsupported: on",
            'line 2: documented_unsupported: "on" is not one of keep, discard',
        ),
    ],
)
def test_wrong_value_is_told_with_line_key_and_value(text: str, problem: str) -> None:
    """One error, one line of text, with the valid value where one is near."""
    assert problems_after_version(text) == (problem,)


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("emerging-malwear", "; nearest: emerging-malware"),
        ("emerging-malware.rules", "; nearest: emerging-malware"),
        ("Emerging-DNS", "; nearest: emerging-dns"),
        ("threatview_cs_c2", "; nearest: threatview_CS_c2"),
        ("malware", "; nearest: emerging-malware"),
        ("emerging-drop", "; nearest: drop"),
        ("local-mime", "; nearest: local-mine"),
        ("local-zebra-crossing", "; people's own categories are the files local/<name>.rules"),
        ("zzzzzz", "; names are the feed's file names without .rules"),
    ],
)
def test_unknown_category_is_an_error_with_the_nearest_name(name: str, rest: str) -> None:
    """A typo must not switch protection off in silence."""
    problems = problems_after_version(f"categories:\n  {name}: drop")
    assert problems == (f'line 3: categories: "{name}" is no category{rest}',)


@pytest.mark.parametrize("word", ["yes", "no", "true", "false", "True", "y", "0"])
def test_other_booleans_of_yaml_are_not_taken_for_off(word: str) -> None:
    """Only the word itself switches a category off."""
    (problem,) = problems_after_version(f"categories: {{tor: {word}}}")
    assert problem == f'line 2: categories.tor: "{word}" is not one of off, alert, drop'


def test_version_must_be_given() -> None:
    """A file of another format must not be taken for this one."""
    assert problems_of("default: off") == ("line 1: the file has no version; it must be given",)
    (problem,) = problems_of("default: off\nversion: 2")
    assert problem == 'line 2: version: "2" is not 1, the only one that this release knows'


def test_every_error_is_told_at_once_in_the_order_of_lines() -> None:
    """No error hides another: not of another key, not of another kind."""
    problems = problems_of(
        "version: 1\n"
        "default: block\n"
        "categories:\n"
        "  emerging-malwear: dorp\n"
        "  tor: {mode: alert, drop_when: {confidence: [Hihg]}}\n"
        "  tor: drop\n"
        "rules: {off: [x, 5], drop: [5]}\n"
        "variables: {A: $B, $C: 80, D: [80, x]}\n"
        "firewall: {prefix: '-', rule_groups: 1000, first_priority: 65000}\n"
        "threshold: !keep\n"
    )
    assert [problem.partition(": ")[0] for problem in problems] == [
        *["line 2"],
        *["line 4", "line 4"],
        *["line 5", "line 5"],
        *["line 6"],
        *["line 7", "line 7"],
        *["line 8", "line 8", "line 8"],
        *["line 9", "line 9"],
        *["line 10"],
    ]


def test_error_names_its_source_and_counts() -> None:
    """The text of the exception is fit for a terminal as it is."""
    with pytest.raises(AllowlistError) as caught:
        load_allowlist(
            "version: 2\ndefault: x", source="s3://bucket/config/categories.yaml", known=()
        )
    first, *rest = str(caught.value).splitlines()
    assert first == "s3://bucket/config/categories.yaml: 2 errors"
    assert [line.strip() for line in rest] == list(caught.value.problems)


def test_value_is_shown_short_and_printable() -> None:
    """An error is one line, whatever the file has in it."""
    (problem,) = problems_after_version(f"default: {'x' * 5000}")
    assert len(problem) < 200
    (problem,) = problems_after_version('default: "\\e[31mred\\n"')
    assert "\\u001b[31mred\\n" in problem
    assert problem.isprintable()


def test_thousands_of_errors_are_cut_and_counted() -> None:
    """A hostile file cannot make the report endless."""
    problems = problems_after_version("\n".join(f"key{number}: 1" for number in range(600)))
    assert len(problems) == 501
    assert problems[-1] == "and 100 more, not shown"
