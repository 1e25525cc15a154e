"""What requests need of the account that is asked: rule groups that exist, and the region.

In the table they are written `<…>`; in answers they are written so again, so that what is recorded
and sent on tells nothing of the account.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_PLACE: Final = re.compile(r"<(?:region|own-strict|managed-(?:strict|default|any)-\d+)>")
_PREFIX: Final = re.compile(r"arn:[\w-]+:([\w-]+):[\w-]+:\d{12}:")
_ACCOUNT: Final = re.compile(r"\b\d{12}\b")
_OURS: Final = "111122223333"
"""The account that stands in the table's own ARNs."""


class MissingPlaceError(LookupError):
    """The account does not have what a request needs."""


@dataclass(frozen=True, slots=True)
class Places:
    """What an account has.

    Attributes:
        region: that is asked.
        name: of the resources that the dry runs would make.
        strict: ARNs of AWS's managed groups in strict order.
        default: the same in default order.
        own: ARN of a strict order group of the account's; empty where it has none.
    """

    region: str
    name: str
    strict: Sequence[str] = ()
    default: Sequence[str] = ()
    own: str = ""

    def fill(self, request: Any) -> Any:
        """The request with the account's own in the place of `<…>`.

        Raises:
            MissingPlaceError: the account does not have it.
        """
        if isinstance(request, str):
            return _PLACE.sub(lambda found: self._value(found[0]), request)
        if isinstance(request, Mapping):
            return {name: self.fill(value) for name, value in request.items()}
        return [self.fill(each) for each in request] if isinstance(request, list) else request

    def strip(self, words: str) -> str:
        """The service's words with `<…>` in the place of the account's own."""
        for place, value in (("<own-strict>", self.own), ("<name>", self.name)):
            words = words.replace(value, place) if value else words
        words = _PREFIX.sub(_stripped, words.replace(_OURS, "<example>"))
        return _ACCOUNT.sub("<account>", words).replace("<example>", _OURS)

    def _value(self, place: str) -> str:
        if place == "<region>":
            return self.region
        if place == "<own-strict>":
            return self._having(self.own, "a stateful rule group of its own in strict order")
        kind, number = place.removeprefix("<managed-").removesuffix(">").split("-")
        both = (*self.strict, *self.default)
        groups = {"strict": self.strict, "default": self.default, "any": both}[kind]
        arn = groups[int(number)] if int(number) < len(groups) else ""
        return self._having(arn, f"{int(number) + 1} of AWS's managed groups, {kind} order")

    @staticmethod
    def _having(value: str, what: str) -> str:
        if not value:
            raise MissingPlaceError(f"the account has not {what}")
        return value


def _stripped(found: re.Match[str]) -> str:
    return f"arn:aws:{found[1]}:<region>:<account>:"
