"""Values in the language of Terraform: hcl_string so that nothing in them is a template."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_ESCAPED: Final = re.compile(r'[\x00-\x1f\x7f-\x9f"\\\u2028\u2029]|[$%](?=\{)')
_SHORT: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t", '"': r"\"", "\\": r"\\"}


def hcl_string(text: str) -> str:
    """A string literal; the first sign of `${` and `%{`, which begin templates, is an escape.

    Twice the sign would do too, but for a text that has it twice already.
    """
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(found: re.Match[str]) -> str:
    return _SHORT.get(found[0]) or f"\\u{ord(found[0]):04x}"


def hcl_list(texts: Iterable[str]) -> str:
    """A list of string literals."""
    return f"[{', '.join(map(hcl_string, texts))}]"


def hcl_label(name: str) -> str:
    """A name of a resource: letters, digits and hyphens, the first no digit."""
    return name if name[:1].isalpha() else f"_{name}"
