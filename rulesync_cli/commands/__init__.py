"""The commands of rulesync, one file each; none is imported before it is asked for.

The list of commands, their summaries and their names for the shell come from the table here, so
that `--help`, `--version` and a TAB load nothing of what the commands need.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Final

import click

SUMMARIES: Final = {
    "local": "Run both Lambda functions on an embedded AWS, without an account.",
    "init": "Write the shipped allowlist and its schema.",
    "check": "Check an allowlist FILE, your own rules, and a list of feeds.",
    "pull": "Download the bucket's allowlist and your own rules.",
    "plan": "Show what a sync would do now, and change nothing.",
    "push": "Check an allowlist FILE, show its plan, and upload it.",
    "apply": "Run a sync now, from your machine.",
    "fetch": "Fetch the feeds now, from your machine.",
    "feeds": "List the feeds in use and how they are, and the known ones.",
    "status": "Show what is in force, what failed, and what waits.",
    "builds": "List the builds, newest first, and how each ended.",
    "rules": "Search the rules in force.",
    "hits": "Show what fired, by rule, category, own host or day.",
    "diff": "Show which rules differ between two builds, or a build and a plan.",
    "report": "Fetch a build's page and open it in the browser.",
    "export": "Write a build's rule groups as files of another tool.",
    "rollback": "Restore an earlier BUILD and hold it.",
    "hold": "Hold what is in force, until `rulesync resume`.",
    "resume": "Lift the hold of a rollback.",
    "move": "Move the rule groups to the other kind of firewall policy.",
    "targets": "Show the targets by ring, and what each has in force.",
    "promote": "Let a ring, or a target, have an edition now.",
    "explain": "Explain one rule, from the feed to the firewall.",
    "discarded": "List the discarded rules and what brings them back.",
    "categories": "List the categories and what turning one on would cost.",
    "schema": "Print the JSON Schema of the allowlist, for editors.",
    "verify": "Load the rule groups into a real Suricata.",
    "probe": "Ask Network Firewall what it accepts, by dry runs only.",
    "completion": "Print the completion script for a SHELL.",
}
"""Every command by its name, in the order in which people meet them, with the first line of its
help."""

_MODULES: Final = {"resume": "rollback"}
"""Commands that stand in the file of another."""


class Loaded(MutableMapping[str, click.Command]):
    """The commands by name; each is imported when it is asked for the first time."""

    def __init__(self) -> None:
        self._known: dict[str, click.Command | None] = dict.fromkeys(SUMMARIES)

    def __getitem__(self, name: str) -> click.Command:
        command = self._known[name]
        if command is None:
            module = import_module(f"{__name__}.{_MODULES.get(name, name)}")
            command = self._known[name] = getattr(module, name)
        return command

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._known[name] = command

    def __delitem__(self, name: str) -> None:
        del self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
