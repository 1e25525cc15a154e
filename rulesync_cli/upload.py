"""What a push writes to the bucket and deletes there, and whether a colleague was faster."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rules_lib.aws.store import Stored
from rules_lib.bucket import ALLOW_SHRINK, ALLOWLIST, FEEDS, LOCAL, own_key
from rules_lib.errors import RefusedError
from rules_lib.feed.naming import SUFFIX
from rules_lib.own.files import own_file_name
from rules_lib.text import count
from rulesync_cli.copy_note import SeenBucket, SeenObject

if TYPE_CHECKING:
    from rules_lib.aws.store import Store
    from rulesync_cli.edits import LocalEdit

_SHOWN: Final = 10
"""How many objects that somebody else wrote are named."""

_LOST: Final = (
    "somebody else wrote to the bucket since you pulled, and their edit would be lost; "
    "`rulesync pull` into another folder and merge, or replace theirs with --force"
)
_UNSEEN: Final = (
    "the bucket has files that were never pulled into this folder, and their content would be "
    "lost; `rulesync pull` into another folder and edit there, or replace them with --force"
)


@dataclass(frozen=True, slots=True)
class ObjectEdit:
    """One object that a push writes or deletes.

    Attributes:
        data: what it is to hold; None: it is to go.
        there: what the bucket has now.
        metadata: what is uploaded with it.
        changed: somebody wrote it since it was seen here, or it was never seen here.
    """

    key: str
    data: bytes | None
    there: Stored | None
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """All that a push does to the bucket: files first, the allowlist, then what is to go.

    Attributes:
        same: what the bucket has already, by key.
        pulled: what the bucket had was seen from here, all of it or some.
    """

    edits: tuple[ObjectEdit, ...]
    same: Mapping[str, Stored] = field(default_factory=lambda: MappingProxyType({}))
    pulled: bool = True

    @property
    def overtaken(self) -> tuple[str, ...]:
        """Keys of what somebody else wrote since it was seen here, or nobody here has seen."""
        return tuple(edit.key for edit in self.edits if edit.changed)

    def diff(self) -> Iterator[str]:
        """What it changes of the allowlist and the list of feeds, as lines of a unified diff."""
        for edit in self.edits:
            if edit.key in {ALLOWLIST, FEEDS} and edit.data is not None:
                before = edit.there.body.decode(errors="replace") if edit.there else ""
                after = edit.data.decode(errors="replace")
                yield from difflib.unified_diff(
                    before.splitlines(), after.splitlines(), "in the bucket", "yours", lineterm=""
                )


def upload_of(edit: LocalEdit, store: Store, seen: SeenBucket) -> Upload:
    """Compare an edit with the bucket.

    Args:
        edit: what is on the disk.
        store: the bucket.
        seen: what of it was seen from here.

    Raises:
        StoreError: the bucket cannot be read.
    """
    edits, same = list[ObjectEdit](), dict[str, Stored]()
    for key, (data, metadata) in _wanted(edit, store).items():
        stored = store.find(key)
        if stored and stored.body == data and not metadata:
            same[key] = stored
        else:
            overtaken = seen.is_overtaken(key, stored)
            edits.append(ObjectEdit(key, data, stored, metadata, overtaken))
    return Upload(tuple(edits), same, pulled=seen.pulled or bool(seen.objects))


def _wanted(edit: LocalEdit, store: Store) -> dict[str, tuple[bytes | None, Mapping[str, str]]]:
    """Key -> content and metadata, in the order in which they are written; None: to go."""
    own = edit.own.files if edit.own else ()
    wanted: dict[str, tuple[bytes | None, Mapping[str, str]]] = {
        own_key(own_file_name(one.category)): (one.data, {}) for one in own
    }
    if edit.feeds:  # before the allowlist, which may name categories of a feed that is new
        wanted[FEEDS] = edit.feeds.text, {}
    if edit.draft:
        meant = {ALLOW_SHRINK: "true"} if edit.draft.allow_shrink else {}
        wanted[ALLOWLIST] = edit.draft.text, meant
    there = own_keys(store) if edit.own else ()
    return wanted | {key: (None, {}) for key in there if key not in wanted}


def refuse_overtaken(upload: Upload, bucket: str) -> None:
    """Let no colleague's edit be lost.

    Raises:
        RefusedError: somebody else has written what this upload would replace or delete, or it was
            never pulled.
    """
    if not upload.overtaken:
        return
    named = [f"  s3://{bucket}/{key}" for key in upload.overtaken[:_SHOWN]]
    if (more := len(upload.overtaken) - _SHOWN) > 0:
        named.append(f"  and {count(more)} more")
    raise RefusedError(_LOST if upload.pulled else _UNSEEN, "\n".join(named))


def carry_out(upload: Upload, store: Store) -> dict[str, SeenObject | None]:
    """Write and delete; each write only over what was compared.

    Returns:
        Key -> what the bucket has by now; None where it was deleted.

    Raises:
        RefusedError: somebody was faster; what comes before it in the upload is written.
        StoreError: the bucket may not be written.
    """
    done: dict[str, SeenObject | None] = {}
    for edit in upload.edits:
        if edit.data is None:
            store.delete(edit.key)
            done[edit.key] = None
            continue
        etag = edit.there.etag if edit.there else None
        if not store.put(
            edit.key,
            edit.data,
            only_if_absent=etag is None,
            only_if_etag=etag,
            metadata=edit.metadata,
        ):
            told = f"; written before it: {', '.join(done)}" if done else "; nothing was written"
            raise RefusedError(f"somebody else has just written {store.address(edit.key)}{told}")
        stored = store.find(edit.key)
        done[edit.key] = SeenObject.of(stored) if stored else None
    return done


def seen_after(
    upload: Upload, done: Mapping[str, SeenObject | None]
) -> dict[str, SeenObject | None]:
    """What was seen of the bucket by the end of a push: what it had already counts too."""
    same = {key: SeenObject.of(there) for key, there in upload.same.items()}
    return same | dict(done)


def own_keys(store: Store) -> tuple[str, ...]:
    """Keys of people's own files in the bucket, of such too as cannot both be read."""
    keys = (entry.key for entry in store.entries(LOCAL))
    return tuple(key for key in keys if key.endswith(SUFFIX) and key.count("/") == 1)
