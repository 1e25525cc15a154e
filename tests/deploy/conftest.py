"""The acts of one story, each a fixture: deployed, edited, deployed again, moved to a new feed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from support.deploy import ALLOWLIST, ROOT, Stack, build, local_aws, say

from examples.run import releases
from examples.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Act:
    """What stood after an act.

    Attributes:
        stack: where it stands.
        printed: what sam deploy said, where the act was a deploy.
        allowlist: what the bucket had.
        latest: what `latest.json` said.
        groups: the rules of every rule group.
        references: the groups that the policy referred to.
    """

    stack: Stack
    printed: str
    allowlist: bytes
    latest: dict[str, object]
    groups: dict[str, str]
    references: set[str]

    @classmethod
    def after(cls, stack: Stack, printed: str = "") -> Act:
        """Look at everything."""
        act = cls(
            stack=stack,
            printed=printed,
            allowlist=stack.read(ALLOWLIST) or b"",
            latest=stack.latest(),
            groups=stack.groups(),
            references=stack.references(),
        )
        for name, rules in sorted(act.groups.items()):
            say(f"{name}: {len(rules.splitlines())} rules")
        return act


@pytest.fixture(scope="session")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    """URLs of the example feed's two releases."""
    folder = tmp_path_factory.mktemp("feeds")
    paths = releases(folder)
    with serve(folder) as base:
        yield tuple(f"{base}/{path}" for path in paths)


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory, feeds: tuple[str, ...]) -> Iterator[Act]:
    """First act: built, deployed to an empty account, and left alone until groups are there."""
    build()
    folder = tmp_path_factory.mktemp("aws")
    with local_aws(folder) as endpoint:
        stack = Stack(endpoint, folder)
        printed = stack.deploy(FeedUrl=feeds[0], MakeFirewallPolicy="true")
        stack.until("the first feed's groups", stack.latest)
        yield Act.after(stack, printed)


@pytest.fixture(scope="session")
def edited(deployed: Act) -> Act:
    """Second act: somebody edits the allowlist in the bucket."""
    stack = deployed.stack
    stack.write(ALLOWLIST, (ROOT / "examples" / "categories.yaml").read_bytes())
    before = deployed.latest["allowlist"]
    stack.until("the groups that follow", lambda: stack.latest()["allowlist"] != before)
    return Act.after(stack)


@pytest.fixture(scope="session")
def deployed_again(edited: Act, feeds: tuple[str, ...]) -> Act:
    """Third act: the same deploy once more."""
    printed = edited.stack.deploy(FeedUrl=feeds[0], MakeFirewallPolicy="true")
    return Act.after(edited.stack, printed)


@pytest.fixture(scope="session")
def moved(deployed_again: Act, feeds: tuple[str, ...]) -> Act:
    """Fourth act: a deploy with another parameter, the URL of the feed's next release."""
    stack = deployed_again.stack
    printed = stack.deploy(FeedUrl=feeds[1], MakeFirewallPolicy="true")
    stack.until("the next feed's groups", lambda: stack.latest().get("version") == "1002")
    return Act.after(stack, printed)
