"""One rule's whole story, from its line in the feed to its place in a rule group.

`explain` answers for a sid. Its modules, in the order of what they tell:

    disabled                        lines that the feed has commented out
    asked                           the mode, which line of the allowlist gives it, and the action
    tokens                          the text before and after, as what was taken out and put in
    ledger                          what became of every rule
    ties                            who sets and who checks the same marks
    price                           the budget that would bring a rule back
    advice                          what brings back what is left out, off or disabled
    service                         what is in force now, against what is desired
    story                           all that, as frozen values
"""

from __future__ import annotations

from rulesync_cli.explain.explain import Evidence, Explained, explain
from rulesync_cli.explain.story import Story

__all__ = ["Evidence", "Explained", "Story", "explain"]
