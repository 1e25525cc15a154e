"""What can be wrong with `staging:`; each check is one function over the file as read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules_lib.model import LOCAL_PREFIX, Mode, is_local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.allowlist.document import Document
    from rules_lib.allowlist.problem import Problem

_KEY: Final = "staging"
_OTHER_MODES: Final = frozenset(Mode) - {Mode.DROP}


def staging_goes_with_drop(document: Document) -> Iterator[Problem]:
    """What never drops has nothing to wait for, and people's own rules are what they want now."""
    for name in document.mapping("categories"):
        setting = document.mapping("categories", name)
        path = ("categories", name, _KEY)
        if _KEY in setting and is_local(name):
            text = f"is for categories of a feed, and not for files of your own ({LOCAL_PREFIX}…)"
            yield document.problem(path, f"{text}; remove it")
        elif _KEY in setting and setting.get("mode") in _OTHER_MODES:
            text = f"needs mode: drop, but the mode is {setting['mode']}; change one of them"
            yield document.problem(path, text)


STAGING_CHECKS: Final = (staging_goes_with_drop,)
