"""What can be said against a rule's keywords: each check a function, the first to object counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from rules_lib.facts import limits, suricata, vocabulary
from rules_lib.model import Header, Reason
from rules_lib.reading import requirements
from rules_lib.reading.rule import base_of

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist

DOCUMENTED_UNSUPPORTED: Final = frozenset(
    {"filename", "file.name", "fileext", "filesize", "file.magic", "filemagic", "tag:host"}
    | {"xbits:address", "hostbits:address", "enip_command", "cip_service"}
)
"""Options that the developer guide rules out although the service takes them."""

_DOCUMENTED_FAMILIES: Final = ("enip.", "ike.")
"""Begin the keywords, many of them new in Suricata 8, of protocols that it rules out."""

_REFUSED: Final = limits.REFUSED_KEYWORDS | limits.FILE_KEYWORDS

Keywords: TypeAlias = frozenset[str]
KeywordCheck: TypeAlias = "Callable[[Keywords, Allowlist], Objection | None]"
WordCheck: TypeAlias = "Callable[[tuple[Header, Keywords], Allowlist], Objection | None]"


class Objection(NamedTuple):
    """What is said against a rule: the reason, and the detail, of its discard.

    Attributes:
        missing: names that the allowlist would have to give a value.
    """

    reason: Reason
    detail: str
    missing: tuple[str, ...] = ()


def _refused_keyword(keywords: Keywords, _: Allowlist) -> Objection | None:
    return _keyword_objection(keywords & _REFUSED, "the service does not accept")


def _unknown_keyword(keywords: Keywords, _: Allowlist) -> Objection | None:
    return _keyword_objection(unknown_keywords(keywords), f"{suricata.NAME} does not know")


def unknown_keywords(keywords: Keywords) -> frozenset[str]:
    """Those that neither the service's Suricata nor the service itself is known to have.

    In a feed they are an objection. In people's own rules the service decides, in its dry run: it
    has words of its own, and gets more of them without telling us.
    """
    names = keywords - suricata.keywords() - vocabulary.KEYWORDS
    return frozenset(name for name in names if ":" not in name)


def _obsolete(keywords: Keywords, _: Allowlist) -> Objection | None:
    names = sorted(keywords & suricata.OBSOLETE.keys())
    if not names:
        return None
    words = "; ".join(suricata.OBSOLETE[name] for name in names)
    return Objection(Reason.UNSUPPORTED_KEYWORD, f"{suricata.NAME} refuses: {words}")


def _misused(keywords: Keywords, _: Allowlist) -> Objection | None:
    """The qualified names tell of values which the engine, or the service, refuses."""
    uses = sorted(name.partition(":")[::2] for name in keywords if ":" in name)
    if codes := [value or "none" for name, value in uses if name == vocabulary.GEOIP]:
        return Objection(Reason.UNSUPPORTED_KEYWORD, _country_detail(codes))
    wrong = [f"{name}: {suricata.MISUSES[use]}" for name, use in uses if use in suricata.MISUSES]
    if not wrong:
        return None
    return Objection(Reason.UNSUPPORTED_KEYWORD, f"{suricata.NAME} refuses: {wrong[0]}")


def _country_detail(codes: list[str]) -> str:
    if codes[0].startswith("#"):
        most = f"{vocabulary.GEOIP_MOST} countries in one geoip"
        return f"{suricata.NAME} accepts at most {most}, not {codes[0].removeprefix('#')}"
    return f"the service does not accept this country code in geoip: {', '.join(codes)}"


def _category_keyword(used: tuple[Header, Keywords], _: Allowlist) -> Objection | None:
    """The service's keywords for a site's category are for some protocols, and not for geoip."""
    header, keywords = used
    for name in sorted(keywords & vocabulary.CATEGORY_PROTOCOLS.keys()):
        protocols = vocabulary.CATEGORY_PROTOCOLS[name]
        if vocabulary.GEOIP in keywords:
            detail = f"the service does not accept {name} and geoip in one rule"
            return Objection(Reason.UNSUPPORTED_KEYWORD, detail)
        if base_of(header.protocol) not in protocols:
            detail = f"the service has {name} for {' and '.join(sorted(protocols))} only"
            return Objection(Reason.UNSUPPORTED_KEYWORD, detail)
    return None


def _documented(keywords: Keywords, allowlist: Allowlist) -> Objection | None:
    if allowlist.documented_unsupported == "keep":
        return None
    names = (keywords & DOCUMENTED_UNSUPPORTED) | {
        name for name in keywords if name.startswith(_DOCUMENTED_FAMILIES)
    }
    return _keyword_objection(names, "the service documents as unsupported")


def _threshold(keywords: Keywords, allowlist: Allowlist) -> Objection | None:
    if allowlist.threshold == "keep":
        return None
    return _keyword_objection(keywords & {"threshold"}, "the allowlist discards")


def _keyword_objection(names: Iterable[str], why: str) -> Objection | None:
    found = ", ".join(sorted(names))
    return Objection(Reason.UNSUPPORTED_KEYWORD, f"{why}: {found}") if found else None


def _requirement(keywords: Keywords, _: Allowlist) -> Objection | None:
    if not (missing := requirements.unmet(keywords)):
        return None
    detail = f"it requires {missing}, which the service's {suricata.NAME} does not meet"
    return Objection(Reason.UNMET_REQUIREMENT, detail)


def _pcre(keywords: Keywords, _: Allowlist) -> Objection | None:
    if "pcre" not in keywords or keywords & limits.PCRE_COMPANIONS:
        return None
    companions = ", ".join(sorted(limits.PCRE_COMPANIONS))
    return Objection(
        Reason.PCRE_WITHOUT_CONTENT,
        f"the service accepts pcre only together with one of: {companions}",
    )


_OTHERS: Final[tuple[KeywordCheck, ...]] = (_obsolete, _misused, _requirement)

KEYWORD_CHECKS: Final[tuple[KeywordCheck, ...]] = (_refused_keyword, _unknown_keyword, *_OTHERS)
"""For rules of a feed, which may be written for another engine."""

OWN_KEYWORD_CHECKS: Final[tuple[KeywordCheck, ...]] = (_refused_keyword, *_OTHERS)
"""For rules of people's own."""

RESTRICTIONS: Final[tuple[KeywordCheck, ...]] = (_documented, _threshold, _pcre)
"""For both; they come behind what is said against a `pass` of a feed."""

WORD_CHECKS: Final[tuple[WordCheck, ...]] = (_category_keyword,)
