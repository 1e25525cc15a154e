"""What people should know of the kind of policy that the allowlist is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rules_lib.facts.next_generation import never_run
from rules_lib.model import Mode, is_local
from rules_lib.text import counted, first_of

if TYPE_CHECKING:
    from rules_lib.allowlist import Allowlist
    from rules_lib.build import Built
    from rules_lib.inputs import Inputs

_NAMED: Final = 8
"""How many rules a warning names."""

_ORDER: Final = "a Next Generation policy judges rules by their action: pass, drop, reject, alert"


def target_warnings(inputs: Inputs, built: Built) -> Iterator[str]:
    """Everything that a Next Generation policy does otherwise than the file says, and is new here.

    Args:
        inputs: of the build.
        built: what came of them.
    """
    if not inputs.allowlist.firewall.target.in_action_order:
        return
    if said := never_run():
        yield said
    yield from _without_order(inputs.allowlist, built)
    yield from _passes(built)


def _without_order(allowlist: Allowlist, built: Built) -> Iterator[str]:
    """Keys that ask for an order, which there is not."""
    present = {rule.rule.category for rule in built.kept}
    for name, setting in allowlist.categories.items():
        if setting.mode is Mode.AS_WRITTEN and name in present:
            yield (
                f"{name} is published as written, but its order does not hold: {_ORDER}; use "
                "`priority` in its rules, or a classic policy"
            )
        if setting.place:
            yield f"categories: {name}: place has no effect: {_ORDER}, and rule groups alike"
    if "first_priority" in allowlist.firewall.model_fields_set:
        yield "firewall: first_priority has no effect: rule groups have no priorities there"


def _passes(built: Built) -> Iterator[str]:
    """People's own rules that let traffic through, before whatever else is asked."""
    own = [one.sid for one in built.kept if one.action == "pass" and is_local(one.rule.category)]
    if own:
        named = first_of(list(map(str, own)), _NAMED)
        verb, it = ("comes", "it stands") if len(own) == 1 else ("come", "they stand")
        yield (
            f"{counted(len(own), 'pass rule')} of your own (sid {named}) {verb} before every "
            f"drop, wherever {it}: {_ORDER}. What a pass matches is not inspected further"
        )
