"""Where the groups to verify come from: a folder of results, a build in the bucket, the account."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from rules_lib.bucket import GROUPS, LATEST, RULE_GROUPS, build_key
from rules_lib.errors import StoreError
from rules_lib.state.groupfile import GroupFile, StoredGroup
from rules_lib.state.latest import Latest
from rulesync_cli.verify.loadable import Loadable, from_build, from_deployed

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rules_lib.world import World


def in_folder(place: Path) -> tuple[Loadable, ...]:
    """The groups of a folder that `rulesync local` left: of one sync, or of the last of several.

    Raises:
        StoreError: it is no such folder.
    """
    syncs = [path for path in place.iterdir() if path.name.isdecimal() and path.is_dir()]
    folder = max(syncs, key=lambda path: int(path.name), default=place)
    file = folder / GROUPS
    if not file.is_file():
        raise StoreError(f"{file} does not exist; give a folder that `rulesync local --out` wrote")
    rules = (folder / RULE_GROUPS).glob("*.rules")
    texts = {path.stem: path.read_text(encoding="utf-8", errors="replace") for path in rules}
    return from_build(GroupFile.parse(file.read_bytes(), str(file)).groups, texts)


def of_build(store: Store, build: str) -> tuple[Loadable, ...]:
    """The groups that a build made.

    Raises:
        StoreError: there is no such build, or not all of it.
    """
    prefix = build_key(build, RULE_GROUPS)
    texts = {
        PurePosixPath(entry.key).stem: store.get(entry.key).decode("utf-8", "replace")
        for entry in store.entries(prefix)
    }
    return from_build(_file_of(store, build).groups, texts)


def in_account(world: World) -> tuple[Loadable, ...]:
    """The groups that are in force.

    Raises:
        StoreError: no build has been applied yet, or its files cannot be read.
        FirewallError: the groups cannot be read.
    """
    latest = Latest.parse(world.store.get(LATEST))
    entries = _file_of(world.store, latest.build).groups
    firewall = world.firewall(latest.prefix, latest.target)
    return from_deployed(firewall.deployed(), entries)


def stored_groups(store: Store, build: str) -> tuple[StoredGroup, ...]:
    """The groups of a build without their rules.

    Raises:
        StoreError: there is no such build, or its file is damaged.
    """
    return _file_of(store, build).groups


def _file_of(store: Store, build: str) -> GroupFile:
    key = build_key(build, GROUPS)
    return GroupFile.parse(store.get(key), store.address(key))
