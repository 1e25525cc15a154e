"""The category allowlist: every error has its line, its value and what to do."""

from __future__ import annotations

import pytest
from support.allowlist import WRONG, problems_after_version, problems_of

from rules_lib.allowlist import load_allowlist
from rules_lib.errors import AllowlistError


@pytest.mark.parametrize(("text", "problem"), WRONG)
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
        ("local-zebra-crossing", "; your own categories are the files local/<name>.rules"),
        ("zzzzzz", "; use the feed's file names without .rules"),
    ],
)
def test_unknown_category_is_an_error_with_the_nearest_name(name: str, rest: str) -> None:
    """A typo must not switch protection off in silence."""
    problems = problems_after_version(f"categories:\n  {name}: drop")
    assert problems == (f'line 3: categories: "{name}" is not a known category{rest}',)


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
