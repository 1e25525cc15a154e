"""What becomes of a plan: what was done, and what was not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules_lib.errors import FirewallError, StaleError, Trouble

if TYPE_CHECKING:
    from rules_lib.deploy.steps import Step


@dataclass(frozen=True, slots=True)
class Failure:
    """A group that could not be proven, written or deleted.

    Attributes:
        cause: with the service's own words.
        stale: somebody else changed the group meanwhile, so planning again may help.
        troubles: what AWS refused the call for, where that is known.
    """

    name: str
    cause: str
    stale: bool = False
    troubles: frozenset[Trouble] = frozenset()

    @classmethod
    def of(cls, name: str, error: FirewallError) -> Failure:
        """What an error means for the group of this name."""
        return cls(name, str(error), isinstance(error, StaleError), error.troubles)


@dataclass(frozen=True, slots=True)
class Staying:
    """A group that was to go and stays.

    Attributes:
        associations: how many firewall policies use it.
        why: and what to do about it.
    """

    name: str
    associations: int
    why: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a plan.

    Attributes:
        done: the steps that were carried out, kept ones too. A replacement is done once the new
            group is there; what became of the old one is in `failures` or `staying` if it is not
            gone.
        failures: groups that are not as desired.
        staying: groups that were to go and are still there.
        remarks: what else people should know of it, a line each.
    """

    done: tuple[Step, ...] = ()
    failures: tuple[Failure, ...] = ()
    staying: tuple[Staying, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def troubles(self) -> frozenset[Trouble]:
        """What AWS refused calls for."""
        return frozenset(trouble for failure in self.failures for trouble in failure.troubles)
