"""The allowlist's reader under fire: an allowlist, or errors with their lines, and nothing done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hostile.harness import SOURCE, hold_allowlist, hold_problems
from support.hostile.seeds import HOSTILE, YAML_WORDS, allowlists, damaged, joined

from rules_lib.allowlist import load_allowlist
from rules_lib.errors import AllowlistError

START: Final = b"version: 1\n"
MERGED: Final = b"categories: {<<: {emerging-dns: drop}, emerging-web: alert}\n"
LAUGHS: Final = b"a0: &a0 [x]\n" + b"".join(
    b"a%d: &a%d [%b]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30)
)
ODD: Final = {
    "laughs": LAUGHS,
    "a loop": b"a: &a [*a]\n",
    "a loop of keys": b"&a ? *a : 1\n",
    "merge keys": MERGED,
    "merge of an alias": b"x: &x {emerging-dns: drop}\ncategories:\n  <<: *x\n",
    "many merges": b"categories: {" + b"<<: {}, " * 500 + b"}\n",
    "an object": b"default: !!python/object/apply:os.system ['touch x']\n",
    "a new object": b"default: !!python/object/new:os.system ['touch x']\n",
    "a module": b"default: !!python/module:antigravity\n",
    "a name": b"default: !!python/name:os.system\n",
    "a tag of its own": b"%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!name:os.system\n",
    "a binary": b"default: !!binary b2Zm\n",
    "a set": b"rules: {off: !!set {1, 2}}\n",
    "a timestamp": b"default: 2001-12-14t21:59:43.10-05:00\n",
    "a number in base 60": b"max_shrink: 0:0:1\n",
    "a huge number": b"firewall: {capacity: " + b"9" * 5_000 + b"}\n",
    "a huge share": b"max_shrink: 1e" + b"9" * 5_000 + b"\n",
    "no number": b"max_shrink: .nan\n",
    "infinity": b"firewall: {headroom: .inf}\n",
    "digits of another script": "rules: {off: [\u0661\u0662]}\n".encode(),
    "wide digits": "rules: {off: [\uff11]}\n".encode(),
    "duplicate keys": b"default: off\n" * 500,
    "duplicate lists": b"rules: {off: [1], off: [2]}\n",
    "the same in other letters": "categories: {emerging-dns: off, \u212aEY: off}\n".encode(),
    "bidi": "categories: {\u202eemerging-dns: off}\n".encode(),
    "unseen letters": "categories: {emerging\u200b-dns: off}\n".encode(),
    "letters that only programs read": "default: \U000e0061\n".encode(),
    "a line in a comment": "# a comment\u2028rules: {off: [1]}\n".encode(),
    "another one": "# a comment\x85rules: {off: [1]}\n".encode(),
    "a comment that turns": "default: off # \u202e }drop{ :tluafed\n".encode(),
    "a NUL": b"default: off\x00\n",
    "an escape": b'default: "\\e[2J"\n',
    "half a letter": b'default: "\\ud800"\n',
    "no letter": b'default: "\\U0011FFFF"\n',
    "UTF-16": "default: off\n".encode("utf-16"),
    "a second document": b"---\nversion: 1\n",
    "a directive": b"%YAML 9.9\n---\nversion: 1\n",
    "a key of keys": b"? {a: {b: {c: d}}}\n: 1\n",
    "a key of a list": b"? [[[[[[[[[[a]]]]]]]]]]\n: 1\n",
    "nesting": b"a: " + b"[" * 10_000 + b"]" * 10_000,
    "nesting in blocks": b"".join(b" " * n + b"a:\n" for n in range(500)),
    "names as long as files": b"categories: {local-" + b"x" * 300 + b": off}\n",
}
"""What a list of known tricks has; each follows a valid first line where it does not replace it."""


@HOSTILE
@given(st.binary(max_size=2_000) | st.text(max_size=800).map(str.encode))
def test_any_bytes_are_read_or_told_by_line(data: bytes) -> None:
    """No other error comes out, and none without a line and words."""
    hold_allowlist(data)


@HOSTILE
@given(damaged(allowlists(), YAML_WORDS))
def test_damaged_file_of_ours_is_read_or_told_by_line(data: bytes) -> None:
    """The shipped file and the example's, with a few bytes changed, cut or doubled."""
    hold_allowlist(data)


@HOSTILE
@given(joined(YAML_WORDS), joined(YAML_WORDS, b"\n  "))
def test_any_pieces_of_yaml_are_read_or_told_by_line(one: bytes, other: bytes) -> None:
    """Tags, anchors, merge keys, directives and brackets in any order."""
    hold_allowlist(START + one)
    hold_allowlist(START + other)


@pytest.mark.parametrize("name", ODD)
def test_known_trick_is_an_error_with_its_line(name: str) -> None:
    """The line is one of the file's, and the words are for people."""
    data = ODD[name] if ODD[name].startswith((b"%", b"\xff")) else START + ODD[name]
    with pytest.raises(AllowlistError) as caught:
        load_allowlist(data, source=SOURCE, known=())
    hold_problems(caught.value)
    lines = data.count(b"\n") + 1
    assert all(1 <= int(str(record["line"])) <= lines for record in caught.value.records)


@pytest.mark.parametrize("unseen", "\x85\u2028\u2029\u202e\u2066\u200f")
def test_what_a_reviewer_cannot_see_is_refused_with_its_line(unseen: str) -> None:
    """YAML ends a line, and so a comment, where no editor and no diff does."""
    hidden = f"version: 1\n\n# harmless{unseen}rules: {{off: [1]}}\n"
    for data in (hidden, hidden.encode()):
        with pytest.raises(AllowlistError) as caught:
            load_allowlist(data, source=SOURCE, known=())
        (problem,) = caught.value.problems
        assert problem.startswith('line 3: "\\u')
        assert problem.endswith('" makes the file look different from what is read; remove it')


def test_merge_key_merges_nothing() -> None:
    """It is a key like others, which nobody knows, so what it holds is not taken."""
    with pytest.raises(AllowlistError) as caught:
        load_allowlist(START + MERGED, source=SOURCE, known=())
    assert any('"<<" is not a known category' in problem for problem in caught.value.problems)


def test_sid_that_stands_often_is_told_once_each_time() -> None:
    """And not once for each time that it stood before: 500,000 would come to 10¹¹ errors."""
    with pytest.raises(AllowlistError) as caught:
        load_allowlist(START + b"rules: {off: [7, 7, 7, 7]}", source=SOURCE, known=())
    assert (
        caught.value.problems
        == ('line 2: rules.off: "7" is listed twice here, first on line 2; keep one of them',) * 3
    )


def test_long_key_is_refused_as_such() -> None:
    """What is wrong below it is told with its name, however often."""
    with pytest.raises(AllowlistError) as caught:
        load_allowlist(b"version: 1\n? " + b"k" * 513 + b"\n: {a: 1}", source=SOURCE, known=())
    (problem,) = caught.value.problems
    assert problem.endswith('kkk…" is longer than any key, 512 characters')


def test_yaml_s_own_words_are_told_in_short() -> None:
    """They may cite what the file has, which may be a mebibyte."""
    with pytest.raises(AllowlistError) as caught:
        load_allowlist(START + b"a: !" + b"x" * 10_000 + b"!y 1", source=SOURCE, known=())
    assert len(str(caught.value)) < 300


WATCHED: Final = """
import sys
sys.path[:0] = sys.argv[1:]
from rules_lib.allowlist import load_allowlist
from rules_lib.errors import AllowlistError
from test_hostile_allowlist import ODD, START
import json
def tried(data):
    try:
        load_allowlist(data, source="file", known=())
    except AllowlistError:
        pass
tried(START + b"default: nearly")  # what is read once, such as the list of categories, is read
done = []
sys.addaudithook(lambda event, args: done.append((event, args)))
for data in ODD.values():
    for start in (b"", START):
        tried(start + data)
print(json.dumps([event for event, _ in done]))
"""


def test_nothing_is_done_for_a_hostile_file() -> None:
    """Python tells of everything that a program does beyond thinking; there is nothing to tell."""
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", WATCHED, str(Path(__file__).parent), str(Path(__file__).parents[1])],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(json.loads(done.stdout)) <= {"builtins.id"}
