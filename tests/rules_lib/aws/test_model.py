"""What botocore's model of Network Firewall has is what somebody has looked at.

`network-firewall-model.txt` lists it: every action, and of those on rule groups and policies every
member and every word of an enumeration. A member that nobody has looked at may be one that an
update of a policy would clear, or one that says that a rule group is not what we take it for.
"""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.loaders import create_loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

ROOT: Final = Path(__file__).parents[3]
LOOKED_AT: Final = Path(__file__).with_name("network-firewall-model.txt")
SUBJECT: Final = re.compile(
    r"(Create|Update|Describe|Delete|List)(RuleGroup|FirewallPolic)(?!.*Proxy)"
)
"""The actions of which the members count too."""

TO_DO: Final = (
    "botocore {version} has what nobody has looked at yet. For each line: does a rule group or a "
    "policy of ours have it, does an update send it back, does an answer of it change what we "
    "decide, should `rulesync probe` ask about it? Then write the list anew: "
    "pytest {path} --renew-golden"
)


def test_everything_in_the_model_has_been_looked_at(request: pytest.FixtureRequest) -> None:
    """A new botocore may bring more than a version number; what an older one had may stay."""
    present = frozenset(facts_of(service_model()))
    if request.config.getoption("--renew-golden"):
        LOOKED_AT.write_text("".join(f"{one}\n" for one in sorted(present | looked_at())))
    new = unseen(service_model())
    to_do = TO_DO.format(version=version("botocore"), path=Path(__file__).name)
    assert not new, "\n  ".join((to_do, *new))


def test_member_that_nobody_has_looked_at_is_named() -> None:
    """Of a shape that is known already, three levels below an action."""
    document = loaded()
    document["shapes"]["FirewallPolicy"]["members"]["MadeUp"] = {"shape": "Boolean"}
    document["operations"]["CreateMadeUp"] = document["operations"]["ListFirewalls"]
    document["shapes"]["RuleGroupType"]["enum"].append("MADE_UP")
    assert unseen(ServiceModel(document)) == [
        "action CreateMadeUp",
        "member FirewallPolicy.MadeUp",
        "value RuleGroupType MADE_UP",
    ]


def test_oldest_boto3_that_is_tested_is_the_oldest_that_is_allowed() -> None:
    """`make oldest` installs what pyproject.toml begins at."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (floor,) = (one for one in project["dependencies"] if one.startswith("boto3"))
    lock = (ROOT / "requirements-oldest.lock").read_text()
    assert f"{floor.replace('>=', '==')} " in lock
    assert f"{floor.replace('>=', '==').replace('boto3', 'botocore')} " in lock


def service_model() -> ServiceModel:
    """Read the model of the botocore that is installed."""
    return ServiceModel(loaded())


def loaded() -> Any:
    """Read the same as JSON."""
    return create_loader().load_service_model("network-firewall", "service-2")


def unseen(model: ServiceModel) -> list[str]:
    """Name what a model has beyond the list."""
    return sorted(frozenset(facts_of(model)) - looked_at())


def looked_at() -> frozenset[str]:
    """Read the list."""
    return frozenset(LOOKED_AT.read_text().splitlines()) if LOOKED_AT.exists() else frozenset()


def facts_of(model: ServiceModel) -> Iterator[str]:
    """Every action, and what those on groups and policies send and answer, a line each."""
    seen = set[str]()
    for name in model.operation_names:
        yield f"action {name}"
        if SUBJECT.match(name):
            action = model.operation_model(name)
            for shape in (action.input_shape, action.output_shape):
                yield from _facts(shape, seen) if shape else ()


def _facts(shape: Shape, seen: set[str]) -> Iterator[str]:
    if shape.name in seen:
        return
    seen.add(shape.name)
    yield from (f"value {shape.name} {word}" for word in shape.metadata.get("enum", ()))
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield f"member {shape.name}.{name}"
            yield from _facts(member, seen)
    elif isinstance(shape, ListShape):
        yield from _facts(shape.member, seen)
    elif isinstance(shape, MapShape):
        yield from _facts(shape.value, seen)
