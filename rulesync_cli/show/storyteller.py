"""A rule's story on the terminal: a label and a line for each thing there is to say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from rich.text import Text

from rules_lib.bucket import own_key
from rules_lib.model import Mode, is_local
from rules_lib.own.files import own_file_name
from rules_lib.text import count, counted, first_of, visible
from rules_lib.ties import MarkKind, what_ties
from rulesync_cli.common import held_words
from rulesync_cli.explain.story import Fate, Published, Relative, Story, ToldTie
from rulesync_cli.show.console import lay, say
from rulesync_cli.show.pieces import INDENT, render_pieces

if TYPE_CHECKING:
    from rich.console import Console

    from rulesync_cli.explain import Explained
    from rulesync_cli.explain.service import InForce, Next
    from rulesync_cli.scene import Scene

_NAMED: Final = 8
"""How many other rules a line names; --json has all of them."""
_STYLES: Final = {
    Fate.KEPT: "green",
    Fate.DISCARDED: "red",
    Fate.OFF: "yellow",
    Fate.DISABLED: "yellow",
}
_NEXT: Final[dict[Next, str]] = {
    "nothing": "it is not in force, and the next sync does not change that",
    "add": "it is not in force; the next sync publishes it",
    "remove": "the next sync removes it",
    "change": "the next sync changes its text",
    "move": "the next sync moves it to another rule group",
    "keep": "the next sync does not change it",
}

StoryLine = tuple[str, str]
"""A label, and what there is to say under it."""


def tell_stories(found: Explained, scene: Scene, console: Console) -> None:
    """Print all stories of a sid, then what is in force."""
    for number, story in enumerate(found.stories, start=1):
        if number > 1:
            say(console)
        title = story.origin.msg if story.origin.msg is not None else "(no valid rule)"
        say(console, f"{story.sid}  {visible(title)}", "bold")
        _tell(story, scene, console)
    if not found.stories:
        say(console, f"{found.sid}  {scene.feed} no longer has this rule", "bold")
    if scene.bucket:
        _tell_service(found.in_force, scene, console)


def _tell(story: Story, scene: Scene, console: Console) -> None:
    _lines(console, _beginning(story, scene))
    _line(console, "becomes", _fate(story), _STYLES[story.fate])
    if story.published:
        _lines(console, _conditions(story.published))
        edits = ((edit.change, edit.why) for edit in story.published.edits)
        _lines(console, (("change", f"{change}: {why}") for change, why in edits))
        if story.published.edits:
            render_pieces(console, story.published.pieces)
    _lines(console, (line for tie in story.ties for line in _tie(tie)))
    _lines(console, _ending(story))


def _beginning(story: Story, scene: Scene) -> Iterator[StoryLine]:
    origin = story.origin
    state = "enabled" if origin.enabled else "disabled in the feed"
    state += ", enabled by `rules: on:`" if origin.woken else ""
    rev = "" if origin.rev is None else f", rev {origin.rev}"
    yield "file", f"{_file(origin.category)}, line {origin.line}{rev}, {state}"
    if origin.feed:
        yield "feed", origin.feed
    facts = (
        ("severity", origin.severity),
        ("confidence", origin.confidence),
        ("created", origin.created_at),
        ("updated", origin.updated_at),
        ("classtype", origin.classtype),
    )
    if told := ", ".join(f"{name} {value}" for name, value in facts if value):
        yield "metadata", told
    at = f", line {story.asked.line}" if story.asked.line else ""
    yield "mode", f"{story.asked.mode}: {story.asked.why} ({scene.allowlist}{at})"


def _file(category: str) -> str:
    """The file of a category: the feed's, or one of people's own."""
    if is_local(category):
        return own_key(own_file_name(category))
    return f"{category}.rules"


def _fate(story: Story) -> str:
    if story.published:
        return f"kept as {story.published.action}: {story.published.why}"
    if story.left_out is None:
        return story.fate
    reason = f" as {story.left_out.reason}" if story.left_out.reason else ""
    return f"{story.fate}{reason}: {story.left_out.detail}"


def _conditions(published: Published) -> Iterator[StoryLine]:
    """Which conditions of `drop_when` hold, and which do not."""
    for number, one in enumerate(published.conditions):
        holds = "holds" if one.holds else "fails"
        yield "drop when" if number == 0 else "", f"{holds}: {one.says}"


def _tie(tie: ToldTie) -> Iterator[StoryLine]:
    where, _, what = tie.kind.rpartition(" ")
    yield what, f"{' and '.join(tie.commands)} {tie.name}" + (f" ({tie.kind})" if where else "")
    for role, others in (
        ("set by", tie.setters),
        ("checked by", tie.checkers),
        ("lessened by" if tie.kind is MarkKind.FLOWINT else "unset by", tie.changers),
    ):
        if others:
            yield "", f"  {role} {_named(others)}"
    if tie.needs and not tie.setters:
        yield "", "  set by no other rule"


def _named(others: Iterable[Relative]) -> str:
    """The kept ones first, as they are those that matter."""
    ordered = sorted(others, key=lambda one: one.fate is not Fate.KEPT)
    return first_of([_relative(one) for one in ordered], _NAMED)


def _relative(one: Relative) -> str:
    fate = f"{one.fate}: {one.note}" if one.note else one.fate
    return f"{one.sid} ({one.category}, {fate})"


def _ending(story: Story) -> Iterator[StoryLine]:
    if story.cluster:
        sids = ", ".join(str(one.sid) for one in story.cluster[:_NAMED])
        more = ", …" if len(story.cluster) > _NAMED else ""
        kinds = (tie.kind for tie in story.ties)
        ties = what_ties(kinds, as_written=story.asked.mode is Mode.AS_WRITTEN)
        yield "cluster", f"{ties} it to {counted(len(story.cluster), 'rule')}: {sids}{more}"
    if seat := story.seat:
        where = f"rule {count(seat.position)} of {count(seat.rules)}"
        room = f"capacity {count(seat.capacity)}"
        turn = f", priority {seat.priority}" if seat.priority else ""
        yield "group", f"{seat.group}{turn}: {where} ({room})"
    if left_out := story.left_out:
        yield "text", story.origin.text
        yield "cause", left_out.cause
        yield "way back", left_out.way_back
        yield from (("", note) for note in left_out.notes)
    if story.published:
        for number, way in enumerate(story.published.to_change):
            yield "" if number else "to change", way


def _tell_service(in_force: InForce, scene: Scene, console: Console) -> None:
    if in_force.groups:
        build = f" (build {scene.latest.build})" if scene.latest else ""
        where = f"in {', '.join(in_force.groups)}{build}; "
    else:
        where = ""
    _line(console, "in force", where + _NEXT[in_force.next])
    render_pieces(console, in_force.pieces)
    if scene.held:
        _line(console, "", held_words(scene.held), "yellow")
    if scene.refusal:
        _line(console, "", f"but a sync would be refused: {scene.refusal}", "yellow")


def _lines(console: Console, lines: Iterable[StoryLine]) -> None:
    for label, text in lines:
        _line(console, label, text)


def _line(console: Console, label: str, text: str, style: str = "") -> None:
    lay(console, Text.assemble((f"{label:<{INDENT}}", "bold"), (visible(text), style)), INDENT)
