"""From where a move goes, and to where: the allowlist as it is and as it will be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rules_lib.bucket import ALLOWLIST
from rules_lib.errors import RefusedError, StoreError
from rules_lib.facts.targets import Target
from rules_lib.sync.gather import Draft
from rulesync_cli.allowlist_text import as_it_is
from rulesync_cli.moving.firewall_text import with_firewall

if TYPE_CHECKING:
    from rules_lib.allowlist import FirewallSettings
    from rules_lib.aws.store import Store, Stored

_ENDS: Final = {Target.NEXT_GENERATION: "-ips", Target.CLASSIC: "-classic"}
"""What the prefix of a kind ends in, where a plain one is taken by the other kind."""


@dataclass(frozen=True, slots=True)
class Course:
    """A move.

    Attributes:
        there: the bucket's allowlist.
        draft: the allowlist as it will be; the bucket's own where it was uploaded already.
        old: prefix and target of the rule groups that are to go in the end.
        new: of those that take their place.
        uploaded: the bucket's allowlist is the new one.
    """

    there: Stored
    draft: Draft
    old: End
    new: End
    uploaded: bool


@dataclass(frozen=True, slots=True)
class End:
    """The rule groups of one kind."""

    prefix: str
    target: Target


def course_to(
    target: Target, store: Store, prefix: str | None = None, before: str | None = None
) -> Course:
    """Read the bucket's allowlist, and say what the move makes of it.

    Args:
        target: the kind of policy that is moved to.
        store: the bucket.
        prefix: of the new rule groups; None: the old one's counterpart.
        before: of the old rule groups, where the allowlist is uploaded already; likewise.

    Raises:
        StoreError: there is no allowlist.
        AllowlistError: it has errors.
        RefusedError: both ends would have one prefix.
    """
    there = store.find(ALLOWLIST)
    source = f"s3://{store.bucket}/{ALLOWLIST}"
    if there is None:
        raise StoreError(f"{source} does not exist: upload an allowlist first")
    asked = as_it_is(there.body, source).firewall
    [other] = (one for one in Target if one is not target)
    uploaded = asked.target is target
    new = asked.prefix if uploaded else prefix or counterpart(asked.prefix, target)
    old = (before or counterpart(asked.prefix, other)) if uploaded else asked.prefix
    if new == old:
        raise RefusedError(f"the rule groups of both kinds would have the prefix {new}")
    text = there.body if uploaded else _edited(there.body.decode(), asked, End(new, target))
    return Course(there, Draft(text, source), End(old, other), End(new, target), uploaded)


def counterpart(prefix: str, target: Target) -> str:
    """The prefix of the same rules for a kind of policy: `et` and `et-ips` go together."""
    [other] = (one for one in Target if one is not target)
    plain = prefix.removesuffix(_ENDS[other])
    return plain if plain != prefix else f"{prefix}{_ENDS[target]}"


def _edited(text: str, asked: FirewallSettings, new: End) -> bytes:
    """The allowlist with another target and prefix, and with that kind's own capacity.

    A capacity that is just what a policy of the old kind takes was meant as all that there is.
    """
    values = {"target": str(new.target), "prefix": new.prefix}
    if "capacity" in asked.model_fields_set and asked.capacity == asked.target.policy_capacity:
        values["capacity"] = str(new.target.policy_capacity)
    return with_firewall(text, values).encode()
