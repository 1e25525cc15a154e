"""The acts of one story, each a fixture: deployed, edited, deployed again, moved to a new feed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from support.deploy import ALERT_LOGS, ALLOWLIST, ROOT, SAM, Act, Stack, build, local_aws

from examples.run import releases
from examples.server import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

USUAL: Final = {"MakeFirewallPolicy": "true", "AlertLogs": ALERT_LOGS}
"""Parameters of every deploy."""


@pytest.fixture(scope="session")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    """URLs of the example feed's two releases."""
    folder = tmp_path_factory.mktemp("feeds")
    paths = releases(folder)
    with serve(folder) as base:
        yield tuple(f"{base}/{path}" for path in paths)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `sam build` made, once for all workers of a run."""
    own = tmp_path_factory.getbasetemp()
    return build(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session")
def deployed(
    tmp_path_factory: pytest.TempPathFactory, feeds: tuple[str, ...], template: Path
) -> Iterator[Act]:
    """First act: built, deployed to an empty account, and left alone until groups are there.

    By the script that people use; the deploys that follow are forked.
    """
    folder = tmp_path_factory.mktemp("aws")
    with local_aws(folder) as endpoint:
        stack = Stack(endpoint, folder, template)
        printed = stack.deploy(SAM, FeedUrl=feeds[0], **USUAL)
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
    printed = edited.stack.deploy(FeedUrl=feeds[0], **USUAL)
    return Act.after(edited.stack, printed)


@pytest.fixture(scope="session")
def moved(deployed_again: Act, feeds: tuple[str, ...]) -> Act:
    """Fourth act: a deploy with another parameter, the URL of the feed's next release."""
    stack = deployed_again.stack
    printed = stack.deploy(FeedUrl=feeds[1], **USUAL)
    stack.until("the next feed's groups", lambda: stack.latest().get("version") == "1002")
    return Act.after(stack, printed)
