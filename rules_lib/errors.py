"""What can go wrong, as one tree.

    RulesyncError
    ├── SettingsError        an environment variable is missing or has a wrong value
    ├── ConfigError          a file that people edit has faults; carries all of them
    │   ├── AllowlistError       the category file
    │   ├── FeedListError        the list of feeds
    │   └── TargetsError         the file of targets
    ├── FeedError            the feed could not be had, or is not what it should be
    │   ├── DownloadError        the source does not answer, or not with a feed
    │   ├── SecretError          the code that its address needs cannot be had
    │   ├── FeedsError           of several feeds; carries what became of each
    │   ├── ArchiveError         the archive is unsafe, broken, empty or too large
    │   └── ChecksumError        the archive is not the one that the source announced
    ├── StoreError           an object of the bucket is missing, or not what it should be
    ├── HitsError            alert logs cannot be counted, or what was counted cannot be read
    │   └── TargetHitsError      of several targets; carries what became of each
    ├── FirewallError        Network Firewall refused a call; carries the service's code
    │   └── StaleError           somebody else changed it meanwhile: plan again
    ├── RefusedError         it is not safe to carry out as asked; nothing was changed
    │   └── ShrinkError          it would take away too much, and may be allowed once
    ├── NotApprovedError     people, or the plan that they saved, did not agree; nothing was changed
    ├── UnfinishedError      it broke off after something was written; the next run goes on
    │   ├── ContendedError       somebody else kept changing the same
    │   └── RoundError           builds of some targets failed, or new drops burst there
    ├── EngineError          the real Suricata is missing, of another version, or came to a bad end
    └── SyncError            a build failed or was refused; its folder in the bucket says why

A rule that cannot be used is never an error: it is discarded, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import ClassVar, Final


class Trouble(StrEnum):
    """What AWS refused a call for, where people can do something about it."""

    BUSY = "busy"
    DENIED = "denied"
    QUOTA = "quota"


_CODES: Final[Mapping[Trouble, frozenset[str]]] = {
    Trouble.BUSY: frozenset(
        {"Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded"}
        | {"TooManyRequestsException", "SlowDown", "RequestTimeout", "ServiceUnavailable"}
        | {"InternalServerError", "InternalError", "InternalFailure"}
    ),
    Trouble.DENIED: frozenset(
        {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}
        | {"KMS.AccessDeniedException"}
    ),
    Trouble.QUOTA: frozenset({"LimitExceededException", "InsufficientCapacityException"}),
}
"""Codes that Network Firewall and S3 document, and that every service of AWS may answer."""


def trouble_of(code: str) -> Trouble | None:
    """Tell a service's error code; None where it is of no such kind."""
    return next((trouble for trouble, codes in _CODES.items() if code in codes), None)


class RulesyncError(Exception):
    """The root: whoever catches it has caught everything that this project raises on purpose.

    Attributes:
        troubles: what AWS refused calls for, where that is known.
    """

    troubles: frozenset[Trouble] = frozenset()


class SettingsError(RulesyncError):
    """An environment variable is missing or has a value that cannot be used."""


class ConfigError(RulesyncError):
    """A file that people edit has faults.

    Attributes:
        source: the file.
        problems: every fault, a line each.
        records: the same for programs: line, key, value, message, nearest.
    """

    def __init__(
        self,
        source: str,
        problems: tuple[str, ...],
        records: tuple[Mapping[str, object], ...] = (),
    ) -> None:
        self.source = source
        self.problems = problems
        self.records = records
        count = f"{len(problems)} errors" if len(problems) > 1 else "1 error"
        super().__init__("\n".join((f"{source}: {count}", *(f"  {line}" for line in problems))))


class AllowlistError(ConfigError):
    """The category file has faults."""


class FeedListError(ConfigError):
    """The list of feeds has faults."""


class TargetsError(ConfigError):
    """The file of targets has faults."""


class FeedError(RulesyncError):
    """The feed could not be had, or is not what it should be."""


class DownloadError(FeedError):
    """The source does not answer, or answers with something that is no feed."""


class SecretError(FeedError):
    """The code that a feed's address needs cannot be had; it is not in the text."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.troubles = _only(trouble_of(code))


class FeedsError(FeedError):
    """Some feeds of the list were not fetched; all others were asked for, as if nothing was wrong.

    Attributes:
        failures: feed -> its error, in the list's order.
        record: what became of all of them, as JSON.
    """

    def __init__(
        self, failures: Mapping[str, RulesyncError], asked: int, record: Mapping[str, object]
    ) -> None:
        self.failures = failures
        self.record = record
        self.troubles = frozenset().union(*(error.troubles for error in failures.values()))
        were = "was" if len(failures) == 1 else "were"
        head = f"{len(failures)} of {asked} feeds {were} not fetched: {', '.join(failures)}"
        lines = (f"  {feed}: {error}" for feed, error in failures.items())
        super().__init__("\n".join((head, *lines)))


class ArchiveError(FeedError):
    """The archive is unsafe, broken, empty or too large."""


class ChecksumError(FeedError):
    """The archive is not the one that the source announced."""


class StoreError(RulesyncError):
    """An object of the bucket is missing, or is not what it should be.

    Attributes:
        code: of S3; empty where it is the object's content that is wrong.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.troubles = _only(trouble_of(code))


class HitsError(RulesyncError):
    """Alert logs cannot be counted, or what was counted cannot be read; no build fails for it."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.troubles = _only(trouble_of(code))


class TargetHitsError(HitsError):
    """The alert logs of some targets cannot be counted; those of all others were.

    Attributes:
        failures: name of a target -> its error.
    """

    def __init__(self, failures: Mapping[str, RulesyncError], asked: int) -> None:
        self.failures = failures
        were = "was" if len(failures) == 1 else "were"
        head = f"{len(failures)} of {asked} targets {were} not counted: {', '.join(failures)}"
        super().__init__("\n".join((head, *(f"  {name}: {one}" for name, one in failures.items()))))
        self.troubles = frozenset().union(*(error.troubles for error in failures.values()))


class FirewallError(RulesyncError):
    """Network Firewall refused a call.

    Attributes:
        code: the service's error code, such as `LimitExceededException`.
        message: the service's own words.
    """

    def __init__(self, call: str, name: str, code: str, message: str) -> None:
        self.code = code
        self.message = message
        self.troubles = _only(trouble_of(code))
        super().__init__(f"{call} {name}: {code}: {message}")

    @property
    def in_use(self) -> bool:
        """Whether a rule group cannot be deleted as a firewall policy uses it."""
        return self.code == "InvalidOperationException"


class StaleError(FirewallError):
    """Somebody changed a rule group or a policy since it was read: the sync has to plan again."""

    def __init__(self, call: str, name: str) -> None:
        super().__init__(
            call, name, "InvalidTokenException", "somebody else changed it; run the sync again"
        )


class RefusedError(RulesyncError):
    """It is not safe to carry out as asked; nothing was changed, and the text says so.

    Attributes:
        problem: what stands in the way.
        advice: what to do about it, or every single problem, a line each; may be empty.
    """

    def __init__(self, problem: str, advice: str = "") -> None:
        self.problem = problem
        self.advice = advice
        super().__init__(self.told("nothing was changed"))

    def told(self, outcome: str) -> str:
        """The whole text, with what became of it."""
        between = "\n" if self.advice.startswith("  ") else ". "
        return f"{self.problem}; {outcome}" + (f"{between}{self.advice}" if self.advice else "")


class ShrinkError(RefusedError):
    """It would remove or unblock more than the allowlist allows; `allow_shrink` lets it once."""


class NotApprovedError(RulesyncError):
    """Whoever asked for it did not agree to what would be done; nothing was changed."""


class UnfinishedError(RulesyncError):
    """It broke off after something was written: what is in force is partly new."""

    TOLD: ClassVar[str] = "part of it was already written"

    def __init__(self, message: str, troubles: Iterable[Trouble] = ()) -> None:
        super().__init__(message)
        self.troubles = frozenset(troubles)

    @classmethod
    def after(cls, error: RulesyncError) -> UnfinishedError:
        """Tell an error that was met after something had been written."""
        told = error.told(cls.TOLD) if isinstance(error, RefusedError) else f"{error}; {cls.TOLD}"
        return cls(told, error.troubles)


class ContendedError(UnfinishedError):
    """Somebody else kept changing the same rule groups or policies; some of it may be written."""


class RoundError(UnfinishedError):
    """Builds of some targets failed, or new drops burst; what the others built is in force.

    Attributes:
        names: of the targets, and what hits tell of rings; by these it is known again.
    """

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(message)


class EngineError(RulesyncError):
    """The real Suricata is missing, of another version than the service's, or came to a bad end."""


class EngineGoneError(EngineError):
    """The real Suricata ended while it was at work.

    Attributes:
        in_order: it ended of itself, with 0.
    """

    def __init__(self, message: str, *, in_order: bool = False) -> None:
        self.in_order = in_order
        super().__init__(message)


class SyncError(RulesyncError):
    """A build failed or was refused, wholly or for some rule groups.

    Attributes:
        build: its id; `builds/<id>/summary.json` has the same cause.
    """

    def __init__(self, build: str, cause: str, troubles: Iterable[Trouble] = ()) -> None:
        self.build = build
        self.troubles = frozenset(troubles)
        super().__init__(cause)


def _only(trouble: Trouble | None) -> frozenset[Trouble]:
    return frozenset() if trouble is None else frozenset({trouble})


def root_of(error: RulesyncError) -> RulesyncError:
    """The error that a build's own was raised from; any other error is its own root."""
    cause = error.__cause__
    return cause if isinstance(error, SyncError) and isinstance(cause, RulesyncError) else error
