"""Answers that a test orders: the next call to an action fails in a chosen way."""

from __future__ import annotations

from dataclasses import dataclass, replace

from moto.core.utils import get_service_model

from localaws.errors import NetworkFirewallError


@dataclass(frozen=True, slots=True)
class Call:
    """One call that reached Network Firewall.

    Attributes:
        action: Such as `CreateRuleGroup`.
        dry_run: Whether it asked for validation only.
        resource: The name of the rule group, policy or firewall, None for a list.
        error: The code that it was answered with, None where it succeeded.
    """

    action: str
    dry_run: bool = False
    resource: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One ordered failure.

    botocore itself repeats a call that was throttled or answered with status 500: give `times` as
    often as it tries to have the caller see the error. With `carried_out` and
    `InternalServerError` the service therefore receives the same call twice.

    Attributes:
        action: The action that fails, such as `UpdateRuleGroup`.
        code: The error's code, such as `ThrottlingException`.
        message: The error's text.
        times: How many calls fail.
        skip: How many matching calls go through first.
        resource: Only calls on the resource of this name, None for all.
        dry_run: Only dry runs, or only real calls; None for both.
        carried_out: The service does what was asked, and only its answer is the error.

    Raises:
        ValueError: The action is none, `times` is below 1 or `skip` below 0.
    """

    action: str
    code: str
    message: str = ""
    times: int = 1
    skip: int = 0
    resource: str | None = None
    dry_run: bool | None = None
    carried_out: bool = False

    def __post_init__(self) -> None:
        if self.action not in get_service_model("network-firewall").operation_names:
            raise ValueError(f"a fault of {self.action} never happens: there is no such action")
        if self.times < 1 or self.skip < 0:
            raise ValueError(f"a fault with times={self.times}, skip={self.skip} never happens")

    def concerns(self, call: Call) -> bool:
        """Whether this call is one that the fault is about."""
        return (
            call.action == self.action
            and self.resource in {None, call.resource}
            and self.dry_run in {None, call.dry_run}
        )

    def error(self) -> NetworkFirewallError:
        """The error as the service raises it."""
        return NetworkFirewallError(self.code, self.message or "fault ordered by the caller")


def take(faults: tuple[Fault, ...], call: Call) -> tuple[Fault | None, tuple[Fault, ...]]:
    """Find what happens to a call.

    Args:
        faults: What is ordered, in the order in which it was.
        call: The call that has just come in.

    Returns:
        The fault that strikes the call, or None, and what stays ordered after it.
    """
    for index, fault in enumerate(faults):
        if fault.concerns(call):
            left = _after_a_call(fault)
            return (None if fault.skip else fault), (*faults[:index], *left, *faults[index + 1 :])
    return None, faults


def _after_a_call(fault: Fault) -> tuple[Fault, ...]:
    if fault.skip:
        return (replace(fault, skip=fault.skip - 1),)
    return (replace(fault, times=fault.times - 1),) if fault.times > 1 else ()
