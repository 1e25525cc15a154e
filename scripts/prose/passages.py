"""What users read, piece by piece: pages, help texts, messages, comments of allowlists.

Each reader takes a file's text and yields passages. Code, commands and names are put out of the
way first: an inline code span is one word, and so is a value that is only known when it is printed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

CODE: Final = "`x`"
"""What stands for code and for values."""

EXCEPTION: Final = re.compile(r"(?:#|<!--|\{#) prose: \S")
"""A comment with the reason why a passage is as it is: at its end, or on the line before."""

_FENCE: Final = re.compile(r"^\s*```")
_SPAN: Final = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
_LINK: Final = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_COMMENT: Final = re.compile(r"(?:^|\s)#\s?(?![ #-])(.*)$")
_START: Final = re.compile(r"^\s*(?:[-*]|\d+\.)\s+|^#+ ")
_FEWEST: Final = 3
"""Words below which a text of the code is a name, a key or a unit."""
_NO_PROSE: Final = re.compile(r"[\\{}<>]|\(\?|://|^\W|\b(?:SELECT|sid:)|^\S+ any any|msg:")


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, a cell of a table, a help text or a message.

    Attributes:
        line: where it begins, from 1.
        text: in one line, code and values as `x`.
        whole: made of sentences; a message is not, and has no limit of length.
    """

    line: int
    text: str
    whole: bool = True


def of_markdown(page: str) -> Iterator[Passage]:
    """Paragraphs, items, headings and cells of a page; no fenced or indented block."""
    lines = list(_outside_of_fences(page.splitlines()))
    for _, block in groupby(_numbered(lines), key=lambda one: one[0]):
        numbered = [(number, line) for _, number, line in block]
        yield from _of_block(numbered)


def _outside_of_fences(lines: Iterable[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        fence = bool(_FENCE.match(line))
        yield "" if inside or fence or line.startswith("    ") else line
        inside ^= fence


def _numbered(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Each line with its block: a blank line, an item and a row of a table begin another."""
    block = 0
    for number, line in enumerate(lines, 1):
        if not line.strip() or _START.match(line) or line.startswith("|"):
            block += 1
        yield block, number, line


def _of_block(numbered: list[tuple[int, str]]) -> Iterator[Passage]:
    first = next((number for number, line in numbered if line.strip()), 0)
    text = " ".join(line.strip() for _, line in numbered).strip()
    if not text or text.startswith("<!--"):
        return
    if text.startswith("|"):
        yield from (Passage(first, cell) for cell in _cells(text))
    else:
        yield Passage(first, plain(_START.sub("", text)))


def _cells(row: str) -> Iterator[str]:
    for cell in re.split(r"(?<!\\)\|", row):
        if re.search(r"[a-z] [a-z]", cell):
            yield plain(cell.strip())


def plain(text: str) -> str:
    """A text without its marks."""
    text = _LINK.sub(r"\1", _SPAN.sub(CODE, text))
    return re.sub(r"\*\*?([^*]+)\*\*?", r"\1", text)


def of_python(source: str) -> Iterator[Passage]:
    """Messages and help texts of a module; what else it says is for its own readers."""
    tree = ast.parse(source)
    described = {id(text) for text in _docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and _is_command(node):
            yield from _paragraphs(node.body[0])
        elif isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in described:
            yield from _message(node, described)


def of_descriptions(source: str) -> Iterator[Passage]:
    """Docstrings of a module's classes, which the schema of the allowlist shows."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _paragraphs(node.body[0])


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    """Texts that stand alone: what describes a module, a class, a function or a constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _is_command(node: ast.FunctionDef) -> bool:
    return any(re.search(r"\.(?:command|group)\(", ast.unparse(one)) for one in node.decorator_list)


def _paragraphs(node: ast.stmt) -> Iterator[Passage]:
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    line = node.lineno
    for part in re.split(r"\n\s*\n", str(node.value.value)):
        for one in re.split(r"\n +(?=\w+: )", part):
            yield Passage(line, plain(" ".join(re.sub(r"^\s*\w+: ", "", one).split())))
        line += part.count("\n") + 2


def _message(node: ast.JoinedStr | ast.Constant, seen: set[int]) -> Iterator[Passage]:
    """A text with what is only known later as `x`; its parts are not looked at again."""
    if isinstance(node, ast.JoinedStr):
        seen.update(id(one) for one in node.values)
        values = (getattr(one, "value", CODE) for one in node.values)
        text = "".join(one if isinstance(one, str) else CODE for one in values)
    else:
        text = node.value if isinstance(node.value, str) else ""
    text = plain(text)
    if len(re.findall(r"\b[a-z]+\b", text)) >= _FEWEST and not _NO_PROSE.search(text):
        yield Passage(node.lineno, " ".join(text.split()), whole=False)


def of_comments(source: str) -> Iterator[Passage]:
    """Comments of a YAML file; those that fill lines of their own are one paragraph."""
    lines = [_COMMENT.search(line) for line in source.splitlines()]
    numbered = [(_alone(found, number), number, found) for number, found in enumerate(lines, 1)]
    for _, block in groupby(numbered, key=lambda one: one[0]):
        found = [(number, match) for _, number, match in block if match]
        if found:
            yield Passage(found[0][0], plain(" ".join(match[1] for _, match in found)))


def _alone(found: re.Match[str] | None, number: int) -> int:
    """What is of one paragraph has one value: a comment behind a value is a paragraph by itself."""
    return 0 if found and not found.string[: found.start()].strip() else number


def of_template(source: str) -> Iterator[Passage]:
    """Descriptions of a CloudFormation template, folded ones too."""
    pattern = r"(?m)^( *)(?:\w*Description|Comment): (?:!Sub )?(>-\n(?:\1 +.*\n)+|.+$)"
    for match in re.finditer(pattern, source):
        line = source.count("\n", 0, match.start()) + 1
        yield Passage(line, plain(" ".join(match[2].removeprefix(">-").split()).strip('"')))


def of_page(template: str) -> Iterator[Passage]:
    """What a Jinja template of HTML says, tag by tag."""
    bare = re.sub(r"\{#.*?#\}", " ", template, flags=re.DOTALL)
    bare = re.sub(r"\{\{.*?\}\}|<[^<>]*>", f" {CODE} ", bare, flags=re.DOTALL)
    for number, line in enumerate(re.sub(r"\{%.*?%\}", " ", bare).splitlines(), 1):
        if len(re.findall(r"\b[a-z]{2,}\b", line.replace(CODE, ""))) >= _FEWEST:
            yield Passage(number, " ".join(line.split()), whole=False)
