"""What ties an entry of the list to others, and to the feeds that are known by name.

Each check is one function over the file as read, so that an error of one kind never hides one of
another. What is only to be known is a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules_lib.allowlist.problem import shown
from rules_lib.facts.feeds import SECRET_MARK, KnownFeed, known_feeds
from rules_lib.facts.suricata import NAME, VERSION
from rules_lib.feedlist.addresses import url_problems
from rules_lib.feedlist.naming import feed_category, usual_prefix
from rules_lib.model import LOCAL_PREFIX, is_local
from rules_lib.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.allowlist.document import Document
    from rules_lib.allowlist.problem import Path, Problem
    from rules_lib.feedlist.values import FeedList

_FEEDS: Final = "feeds"


def names_stand_once(document: Document) -> Iterator[Problem]:
    """Two feeds of one name would lie in one folder."""
    seen: dict[str, int] = {}
    for path, name, _ in _entries(document):
        if name in seen:
            text = f"{shown(name)} is there twice, first on line {seen[name]}; keep one of them"
            yield document.problem((*path, "name"), text)
        elif name:
            seen[name] = document.lines[*path, "name"]


def names_are_known_or_have_an_address(document: Document) -> Iterator[Problem]:
    """A feed that nobody knows must say where it is."""
    for path, name, texts in _entries(document):
        known = known_feeds().get(name)
        if not name or "url" in texts:
            continue
        if known is None:
            yield document.problem(
                (*path, "name"),
                f"{shown(name)} is not a feed that rulesync knows, and has no url",
                wrong=name,
                choices=[one.name for one in known_feeds().values() if not one.gone],
                otherwise="give its url; `rulesync feeds` lists those that are known",
            )
        elif known.gone:
            text = f"{shown(name)} cannot be fetched: {known.gone}; remove it"
            yield document.problem((*path, "name"), f"{text}, or give the url of a copy")


def addresses_are_whole(document: Document) -> Iterator[Problem]:
    """An address has what a fetch needs, and no password that everybody could read."""
    for path, _, texts in _entries(document):
        url = texts.get("url")
        if isinstance(url, str):
            for problem in url_problems(url):
                yield document.problem((*path, "url"), f"{shown(redact(url))} {problem}")


def secrets_are_where_they_are_needed(document: Document) -> Iterator[Problem]:
    """A mark needs a secret, and a secret a mark."""
    for path, name, texts in _entries(document):
        known = known_feeds().get(name)
        url = texts.get("url") or (known.url if known else "")
        marked = isinstance(url, str) and SECRET_MARK in url
        if marked and not texts.get("secret"):
            yield document.problem(path, f"{shown(name)} has no secret, and {_need(texts, known)}")
        elif url and not marked and texts.get("secret"):
            text = f"is not used: the url of {shown(name)} has no {SECRET_MARK}"
            yield document.problem((*path, "secret"), f"{text}; remove it, or write that there")


def prefixes_are_apart(document: Document) -> Iterator[Problem]:
    """Categories of two feeds must not have one name, nor look like people's own."""
    seen: dict[str, str] = {}
    for path, name, texts in _entries(document):
        given = texts.get("prefix")
        prefix = given if isinstance(given, str) else usual_prefix(name)
        place = (*path, "prefix") if isinstance(given, str) else (*path, "name")
        if not name or (not prefix and given is None):
            continue
        if is_local(feed_category(prefix, "file")):
            text = f'the prefix "{prefix}" is reserved for your own rules ({LOCAL_PREFIX}<file>)'
            yield document.problem(place, f"{text}; give another as prefix")
        elif prefix in seen:
            what = f'the prefix "{prefix}"' if prefix else "no prefix"
            text = f"has {what}, as {shown(seen[prefix])} has; give another as prefix"
            yield document.problem(place, text)
        else:
            seen[prefix] = name


def list_warnings(found: FeedList) -> Iterator[str]:
    """What to know of a list that holds."""
    names = [one.name for one in found.feeds]
    for listed in found.feeds:
        known = known_feeds().get(listed.name)
        if known and known.renamed:
            yield f"feed {listed.name} is called {known.renamed} by now; use that name"
        if known and known.gone:
            yield f"feed {listed.name}: {known.gone}; the url is of a copy"
        for inner in known.contains if known else ():
            if inner in names:
                yield f"feed {listed.name} contains {inner}; you need only one of them"
        if known and _release(known.min_version) > VERSION:
            yield f"feed {listed.name} needs Suricata {known.min_version}, the service has {NAME}"
        if listed.secret and (listed.url or "").lower().startswith("http:"):
            yield f"feed {listed.name}: its secret is sent unencrypted; use https"


def _entries(document: Document) -> Iterator[tuple[Path, str, dict[str, object]]]:
    """Place, name and texts of every entry that is a mapping; the name is empty where none is."""
    entries = document.at(_FEEDS)
    for at, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            name = entry.get("name")
            yield (_FEEDS, at), name if isinstance(name, str) else "", dict(entry)


def _need(texts: dict[str, object], known: KnownFeed | None) -> str:
    if "url" in texts or known is None:
        return f"its url has {SECRET_MARK}; name the parameter or secret that keeps the code"
    where = f", from {known.subscribe}" if known.subscribe else ""
    return f"needs the {known.code}{where}; keep that in a parameter or secret, and name it here"


def _release(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split("."))) if version else ()


FEED_CHECKS: Final = (
    names_stand_once,
    names_are_known_or_have_an_address,
    addresses_are_whole,
    secrets_are_where_they_are_needed,
    prefixes_are_apart,
)
