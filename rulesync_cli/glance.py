"""What is known of one sid, with as little read and judged as tells it for certain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rules_lib.build import prepare
from rules_lib.groups.content import GroupText
from rules_lib.model import Reason
from rules_lib.stages.read_needed import read_needed
from rulesync_cli.explain import Evidence
from rulesync_cli.explain.judging import judged
from rulesync_cli.explain.touching import of_sid, touching
from rulesync_cli.scene import Scene, Sight, foreseen_of, see
from rulesync_cli.show.progress import waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from rules_lib.inputs import Inputs
    from rules_lib.reading.recall import Recall
    from rulesync_cli.explain.ledger import Ledger
    from rulesync_cli.where import Where

_FEW: Final = 20
"""So many sids are sooner looked for in a text than all of it is read."""


def glance(where: Where, sid: int) -> tuple[Scene, Evidence]:
    """Read what decides on a sid's rules; build all of it only where nothing less tells.

    Raises:
        RulesyncError: the feed, the bucket or the account cannot be read, or the allowlist has
            errors.
        OSError: a file cannot be read.
        click.UsageError: neither bucket nor feed is given.
    """
    with waiting("reading the feed") as watch:
        if where.feed:
            return _of_feed(where, sid, watch)
        sight = see(where, watch, lambda files, asked, _: touching(sid, files, asked))
        return briefly(sid, sight) or in_whole(sid, sight, watch)


def _of_feed(where: Where, sid: int, watch: Callable[[str], None]) -> tuple[Scene, Evidence]:
    """Of a feed alone no record says what the budget makes of a rule that comes as far as that."""
    sight = see(where, watch, lambda files, asked, _: of_sid(sid, files, asked))
    inputs = sight.inputs
    if prepare(inputs.ruleset.rules, inputs).wanted:
        return in_whole(sid, sight, watch)
    few = replace(inputs, ruleset=touching(sid, sight.files, inputs.allowlist))
    return briefly(sid, replace(sight, inputs=few)) or in_whole(sid, sight, watch)


def briefly(sid: int, sight: Sight) -> tuple[Scene, Evidence] | None:
    """Judge a sid's rules by what touches them and by the last build's records.

    Args:
        sid: of the rules.
        sight: with what touches them alone.

    Returns:
        None where it takes a build: in a stack whose last build was made from something else, and
        where a rule's place in the budget is asked for and no record has it.
    """
    places = None
    if sight.store and sight.gathered:
        from rulesync_cli.explain.recorded import recorded_places  # noqa: PLC0415 - of a stack alone

        places = recorded_places(sight.store, sight.gathered, sight.inputs)
        if places is None:
            return None  # whether a sync would be refused is for a build to say
    inputs = _of_few(sid, sight.inputs)
    ledger = judged(inputs, places)
    if ledger is None or needs_all(sid, inputs, ledger):
        return None
    scene = replace(sight.scene, refusal=places.refusal if places else None)
    return scene, Evidence(sight.files, sight.document, inputs, ledger)


def _of_few(sid: int, inputs: Inputs) -> Inputs:
    """The same, but of what is in force only the rules that may have the sids of these few.

    Otherwise the sid and the action of each rule in force are read, for a look at two or three.
    """
    sids = {str(one) for one in (sid, *(rule.sid for rule in inputs.ruleset.rules))}
    if len(sids) > _FEW:
        return inputs
    groups = tuple(
        replace(group, content=GroupText(_lines_with(sids, group.text)))
        for group in inputs.deployed.groups
    )
    return replace(inputs, deployed=replace(inputs.deployed, groups=groups))


def _lines_with(words: Collection[str], text: str) -> str:
    """The lines that have one of some words."""
    there = [word for word in words if word in text]
    lines = text.split("\n") if there else ()
    return "\n".join(line for line in lines if any(word in line for word in there))


def needs_all(sid: int, inputs: Inputs, ledger: Ledger) -> bool:
    """Whether a story goes into what all rules together need: of the budget, or of variables."""
    named = (rule.place for rule in inputs.ruleset.rules if rule.sid == sid)
    discards = [found for place in named if (found := ledger.discarded.get(place))]
    return any(one.missing or one.reason is Reason.OVER_BUDGET for one in discards)


def in_whole(sid: int, sight: Sight, watch: Callable[[str], None]) -> tuple[Scene, Evidence]:
    """Build all of it."""
    watch("reading every rule")
    ruleset = read_needed(sight.files, sight.inputs.allowlist, {sid}, _recall_of(sight))
    watch("building the rule groups, as no record has the rule's place in the budget")
    inputs = replace(sight.inputs, ruleset=ruleset)
    scene, built = foreseen_of(sight, inputs)
    return scene, Evidence.of(sight.files, sight.document, inputs, built)


def _recall_of(sight: Sight) -> Recall | None:
    """What an earlier build of a stack has read; of a feed alone there is none."""
    if sight.store is None or sight.gathered is None:
        return None
    from rules_lib.sync.read_before import recall_of  # noqa: PLC0415 - of a stack alone

    return recall_of(sight.store, sight.gathered)
