"""Real releases, each built or run once, and a judgement apart from the code's.

What is read of a rule here is read with a regular expression or two, on purpose.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import yaml

from benchmarks.drops import FILES
from rules_lib.allowlist import load_allowlist
from rules_lib.build import Built, build
from rules_lib.feed.archive import unpack
from rules_lib.gc_pause import without_cyclic_gc
from support.engine.proof import built_of, source, without
from support.feeds import allowlist
from support.inputs import inputs, read_once
from support.next_generation import NEXT
from support.results import Results, quick_process, sid_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from rules_lib.inputs import Inputs
    from rules_lib.model import FeedFile
    from rules_lib.outcome import Discarded
    from rulesync_cli.verify.loadable import Loadable


SHIPPED, STRICT = (path for _, path in FILES)
OURS: Final = {
    "shipped": SHIPPED,
    "strict": STRICT,
    "beside": SHIPPED.with_name("categories-beside-aws-managed.yaml"),
}
"""The files that we ship."""

LARGE: Final = {"capacity": 60_000, "rule_groups": 80}
"""Room for everything that ET Open has."""

ALIKE: Final[dict[str, dict[str, Any]]] = {
    "alert": {"default": "alert", "firewall": LARGE},
    "drop": {"default": "drop", "firewall": LARGE},
    "next-generation": {"default": "drop", "firewall": NEXT},
}
"""Every category in one mode; in a Next Generation policy with the room that one has."""

LATER: Final = date(2027, 1, 31)
"""Later than any release, so that no rule of one is new and staged."""

_QUOTED: Final = re.compile(r'"(?:\\.|[^"\\])*"')
_FLOWBITS: Final = re.compile(r"[(;]\s*flowbits:\s*(\w+)(?:\s*,\s*([^;]+?))?\s*(?=;)")
_VARIABLE: Final = re.compile(r"\$(\w+)")
_UNSUPPORTED: Final = re.compile(
    r"[(;]\s*(?:xbits:[^;]*ip_|hostbits:|file\.?magic|filesize:|tag:\s*host|filename:|fileext:)"
)
_NOALERT: Final = re.compile(r"[(;]\s*(?:flowbits:\s*)?noalert\s*;")
_UNWANTED_WORDS: Final = ("classtype", "priority", "gid")
_UNWANTED: Final = re.compile(rf"[(;]\s*({'|'.join(_UNWANTED_WORDS)})\s*:")
_BUILT_IN: Final = frozenset({"HOME_NET", "EXTERNAL_NET"})


@dataclass(frozen=True, slots=True)
class Published:
    """A published rule, read plainly."""

    text: str

    @property
    def header(self) -> str:
        """All before the options."""
        return self.text.partition("(")[0]

    @property
    def bare(self) -> str:
        """The text without what stands in quotes."""
        return _QUOTED.sub('""', self.text)

    @property
    def action(self) -> str:
        """The first word."""
        return self.text.split()[0]

    @property
    def sid(self) -> int:
        """The signature id."""
        return sid_in(self.text)

    @property
    def alert_only(self) -> bool:
        """Whether Emerging Threats does not mean it to block."""
        return "deployment alert_only" in self.text

    @property
    def noalert(self) -> bool:
        """Whether it only marks a flow."""
        return "noalert" in self.text and bool(_NOALERT.search(self.bare))

    @property
    def unwanted(self) -> list[str]:
        """Options that no strict order group takes."""
        return _UNWANTED.findall(self.bare) if any(map(self.text.count, _UNWANTED_WORDS)) else []

    @property
    def variables(self) -> set[str]:
        """Names of the variables in its header."""
        return set(_VARIABLE.findall(self.header))

    def flowbits(self, *commands: str) -> set[str]:
        """Names of the bits that it uses with one of these commands."""
        if "flowbits" not in self.text:  # as in nine of ten rules
            return set()
        found = (names for command, names in _FLOWBITS.findall(self.bare) if command in commands)
        return {name.strip() for names in found for name in re.split(r"[|&]", names) if name}


@dataclass(frozen=True, slots=True)
class PublishedGroup:
    """A published rule group, be it of a build or of what a sync left.

    Attributes:
        declared: names of its variables.
    """

    name: str
    text: str
    capacity: int
    declared: frozenset[str]

    @classmethod
    def of_build(cls, built: Built) -> tuple[Self, ...]:
        """Every group of a build."""
        return tuple(
            cls(
                group.name,
                group.text,
                group.capacity,
                frozenset((*group.variables.ip_sets, *group.variables.port_sets)),
            )
            for group in built.groups
        )

    @classmethod
    def of_sync(cls, results: Results) -> tuple[Self, ...]:
        """Every group of a sync, by its summary."""
        return tuple(
            cls(
                group["name"],
                results.groups[group["name"]],
                group["capacity"],
                frozenset(group["variables"]),
            )
            for group in results.summary["rule_groups"]
            if group["change"] != "delete"
        )

    @property
    def rules(self) -> list[Published]:
        """Its rules."""
        return [Published(line) for line in self.text.splitlines()]


def undeclared(rules: Iterable[Published], declared: Collection[str]) -> set[str]:
    """Variables that the rules use and that the service would not know."""
    return {name for rule in rules for name in rule.variables} - _BUILT_IN - {*declared}


def late_setters(rules: Iterable[Published]) -> set[str]:
    """Bits that are asked for before a rule that sets them.

    A setter that asks for bits itself may be part of a circle, in which no order is right. Where
    that circle is one of isnotset alone, setters still stand before what asks with isset.
    """
    asked: set[str] = set()
    denied: set[str] = set()
    late: set[str] = set()
    for rule in rules:
        sets = rule.flowbits("set", "setx", "toggle")
        if not (needs := rule.flowbits("isset")):
            late |= sets & asked
            if not rule.flowbits("isnotset"):
                late |= sets & denied
        asked |= needs
        denied |= rule.flowbits("isnotset")
    return late


def bits_by_group(groups: Iterable[PublishedGroup]) -> dict[str, set[str]]:
    """For each flowbit, the groups with rules that use it."""
    homes = defaultdict(set)
    for group in groups:
        for rule in group.rules:
            for bit in rule.flowbits("set", "setx", "unset", "toggle", "isset", "isnotset"):
                homes[bit].add(group.name)
    return homes


def is_justified(discard: Discarded, settable: Collection[str]) -> bool:
    """Whether a discard's reason can be seen in the rule's own text.

    Args:
        discard: of a build.
        settable: flowbits that a published rule sets.
    """
    rule = Published(discard.rule.text)
    match discard.reason:
        case "unsupported-keyword":
            return bool(_UNSUPPORTED.search(rule.bare))
        case "unsupported-protocol":
            return rule.text.split()[1] in {"ftp-data", "sctp", "ike", "enip", "cip"}
        case "flowbit-never-set":
            return bool(rule.flowbits("isset").difference(settable))
        case _:
            return False


def settable_in(groups: Iterable[PublishedGroup]) -> set[str]:
    """The flowbits that published rules set."""
    rules = (rule for group in groups for rule in group.rules)
    return {bit for rule in rules for bit in rule.flowbits("set", "setx", "toggle")}


def text_of_all(default: str) -> str:
    """Every category in one mode, with room for all and the shipped file's variables."""
    return allowlist(default=default, variables=variables(), firewall=LARGE)


def run(out: Path, config: Path, *feeds: Path) -> Iterator[Results]:
    """Sync feeds one after the other, in a process of its own so that its memory is given back."""
    words: list[object] = [word for feed in feeds for word in ("--feed", feed)]
    quick_process(*words, "--config", config, "--out", out)
    return (Results(out / str(number)) for number in range(1, len(feeds) + 1))


COMPOSITE: Final = "composite-2026-03.tar.gz"
RELEASES: Final = (
    *(COMPOSITE, "2024-03-26.tar.gz", "2024-04-19.tar.gz", "2025-05-02.tar.gz"),
    *("2025-05-09.tar.gz", "2025-07-24.tar.gz", "2025-07-26.tar.gz", "2025-07-28.tar.gz"),
    "2025-08-04.tar.gz",
)
SUCCESSIVE: Final = ("2024-03-26", "2024-04-19")
"""What `make test` syncs one after the other."""

REFUSED_BY_8: Final = frozenset({2034585, 2044245, 2044247})
"""Sids that Suricata 8 does not load as the feed ships them: fast_pattern behind base64_data."""


def variables() -> dict[str, str | list[str]]:
    """Those of the shipped file, read plainly."""
    document = yaml.load(SHIPPED.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 - strings only
    return dict(document["variables"])


def as_fed(built: Built) -> tuple[Loadable, ...]:
    """The kept rules of a release as the feed ships them, but for those that Suricata 8 refuses."""
    texts = {name: value for name, value in variables().items() if isinstance(value, str)}
    written = {name: value for name, value in texts.items() if value == "any" or "$" in value}
    return without(REFUSED_BY_8, [source(built, **written)])


@lru_cache(maxsize=6)
def files_of(archive: Path) -> tuple[FeedFile, ...]:
    """The files of a release, unpacked once."""
    return tuple(unpack(archive.read_bytes()))


@lru_cache(maxsize=1)
def shipped_from(archive: Path) -> tuple[Inputs, Built]:
    """A release by the shipped file, while its new rules are staged: what is built, and the build.

    Made once.
    """
    files = files_of(archive)
    known = [file.category for file in files]
    allowed = load_allowlist(SHIPPED.read_bytes(), source="shipped", known=known)
    with without_cyclic_gc():
        asked = inputs(read_once(files, allowed.rules.on), allowed)
        return asked, build(asked)


@lru_cache(maxsize=7)
def built_from(archive: Path, how: str) -> Built:
    """The groups of a release, made once: by a file of ours, or every category alike.

    Args:
        archive: of the release.
        how: a name of `OURS` or of `ALIKE`.
    """
    files = files_of(archive)
    if how in ALIKE:
        return built_of(files, variables=variables(), **ALIKE[how])
    known = tuple(file.category for file in files)
    allowed = load_allowlist(OURS[how].read_bytes(), source=how, known=known)
    with without_cyclic_gc():
        return build(replace(inputs(read_once(files, allowed.rules.on), allowed), day=LATER))
