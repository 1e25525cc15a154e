"""What AWS documents for its firewall passes from people's own files to the groups, whole.

`documented.rules` has rules of our own in the style of the developer guide's examples and of AWS's
best practices: each shows a keyword, or a form of one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from support.account import run
from support.feeds import allowlist, feed, rule
from support.results import synced

from rules_lib.groups.rule_group import GroupVariables
from rulesync_cli.verify.load import load_group
from rulesync_cli.verify.loadable import Loadable
from rulesync_cli.verify.suricata import Suricata

DOCUMENTED: Final = tuple(
    Path(__file__).with_name("documented.rules").read_text(encoding="utf-8").splitlines()
)


def test_documented_rules_are_deployed_as_they_are_written(tmp_path: Path) -> None:
    """Every byte of each, in their order, and nothing is said against any."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "aws.rules").write_text("\n".join(DOCUMENTED) + "\n")
    config = tmp_path / "categories.yaml"
    config.write_text(allowlist(categories={"local-aws": "alert"}))
    checked = run("check", config, "--local", mine)
    assert (checked.exit_code, "unsupported" in checked.stderr) == (0, False)
    archive = feed(tmp_path / "feed", {"emerging-malware": [rule(1)]})
    found = synced(tmp_path / "out", archive, config=config, local=mine).sync()
    own = [text for text in found.published.values() if text in DOCUMENTED]
    assert sorted(own) == sorted(DOCUMENTED)
    assert found.summary["discarded"] == {}


@pytest.mark.engine
def test_documented_rules_are_rules_to_the_engine(engine: Suricata) -> None:
    """But for those that a plain Suricata of its version cannot be asked about, which are few."""
    found = load_group(engine, Loadable("local-aws", 1, DOCUMENTED, GroupVariables()))
    assert (found.refusals, found.errors, found.astray) == ((), (), ())
    assert sum(one.whole for one in found.unasked) < 7
