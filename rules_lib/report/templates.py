"""The page's templates, and what a build of the functions compiles of them beforehand.

Jinja turns a template into Python at every start, and a Lambda function starts often. What
`scripts/sam build` has compiled is taken in its place, if it is of the very same template, by the
same Jinja and the same Python. From a clone, where nothing is compiled, the page is the same.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

import jinja2
from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket, BytecodeCache
from markupsafe import Markup, escape

from rules_lib import text
from rules_lib.bucket import TARGETS, rules_name
from rules_lib.report.feed_words import feeds_in_words
from rules_lib.report.licences import licence_of

COMPILED: Final = Path(__file__).with_name("compiled")
"""The folder of what is compiled: in a build of the functions alone."""

_ENDING: Final = ".code"
"""Behind a template's name; by its ending it is no code that `code_digest` looks at, so that a
build and a clone are the same code."""


class _Compiled(BytecodeCache):
    """What was compiled at build time; Jinja compares the digests, and nothing is written here."""

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """A template's name: its folder is another at build time than in Lambda."""
        del filename
        return name

    def get_source_checksum(self, source: str) -> str:
        """What it was compiled from, and by which Jinja; Jinja itself adds the Python."""
        return super().get_source_checksum(f"{jinja2.__version__}\n{source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read what there is of a template."""
        path = COMPILED / f"{bucket.key}{_ENDING}"
        if path.is_file():
            bucket.bytecode_from_string(path.read_bytes())

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep nothing of what is compiled at run time: Lambda's folders are read-only."""


@cache  # compiled templates are the dear part
def environment() -> Environment:
    """The templates, with the filters that they use."""
    found = Environment(
        loader=PackageLoader("rules_lib.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_Compiled(),
    )
    found.filters |= {
        "below_targets": _below_targets,
        "breakable": _breakable,
        "code": _code,
        "count": text.count,
        "counted": text.counted,
        "licence": licence_of,
        "releases": feeds_in_words,
        "portion": text.portion,
        "share": text.share,
        "size": text.size,
        "rules_file": _rules_file,
        "visible": text.visible,
        "visible_lines": text.visible_lines,
    }
    return found


def compile_templates() -> None:
    """Compile every template into `COMPILED`; for a build of the functions."""
    templates, compiled = environment(), _Compiled()
    if templates.loader is None:
        raise LookupError("the templates have no loader")
    COMPILED.mkdir(exist_ok=True)
    for name in templates.list_templates():
        source, _, _ = templates.loader.get_source(templates, name)
        bucket = compiled.get_bucket(templates, name, None, source)
        bucket.code = templates.compile(source, name, name)
        (COMPILED / f"{name}{_ENDING}").write_bytes(bucket.bytecode_to_string())


def _breakable(name: str) -> Markup:
    """A name that may be broken behind each underscore: else a browser breaks it within a word."""
    return escape(text.visible(name)).replace("_", Markup("_<wbr>"))


def _rules_file(group: str) -> str:
    """Where a group's rules lie, seen from the page."""
    return rules_name(quote(group, safe=""))


def _below_targets(key: str) -> str:
    """Where an object of a target lies, seen from the page of all targets."""
    return quote(key.removeprefix(TARGETS))


def _code(sentence: str) -> Markup:
    """What is between backticks, as code."""
    parts = [escape(part) for part in sentence.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else part
        for place, part in enumerate(parts)
    )
