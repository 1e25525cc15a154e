"""`config/targets.yaml` in the bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules_lib.bucket import TARGETS_FILE
from rules_lib.errors import SettingsError

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.targets.values import NamedTarget, Targets


def find_targets(root: Store) -> Targets | None:
    """Read the bucket's targets; None where it has no such file: one stack then serves itself.

    Raises:
        StoreError: the bucket cannot be read.
        TargetsError: the file has errors.
    """
    stored = root.find(TARGETS_FILE)
    if stored is None:
        return None
    from rules_lib.aws.profiles import known_regions  # noqa: PLC0415 - most buckets have none
    from rules_lib.targets.loader import load_targets  # noqa: PLC0415

    source = root.address(TARGETS_FILE)
    return load_targets(stored.body, source=source, regions=known_regions())


def targets_in(root: Store) -> Targets:
    """Read the bucket's targets, where there have to be some.

    Raises:
        SettingsError: the bucket has no such file.
        RulesyncError: see `find_targets`.
    """
    if targets := find_targets(root):
        return targets
    raise SettingsError(f"{root.address(TARGETS_FILE)} does not exist, so there are no targets")


def target_named(root: Store, targets: Targets, name: str) -> NamedTarget:
    """Find a target by its name.

    Raises:
        SettingsError: there is no such target; names the nearest.
    """
    if found := targets.named(name):
        return found
    from rules_lib.allowlist.names import nearest  # noqa: PLC0415 - of a slip alone

    close = nearest(name, targets.names)
    meant = f"did you mean {close}?" if close else f"there are {', '.join(targets.names)}"
    raise SettingsError(f"{root.address(TARGETS_FILE)} has no target {name!r}; {meant}")
