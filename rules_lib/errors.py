"""What can go wrong, as one tree.

    RulesyncError
    ├── SettingsError        an environment variable is missing or has a wrong value
    ├── AllowlistError       the category file has faults; carries all of them
    ├── FeedError            the feed could not be had, or is not what it should be
    │   ├── DownloadError        the source does not answer, or not with a feed
    │   ├── ArchiveError         the archive is unsafe, broken, empty or too large
    │   └── ChecksumError        the archive is not the one that the source announced
    ├── StoreError           an object of the bucket is missing, or not what it should be
    ├── FirewallError        Network Firewall refused a call; carries the service's code
    │   └── StaleError           somebody else changed it meanwhile: plan again
    ├── RefusedError         the sync is not safe to carry out; nothing was changed
    ├── EngineError          the real Suricata is missing, of another version, or came to a bad end
    └── SyncError            a build failed or was refused; its folder in the bucket says why

A rule that cannot be used is never an error: it is discarded, with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping


class RulesyncError(Exception):
    """The root: whoever catches it has caught everything that this project raises on purpose."""


class SettingsError(RulesyncError):
    """An environment variable is missing or has a value that cannot be used."""


class AllowlistError(RulesyncError):
    """The category file has faults.

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


class FeedError(RulesyncError):
    """The feed could not be had, or is not what it should be."""


class DownloadError(FeedError):
    """The source does not answer, or answers with something that is no feed."""


class ArchiveError(FeedError):
    """The archive is unsafe, broken, empty or too large."""


class ChecksumError(FeedError):
    """The archive is not the one that the source announced."""


class StoreError(RulesyncError):
    """An object of the bucket is missing, or is not what it should be."""


class FirewallError(RulesyncError):
    """Network Firewall refused a call.

    Attributes:
        code: the service's error code, such as `LimitExceededException`.
        message: the service's own words.
    """

    def __init__(self, call: str, name: str, code: str, message: str) -> None:
        self.code = code
        self.message = message
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
    """The sync is not safe to carry out as asked; nothing was changed."""


class EngineError(RulesyncError):
    """The real Suricata is missing, of another version than the service's, or came to a bad end."""


class SyncError(RulesyncError):
    """A build failed or was refused, wholly or for some rule groups.

    Attributes:
        build: its id; `builds/<id>/summary.json` has the same cause.
    """

    def __init__(self, build: str, cause: str) -> None:
        self.build = build
        super().__init__(cause)
