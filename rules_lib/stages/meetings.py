"""Which rules can match in one packet, of those that marks tie: each rule's text is read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rules_lib.allowlist.endpoints import negation_of
from rules_lib.reading.packets import Packets, packets_of

if TYPE_CHECKING:
    from rules_lib.allowlist.values import AllowlistVariables
    from rules_lib.outcome import Converted


@dataclass(frozen=True, slots=True)
class Meetings:
    """Answers whether two rules can match in one packet.

    Attributes:
        packets: sid -> those in which the rule can match.
        home_apart: no address is in both HOME_NET and EXTERNAL_NET.
    """

    packets: Mapping[int, Packets]
    home_apart: bool

    @classmethod
    def of(cls, rules: Iterable[Converted], variables: AllowlistVariables) -> Self:
        """Read the rules, of which those without marks are never asked for."""
        packets = {rule.sid: packets_of(rule.text) for rule in rules if rule.rule.ties}
        return cls(packets, _home_is_apart(variables))

    def meet(self, one: Converted, other: Converted) -> bool:
        """Whether one packet can have both match, as far as their texts say."""
        return self.packets[one.sid].meet(self.packets[other.sid], home_apart=self.home_apart)


def _home_is_apart(variables: AllowlistVariables) -> bool:
    """Whether EXTERNAL_NET is what HOME_NET is not, as it is where the file says nothing else."""
    home, rest = (variables.declared.get(name) for name in ("HOME_NET", "EXTERNAL_NET"))
    if "EXTERNAL_NET" in variables.written:
        return False
    return rest is None or (home is not None and negation_of(home) == rest)
