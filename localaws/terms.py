"""What a rule is judged by, apart from its own text: its group, and how the double is set up."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

C = TypeVar("C", bound="Callable[..., object]")


@dataclass(frozen=True, slots=True)
class Strictness:
    """Refusals that nobody has confirmed at the service; off by default.

    Attributes:
        setters_in_group: Refuse `flowbits:isset` where no rule of the same group sets the bit.
        list_spaces: Refuse white space inside a header's address or port list.
        home_net_alone: Refuse a group that sets HOME_NET and not EXTERNAL_NET.
    """

    setters_in_group: bool = False
    list_spaces: bool = False
    home_net_alone: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    r"""One more thing the engine refuses, for tests of what nobody can foresee.

    Attributes:
        pattern: A regular expression, searched in each rule's text, such as `sid:2013504;`.
        reason: The engine's words, such as `rule contains conflicting alprotos set`.
        named: Whether the answer says which rule it is, as the service does not always.

    Raises:
        ValueError: The pattern is no regular expression.
    """

    pattern: str
    reason: str
    named: bool = True

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"refusal pattern {self.pattern!r}: {error}") from error


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rules of one group are judged by.

    Attributes:
        strict_order: Whether the group's rules are evaluated in the order of its text.
        ips: Whether the group is one of type IPS.
        addresses: The IP sets that the group declares, by name.
        ports: The port sets that the group declares, by name.
        references: The names of the group's IP set references.
        strictness: The unconfirmed refusals to enforce too.
        refusals: What the engine refuses beyond what this package knows.
        lenient: Names of checks that are not made.
    """

    strict_order: bool = False
    ips: bool = False
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    references: frozenset[str] = frozenset()
    strictness: Strictness = field(default_factory=Strictness)
    refusals: tuple[Refusal, ...] = ()
    lenient: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        """By the names of what the group declares; their values are only compared."""
        return hash((self.strict_order, self.ips, *self.addresses, *self.ports, self.references))

    def enforced(self, checks: Iterable[C]) -> Iterator[C]:
        """Those of some checks that are made."""
        return (check for check in checks if check.__name__ not in self.lenient)
