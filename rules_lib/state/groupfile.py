"""`groups.json`: a build's rule groups but for their rules, so that they can be put back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    ValidationError,
    model_validator,
)

from rules_lib.bucket import rules_name
from rules_lib.errors import StoreError
from rules_lib.facts.targets import Target, is_classic
from rules_lib.groups.content import rules_in
from rules_lib.groups.rule_group import Group, GroupVariables, Slot, digest_of
from rules_lib.model import Mode, Rule
from rules_lib.outcome import Converted, GivenMode
from rules_lib.reading.lines import Line
from rules_lib.reading.parser import parse
from rules_lib.text import counted
from rules_lib.validation import validation_faults
from rules_lib.why import ActionCause, ModeKey, Why

_ADVICE: Final = "Restore the object's earlier version, or take another build"
_PUT_BACK: Final = ActionCause(Why.PUT_BACK)


class StoredGroup(BaseModel):
    """One rule group; its rules are in `rule-groups/<name>.rules`.

    Attributes:
        rules: how many these are; None where an earlier version wrote the file, as with `digest`.
        digest: of the rules and the variables (see `rule_group.digest_of`).
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    name: str
    slot: str
    mode: Mode
    priority: NonNegativeInt
    capacity: PositiveInt
    ip_sets: Mapping[str, tuple[str, ...]] = {}
    port_sets: Mapping[str, tuple[str, ...]] = {}
    references: Mapping[str, str] = {}
    rules: NonNegativeInt | None = None
    digest: str | None = None

    @property
    def variables(self) -> GroupVariables:
        """What the group declares."""
        return GroupVariables(self.ip_sets, self.port_sets, self.references)


class GroupFile(BaseModel):
    """The whole file.

    Attributes:
        target: the kind of the groups; left out of a file of classic ones.
    """

    model_config = ConfigDict(frozen=True, defer_build=True)

    prefix: str
    groups: tuple[StoredGroup, ...]
    target: Annotated[Target, Field(exclude_if=is_classic)] = Target.CLASSIC

    @model_validator(mode="after")
    def _has_its_priorities(self) -> Self:
        if is_classic(self.target) and not all(group.priority for group in self.groups):
            raise ValueError("a classic rule group has no priority")
        return self

    @classmethod
    def parse(cls, data: bytes, source: str) -> Self:
        """Read the file.

        Args:
            data: its bytes.
            source: names it in errors.

        Raises:
            StoreError: it is not of this form.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            raise StoreError(
                f"{source} is damaged: {validation_faults(error)}. {_ADVICE}"
            ) from error


@dataclass(frozen=True, slots=True)
class Restored:
    """A build's groups, read back.

    Attributes:
        target: their kind; a build from before there were two is classic.
    """

    prefix: str
    groups: tuple[Group, ...]
    target: Target = Target.CLASSIC


def groups_json(groups: Iterable[Group], prefix: str, target: Target = Target.CLASSIC) -> bytes:
    """Write the file."""
    entries = tuple(
        StoredGroup(
            name=group.name,
            slot=str(group.slot),
            mode=group.mode,
            priority=group.priority,
            capacity=group.capacity,
            ip_sets=group.variables.ip_sets,
            port_sets=group.variables.port_sets,
            references=group.variables.references,
            rules=len(group.rules),
            digest=group.digest,
        )
        for group in groups
    )
    file = GroupFile(prefix=prefix, groups=entries, target=target)
    return file.model_dump_json(indent=2).encode() + b"\n"


def read_groups(data: bytes, texts: Mapping[str, str], source: str) -> Restored:
    """Read a build's groups back.

    Args:
        data: the file.
        texts: name -> `RulesString` of each group.
        source: names the file in errors.

    Raises:
        StoreError: the file is not of this form, or a group's rules are missing, unreadable, or not
            those that were stored.
    """
    file = GroupFile.parse(data, source)
    try:
        groups = tuple(_group(entry, texts[entry.name], source) for entry in file.groups)
    except KeyError as error:
        raise StoreError(f"{source}: {rules_name(error.args[0])} is missing. {_ADVICE}") from error
    return Restored(file.prefix, groups, file.target)


def _group(entry: StoredGroup, text: str, source: str) -> Group:
    slot = Slot.parse(entry.slot)
    if slot is None:
        raise StoreError(f"{source}: {entry.name} has no slot: {entry.slot!r}")
    _refuse_damaged(entry, text, source)
    return Group(
        name=entry.name,
        slot=slot,
        mode=entry.mode,
        priority=entry.priority,
        capacity=entry.capacity,
        rules=tuple(
            _published(slot, number, line, entry.mode)
            for number, line in enumerate(rules_in(text), start=1)
        ),
        variables=entry.variables,
    )


def _refuse_damaged(entry: StoredGroup, text: str, source: str) -> None:
    """Take no text but the one that was stored.

    Raises:
        StoreError: it is another one, or has no rule at all.
    """
    lines = rules_in(text)
    rules = len(lines)
    if rules != entry.rules if entry.rules is not None else not rules:
        stored = "" if entry.rules is None else f", and {entry.rules:,} were stored"
        raise _damaged(entry, source, f"it has {counted(rules, 'rule')}{stored}")
    digest = digest_of(lines, entry.variables)
    if entry.digest not in {digest, None}:
        raise _damaged(entry, source, "its rules or variables are not those that were stored")


def _damaged(entry: StoredGroup, source: str, what: str) -> StoreError:
    return StoreError(f"{source}: {rules_name(entry.name)} is damaged: {what}. {_ADVICE}")


def _published(slot: Slot, number: int, text: str, mode: Mode) -> Converted:
    """A published rule, read back from its text; it is not changed any more."""
    rule = parse(slot.category, Line(number, text))
    if not isinstance(rule, Rule):
        raise StoreError(f"{slot}, line {number}: {rule.problem}")
    given = GivenMode(mode, ModeKey.CATEGORY)
    return Converted(rule, text, rule.header.action.lower(), given, _PUT_BACK, (), frozenset())
