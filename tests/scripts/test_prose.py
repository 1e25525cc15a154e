"""`python -m scripts.prose`: what it reads, what it rejects, and how an exception is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.prose import passages
from scripts.prose.__main__ import main
from scripts.prose.passages import Passage
from scripts.prose.rules import MOST_WORDS, faults


def found(text: str, *, whole: bool = True) -> list[str]:
    """What is wrong with one text."""
    return [fault for _, fault in faults([Passage(1, text, whole=whole)])]


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("The firewall is as the allowlist asks for.", "matches"),
        ("26 rules act otherwise.", "change their action"),
        ("It is no results folder.", "not a"),
        ("The group stands in the policy.", "is"),
        ("The file is written anew.", "again"),
        ("Nobody is told of it.", "shows"),
        ("Put people's own rules there.", "your own"),
        ("This removes 3 deployed rules.", "in force"),
        ("Add it to the whitelist.", "allowlist"),
        ("Prior to that, run it.", "before"),
    ],
)
def test_word_to_avoid_is_named_with_the_word_to_use(text: str, use: str) -> None:
    """The very examples for which the list was made."""
    assert any(use in fault for fault in found(text))


def test_plain_sentence_is_fine() -> None:
    """And code in it does not count: a command may be called as it likes."""
    text = "There is no allowlist yet. Run `rulesync push anew.yaml`, and wait."
    assert found(passages.plain(text)) == []


def test_long_sentence_is_rejected_and_a_long_message_is_not() -> None:
    """A message is a list of facts; a page has sentences, of which each is counted."""
    long = " ".join(["word"] * (MOST_WORDS + 1))
    assert any(str(MOST_WORDS) in fault for fault in found(f"Run it. {long}."))
    assert found(f"{' '.join(['go'] * MOST_WORDS)}. Then stop.") == []
    assert found(long, whole=False) == []


def test_proselint_is_asked_too() -> None:
    """With what it knows of English in general."""
    assert any("proselint" in fault for fault in found("This is very unique."))


def test_each_text_of_a_file_is_read_as_if_it_were_alone() -> None:
    """Neither its neighbours' words nor a quotation mark of theirs make or hide a fault."""
    texts = ['Say "so.', "It is very", "unique.", "It is very unique.", 'It is 5" wide.', "But no."]
    together = [Passage(number, text) for number, text in enumerate(texts)]
    alone = [(one, fault) for one in together for _, fault in faults([one])]
    assert list(faults(together)) == alone
    assert {one.text for one, _ in alone} == {"It is very", "It is very unique.", "But no."}


def test_code_of_a_page_is_no_prose() -> None:
    """A fence, an indented block and a span; of a table every cell is read."""
    page = "Run `stands in` now.\n\n```\nanew\n```\n\n    anew\n\n| a | written anew |\n|---|---|\n"
    assert [one.text for one in passages.of_markdown(page)] == ["Run `x` now.", "written anew"]
    assert [one.line for one in passages.of_markdown(page)] == [1, 9]


def test_messages_and_help_are_read_and_docstrings_are_not() -> None:
    """A value is one word; what the parts of a text say is read once."""
    module = (
        '"""It stands in a docstring."""\n'
        "def a(x):\n"
        '    raise ValueError(f"the file {x} is written anew")\n'
        '@click.command("b")\n'
        "def b():\n"
        '    """Do what it says.\n\n    And then stop.\n    """\n'
    )
    assert sorted(one.text for one in passages.of_python(module)) == [
        "And then stop.",
        "Do what it says.",
        "the file `x` is written anew",
    ]


def test_comments_and_descriptions_are_read() -> None:
    """Comments on lines of their own are one paragraph; a folded description is one line."""
    assert [one.text for one in passages.of_comments("# one\n# two\na: b  # three\n")] == [
        "one two",
        "three",
    ]
    template = "  Description: >-\n    one\n    two\n  Default: x\n"
    assert [one.text for one in passages.of_template(template)] == ["one two"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("It is written anew.\n", 1),
        ("<!-- prose: quoted from elsewhere -->\nIt is written anew.\n", 0),
        ("It is written again.\n", 0),
    ],
)
def test_fault_fails_and_an_exception_has_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, code: int
) -> None:
    """The line says where, which word, and which word to use."""
    (tmp_path / "page.md").write_text(text)
    assert main(tmp_path) == code
    assert capsys.readouterr().out == ('page.md:1: "anew": again\n' if code else "")
