"""All that a build touches."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rules_lib.aws.firewall import Firewall
from rules_lib.bucket import build_key, build_stamp
from rules_lib.deadline import NEVER, Deadline
from rules_lib.facts.next_generation import refuses_to_attach
from rules_lib.facts.targets import Target
from rules_lib.text import visible
from rules_lib.watching import unwatched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date, datetime

    from types_boto3_network_firewall import NetworkFirewallClient

    from rules_lib.aws.arn_parameters import ArnParameters
    from rules_lib.aws.calls import Calls
    from rules_lib.aws.store import Store
    from rules_lib.reading.last_ruleset import LastRuleset
    from rules_lib.state.turn import Turn


@dataclass(frozen=True, slots=True)
class World:
    """All that a build touches, and when.

    Attributes:
        client: of Network Firewall.
        policies: names or ARNs of the firewall policies to which the groups are attached.
        now: when the build begins, in UTC; it names the build.
        watch: is told what is being done, in a few words, for whoever waits.
        deadline: when the build has to come to its end.
        turn: the right to build, where others may ask for the same build meanwhile.
        lost: warnings of what an earlier build left and cannot be read.
        last_ruleset: what an earlier build in this process read, where builds may share it.
        marks: metadata of every file of the build: what started it, and its allowlist.
        parameters: where the ARN of each rule group in force is written; None: nowhere.
        unproven: people want rule groups attached to a kind of policy that nobody has tried.
    """

    store: Store
    client: NetworkFirewallClient
    now: datetime
    policies: tuple[str, ...] = ()
    watch: Callable[[str], None] = field(default=unwatched, compare=False)
    deadline: Deadline = NEVER
    turn: Turn | None = None
    lost: tuple[str, ...] = ()
    last_ruleset: LastRuleset | None = field(default=None, compare=False)
    marks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    unproven: bool = False
    parameters: ArnParameters | None = None

    def firewall(self, prefix: str, target: Target, calls: Calls | None = None) -> Firewall:
        """The rule groups under a prefix, and the policies, of one kind.

        Raises:
            SettingsError: the botocore at hand does not know the kind.
        """
        tried = self.unproven or target is Target.CLASSIC
        closed = "" if tried else refuses_to_attach()
        return Firewall(
            self.client,
            prefix,
            self.policies,
            calls,
            target=target,
            closed=closed,
            parameters=self.parameters,
        )

    @property
    def build_id(self) -> str:
        """Sorts builds by time, those of one second too: it ends with the microseconds, in hex."""
        return f"{build_stamp(self.now)}-{self.now.microsecond:08x}"

    @property
    def day(self) -> date:
        """The day of the build, in UTC."""
        return self.now.date()

    def put(self, name: str, data: bytes | Iterable[bytes]) -> None:
        """Write one file of the build, whole or in pieces."""
        self.store.put(build_key(self.build_id, name), data, metadata=self.marks)

    def marked(self, mark: str, value: str) -> World:
        """The same, with one more mark; what S3 does not take in metadata is written in ASCII."""
        plain = visible(value).encode("ascii", "backslashreplace").decode()[:_LONGEST_MARK]
        return replace(self, marks={**self.marks, mark: plain})


_LONGEST_MARK: Final = 200
"""Characters; S3 takes 2 kB of metadata with an object (Amazon S3 user guide, November 2026)."""
