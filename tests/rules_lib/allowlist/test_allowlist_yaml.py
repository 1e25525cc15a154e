"""The category allowlist: YAML that is broken or hostile ends in an error with its line."""

from __future__ import annotations

import pytest
from support.allowlist import problems_after_version, problems_of, read

from rules_lib.reading.encoding import SAVE

SMALLEST = "the smallest valid file is: version: 1"


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "~"])
def test_empty_file_is_told_what_the_smallest_is(text: str) -> None:
    """Nothing at all is not taken for "all off"."""
    (problem,) = problems_of(text)
    assert problem.endswith(f"the file is empty; {SMALLEST}")


@pytest.mark.parametrize(("text", "what"), [("- tor", "a list"), ("drop", '"drop"')])
def test_file_must_be_a_mapping(text: str, what: str) -> None:
    """A list or a word alone has no keys."""
    expected = f"line 1: the file is {what}, not a mapping of keys to values; {SMALLEST}"
    assert problems_of(text) == (expected,)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("version: 1\n bad: 2", "line 2: column 5: not valid YAML: mapping values are not allowed"),
        ("version: 1\n\tdefault: off", "line 2: column 1: not valid YAML: found character '\\t'"),
        ("version: 1\nrules: {off: [1", "line 2: column 16: not valid YAML: expected ',' or ']'"),
        ('version: "1', "line 1: column 12: not valid YAML: found unexpected end of stream"),
        ("a: @b", "line 1: column 4: not valid YAML: found character '@'"),
        ("%YAML 2.0\n---\na: 1", "line 1: column 1: not valid YAML: found incompatible YAML"),
    ],
)
def test_syntax_error_has_line_and_column(text: str, start: str) -> None:
    """YAML's own words, and where."""
    (problem,) = problems_of(text)
    assert problem.startswith(start)


def test_tab_is_told_what_to_do() -> None:
    """The commonest syntax error of all."""
    (problem,) = problems_of("version: 1\n\tdefault: off")
    assert problem.endswith("; indent with spaces, not tabs")


def test_key_that_stands_twice_is_an_error_with_both_lines() -> None:
    """YAML would let the last one win in silence, at any level."""
    assert problems_of("version: 1\ndefault: off\ndefault: drop") == (
        'line 3: "default" is there twice, first on line 2; keep one of them',
    )
    assert problems_after_version("rules:\n  'on': [1]\n  on: [2]\n  on: [3]") == (
        'line 4: rules: "on" is there twice, first on line 3; keep one of them',
        'line 5: rules: "on" is there twice, first on line 3; keep one of them',
    )


def test_repeated_section_is_not_compared_with_the_first() -> None:
    """Its own keys are no repetitions of the first's."""
    problems = problems_of("version: 1\nrules: {off: [1]}\nrules: {off: [1]}\nrules: {off: [1]}")
    assert len(problems) == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("default: &a off", 'line 2: default: "&a" is an anchor; remove it'),
        ("default: *a", 'line 2: default: "*a" is an alias; write the value itself'),
        (
            "default: !!str off",
            (
                'line 2: default: "tag:yaml.org,2002:str" is a YAML tag; '
                "put a value that starts with ! in quotes"
            ),
        ),
        (
            "default: !!python/object/apply:os.system [id]",
            (
                'line 2: default: "tag:yaml.org,2002:python/object/apply:os.system" is a YAML tag; '
                "put a value that starts with ! in quotes"
            ),
        ),
        (
            "variables: {A: !$HOME_NET }",
            (
                'line 2: variables.A: "!$HOME_NET" is a YAML tag; '
                "put a value that starts with ! in quotes"
            ),
        ),
        (
            "variables:\n  A: [!80, 443]",
            'line 3: variables.A: "!80," is a YAML tag; put a value that starts with ! in quotes',
        ),
        ("rules: {<<: {off: [1]}}", 'line 2: rules: "<<" is not a valid key here; nearest'),
        ("? [a, b]\n: 1", "line 2: a key must be a name, not a list"),
        ("? {a: b}\n: 1", "line 2: a key must be a name, not a mapping"),
        ("&a default: off", 'line 2: "&a" is an anchor; remove it'),
        ('default: "\\ud800"', 'line 2: default: "\\ud800" has a character that cannot be printed'),
        ('"\\ud800": 1', 'line 2: "\\ud800" has a character that cannot be printed'),
    ],
)
def test_tags_anchors_and_aliases_are_refused_where_they_stand(text: str, problem: str) -> None:
    """One error each: a value that was refused is not judged again."""
    problems = problems_after_version(text)
    assert len(problems) == 1
    assert problems[0].startswith(problem.removesuffix("; nearest"))


def test_unquoted_negation_in_a_list_is_told_beside_the_syntax_error() -> None:
    """YAML reads `!10.0.0.0/8]` as a tag and misses the bracket; the first line says why."""
    first, second = problems_after_version("variables: {A: [!10.0.0.0/8], B: 80}")
    assert first.startswith('line 2: variables.A: "!10.0.0.0/8]," is a YAML tag')
    assert "not valid YAML" in second


def test_billion_laughs_is_refused_at_its_first_anchor() -> None:
    """Aliases are never expanded."""
    layers = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    problems = problems_after_version("\n".join(["a0: &a0 [lol]", *layers]))
    assert problems[0] == 'line 2: a0: "&a0" is an anchor; remove it'


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 50_000, "- " * 100_000, "? " * 100_000])
def test_deep_nesting_is_refused(text: str) -> None:
    """Never a RecursionError."""
    (problem,) = problems_of(f"version: 1\na:\n  {text}")
    assert problem == "line 3: nested more than 8 levels deep"


def test_second_document_is_refused_with_its_line() -> None:
    """It would otherwise be ignored, or win."""
    expected = ("line 2: a second document starts here; keep one",)
    assert problems_of("version: 1\n---\nversion: 1\n") == expected


def test_file_over_a_mebibyte_is_refused() -> None:
    """As text and as bytes, counted in bytes."""
    start = "version: 1\n# a"
    full = start + "ä" * ((1_048_576 - len(start)) // 2)
    assert len(full.encode()) == 1_048_576
    assert read(full) == read(full.encode()) == read("version: 1")
    expected = ("line 1: the file has 1,048,577 bytes; at most 1,048,576 are read",)
    assert problems_of(full + "x") == problems_of((full + "x").encode()) == expected


def test_bytes_that_are_no_utf8_are_told_with_line_and_byte() -> None:
    """UTF-16 and Latin-1 are what editors get wrong."""
    assert problems_of(b"version: 1\n# caf\xe9\n") == (f"line 2: byte 0xe9 is not UTF-8; {SAVE}",)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_told_as_what_it_is(encoding: str) -> None:
    """PowerShell's Out-File writes it; with or without the mark at its beginning."""
    assert problems_of("version: 1\n".encode(encoding)) == (f"line 1: the file is UTF-16; {SAVE}",)


def test_control_character_is_told_with_its_line() -> None:
    """YAML allows none."""
    (problem,) = problems_of("version: 1\ndefault: \x07off")
    assert problem == 'line 2: "\\u0007" is not allowed in YAML; remove it'


@pytest.mark.parametrize("escape", ["\\UFFFFFFFF", "\\U00110000"])
def test_escape_beyond_unicode_is_a_syntax_error(escape: str) -> None:
    """PyYAML lets Python's own exceptions out here."""
    (problem,) = problems_after_version(f'default: "{escape}"')
    assert problem == "line 2: not valid YAML: an escape or number out of range"
