"""Whatever is asked for in whatever order: the groups do what their source rules ask for."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.engine.proof import differences, published, replayed, running, source
from support.engine.traffic import FEED, Tape, of_mode, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules_lib.build import Built
    from rulesync_cli.verify.traffic import Replayer

pytestmark = pytest.mark.engine

WORDS = (
    *("/one", "/ports", "/feed-drops", "/allowed", "/mark", "/check", "/first", "/second"),
    *("/third", "/loud", "/after", "/unset", "/toggle", "/ask", "/plain", "/either", "/far"),
    *("/near", "/severe", "/slight", "/mine", "/unrelated", "/nothing"),
    *("/locked", "/try", "/once", "/count", "/tally"),
)
PATHS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("".join)
CONVERSATIONS = st.lists(st.lists(PATHS, min_size=1, max_size=5), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def engines() -> Iterator[tuple[Replayer, dict[str, tuple[Built, Replayer]]]]:
    """One engine with the source rules, and one for each mode and kind of policy."""
    with ExitStack() as stack:
        built = {mode: of_mode(mode) for mode in ("alert", "drop")}
        built["drop, judged by action"] = of_mode("drop", target="next-generation")
        modes = {
            mode: (one, stack.enter_context(running(published(one)))) for mode, one in built.items()
        }
        yield stack.enter_context(running([source(of_mode("alert"))])), modes


@given(conversations=CONVERSATIONS)
def test_any_conversation_is_treated_as_the_source_rules_ask(
    engines: tuple[Replayer, dict[str, tuple[Built, Replayer]]],
    tmp_path_factory: pytest.TempPathFactory,
    conversations: list[list[str]],
) -> None:
    """Bits set, asked for, unset and toggled, in one packet and over several, in every mode."""
    tape = Tape()
    for paths in conversations:
        tape.http(*paths)
    capture = write(tmp_path_factory.mktemp("flow"), {"any": tape})
    plain, modes = engines
    before = replayed(plain, capture)
    for built, engine in modes.values():
        assert differences(before, replayed(engine, capture), built) == ()


def test_every_path_of_the_rules_is_asked_for() -> None:
    """So that no rule is left untried."""
    text = "".join(rule for rules in FEED.values() for rule in rules)
    assert set(re.findall(r'http\.uri; content:"([^"]+)"', text)) == set(WORDS) - {"/nothing"}
