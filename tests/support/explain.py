"""Evidence from a feed and an allowlist that are written in the test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rules_lib.allowlist import load_allowlist
from rules_lib.allowlist.reader import read_document
from rules_lib.build import build
from rules_lib.groups.rule_group import Deployed
from rules_lib.reading.ruleset import read_rules
from rulesync_cli.explain import Evidence, Explained, Story, explain
from support.inputs import inputs
from support.rules import CATEGORIES, feed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def evidence(
    files: Mapping[str, Sequence[str]],
    allowlist: str,
    deployed: Deployed | None = None,
    refusals: Mapping[str, str] | None = None,
) -> Evidence:
    """Take a feed and the text of an allowlist through all stages."""
    parsed = load_allowlist(allowlist, source="test", known=CATEGORIES)
    in_order = feed(files)
    ruleset = read_rules(in_order, parsed.rules.on)
    given = inputs(ruleset, parsed, deployed, refusals=refusals or {})
    return Evidence(
        files=in_order,
        document=read_document(allowlist),
        inputs=given,
        built=build(given),
    )


def explained(
    sid: int,
    files: Mapping[str, Sequence[str]],
    refusals: Mapping[str, str] | None = None,
    **settings: Any,
) -> Explained:
    """Explain a sid; everything alerts unless the settings say otherwise."""
    text = json.dumps({"version": 1, "default": "alert", **settings})
    return explain(sid, evidence(files, text, refusals=refusals))


def story(sid: int, *lines: str, refusals: Mapping[str, str] | None = None, **set_: Any) -> Story:
    """The one story of a sid of a feed with one category."""
    (found,) = explained(sid, {"emerging-web": lines}, refusals, **set_).stories
    return found
