"""Feeds, allowlists and accounts by chance, for packing: with all that makes it hard, in small."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from rules_lib.facts import limits
from rules_lib.groups.rule_group import Deployed
from rules_lib.packing.fit import fit
from support.groups import in_force
from support.referee.fit import fit as referee
from support.rules import allow, ordered_from, text

if TYPE_CHECKING:
    from random import Random

    from rules_lib.allowlist import Allowlist
    from rules_lib.groups.rule_group import DeployedGroup, Group
    from rules_lib.stages.order import Ordered

FED: Final = tuple(f"emerging-{letter}" for letter in "abcdefghijkl")
MINE: Final = ("local-way-out", "local-deny", "local-last")
_LIST: Final = "arn:aws:ec2:eu-west-1:111122223333:prefix-list/pl-{:017x}"
_SEVERITIES: Final = ("Critical", "Major", "Minor", "Informational")
_SETTINGS: Final = ("alert", "alert", "alert", "drop", "drop", "off")
_OWN_SETTINGS: Final = (
    *("alert", "drop", "as-written", {"mode": "alert", "place": "last"}),
    *({"mode": "as-written", "place": "last"}, {"mode": "drop", "place": "last"}),
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """What is to be packed, and beside what.

    Attributes:
        ordered: clusters that came through all stages before.
        deployed: what another release and another budget have left.
    """

    ordered: Ordered
    allowlist: Allowlist
    deployed: Deployed


def feed_by_chance(chance: Random) -> dict[str, list[str]]:
    """Rules of all sizes and values in up to 15 categories, some tied, some that refer to sets."""
    fed = chance.sample(FED, chance.randint(1, len(FED)))
    mine = chance.sample(MINE, chance.choice((0, 0, 1, 3)))
    most = chance.choice((2, 6, 30))
    sid = 0
    files = {}
    for name in (*fed, *mine):
        sids = range(sid + 1, sid + 1 + chance.randint(1, most))
        sid = sids[-1] if sids else sid
        files[name] = [_rule(chance, one, own=name in mine) for one in sids]
    return files


def _rule(chance: Random, sid: int, *, own: bool) -> str:
    options = [f"metadata:signature_severity {chance.choice(_SEVERITIES)}; "]
    if not chance.randrange(6):
        command = chance.choice(("set", "isset", "isnotset"))
        options.append(f"flowbits:{command},{chance.choice('abcdef')}; ")
    if not chance.randrange(8):
        options.append(f'content:"{"y" * chance.randint(1, 400)}"; ')
    head = chance.choice(("alert tcp", "alert tcp", "drop tcp", "pass tcp")) if own else "alert tcp"
    source = f"@SET_{chance.randrange(7)}" if own and not chance.randrange(4) else "any"
    return text(sid, "".join(options), head=head, ends=f"{source} any -> any any")


def revised(chance: Random, files: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same feed some days before: with rules and whole categories missing."""
    share = chance.choice((0.02, 0.3))
    kept = {
        name: [rule for rule in rules if chance.random() > share] for name, rules in files.items()
    }
    return {name: rules for name, rules in kept.items() if rules and chance.random() > share / 4}


def allowlist_by_chance(chance: Random, files: dict[str, list[str]]) -> Allowlist:
    """Modes, places and a budget, mostly a small one."""
    rules = sum(map(len, files.values()))
    names = [name for name in files if chance.randrange(2)]
    return allow(
        categories={
            name: chance.choice(_OWN_SETTINGS if name in MINE else _SETTINGS) for name in names
        },
        references={f"SET_{number}": _LIST.format(number) for number in range(7)},
        firewall={
            "capacity": max(1, int(rules * chance.choice((0.1, 0.5, 0.8, 1, 1.1, 3)))),
            "rule_groups": chance.choice((1, 2, 3, 5, 8, 40)),
            "headroom": chance.choice((0, 0.1, 0.5)),
        },
    )


def deployed_by_chance(chance: Random, groups: tuple[Group, ...]) -> Deployed:
    """Groups in force, of which some are in use, pinned, full, roomy or not in strict order."""
    pins = chance.choice((0, 0, 0.2, 0.6))

    def altered(one: DeployedGroup) -> DeployedGroup:
        spare = chance.choice((0, 0, 0, 3, 50))
        return replace(
            one,
            capacity=min(one.capacity + spare, limits.GROUP_CAPACITY),
            associations=chance.randrange(2),
            pinned=chance.random() < pins,
            strict=chance.random() > 0.05,
        )

    return Deployed(tuple(altered(one) for one in in_force(groups).groups))


def crowd(chance: Random) -> Crowd:
    """A feed, an allowlist, and in two of three cases what is deployed."""
    files = feed_by_chance(chance)
    allowlist, earlier = allowlist_by_chance(chance, files), allowlist_by_chance(chance, files)
    deployed = Deployed()
    if chance.randrange(3):
        older = ordered_from(revised(chance, files), earlier)
        deployed = deployed_by_chance(chance, fit(older, earlier, deployed).packed.groups)
    return Crowd(ordered_from(files, allowlist), allowlist, deployed)


def agree(case: Crowd) -> None:
    """The same groups, discards and relief, with a budget and beside what is deployed."""
    given_to_both = case.ordered, case.allowlist, case.deployed
    found, wanted = fit(*given_to_both), referee(*given_to_both)
    assert found.packed.groups == wanted.packed.groups
    assert found.packed.needed == wanted.packed.needed
    assert found.packed.overflow == wanted.packed.overflow
    assert list(found.overflow.items()) == list(wanted.overflow.items())
    assert found.discarded == wanted.discarded
    assert found.relief == wanted.relief
