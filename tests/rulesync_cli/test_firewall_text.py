"""Keys under `firewall:` come into an allowlist's text, and nothing else changes."""

from __future__ import annotations

import pytest
from support.allowlist import read

from rules_lib.errors import SettingsError
from rules_lib.facts.targets import Target
from rulesync_cli.moving.course import counterpart
from rulesync_cli.moving.firewall_text import with_firewall

VALUES = {"target": "next-generation", "prefix": "et-ips"}


NEW = "firewall: {prefix: et-ips, target: next-generation}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("version: 1  # first\n", f"version: 1  # first\n{NEW}\n"),
        ("version: 1", f"version: 1\n{NEW}\n"),
        ("version: 1\nfirewall:\nmax_shrink: 0.3\n", f"version: 1\n{NEW}\nmax_shrink: 0.3\n"),
        ("version: 1\nfirewall: {}\n", f"version: 1\n{NEW}\n"),
        (
            "version: 1\nfirewall: {capacity: 9, prefix: et}  # room\n",
            (
                "version: 1\nfirewall: {target: next-generation, capacity: 9, prefix: et-ips}"
                "  # room\n"
            ),
        ),
        (
            "version: 1\nfirewall:\n  capacity: 9  # room\n  prefix: et  # name\n",
            (
                "version: 1\nfirewall:\n  target: next-generation\n  capacity: 9  # room\n"
                "  prefix: et-ips  # name\n"
            ),
        ),
        (
            "version: 1\r\nfirewall:\r\n  capacity: 9\r\n",
            (
                "version: 1\r\nfirewall:\r\n  prefix: et-ips\r\n  target: next-generation\r\n"
                "  capacity: 9\r\n"
            ),
        ),
    ],
)
def test_keys_are_set_where_they_belong(before: str, after: str) -> None:
    """In whatever way the mapping is written; comments and line ends stay."""
    assert with_firewall(before, VALUES) == after
    asked = read(after).firewall
    assert (asked.target, asked.prefix) == (Target.NEXT_GENERATION, "et-ips")


@pytest.mark.parametrize("text", ["{version: 1}", "\ufeffversion: 1\n", "- 1\n"])
def test_text_that_cannot_be_edited_is_left_to_people(text: str) -> None:
    """With what to do."""
    with pytest.raises(SettingsError, match=r"set firewall\.target by hand"):
        with_firewall(text, VALUES)


@pytest.mark.parametrize(
    ("prefix", "target", "found"),
    [
        ("et", Target.NEXT_GENERATION, "et-ips"),
        ("et-ips", Target.CLASSIC, "et"),
        ("ours", Target.CLASSIC, "ours-classic"),
        ("ours-classic", Target.NEXT_GENERATION, "ours"),
    ],
)
def test_prefixes_go_in_pairs(prefix: str, target: Target, found: str) -> None:
    """The way back leads to where one came from."""
    assert counterpart(prefix, target) == found
    [other] = (one for one in Target if one is not target)
    assert counterpart(found, other) == prefix
